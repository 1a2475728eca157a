// Package api is the door for machines: usage in, contracts and customers in and out, invoices, payments and books to read.
//
// It owns the JSON of requests and answers, the OpenAPI document that describes them (made from the same types that are
// read and written), bearer tokens with a scope, idempotency keys, cursors, and errors as problem+json (RFC 9457) that
// name the field. It does not own the verbs behind them. It knows no cookie, so no other site can borrow one.
//
// Invariants, each with a test: an address is answered exactly when the document describes it; what an operation answers
// fits its schema; the effect of a request and what is kept under its Idempotency-Key are written together or not at all.
package api

import (
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// Config is what the API stands on.
type Config struct {
	DB    *postgres.DB
	Now   func() time.Time
	Today func() period.Date
	Log   *slog.Logger
	Rate  Rate // zero: Usual

	Entitlements *entitlements.Cache // nil: one that follows nothing and asks the database each time
	Door         *access.Door        // the same for tokens
	Webhooks     webhook.Guard       // which addresses endpoints may have; zero: the public Internet, over https
}

// Rate is how often one token may call what is no hot route.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Usual is generous for a program and stops a loop that went wrong.
var Usual = Rate{PerSecond: 200, Burst: 1000}

// Prefixes are the addresses that New answers.
var Prefixes = []string{"/v1/", "/healthz", "/readyz"}

type server struct {
	Config
	document document
	mu       sync.Mutex
	limits   map[int64]*rate.Limiter
	noted    map[int64]time.Time // when a token's use was last written down
	waits    map[int64]int       // calls of a token that wait for a change; 0: of all
}

// operations is everything that the API answers, by noun.
func (s *server) operations() []operation {
	return slices.Concat(
		s.stateOperations(), s.documentOperations(),
		s.customerOperations(), s.contractOperations(), s.subscriptionOperations(), s.catalogOperations(),
		s.eventOperations(), s.correctionOperations(), s.quarantineOperations(), s.readingOperations(), s.spendOperations(), s.entitlementOperations(),
		s.invoiceOperations(), s.behindOperations(), s.paymentOperations(), s.bookOperations(),
		s.importOperations(), s.webhookOperations())
}

// New returns the handler of all Prefixes.
func New(c Config) http.Handler {
	if c.Rate == (Rate{}) {
		c.Rate = Usual
	}
	if c.Entitlements == nil {
		c.Entitlements = entitlements.New(entitlements.Config{DB: c.DB, Now: c.Now, Log: c.Log})
	}
	if c.Door == nil {
		c.Door = access.NewDoor(c.DB, c.Now)
	}
	s := &server{Config: c, limits: map[int64]*rate.Limiter{}, noted: map[int64]time.Time{}, waits: map[int64]int{}}
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.fail(s.call(c, nil), unmatched(err)) }
	s.mount(e)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isHot(r) {
			e.ServeHTTP(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		w.Header().Set("Cache-Control", "no-store")
		if escaped := r.URL.EscapedPath(); escaped != r.URL.Path {
			r.URL.RawPath = escaped // so that parameters come escaped, always, and are unescaped once
		}
		e.ServeHTTP(w, r)
	})
}

// mount gives every operation its address and its place in the document.
func (s *server) mount(e *echo.Echo) {
	config := huma.Config{OpenAPI: newOpenAPI(), Formats: map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "application/problem+json": huma.DefaultJSONFormat}}
	m := mounting{server: s, echo: e, huma: humaecho.New(e, config), paper: huma.NewAPI(config, onPaper{})}
	m.huma.UseMiddleware(s.gate)
	for _, o := range s.operations() {
		o.mount(&m, o.about)
	}
	s.document.openAPI = m.huma.OpenAPI()
}
