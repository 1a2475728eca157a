package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"ratable/entitlements"
)

// HotPrefix is where the addresses of entitlements begin.
const HotPrefix = "/v1/entitlements"

// isHot says that a request is for an answer from memory and has nothing about it that needs a second look.
func isHot(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, HotPrefix) && r.URL.RawPath == "" && strings.IndexByte(r.URL.Path, '%') < 0
}

// hot is bare with a short way: when the token was just seen, the answer is in memory and confirmed, and the caller asks for
// nothing unusual, the answer is written at once. Everything else goes the long way, which says the same.
func hot[I, O any](a about, do func(*call) error) operation {
	return operation{a, func(m *mounting, a about) {
		op := a.operation()
		huma.Register(m.paper, *op, func(context.Context, *I) (*streamed, error) { return nil, nil })
		a.finish(m.huma.OpenAPI(), reflect.TypeFor[O]())
		at := strings.NewReplacer("{", ":", "}", "").Replace(a.path)
		m.echo.Add(a.method, at, func(c echo.Context) error {
			if m.server.atOnce(c, &a) {
				return nil
			}
			c.Response().Header().Set("Cache-Control", "no-store")
			return m.server.enter(c, &a, do)
		})
	}}
}

// atOnce answers from memory, or says that it cannot.
func (s *server) atOnce(c echo.Context, a *about) bool {
	r := c.Request()
	given := r.Header["Authorization"]
	if len(given) != 1 || r.URL.RawQuery != "" || !takesJSON(r) {
		return false
	}
	secret, ok := strings.CutPrefix(given[0], "Bearer ")
	if !ok {
		return false
	}
	token, ok := s.Door.Seen(secret)
	if !ok || token.Require(a.scope) != nil || token.Actor.Require(a.desks()...) != nil {
		return false
	}
	names := c.ParamValues()
	held := s.Entitlements.Ready(names[0])
	if held == nil || token.Actor.CustomerID != 0 && token.Actor.CustomerID != int64(held.Customer.ID) {
		return false
	}
	said := held.Said
	if len(c.ParamNames()) > 1 {
		if said, ok = held.Feature(names[1]); !ok {
			return false
		}
	}
	w := c.Response().Writer
	h := w.Header()
	describe(h, said)
	h["Age"] = ageZero
	if tags := r.Header["If-None-Match"]; len(tags) == 1 && matches(tags[0], said.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	h["Content-Type"], h["Content-Length"] = jsonKind, said.Headers.Length
	w.Write(said.Body) // a caller who has left misses it
	return true
}

func takesJSON(r *http.Request) bool {
	accept := r.Header["Accept"]
	return len(accept) == 0 || len(accept) == 1 && slices.Contains(anyJSON, accept[0])
}

// anyJSON are what programs say; other wishes are looked at the long way.
var anyJSON = []string{"application/json", "*/*", "application/json, */*"}

// Header values as net/http keeps them: shared by all answers, never changed.
var (
	jsonKind = []string{"application/json"}
	private  = []string{"private, no-cache"}
	ageZero  = []string{"0"}
	nosniff  = []string{"nosniff"}
)

// describe sets the headers that go with what is said, under the names in which net/http keeps them.
func describe(h http.Header, said entitlements.Said) {
	h["Cache-Control"], h["X-Content-Type-Options"] = private, nosniff
	h["Etag"], h["X-Entitlements-Version"] = said.Headers.ETag, said.Headers.Version
}
