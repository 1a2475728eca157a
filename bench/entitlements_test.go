package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
	"ratable/web"
)

// entitledCustomers are in memory when answers are measured; so many of them have metered contracts with a cap besides.
const (
	entitledCustomers = 10_000
	meteredCustomers  = 1_000
)

// asked is how many connections ask at once, and pressed for how long each figure is measured.
const (
	asked   = 32
	pressed = 4 * time.Second
	rounds  = 8
)

// gateway is a server that answers entitlements and, on the same port, nothing at all.
type gateway struct {
	company *invoicingtest.Company
	db      *postgres.DB
	address string
	token   string
	cache   *entitlements.Cache
	loaded  float64 // seconds until every customer was in memory
}

var benchNow = time.Date(2026, time.March, 10, 15, 0, 0, 0, time.UTC)

func newGateway(b *testing.B) *gateway {
	b.Helper()
	g := &gateway{db: pgtest.New(b, postgres.MaxConns(16))}
	g.company = invoicingtest.New(b, g.db)
	g.promise(b)
	g.company.Crowd(b, entitledCustomers)
	g.meter(b)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	began := time.Now()
	now := func() time.Time { return benchNow.Add(time.Since(began)) }
	g.cache = entitlements.New(entitlements.Config{DB: g.db, Now: now, Log: quiet})
	door := access.NewDoor(g.db, now)
	start := time.Now()
	g.cache.Start(b.Context())
	must(b, g.cache.Confirm(b.Context()))
	g.loaded = since(start)
	door.Start(b.Context())
	b.Cleanup(g.cache.Stop)
	b.Cleanup(door.Stop)
	empty := echo.New()
	empty.GET("/empty", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	site := web.New(web.Config{DB: g.db, Sessions: access.NewSessions(g.db, false), Now: now, Log: quiet,
		Today: func() period.Date { return period.DateOf(now(), time.UTC) }, Entitlements: g.cache, Door: door})
	server := web.HTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/empty" {
			empty.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	g.address = listener.Addr().String()
	g.token = g.issue(b)
	return g
}

func (g *gateway) issue(b *testing.B) (token string) {
	b.Helper()
	must(b, g.db.Tx(b.Context(), func(tx pgx.Tx) error {
		robot, err := access.CreateUser(b.Context(), tx, access.NewUser{Email: "gateway@ratable.example", Name: "Gateway", Roles: []access.Role{access.Support}}, bencher)
		if err != nil {
			return err
		}
		token, _, err = access.IssueToken(b.Context(), tx, access.NewToken{User: robot.ID, Name: "bench", Scopes: []access.Scope{access.EntitlementRead}}, bencher)
		return err
	}))
	return token
}

// promise gives the company's products features.
func (g *gateway) promise(b *testing.B) {
	b.Helper()
	one, ten := decimal.NewFromInt(1), decimal.NewFromInt(10)
	must(b, g.db.Tx(b.Context(), func(tx pgx.Tx) error {
		sold, err := catalog.Load(b.Context(), tx)
		if err != nil {
			return err
		}
		for code, features := range map[string]map[string]catalog.Feature{
			"platform": {"sso": {On: true}, "seats": {PerUnit: &one, Unit: "seat"}, "workspaces": {Limit: &ten}}, "api": {"api": {Meter: "api.calls"}},
		} {
			p, _ := sold.Product(code, invoicingtest.Day("2026-01-01"))
			p.Features = features
			if _, err := catalog.AddProductVersion(b.Context(), tx, p, bencher); err != nil {
				return err
			}
		}
		return nil
	}))
}

// meter signs contracts with usage under a cap, and reports some.
func (g *gateway) meter(b *testing.B) {
	b.Helper()
	var documents []string
	var events []usage.Event
	for i := range meteredCustomers {
		documents = append(documents, fmt.Sprintf(`{contract: USE-%d, entity: rtus, customer: crowd-%d, currency: USD, term: {from: 2026-01-01, through: 2026-12-31},
			lines: [{id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.01}}}],
			caps: [{id: budget, kind: customer, lines: [calls], amount: 500, every: month, then: stop}]}`, i+1, i+1))
		events = append(events, g.event(fmt.Sprintf("first-%d", i), i+1))
	}
	g.company.Sign(b, documents...)
	_, err := usage.Ingest(b.Context(), g.db, events, benchNow, bencher)
	must(b, err)
}

func (g *gateway) event(id string, customer int) usage.Event {
	return usage.Event{Source: "bench", ID: id, Customer: fmt.Sprintf("crowd-%d", customer), Meter: "api.calls", OccurredAt: benchNow.Add(-time.Hour), Quantity: decimal.NewFromInt(10)}
}

// lines are connections that ask for an address each.
func (g *gateway) lines(b *testing.B, n int, path func(int) string) []*line {
	out := make([]*line, n)
	for i := range out {
		out[i] = dial(b, g.address, path(i), g.token)
	}
	return out
}

func nothing(int) string { return "/empty" }
func everything(i int) string {
	return fmt.Sprintf("/v1/entitlements/crowd-%d", i*31%entitledCustomers+1)
}
func oneFeature(i int) string { return everything(i) + "/seats" }

// billing issues invoices month by month until it is told to stop; it says how many.
func (g *gateway) billing(ctx context.Context, b *testing.B, month int) (documents int) {
	issued := func() (n int) {
		must(b, g.db.QueryRow(context.Background(), `select count(*) from invoicing.documents`).Scan(&n))
		return n
	}
	before := issued()
	for ; ctx.Err() == nil && month <= 12; month++ {
		if _, err := invoicing.Run(ctx, g.db, invoicing.Options{AsOf: period.NewDate(2026, time.Month(month), 1)}, g.company.Finance); err != nil && ctx.Err() == nil {
			b.Error(err)
		}
	}
	return issued() - before
}

// BenchmarkEntitlements: answers from memory against an empty handler on the same server, as fast as they go and at 1,500 and
// 5,000 a second, alone and while invoices are issued.
func BenchmarkEntitlements(b *testing.B) {
	g := newGateway(b)
	kinds := []struct {
		name  string
		lines []*line
	}{{"empty", g.lines(b, asked, nothing)}, {"feature", g.lines(b, asked, oneFeature)}, {"all", g.lines(b, asked, everything)}}
	for _, k := range kinds {
		flatOut(b, k.lines, pressed/8) // tokens seen, connections warm
	}
	for b.Loop() {
		b.ReportMetric(g.loaded, "s-cold-load")
		figures := map[string]float64{}
		for range rounds { // in turns: the machine is others' too
			for _, k := range kinds {
				figures[k.name] += flatOut(b, k.lines, pressed/rounds) / rounds
			}
		}
		b.ReportMetric(figures["empty"], "empty/s")
		b.ReportMetric(figures["feature"], "feature/s")
		b.ReportMetric(figures["feature"]/figures["empty"], "feature-of-empty")
		b.ReportMetric(figures["all"]/figures["empty"], "all-of-empty")
		month := 1
		for _, busy := range []bool{false, true} {
			for _, rate := range []int{1500, 5000} {
				for _, k := range kinds[:2] {
					word := fmt.Sprintf("%s-p99ms-%d", k.name, rate)
					var billed int
					took := g.while(b, busy, &month, &billed, func() []time.Duration { return openLoop(b, k.lines, rate, pressed) })
					if busy {
						word += "-billing"
						b.Logf("%s %d/s while %d invoices were issued: p50 %.2f, p99 %.2f, p99.9 %.2f ms", k.name, rate, billed, quantile(took, .5), quantile(took, .99), quantile(took, .999))
					}
					b.ReportMetric(quantile(took, .99), word)
				}
			}
		}
	}
}

// while measures, with invoices being issued beside it or not.
func (g *gateway) while(b *testing.B, busy bool, month, billed *int, measure func() []time.Duration) []time.Duration {
	if !busy {
		return measure()
	}
	ctx, stop := context.WithCancel(b.Context())
	var run sync.WaitGroup
	from := *month
	*month += 3
	run.Go(func() { *billed = g.billing(ctx, b, from) })
	defer run.Wait()
	defer stop()
	return measure()
}

// BenchmarkTellingNodes: what it costs those who write usage that every node is told: batches by several writers, with the
// notifications and without; then with nobody listening.
func BenchmarkTellingNodes(b *testing.B) {
	g := newGateway(b)
	owner := pgtest.Admin(b, g.db)
	const writers, batches, size = 4, 12, 500
	nth := 0
	write := func() float64 {
		nth++
		start := time.Now()
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for n := range batches {
					events := make([]usage.Event, size)
					for i := range events {
						events[i] = g.event(fmt.Sprintf("%d-%d-%d-%d", nth, w, n, i), (w*batches*size+n*size+i)%meteredCustomers+1)
					}
					if _, err := usage.Ingest(b.Context(), g.db, events, benchNow, bencher); err != nil {
						b.Error(err)
					}
				}
			})
		}
		writing.Wait()
		return writers * batches * size / since(start)
	}
	compare := func() (told, silent float64) {
		for range 3 { // in turns: the machine is others' too
			told += write() / 3
			alter(b, owner, "disable")
			silent += write() / 3
			alter(b, owner, "enable")
		}
		return told, silent
	}
	for b.Loop() {
		told, silent := compare()
		b.ReportMetric(told, "events/s")
		b.ReportMetric(told/silent, "of-silent")
		g.cache.Stop() // who listens works too, on this machine; what is left is the telling
		told, silent = compare()
		b.ReportMetric(told/silent, "of-silent-unheard")
	}
}

func alter(b *testing.B, owner *postgres.DB, how string) {
	b.Helper()
	for _, name := range strings.Fields("insert update delete") {
		_, err := owner.Exec(b.Context(), fmt.Sprintf("alter table usage.days %s trigger entitlements_touched_%s", how, name))
		must(b, err)
	}
}
