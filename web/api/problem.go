package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"ratable/internal/fault"
)

// problem is an error as RFC 9457 has it, with a list of fields as its extension member.
type problem struct {
	Type      string  `json:"type" doc:"about:blank: the title and the status say all" example:"about:blank"`
	Title     string  `json:"title" doc:"What kind of refusal this is" example:"Invalid"`
	Status    int     `json:"status" doc:"The HTTP status" example:"422"`
	Detail    string  `json:"detail,omitempty" doc:"This one case in words" example:"lines[0].fixed.quantity: must be more than zero (-25)"`
	Reference string  `json:"reference,omitempty" doc:"With a failure of ours: what to quote when you ask us about it" example:"5f3a9c0b11d2"`
	Errors    []field `json:"errors,omitempty" doc:"Everything that is wrong with what was sent"`
}

type field struct {
	Path    string `json:"path,omitempty" doc:"Where: a key of the body, a parameter or a header" example:"lines[0].fixed.quantity"`
	Line    int    `json:"line,omitempty" doc:"The line of the body, from 1" example:"9"`
	Value   string `json:"value,omitempty" doc:"What was sent" example:"-25"`
	Message string `json:"message" doc:"What is wrong, and the way out" example:"must be more than zero"`
}

// Error and GetStatus make a problem what huma answers with.
func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// errNoToken is told apart from a token that does not open the scope: 401 asks for one, 403 says it is not enough.
var (
	errNoToken = errors.New("send an API token in the header Authorization: Bearer <token>")
	errMethod  = errors.New("this address does not answer this method; see the header Allow")
)

// refusal is one that is about the request and not about what it asks for: a header, a size, a rate.
type refusal struct {
	status               int
	path, value, message string
}

func (r refusal) Error() string {
	return fault.Field{Path: r.path, Value: fault.Shown(r.value), Message: r.message}.String()
}

func tooLarge(most int64) error {
	size := fmt.Sprintf("%d KB", most>>10)
	if most >= 1<<20 {
		size = fmt.Sprintf("%d MB", most>>20)
	}
	return refusal{status: http.StatusRequestEntityTooLarge, message: "send at most " + size + " at once"}
}

var titles = map[int]string{
	http.StatusUnauthorized: "Who are you?", http.StatusForbidden: "Not allowed", http.StatusNotFound: "Not found",
	http.StatusMethodNotAllowed: "Method not allowed", http.StatusNotAcceptable: "Not acceptable", http.StatusConflict: "Conflict",
	http.StatusRequestEntityTooLarge: "Too large", http.StatusUnsupportedMediaType: "Unsupported media type",
	http.StatusUnprocessableEntity: "Invalid", http.StatusTooManyRequests: "Too many requests",
	http.StatusInternalServerError: "Something broke on our side",
}

// kinds maps a fault to its status and title.
var kinds = []struct {
	kind   error
	status int
	title  string
}{
	{fault.NotFound, http.StatusNotFound, titles[http.StatusNotFound]},
	{fault.Denied, http.StatusForbidden, titles[http.StatusForbidden]},
	{fault.Conflict, http.StatusConflict, titles[http.StatusConflict]},
	{fault.Closed, http.StatusConflict, "Closed"},
	{fault.Invalid, http.StatusUnprocessableEntity, titles[http.StatusUnprocessableEntity]},
}

func problemOf(err error, id string) *problem {
	var large *http.MaxBytesError
	var refused refusal
	var ready *problem
	switch {
	case errors.As(err, &ready):
		return ready
	case errors.Is(err, errNoToken):
		return newProblem(http.StatusUnauthorized, err.Error())
	case errors.Is(err, errMethod):
		return newProblem(http.StatusMethodNotAllowed, err.Error())
	case errors.As(err, &large):
		return newProblem(http.StatusRequestEntityTooLarge, tooLarge(maxBody).Error())
	case errors.As(err, &refused):
		p := newProblem(refused.status, refused.Error())
		if refused.path != "" {
			p.Errors = []field{{Path: refused.path, Value: fault.Shown(refused.value), Message: refused.message}}
		}
		return p
	}
	for _, k := range kinds {
		if fault.Kind(err) != k.kind {
			continue
		}
		p := &problem{Type: "about:blank", Title: k.title, Status: k.status, Detail: err.Error()}
		for _, f := range fault.Fields(err) {
			p.Errors = append(p.Errors, field{f.Path, f.Line, f.Value, f.Message})
		}
		return p
	}
	p := newProblem(http.StatusInternalServerError, "")
	p.Reference = id
	return p
}

func newProblem(status int, detail string) *problem {
	title := titles[status]
	if title == "" {
		title = http.StatusText(status)
	}
	return &problem{Type: "about:blank", Title: title, Status: status, Detail: detail}
}

// callerLeft is the status of the log for a call whose caller hung up: no answer of ours, and no failure.
const callerLeft = 499

// fail says what went wrong. Where part of an answer is out already nothing can be said any more: the connection breaks off,
// so that nobody takes the part for the whole.
func (s *server) fail(c *call, err error) {
	if c.ctx.Err() != nil && fault.Kind(err) == nil {
		if !c.echo.Response().Committed {
			c.echo.Response().WriteHeader(callerLeft)
		}
		return
	}
	if c.echo.Response().Committed {
		s.Log.LogAttrs(c.ctx, slog.LevelError, "answer broke off", slog.String("id", c.id), slog.String("path", c.echo.Request().URL.Path), slog.Any("error", err))
		panic(http.ErrAbortHandler)
	}
	p := problemOf(err, c.id)
	header := c.echo.Response().Header()
	switch p.Status {
	case http.StatusInternalServerError:
		s.Log.LogAttrs(c.ctx, slog.LevelError, "api call failed", slog.String("id", c.id), slog.String("path", c.echo.Request().URL.Path), slog.Any("error", err))
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer realm="ratable"`)
	case http.StatusTooManyRequests:
		header.Set("Retry-After", "1")
	}
	for _, f := range p.Errors {
		if f.Line == 0 && c.tree != nil && f.Path != "" {
			p.place(c)
			break
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and numbers can be written
	}
	if err := c.echo.Blob(p.Status, "application/problem+json", body); err != nil {
		s.Log.Error("answer broke off", "id", c.id, "error", err)
	}
}

// detail lists fields as fault.InvalidFields does.
func detail(fields []field) string {
	lines := make([]string, len(fields))
	for i, f := range fields {
		lines[i] = fault.Field{Path: f.Path, Line: f.Line, Value: f.Value, Message: f.Message}.String()
	}
	return strings.Join(lines, "\n")
}
