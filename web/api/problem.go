package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"ratable/internal/fault"
)

// problem is an error as RFC 9457 has it, with a list of fields as its extension member.
type problem struct {
	Type      string  `json:"type"`
	Title     string  `json:"title"`
	Status    int     `json:"status"`
	Detail    string  `json:"detail,omitempty"`
	Reference string  `json:"reference,omitempty"` // for a question to us: it stands in our log
	Errors    []field `json:"errors,omitempty"`
}

type field struct {
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Value   string `json:"value,omitempty"`
	Message string `json:"message"`
}

// kinds maps a fault to its status and title.
var kinds = []struct {
	kind   error
	status int
	title  string
}{
	{fault.NotFound, http.StatusNotFound, "Not found"},
	{fault.Denied, http.StatusForbidden, "Not allowed"},
	{fault.Conflict, http.StatusConflict, "Conflict"},
	{fault.Closed, http.StatusConflict, "Closed"},
	{fault.Invalid, http.StatusUnprocessableEntity, "Invalid"},
}

func problemOf(err error, id string) problem {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errNoToken):
		return problem{Title: "Who are you?", Status: http.StatusUnauthorized, Detail: err.Error()}
	case errors.As(err, &tooLarge):
		return problem{Title: "Too large", Status: http.StatusRequestEntityTooLarge, Detail: "send at most 16 MB at once"}
	}
	for _, k := range kinds {
		if fault.Kind(err) != k.kind {
			continue
		}
		p := problem{Title: k.title, Status: k.status, Detail: err.Error()}
		for _, f := range fault.Fields(err) {
			p.Errors = append(p.Errors, field{f.Path, f.Line, f.Value, f.Message})
		}
		return p
	}
	return problem{Title: "Something broke on our side", Status: http.StatusInternalServerError, Reference: id}
}

func (s *server) fail(c *call, err error) {
	p := problemOf(err, c.id)
	p.Type = "about:blank"
	if p.Status == http.StatusInternalServerError {
		s.Log.LogAttrs(c.ctx, slog.LevelError, "api call failed", slog.String("id", c.id), slog.String("path", c.echo.Request().URL.Path), slog.Any("error", err))
	}
	if p.Status == http.StatusUnauthorized {
		c.echo.Response().Header().Set("WWW-Authenticate", `Bearer realm="ratable"`)
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and numbers can be written
	}
	if err := c.echo.Blob(p.Status, "application/problem+json", body); err != nil {
		s.Log.Error("answer broke off", "id", c.id, "error", err)
	}
}
