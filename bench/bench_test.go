package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/revrec"
)

const (
	invoices = 2_000
	postings = 1_000_000
)

var bencher = access.System("bench")

// since is how long a step took, in seconds.
func since(start time.Time) float64 { return time.Since(start).Seconds() }

// must ends the benchmark: a figure of half a run would be a lie.
func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// bare copies the rows of a table into one of the same shape with the same
// indexes, by COPY in and nothing else: the limit of the same work.
func bare(b *testing.B, owner *postgres.DB, table string) float64 {
	b.Helper()
	ctx := context.Background()
	empty := strings.Replace(table, ".", ".bare_", 1)
	_, err := owner.Exec(ctx, "create table "+empty+" (like "+table+" including all)")
	must(b, err)
	rows, err := owner.Query(ctx, "select * from "+table)
	must(b, err)
	var columns []string
	for _, f := range rows.FieldDescriptions() {
		columns = append(columns, f.Name)
	}
	var values [][]any
	for rows.Next() {
		v, err := rows.Values()
		must(b, err)
		values = append(values, v)
	}
	must(b, rows.Err())
	schema, name, _ := strings.Cut(empty, ".")
	start := time.Now()
	must(b, owner.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{schema, name}, columns, pgx.CopyFromRows(values))
		return err
	}))
	return since(start)
}

// BenchmarkInvoiceRun: a month's invoices for many customers, issued, booked and
// put in the outbox, and then drawn; with the share of each.
func BenchmarkInvoiceRun(b *testing.B) {
	w := &watch{}
	db := pgtest.New(b, postgres.Traced(w))
	company := invoicingtest.New(b, db)
	company.Crowd(b, invoices)
	asOf := invoicingtest.Day("2026-01-01")
	for b.Loop() {
		w.reset()
		start := time.Now()
		r, err := invoicing.Run(b.Context(), db, invoicing.Options{AsOf: asOf}, company.Finance)
		run, waited := since(start), w.reset().Seconds()
		must(b, err)
		if r.Issued.Documents != invoices || len(r.Failures) > 0 {
			b.Fatalf("issued %d documents of %d, %d failures", r.Issued.Documents, invoices, len(r.Failures))
		}
		drawn := draw(b, db)
		owner := pgtest.Admin(b, db)
		var limit float64
		for _, table := range []string{"invoicing.documents", "invoicing.numbers", "invoicing.lines", "invoicing.tax_lines",
			"ledger.entries", "ledger.postings", "ledger.billed", "mail.outbox"} {
			limit += bare(b, owner, table)
		}
		whole := run + drawn
		b.ReportMetric(invoices/run, "invoices/s")
		b.ReportMetric(invoices/drawn, "PDF/s")
		b.ReportMetric(100*waited/whole, "%database")
		b.ReportMetric(100*drawn/whole, "%PDF")
		b.ReportMetric(100*(run-waited)/whole, "%own")
		b.ReportMetric(limit/run, "of-COPY")
	}
}

// draw renders every document, as the outbox does one by one.
func draw(b *testing.B, db *postgres.DB) float64 {
	b.Helper()
	rows, err := invoicing.List(b.Context(), db, invoicing.Filter{Limit: invoices})
	must(b, err)
	var documents []invoicing.Document
	for _, r := range rows {
		d, err := invoicing.Get(b.Context(), db, r.Number)
		must(b, err)
		documents = append(documents, d.Document)
	}
	start := time.Now()
	for _, d := range documents {
		_, err := invoicing.PDF(d)
		must(b, err)
	}
	return since(start)
}

// BenchmarkRevenueRun: a year of schedules planned and its first half
// recognized, against COPY of the same rows.
func BenchmarkRevenueRun(b *testing.B) {
	w := &watch{}
	db := pgtest.New(b, postgres.Traced(w))
	company := invoicingtest.New(b, db)
	company.Crowd(b, invoices)
	for b.Loop() {
		w.reset()
		start := time.Now()
		r, err := revrec.Run(b.Context(), db, revrec.Options{AsOf: invoicingtest.Day("2026-06-30")}, company.Accountant)
		took, waited := since(start), w.reset().Seconds()
		must(b, err)
		if r.Entries == 0 || len(r.Failures) > 0 {
			b.Fatalf("%d entries, %d failures", r.Entries, len(r.Failures))
		}
		owner := pgtest.Admin(b, db)
		var limit float64
		for _, table := range []string{"revrec.schedule", "ledger.entries", "ledger.postings"} {
			limit += bare(b, owner, table)
		}
		b.ReportMetric(float64(r.Rows)/took, "rows/s")
		b.ReportMetric(100*waited/took, "%database")
		b.ReportMetric(limit/took, "of-COPY")
	}
}

