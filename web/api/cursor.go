package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Paged is what every list takes: embed it in its parameters.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at once" example:"50"`
	Cursor string `query:"cursor" maxLength:"600" doc:"Where to go on: next_cursor of the page before, with the same filters"`
}

func (p Paged) asked() Paged { return p }

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor,omitempty" doc:"Give it as cursor to get the next page; missing on the last"`
}

func (p page[T]) next() string { return p.Next }

// list is an operation that answers page by page. find returns at most limit things behind `after` (nil: from the start),
// and is asked for one more than the page holds, to know whether there is a next one; place says where a thing stands: K is
// the keyset, any type that JSON can write. view turns the things of the page into what is answered.
func list[I interface{ asked() Paged }, R, T, K any](a about, place func(R) K, find func(c *call, in *I, after *K, limit int) ([]R, error), view func(*call, postgres.Querier, []R) ([]T, error)) operation {
	return typed(a, reflect.TypeFor[page[T]](), func(c *call, in *I) (answer, error) {
		p := (*in).asked()
		var after *K
		if p.Cursor != "" {
			after = new(K)
			if err := c.openCursor(p.Cursor, after); err != nil {
				return answer{}, err
			}
		}
		found, err := find(c, in, after, p.Limit+1)
		if err != nil {
			return answer{}, err
		}
		out := page[T]{}
		if len(found) > p.Limit {
			found = found[:p.Limit]
			out.Next = c.sealCursor(place(found[p.Limit-1]))
		}
		if out.Items, err = view(c, c.DB, found); err != nil {
			return answer{}, err
		}
		if out.Items == nil {
			out.Items = []T{}
		}
		return c.encode(out)
	})
}

// each is the view of a list whose things stand for themselves.
func each[R, T any](one func(R) T) func(*call, postgres.Querier, []R) ([]T, error) {
	return func(_ *call, _ postgres.Querier, found []R) ([]T, error) {
		out := make([]T, len(found))
		for i, x := range found {
			out[i] = one(x)
		}
		return out, nil
	}
}

// A cursor is the place in the list and a checksum over the place, the operation and the filters: one that was cut,
// guessed or taken from another list is told from one of ours. It opens nothing that its bearer may not read anyway.
const sumLength = 12

func (c *call) sealCursor(at any) string {
	text, err := json.Marshal(at)
	if err != nil {
		panic(err) // texts, numbers and days
	}
	return base64.RawURLEncoding.EncodeToString(append(c.cursorSum(text), text...))
}

func (c *call) openCursor(cursor string, into any) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(raw) > sumLength && bytes.Equal(raw[:sumLength], c.cursorSum(raw[sumLength:])) && json.Unmarshal(raw[sumLength:], into) == nil {
		return nil
	}
	return fault.InvalidFields(fault.Field{Path: "cursor", Value: fault.Shown(cursor),
		Message: "is not next_cursor of a page with these filters; begin again without it"})
}

func (c *call) cursorSum(text []byte) []byte {
	h := sha256.New()
	h.Write([]byte("cursor 1\n" + c.about.id + "\n" + c.echo.Request().URL.Path + "\n" + c.filters().Encode() + "\n"))
	h.Write(text)
	return h.Sum(nil)[:sumLength]
}

// filters are the parameters without those of paging.
func (c *call) filters() url.Values {
	query := c.echo.Request().URL.Query()
	query.Del("cursor")
	query.Del("limit")
	return query
}

// nextLink is the header that leads on, as RFC 8288 has it.
func (c *call) nextLink(cursor string) string {
	query := c.filters()
	query.Set("cursor", cursor)
	if limit := c.echo.QueryParam("limit"); limit != "" {
		if _, err := strconv.Atoi(limit); err == nil {
			query.Set("limit", limit)
		}
	}
	return "<" + c.echo.Request().URL.EscapedPath() + "?" + query.Encode() + `>; rel="next"`
}
