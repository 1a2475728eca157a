package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"ratable/internal/period"
)

func quiet() *server {
	return &server{Config: Config{Now: func() time.Time { return time.Unix(0, 0) }, Today: func() period.Date { return period.NewDate(2026, 4, 15) },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rate: Usual}}
}

func TestTheDocumentHasEveryRouteAndNoOther(t *testing.T) {
	s, e := quiet(), echo.New()
	s.mount(e)
	routes := map[string]bool{}
	for _, r := range e.Routes() {
		if r.Method != echo.RouteNotFound {
			routes[r.Method+" "+r.Path] = true
		}
	}
	for path, item := range s.document.openAPI.Paths {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			op := operationAt(s.document.openAPI, method, path)
			if op == nil {
				continue
			}
			at := method + " " + strings.NewReplacer("{", ":", "}", "").Replace(path)
			if !routes[at] {
				t.Errorf("the document has %s %s, and nothing answers it", method, path)
			}
			delete(routes, at)
		}
		_ = item
	}
	for at := range routes {
		t.Errorf("%s is answered and not in the document", at)
	}
}

func TestEveryOperationSaysWhatItIsAndShowsIt(t *testing.T) {
	s := quiet()
	s.mount(echo.New())
	for _, o := range s.operations() {
		op := operationAt(s.document.openAPI, o.method, o.path)
		if op.Summary == "" || strings.HasSuffix(op.Summary, ".") || len(op.Tags) != 1 {
			t.Errorf("%s: the summary is %q under %v", o.id, op.Summary, op.Tags)
		}
		if o.scope == "" && o.tag != tagState {
			t.Errorf("%s has no scope", o.id)
		}
		if o.scope != "" && (o.scope.Says() == "" || !strings.Contains(op.Description, "Scope: `"+string(o.scope)+"`")) {
			t.Errorf("%s does not say its scope: %q", o.id, op.Description)
		}
		if writes := strings.HasSuffix(string(o.scope), ":write"); o.method == http.MethodGet && writes {
			t.Errorf("%s reads under %s", o.id, o.scope)
		}
		if op.RequestBody != nil && o.request == nil {
			t.Errorf("%s shows no example of its body", o.id)
		}
		if o.answer == nil && len(o.produces) == 0 && o.success() != http.StatusNoContent {
			t.Errorf("%s shows no example of its answer", o.id)
		}
		for _, p := range op.Parameters {
			if p.Ref == "" && p.In == "path" && len(p.Schema.Examples) == 0 {
				t.Errorf("%s: the parameter %s has no example", o.id, p.Name)
			}
		}
		problems := 0
		for code := range op.Responses {
			if code[0] == '4' || code[0] == '5' {
				problems++
			}
		}
		if problems == 0 {
			t.Errorf("%s says nothing about refusals", o.id)
		}
	}
}

func TestAPanicIsAFailureOfOursWithAReference(t *testing.T) {
	s, e := quiet(), echo.New()
	for _, fell := range []any{"a cause of ours", errors.New("another")} {
		c := e.NewContext(httptest.NewRequest(http.MethodGet, "/v1/nothing", nil), httptest.NewRecorder())
		if err := s.enter(c, &about{}, func(*call) error { panic(fell) }); err != nil {
			t.Fatal(err)
		}
		w := c.Response().Writer.(*httptest.ResponseRecorder)
		if body := w.Body.String(); w.Code != http.StatusInternalServerError || !strings.Contains(body, `"reference":"`) || strings.Contains(body, "ours\"") || strings.Contains(body, "cause") {
			t.Errorf("the caller is told %d %s", w.Code, body)
		}
	}
}

func TestHalfAnAnswerBreaksOffAndACallerWhoLeftIsNoFailureOfOurs(t *testing.T) {
	said := &strings.Builder{}
	s := quiet()
	s.Log = slog.New(slog.NewTextHandler(said, nil))
	e := echo.New()
	c := e.NewContext(httptest.NewRequest(http.MethodGet, "/v1/nothing", nil), httptest.NewRecorder())
	func() {
		defer func() {
			if fell := recover(); fell != http.ErrAbortHandler {
				t.Errorf("half a file ends with %v, and the connection does not break off", fell)
			}
		}()
		_ = s.enter(c, &about{}, func(call *call) error {
			if _, err := call.echo.Response().Write([]byte("half")); err != nil {
				return err
			}
			return errors.New("the database went away")
		})
	}()
	if w := c.Response().Writer.(*httptest.ResponseRecorder); w.Body.String() != "half" || !strings.Contains(said.String(), "answer broke off") {
		t.Errorf("behind half a file there stands %q; the log says %s", w.Body, said)
	}
	said.Reset()
	left, leave := context.WithCancel(t.Context())
	c = e.NewContext(httptest.NewRequest(http.MethodGet, "/v1/nothing", nil).WithContext(left), httptest.NewRecorder())
	leave()
	if err := s.enter(c, &about{}, func(call *call) error { return call.ctx.Err() }); err != nil {
		t.Fatal(err)
	}
	if c.Response().Status != callerLeft || strings.Contains(said.String(), "ERROR") {
		t.Errorf("a caller who left is logged with %d and %s", c.Response().Status, said)
	}
}

func TestOneTokenCannotLetCallsWaitWithoutEnd(t *testing.T) {
	s := quiet()
	s.waits = map[int64]int{}
	hog, other := &call{server: s, token: 1}, &call{server: s, token: 2}
	var ends []func()
	for i := range mostWaits {
		done, err := hog.wait()
		if err != nil {
			t.Fatalf("call %d may not wait: %v", i+1, err)
		}
		ends = append(ends, done)
	}
	if _, err := hog.wait(); problemOf(err, "").Status != http.StatusTooManyRequests {
		t.Errorf("one more is answered %v", err)
	}
	done, err := other.wait()
	if err != nil {
		t.Errorf("another token may not wait: %v", err)
	}
	done()
	for _, end := range ends {
		end()
	}
	if len(s.waits) != 0 {
		t.Errorf("when all are answered there still wait %v", s.waits)
	}
}
