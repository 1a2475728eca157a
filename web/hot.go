package web

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"ratable/web/api"
)

// hot sends what is asked thousands of times a second past the log line, the deadline and the page headers of everything else:
// those cost more than the answer, which comes from memory. One line a minute says what was answered; failures have lines
// of their own, and an upper bound on waiting besides.
func (s *Server) hot(machine, others http.Handler) http.Handler {
	var tally hotTally
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, api.HotPrefix) {
			others.ServeHTTP(w, r)
			return
		}
		counted := hotWriter{ResponseWriter: w}
		machine.ServeHTTP(&counted, r)
		tally.count(s, counted.status)
	})
}

// hotWriter remembers the status.
type hotWriter struct {
	http.ResponseWriter
	status int
}

func (w *hotWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *hotWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// hotTally counts the answers of a minute.
type hotTally struct {
	minute                              atomic.Int64
	answered, unchanged, refused, broke atomic.Int64
}

func (t *hotTally) count(s *Server, status int) {
	switch {
	case status == http.StatusNotModified:
		t.unchanged.Add(1)
	case status >= http.StatusInternalServerError:
		t.broke.Add(1)
	case status >= http.StatusBadRequest:
		t.refused.Add(1)
	default:
		t.answered.Add(1)
	}
	minute := s.Now().Unix() / 60
	last := t.minute.Load()
	if last == minute || !t.minute.CompareAndSwap(last, minute) || last == 0 {
		return
	}
	s.Log.Info("entitlements answered", slog.Time("since", time.Unix(last*60, 0).UTC()), slog.Int64("answered", t.answered.Swap(0)),
		slog.Int64("unchanged", t.unchanged.Swap(0)), slog.Int64("refused", t.refused.Swap(0)), slog.Int64("failed", t.broke.Swap(0)))
}
