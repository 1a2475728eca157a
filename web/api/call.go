package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"gopkg.in/yaml.v3"

	"ratable/internal/access"
	"ratable/internal/fault"
)

// call is one request with who makes it.
type call struct {
	*server
	echo  echo.Context
	about *about
	ctx   context.Context
	id    string
	by    access.Actor
	token int64
	raw   []byte     // the body as it was sent
	tree  *yaml.Node // the same as nodes that know their lines, where it is JSON
}

func (s *server) call(c echo.Context, a *about) *call {
	id := c.Response().Header().Get("X-Request-Id")
	if id == "" { // the API stands alone, as in a test of it
		raw := make([]byte, 6)
		rand.Read(raw)
		id = hex.EncodeToString(raw)
	}
	return &call{server: s, echo: c, about: a, ctx: c.Request().Context(), id: id}
}

// enter is what happens around every operation: who is it, may they, is what they sent of the right kind and size; then
// do it, and say it if it failed.
func (s *server) enter(c echo.Context, a *about, do func(*call) error) error {
	call := s.call(c, a)
	if err := call.attempt(do); err != nil {
		s.fail(call, err)
	}
	return nil
}

// attempt admits and handles a call. A panic is a failure of ours like any other: the caller gets the reference of a line
// in our log.
func (c *call) attempt(do func(*call) error) (err error) {
	defer func() {
		fell := recover()
		if fell == http.ErrAbortHandler {
			panic(fell)
		}
		if fell != nil {
			err = fmt.Errorf("panic: %v\n%s", fell, debug.Stack())
		}
	}()
	for _, step := range []func() error{c.admit, c.unescape, c.knownQuery, c.acceptable, c.plain, c.take} {
		if err := step(); err != nil {
			return err
		}
	}
	return do(c)
}

// admit finds out who calls. A call that needs no scope is nobody's.
func (c *call) admit() error {
	if c.about.admit != nil {
		return c.about.admit(c)
	}
	if c.about.scope == "" {
		return nil
	}
	secret, err := c.secret()
	if err != nil {
		return err
	}
	bearer, err := access.BearerOf(c.ctx, c.DB, secret, c.Now())
	if err != nil {
		return err
	}
	return c.admitted(bearer)
}

// secret is the token that the caller sent.
func (c *call) secret() (string, error) {
	secret, ok := strings.CutPrefix(c.echo.Request().Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", errNoToken
	}
	return strings.TrimSpace(secret), nil
}

// admitted checks that a live token opens the operation, and that its user sits at a desk that may.
func (c *call) admitted(b access.Bearer) error {
	if err := b.Require(c.about.scope); err != nil {
		return err
	}
	c.by, c.token = b.Actor, b.Token
	c.by.RequestID, c.by.IP = c.id, c.echo.RealIP()
	if err := c.by.Require(c.about.desks()...); err != nil {
		return err
	}
	c.noteUse(b)
	return c.slowDown()
}

// noteUse writes down once an hour that a token was used. A call does not fail by it.
func (c *call) noteUse(b access.Bearer) {
	now := c.Now()
	c.mu.Lock()
	last := c.noted[b.Token]
	if b.UsedAt != nil && last.Before(*b.UsedAt) {
		last = *b.UsedAt
	}
	due := last.Before(now.UTC().Truncate(time.Hour))
	if due {
		c.noted[b.Token] = now
	}
	c.mu.Unlock()
	if !due {
		return
	}
	if err := access.NoteUse(c.ctx, c.DB, b.Token, now); err != nil {
		c.Log.WarnContext(c.ctx, "the use of a token was not noted", "id", c.id, "error", err)
	}
}

// unescape gives the handlers the parameters of the address as they were meant.
func (c *call) unescape() error {
	values := c.echo.ParamValues()
	for i, v := range values {
		if !strings.Contains(v, "%") {
			continue
		}
		plain, err := url.PathUnescape(v)
		if err != nil {
			return fault.New(fault.NotFound, "there is nothing at this address")
		}
		values[i] = plain
	}
	return nil
}

// knownQuery refuses a parameter that the operation does not know, and one that is given twice: a filter spelled wrong
// would else answer with everything.
func (c *call) knownQuery() error {
	raw := c.echo.Request().URL.RawQuery
	if raw == "" {
		return nil
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return fault.New(fault.Invalid, "the part of the address behind the question mark cannot be read: %v", err)
	}
	var wrong []fault.Field
	for name, values := range query {
		switch known := slices.Contains(c.about.query, name); {
		case !known && len(c.about.query) == 0:
			wrong = append(wrong, fault.Field{Path: fault.Shown(name), Value: fault.Shown(values[0]), Message: "is not a parameter here; leave it out: there are none"})
		case !known:
			wrong = append(wrong, fault.Field{Path: fault.Shown(name), Value: fault.Shown(values[0]), Message: "is not a parameter here; there are " + strings.Join(c.about.query, ", ")})
		case len(values) > 1 && !slices.Contains(c.about.repeats, name):
			wrong = append(wrong, fault.Field{Path: name, Value: fault.Shown(strings.Join(values, ", ")), Message: "is given more than once; keep one"})
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return fault.InvalidFields(wrong...)
}

// take reads the body, bounded, and puts it back for whoever reads it next.
func (c *call) take() error {
	if c.about.streams || len(c.about.consumes) == 0 {
		return nil
	}
	r := c.echo.Request()
	if err := c.about.takes(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	most := c.about.most()
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		return err
	}
	if int64(len(body)) > most {
		return tooLarge(most)
	}
	c.raw, r.Body = body, io.NopCloser(bytes.NewReader(body))
	if c.about.document {
		return nil // read by a reader of its own
	}
	c.tree, err = jsonTree(body)
	return err
}

// body is what was sent; a hot route that streams reads it here.
func (c *call) body() ([]byte, error) {
	if c.about.streams {
		return io.ReadAll(c.echo.Request().Body)
	}
	return c.raw, nil
}

// unmatched turns echo's own "no such route" into ours.
func unmatched(err error) error {
	var he *echo.HTTPError
	if errors.As(err, &he) {
		switch he.Code {
		case http.StatusNotFound:
			return fault.New(fault.NotFound, "there is nothing at this address")
		case http.StatusMethodNotAllowed:
			return errMethod
		}
	}
	return err
}
