package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

type requestKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// logged gives each request an id and a deadline and writes one line about it: no bodies, no query, no cookies. It is
// also the last net below a panic that nobody nearer caught.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.Now()
		raw := make([]byte, 6)
		rand.Read(raw)
		id := hex.EncodeToString(raw)
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), requestKey{}, id), 4*time.Minute)
		defer cancel()
		w.Header().Set("X-Request-Id", id)
		counted := &statusWriter{ResponseWriter: w}
		defer func() {
			fell := recover()
			if fell != nil && fell != http.ErrAbortHandler {
				s.Log.ErrorContext(ctx, "panic", "id", id, "path", r.URL.Path, "error", fell, "stack", string(debug.Stack()))
				if counted.status == 0 {
					s.refuse(counted, r, http.StatusInternalServerError, brokenTitle, "It has been written down as "+id+".")
					fell = nil
				}
			}
			s.logLine(ctx, r, counted.status, began, fell != nil)
			if fell != nil {
				panic(http.ErrAbortHandler) // net/http closes the connection: the client knows that something is missing
			}
		}()
		next.ServeHTTP(counted, r.WithContext(ctx))
	})
}

func (s *Server) logLine(ctx context.Context, r *http.Request, status int, began time.Time, aborted bool) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError || aborted && r.Context().Err() == nil { // else whoever asked has left
		level = slog.LevelError
	}
	line := []slog.Attr{slog.String("id", requestID(ctx)), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", max(status, http.StatusOK)), slog.Duration("took", s.Now().Sub(began))}
	if aborted {
		line = append(line, slog.Bool("aborted", true))
	}
	s.Log.LogAttrs(ctx, level, "request", line...)
}

// attempt runs a handler. A panic in it is a failure of ours like any other, with the place for the log; only the wish
// to break the connection off goes through.
func (v *visit) attempt(handle handler) (err error) {
	defer func() {
		fell := recover()
		if fell == http.ErrAbortHandler {
			panic(fell)
		}
		if fell != nil {
			err = fmt.Errorf("panic: %v\n%s", fell, debug.Stack())
		}
	}()
	return handle(v)
}

// statusWriter remembers the status for the log; 0: nothing was answered yet.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(body []byte) (int, error) {
	w.status = max(w.status, http.StatusOK)
	return w.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController reach Flush and deadlines.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
