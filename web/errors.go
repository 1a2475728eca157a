package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/web/ui"
)

// failures is the one table from the kind of a fault to what a person sees. Invalid that a form could not take back
// beside its fields ends up here too.
var failures = []struct {
	kind   error
	status int
	title  string
}{
	{fault.NotFound, http.StatusNotFound, "Nothing here"},
	{fault.Denied, http.StatusForbidden, "Not for this role"},
	{fault.Conflict, http.StatusConflict, "Somebody was here first"},
	{fault.Closed, http.StatusConflict, "This is closed"},
	{fault.Invalid, http.StatusUnprocessableEntity, "This cannot be accepted"},
}

const brokenTitle = "Something broke on our side"

// fail renders an error that a handler returned; nil is nothing to do. A fault's own sentence is written for people
// and shown; any other error is ours, logged with the reference the page shows, and never shown itself. Where part of
// the answer is out already, the connection is broken off: a short file must not look like a whole one.
func (s *Server) fail(v *visit, err error) {
	if err == nil {
		return
	}
	if v.echo.Response().Committed {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) {
			level = slog.LevelInfo // whoever asked has left
		}
		s.Log.Log(v.ctx, level, "answer broken off", "id", v.By.RequestID, "path", v.echo.Request().URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	for _, name := range []string{"Content-Disposition", "Content-Type", "Content-Length"} {
		v.echo.Response().Header().Del(name) // of the file this would have been
	}
	status, title, text, reference := http.StatusInternalServerError, brokenTitle,
		"It has been written down. Nothing you entered was half done: an action either stands whole or not at all.", v.By.RequestID
	for _, f := range failures {
		if fault.Kind(err) == f.kind {
			status, title, text, reference = f.status, f.title, sentence(err), ""
			if technical(err) {
				text, reference = "What was sent contradicts what stands in the books.", v.By.RequestID
				s.Log.LogAttrs(v.ctx, slog.LevelWarn, "refused by the database", slog.String("id", reference), slog.Any("error", err))
			}
			break
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		status, title, text, reference = http.StatusRequestEntityTooLarge, "Too large", "At most 8 MB can be sent at once.", ""
	}
	if status == http.StatusInternalServerError {
		s.Log.LogAttrs(v.ctx, slog.LevelError, "request failed", slog.String("id", reference), slog.String("path", v.echo.Request().URL.Path), slog.Any("error", err))
	}
	props := ui.FailProps{Status: status, Title: title, Text: text, Reference: reference, Back: ui.Anchor{Label: "Home", Href: "/"}}
	if v.signedIn != nil {
		v.write(status, ui.Fail(props))
		return
	}
	if err := v.page(status, frame{Title: title}, ui.FailText(props)); err != nil {
		v.write(status, ui.Fail(props)) // the frame needs the database, which may be what broke
	}
}

// sentence is what the fault itself says, without the chain of what was being done, as a sentence. A list of fields is
// one sentence each.
func sentence(err error) string {
	for next := errors.Unwrap(err); next != nil && fault.Kind(next) != nil; next = errors.Unwrap(err) {
		err = next
	}
	return capital(strings.TrimRight(err.Error(), ".")) + "."
}

// technical says that a refusal is in PostgreSQL's words, which are for the log.
func technical(err error) bool {
	return postgres.Constraint(err) != "" || strings.Contains(err.Error(), "SQLSTATE")
}

// refuse is an error page for where there is no visit yet.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	props := ui.FailProps{Status: status, Title: title, Text: text, Back: ui.Anchor{Label: "Home", Href: "/"}}
	if err := ui.Fail(props).Render(r.Context(), w); err != nil {
		s.Log.Error("error page", "error", err)
	}
}
