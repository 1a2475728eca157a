package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// answer is what goes back, as bytes: the same when it is sent again from under its key.
type answer struct {
	status   int
	kind     string // media type; empty without a body
	location string
	link     string // of the next page
	name     string // of a file
	body     []byte
	kept     []byte // what is kept under a key instead of the body; nil: the body
	replayed bool
}

// file is an answer that is no JSON.
type file struct {
	kind, name string
	body       []byte
}

// none is the answer of an operation that has nothing to say.
type none struct{}

// secretive is an answer with a secret in it, which is said once and kept nowhere but where it is needed.
type secretive interface{ withoutSecret() any }

// placed is an answer that was created at an address; coded is one whose status depends on what happened (0: the usual one).
type (
	placed interface{ location() string }
	coded  interface{ code() int }
)

// encode writes what a handler answers.
func (c *call) encode(out any) (answer, error) {
	a := answer{status: c.about.success(), kind: "application/json"}
	switch v := out.(type) {
	case file:
		a.kind, a.name, a.body = v.kind, v.name, v.body
		return a, nil
	case none:
		return answer{status: http.StatusNoContent}, nil
	}
	if p, ok := out.(placed); ok {
		a.location = p.location()
	}
	if p, ok := out.(coded); ok && p.code() != 0 {
		a.status = p.code()
	}
	if p, ok := out.(interface{ next() string }); ok && p.next() != "" {
		a.link = c.nextLink(p.next())
	}
	body, err := json.Marshal(out)
	if err != nil {
		return answer{}, fmt.Errorf("write the answer of %s: %w", c.about.id, err)
	}
	a.body = body
	if p, ok := out.(secretive); ok {
		if a.kept, err = json.Marshal(p.withoutSecret()); err != nil {
			return answer{}, fmt.Errorf("write the answer of %s: %w", c.about.id, err)
		}
	}
	return a, nil
}

// reply sends an answer.
func (c *call) reply(a answer) error {
	header := c.echo.Response().Header()
	set := func(name, value string) {
		if value != "" {
			header.Set(name, value)
		}
	}
	set("Location", a.location)
	set("Link", a.link)
	if a.name != "" {
		set("Content-Disposition", `attachment; filename="`+strings.Map(plainName, a.name)+`"`)
	}
	if a.replayed {
		set(replayedHeader, "true")
	}
	if a.kind == "" {
		return c.echo.NoContent(a.status)
	}
	return c.echo.Blob(a.status, a.kind, a.body)
}

// plainName keeps what stands in a file's name on every system.
func plainName(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_' {
		return r
	}
	return '_'
}

func (a *about) success() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
