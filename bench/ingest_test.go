package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
	"ratable/web/webtest"
)

const (
	events = 200_000
	users  = 100 // customers whose events come interleaved, as they do from a gateway
)

// sent is how events come over HTTP: so many a request, over so many connections.
var sent = []struct{ request, senders int }{{1_000, 4}, {100, 4}, {100, 32}}

// measured is the i-th event of a day: every customer uses something once in 43 seconds.
func measured(i int) (id, customer, at string, quantity int) {
	at = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 432 * time.Millisecond).Format(time.RFC3339Nano)
	return fmt.Sprintf("%09d", i), fmt.Sprintf("crowd-%d", i%users+1), at, i % 977
}

// reportIngest says how the time compares with COPY of the rows that had to be
// written, the events and their keys; and with that of the events alone, as if
// nothing had to count once. The rollups, found by the way, are in neither.
func reportIngest(b *testing.B, db *postgres.DB, took float64) {
	b.Helper()
	owner := pgtest.Admin(b, db)
	var stored int
	must(b, db.QueryRow(b.Context(), `select count(*) from usage.events`).Scan(&stored))
	if stored != events {
		b.Fatalf("%d of %d events are stored", stored, events)
	}
	alone := bare(b, owner, "usage.events")
	limit := alone + bare(b, owner, "usage.keys")
	b.ReportMetric(events/took, "events/s")
	b.ReportMetric(limit/took, "of-COPY")
	b.ReportMetric(alone/took, "of-COPY-of-events-alone")
}

// BenchmarkIngestOfUsageFromCSV: events accepted with idempotency and rollups.
func BenchmarkIngestOfUsageFromCSV(b *testing.B) {
	db := pgtest.New(b)
	invoicingtest.New(b, db).Crowd(b, users)
	var file strings.Builder
	file.WriteString("source,id,customer,meter,occurred_at,quantity\n")
	for i := range events {
		id, customer, at, quantity := measured(i)
		fmt.Fprintf(&file, "edge,%s,%s,api.calls,%s,%d\n", id, customer, at, quantity)
	}
	for b.Loop() {
		start := time.Now()
		receipt, err := usage.ImportCSV(b.Context(), db, strings.NewReader(file.String()), webtest.Now, bencher, func(usage.Receipt) {})
		took := since(start)
		must(b, err)
		if receipt.Accepted != events {
			b.Fatalf("accepted %d of %d events: %+v", receipt.Accepted, events, receipt.Quarantined)
		}
		reportIngest(b, db, took)
	}
}

// BenchmarkIngestOfUsageOverHTTP: the same events as CloudEvents, in batches over
// several connections to the whole server; the first way also while the same process
// issues invoices.
func BenchmarkIngestOfUsageOverHTTP(b *testing.B) {
	for _, s := range sent {
		b.Run(fmt.Sprintf("%d-a-request-by-%d", s.request, s.senders), func(b *testing.B) { overHTTP(b, s.request, s.senders, users) })
	}
	b.Run("1000-a-request-by-4-billing", func(b *testing.B) { overHTTP(b, 1_000, 4, billed) })
}

// billed is how many customers are invoiced month by month while events come in.
const billed = 5_000

// billAside issues invoices month by month until it is told to stop, and reports how many.
func billAside(ctx context.Context, b *testing.B, company *invoicingtest.Company) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var run sync.WaitGroup
	issued := 0
	run.Go(func() {
		for month := time.January; ctx.Err() == nil && month <= time.December; month++ {
			r, err := invoicing.Run(ctx, company.DB, invoicing.Options{AsOf: period.NewDate(2026, month, 1)}, company.Finance)
			if err != nil && ctx.Err() == nil {
				b.Error(err)
			}
			issued += r.Issued.Documents
		}
	})
	return func() {
		cancel()
		run.Wait()
		b.ReportMetric(float64(issued), "invoices-meanwhile")
	}
}

// overHTTP sends everything; with more customers than send, all of them are invoiced meanwhile.
func overHTTP(b *testing.B, request, senders, customers int) {
	site := webtest.New(b)
	company := invoicingtest.New(b, site.DB)
	company.Crowd(b, customers)
	token := tokenFor(b, site)
	bodies := make([][]byte, events/request)
	for n := range bodies {
		var body bytes.Buffer
		for i := n * request; i < (n+1)*request; i++ {
			id, customer, at, quantity := measured(i)
			fmt.Fprintf(&body, `%c{"specversion":"1.0","source":"edge","id":"%s","type":"api.calls","subject":"%s","time":"%s","data":{"quantity":%d}}`,
				"[,"[min(1, i-n*request)], id, customer, at, quantity)
		}
		body.WriteByte(']')
		bodies[n] = body.Bytes()
	}
	for b.Loop() {
		done := func() {}
		if customers > users {
			done = billAside(b.Context(), b, company)
		}
		start := time.Now()
		var sending sync.WaitGroup
		var next atomic.Int64
		for range senders {
			sending.Go(func() {
				for n := next.Add(1) - 1; n < int64(len(bodies)); n = next.Add(1) - 1 {
					if err := send(b.Context(), site.Server.URL+"/v1/events", token, bodies[n]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		sending.Wait()
		took := since(start)
		done()
		reportIngest(b, site.DB, took)
	}
}

func send(ctx context.Context, url, token string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("%s: %s", answer.Status, said)
	}
	return err
}

// tokenFor lets a machine send usage.
func tokenFor(b *testing.B, site *webtest.Site) (token string) {
	b.Helper()
	admin, robot := site.User("Admin", access.Admin), site.User("Robot", access.Product)
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: robot.UserID, Name: "bench", Scopes: []access.Scope{access.UsageWrite}}, admin)
		return err
	})
	return token
}
