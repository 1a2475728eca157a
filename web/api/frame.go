package api

import (
	"context"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/danielgtaylor/huma/v2/negotiation"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"ratable/internal/access"
)

// about is an operation as the document describes it and as the gate checks it.
type about struct {
	id      string // names the operation in the document and in generated clients: "list-invoices"
	method  string
	path    string // as OpenAPI writes it: /v1/invoices/{number}
	tag     string // a heading of the reference: one of tags
	scope   access.Scope
	roles   []access.Role // desks whose tokens may; nil: the staff. The verb behind it checks again
	summary string        // a few words, no full stop
	details string        // sentences: what it does, what it refuses

	status   int         // of the usual answer; 0: 200
	also     map[int]any // further answers, each with an example
	refuses  []int       // statuses beside those that go without saying
	request  any         // an example of the body, of the type that is read, or a text
	answer   any         // an example of the answer, of the type that is written, or a text
	consumes []string    // media types of the body; nil: JSON where there is a body
	produces []string    // media types of the answer; nil: JSON
	limit    int64       // bytes of the body; 0: 1 MB

	document bool // the body is a document that its own reader reads strictly (YAML or JSON), or no JSON at all
	streams  bool // a hot route: the body is left for the handler, and the token is not slowed down
	keyless  bool // a POST that needs no Idempotency-Key, because it changes nothing or counts once by itself

	admit    func(*call) error                         // instead of the token check of all others
	describe func(op *huma.Operation, r huma.Registry) // last word on what the document says

	query, repeats []string // names of query parameters, filled in by mount
}

// Desks of tokens. The verbs behind an operation check again.
var (
	staff   = []access.Role{access.Sales, access.Finance, access.Accountant, access.Support, access.Product, access.Admin, access.Auditor}
	writers = []access.Role{access.Sales, access.Finance}
	books   = []access.Role{access.Finance, access.Accountant, access.Auditor}
)

func (a *about) desks() []access.Role {
	if a.roles == nil {
		return staff
	}
	return a.roles
}

func (a *about) most() int64 {
	if a.limit == 0 {
		return usualBody
	}
	return a.limit
}

// changes says that the operation changes something and so keeps its answer under an Idempotency-Key.
func (a *about) changes() bool { return a.method != http.MethodGet && !a.keyless }

// takes refuses a body of a media type that nothing here reads. Without a Content-Type it is taken for the first.
func (a *about) takes(kind string) error {
	if kind == "" {
		return nil
	}
	base, _, err := mime.ParseMediaType(kind)
	if err != nil || !slices.Contains(a.consumes, base) {
		return refusal{http.StatusUnsupportedMediaType, "Content-Type", kind, "cannot be read here; send " + strings.Join(a.consumes, " or ")}
	}
	return nil
}

// plain refuses a body that is packed: what it would become is not bounded by what was sent.
func (c *call) plain() error {
	switch coding := c.echo.Request().Header.Get("Content-Encoding"); coding {
	case "", "identity":
		return nil
	default:
		return refusal{http.StatusUnsupportedMediaType, "Content-Encoding", coding, "is not unpacked here; send the body as it is"}
	}
}

// acceptable refuses a caller who would take no answer of ours.
func (c *call) acceptable() error {
	accept := c.echo.Request().Header.Get("Accept")
	if accept == "" || strings.Contains(accept, "*/*") || negotiation.SelectQValueFast(accept, c.about.produces) != "" {
		return nil
	}
	return refusal{http.StatusNotAcceptable, "Accept", accept, "names nothing that is answered here; there is " + strings.Join(c.about.produces, " and ")}
}

// operation is an entry of the API: what is said about it, and how it gets its address.
type operation struct {
	about
	mount func(*mounting, about)
}

// mounting is what operations are mounted on.
type mounting struct {
	server *server
	echo   *echo.Echo
	huma   huma.API
	paper  huma.API // the same document, without addresses
}

// onPaper is an adapter that gives no addresses: operations behind it stand in the document alone.
type onPaper struct{}

func (onPaper) Handle(*huma.Operation, func(huma.Context))   {}
func (onPaper) ServeHTTP(http.ResponseWriter, *http.Request) {}

// streamed is the answer of every operation: written by us, so that what was kept under a key is sent again as it was.
type streamed struct{ Body func(huma.Context) }

// read is an operation that changes nothing. I is a struct of parameters (tags path, query, header), O what is answered.
func read[I, O any](a about, do func(*call, *I) (O, error)) operation {
	return typed(a, reflect.TypeFor[O](), func(c *call, in *I) (answer, error) {
		out, err := do(c, in)
		if err != nil {
			return answer{}, err
		}
		return c.encode(out)
	})
}

// write is an operation that changes something: in one transaction, together with what is kept under its Idempotency-Key.
func write[I, O any](a about, do func(*call, pgx.Tx, *I) (O, error)) operation {
	return typed(a, reflect.TypeFor[O](), func(c *call, in *I) (answer, error) {
		return c.once(func(tx pgx.Tx) (answer, error) {
			out, err := do(c, tx, in)
			if err != nil {
				return answer{}, err
			}
			return c.encode(out)
		})
	})
}

// bare is an operation on the router itself, for hot routes and for documents with a reader of their own. I and O only
// describe it: I as for read, with a field Body where there is one.
func bare[I, O any](a about, do func(*call) error) operation {
	return operation{a, func(m *mounting, a about) {
		op := a.operation()
		huma.Register(m.paper, *op, func(context.Context, *I) (*streamed, error) { return nil, nil })
		a.finish(m.huma.OpenAPI(), reflect.TypeFor[O]())
		at := strings.NewReplacer("{", ":", "}", "").Replace(a.path)
		m.echo.Add(a.method, at, func(c echo.Context) error { return m.server.enter(c, &a, do) })
	}}
}

func typed[I any](a about, out reflect.Type, do func(*call, *I) (answer, error)) operation {
	return operation{a, func(m *mounting, a about) {
		op := a.operation()
		op.Metadata = map[string]any{"about": &a}
		huma.Register(m.huma, *op, func(ctx context.Context, in *I) (*streamed, error) {
			c := ctx.Value(callKey{}).(*call)
			got, err := do(c, in)
			return &streamed{func(huma.Context) {
				if err == nil {
					err = c.reply(got)
				}
				if err != nil {
					c.fail(c, err)
				}
			}}, nil
		})
		a.finish(m.huma.OpenAPI(), out)
	}}
}

type callKey struct{}

// gate is enter for the operations that huma reads.
func (s *server) gate(ctx huma.Context, next func(huma.Context)) {
	a := ctx.Operation().Metadata["about"].(*about)
	s.enter(humaecho.Unwrap(ctx), a, func(c *call) error {
		next(huma.WithValue(ctx, callKey{}, c))
		return nil
	})
}