// BenchmarkRecognitionOfAMillionRows: the schedules of a year for contracts of ten lines, planned and recognized whole,
// against COPY of the same rows.
func BenchmarkRecognitionOfAMillionRows(b *testing.B) {
	const crowd, wide = 8_334, 10
	w := &watch{}
	db := pgtest.New(b, postgres.Traced(w))
	company := invoicingtest.New(b, db)
	company.CrowdOf(b, crowd, wide)
	for b.Loop() {
		w.reset()
		start := time.Now()
		r, err := revrec.Run(b.Context(), db, revrec.Options{AsOf: invoicingtest.Day("2026-12-31")}, company.Accountant)
		took, waited := since(start), w.reset().Seconds()
		must(b, err)
		if r.Rows < crowd*wide*12 || len(r.Failures) > 0 {
			b.Fatalf("%d rows, %d failures", r.Rows, len(r.Failures))
		}
		start = time.Now()
		again, err := revrec.Run(b.Context(), db, revrec.Options{AsOf: invoicingtest.Day("2026-12-31")}, company.Accountant)
		idle := since(start)
		must(b, err)
		if again.Rows+again.Entries > 0 {
			b.Fatalf("running again appended %d rows and %d entries", again.Rows, again.Entries)
		}
		owner := pgtest.Admin(b, db)
		var limit float64
		for _, table := range []string{"revrec.schedule", "revrec.recognitions", "ledger.entries", "ledger.postings"} {
			limit += bare(b, owner, table)
		}
		b.ReportMetric(float64(r.Rows), "rows")
		b.ReportMetric(float64(r.Rows)/took, "rows/s")
		b.ReportMetric(100*waited/took, "%database")
		b.ReportMetric(limit/took, "of-COPY")
		b.ReportMetric(idle, "s-again")
	}
}

// BenchmarkTrialBalance: over a million postings, against the bare aggregate.
func BenchmarkTrialBalance(b *testing.B) {
	db := pgtest.New(b)
	company := invoicingtest.New(b, db)
	fillLedger(b, pgtest.Admin(b, db), int64(company.US.ID))
	through := invoicingtest.Day("2026-12-31")
	for b.Loop() {
		start := time.Now()
		_, err := db.Exec(b.Context(), `select ledger_account, sum(amount) from ledger.postings group by ledger_account`)
		limit := since(start)
		must(b, err)
		start = time.Now()
		trial, err := ledger.TrialBalance(b.Context(), db, ledger.Filter{From: invoicingtest.Day("2026-06-01"), Through: through})
		took := since(start)
		must(b, err)
		for _, total := range trial.Totals() {
			if !total.Closing.IsZero() {
				b.Fatalf("the trial balance is out by %s", total.Closing)
			}
		}
		b.ReportMetric(postings/took, "postings/s")
		b.ReportMetric(took/limit, "x-bare-SQL")
	}
}

// fillLedger books entries of two postings through SQL: the size is what counts.
func fillLedger(b *testing.B, owner *postgres.DB, entity int64) {
	b.Helper()
	ctx := context.Background()
	day := period.NewDate(2026, 1, 1)
	_, err := owner.Exec(ctx, `
		insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo)
		select g % 1000 + 1, g / 1000 + 1, $1, 'bench:' || g, $2::date + (g % 365)::int, 'USD', 'bench'
		from generate_series(0, $3::bigint / 2 - 1) g`, entity, day, postings)
	must(b, err)
	_, err = owner.Exec(ctx, `
		insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, currency, entity_id, booked_on, customer_id)
		select g % 1000 + 1, g / 1000 + 1, s.n, s.account, s.sign * (100 + g % 9000), 'USD', $1, $2::date + (g % 365)::int, 1
		from generate_series(0, $3::bigint / 2 - 1) g, (values (1, 1100, 1), (2, 4000, -1)) s (n, account, sign)`, entity, day, postings)
	must(b, err)
	_, err = owner.Exec(ctx, `analyze ledger.postings`)
	must(b, err)
}
