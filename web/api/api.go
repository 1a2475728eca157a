// Package api is the door for machines: usage events in, contract documents in and out, and whether we are up.
//
// It owns the JSON of requests and answers, bearer tokens with a scope, and errors as problem+json (RFC 9457) that name
// the field. It does not own the verbs behind them. It knows no cookie, so no other site can borrow one.
package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Config is what the API stands on.
type Config struct {
	DB    *postgres.DB
	Now   func() time.Time
	Today func() period.Date
	Log   *slog.Logger
}

// Prefixes are the addresses that New answers.
var Prefixes = []string{"/v1/", "/healthz", "/readyz"}

// maxBody bounds a request: ten thousand events with room to spare.
const maxBody = 16 << 20

// endpoint is an address, the scope a token must open, and what answers. Without a scope it is open to anybody.
type endpoint struct {
	method, path string
	scope        access.Scope
	handle       func(*call) error
}

func (s *server) endpoints() []endpoint {
	return []endpoint{
		{http.MethodGet, "/healthz", "", s.healthy},
		{http.MethodGet, "/readyz", "", s.ready},
		{http.MethodPost, "/v1/events", access.UsageWrite, s.takeEvents},
		{http.MethodPost, "/v1/contracts", access.ContractWrite, s.takeContract},
		{http.MethodGet, "/v1/contracts/:number", access.Read, s.giveContract},
		{http.MethodPost, "/v1/subscriptions", access.ContractWrite, s.takeSignUp},
		{http.MethodPost, "/v1/subscriptions/:number/changes", access.ContractWrite, s.takeChange},
	}
}

type server struct{ Config }

// call is one request with who makes it.
type call struct {
	echo echo.Context
	ctx  context.Context
	id   string
	by   access.Actor
}

// New returns the handler of all Prefixes.
func New(c Config) http.Handler {
	s := &server{c}
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.fail(newCall(c), unmatched(err)) }
	for _, p := range s.endpoints() {
		e.Add(p.method, p.path, func(c echo.Context) error {
			call := newCall(c)
			if err := s.attempt(call, p); err != nil {
				s.fail(call, err)
			}
			return nil
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		w.Header().Set("Cache-Control", "no-store")
		e.ServeHTTP(w, r)
	})
}

// attempt admits and handles a call. A panic is a failure of ours like any other: the caller gets the reference of a line
// in our log.
func (s *server) attempt(c *call, p endpoint) (err error) {
	defer func() {
		if fell := recover(); fell != nil {
			err = fmt.Errorf("panic: %v\n%s", fell, debug.Stack())
		}
	}()
	if err := s.admit(c, p.scope); err != nil {
		return err
	}
	return p.handle(c)
}

func newCall(c echo.Context) *call {
	id := c.Response().Header().Get("X-Request-Id")
	if id == "" { // the API stands alone, as in a test of it
		raw := make([]byte, 6)
		rand.Read(raw)
		id = hex.EncodeToString(raw)
	}
	return &call{echo: c, ctx: c.Request().Context(), id: id}
}

// errNoToken is told apart from a token that does not open the scope: 401 asks for one, 403 says it is not enough.
var errNoToken = errors.New("send an API token in the header Authorization: Bearer <token>")

// admit finds out who calls. A call that needs no scope is nobody's.
func (s *server) admit(c *call, scope access.Scope) error {
	if scope == "" {
		return nil
	}
	secret, ok := strings.CutPrefix(c.echo.Request().Header.Get("Authorization"), "Bearer ")
	if !ok {
		return errNoToken
	}
	by, err := access.ActorForToken(c.ctx, s.DB, strings.TrimSpace(secret), scope, s.Now())
	if err != nil {
		return err
	}
	by.RequestID, by.IP = c.id, c.echo.RealIP()
	c.by = by
	return nil
}

// unmatched turns echo's own "no such route" into ours.
func unmatched(err error) error {
	var he *echo.HTTPError
	if errors.As(err, &he) && (he.Code == http.StatusNotFound || he.Code == http.StatusMethodNotAllowed) {
		return fault.New(fault.NotFound, "there is nothing at this address")
	}
	return err
}

func (c *call) body() ([]byte, error) { return io.ReadAll(c.echo.Request().Body) }
