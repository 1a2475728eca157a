package bench

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/revrec"
)

// The books of a year: contracts of ten lines each, billed up front and recognized through June.
const (
	accounts  = 1_000
	each      = 42 // contracts of an account
	lines     = 10
	recovered = 6 // months recognized
	scheduled = accounts * each * lines * 12
	booked    = accounts*each*(lines+1) + accounts*each*recovered*2*lines
)

// BenchmarkReportsOfFiveMillionPostings: trial balance, waterfall and remaining obligations, each against the plainest
// aggregate over the same rows, and against hledger by the posting.
func BenchmarkReportsOfFiveMillionPostings(b *testing.B) {
	db := pgtest.New(b)
	company := invoicingtest.New(b, db)
	owner := pgtest.Admin(b, db)
	fillBooks(b, owner, int64(company.US.ID))
	june := period.NewMonth(2026, 6)
	f := revrec.Filter{Entity: company.US.ID, Currency: "USD", AsOf: june}
	for b.Loop() {
		aggregate := timed(b, func() error {
			_, err := db.Exec(b.Context(), `select ledger_account, sum(amount) from ledger.postings group by ledger_account`)
			return err
		})
		b.ReportMetric(booked/1e6, "M-postings")
		trial := timed(b, func() error {
			_, err := ledger.TrialBalance(b.Context(), db, ledger.Filter{From: june.First(), Through: june.Last()})
			return err
		})
		b.ReportMetric(trial, "s-trial-balance")
		b.ReportMetric(trial/aggregate, "x-bare-SQL-trial-balance")
		rows := timed(b, func() error {
			_, err := db.Exec(b.Context(), `select month, sum(amount) from revrec.schedule group by month`)
			return err
		})
		waterfall := timed(b, func() error {
			return db.Snapshot(b.Context(), func(tx pgx.Tx) error { // as a page does
				_, err := revrec.Waterfall(b.Context(), tx, f, period.NewMonth(2026, 1), 18)
				return err
			})
		})
		b.ReportMetric(waterfall, "s-waterfall")
		b.ReportMetric(waterfall/rows, "x-bare-SQL-waterfall")
		remaining := timed(b, func() error {
			_, err := revrec.Remaining(b.Context(), db, f)
			return err
		})
		b.ReportMetric(remaining, "s-RPO")
		b.ReportMetric(remaining/rows, "x-bare-SQL-RPO")
		count, theirs := hledger(b, db)
		b.ReportMetric(theirs/(trial/booked), "x-faster-than-hledger")
		b.ReportMetric(count, "postings-in-hledger")
	}
}

func timed(b *testing.B, work func() error) float64 {
	b.Helper()
	start := time.Now()
	must(b, work())
	return since(start)
}

// hledger draws up the balances of the export of one day's entries: postings in it, and seconds for each.
func hledger(b *testing.B, db *postgres.DB) (postings, each float64) {
	b.Helper()
	var file bytes.Buffer
	day := period.NewDate(2026, 1, 1)
	must(b, revrec.Export(b.Context(), db, &file, revrec.Hledger, ledger.Filter{From: day, Through: day}))
	path := filepath.Join(b.TempDir(), "books.journal")
	must(b, os.WriteFile(path, file.Bytes(), 0o600))
	count := float64(bytes.Count(file.Bytes(), []byte("\n    ")))
	took := timed(b, func() error { return exec.Command("hledger", "-f", path, "balance").Run() })
	return count, took / count
}

// fillBooks writes the year through SQL, without the guards of single rows: the size is what counts, and that all balances.
func fillBooks(b *testing.B, owner *postgres.DB, entity int64) {
	b.Helper()
	ctx := context.Background()
	must(b, owner.Tx(ctx, func(tx pgx.Tx) error {
		for _, step := range []string{
			`alter table ledger.entries disable trigger user`,
			`alter table ledger.postings disable trigger user`,
			`alter table ledger.billed disable trigger user`,
			`alter table revrec.schedule disable trigger schedule_have_a_contract`,
			`create temporary table deals on commit drop as
				select a as account, (a - 1) * 42 + c as contract, c from generate_series(1, 1000) a, generate_series(1, 42) c`,
			`insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo)
				select account, (c - 1) * 7 + 1, $1, 'invoice:' || contract, '2026-01-01', 'USD', 'bench' from deals`,
			`insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo)
				select account, (c - 1) * 7 + 1 + m, $1, 'revenue:' || contract || ':' || m, ('2026-01-01'::date + make_interval(months => m) - interval '1 day')::date, 'USD', 'bench'
				from deals, generate_series(1, 6) m`,
			`insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, functional, currency, entity_id, booked_on, customer_id, contract_id, line)
				select account, (c - 1) * 7 + 1, l + 1, case l when 0 then 1100 else 2100 end, case l when 0 then 1200000 else -120000 end, case l when 0 then 1200000 else -120000 end,
					'USD', $1, '2026-01-01', 1, case when l > 0 then contract end, case when l > 0 then 'l' || l end
				from deals, generate_series(0, 10) l`,
			`insert into ledger.billed (account_id, entry_seq, n, event, contract_id, line, kind, starts_on, ends_on, amount, currency, document, document_line, booked_on)
				select account, (c - 1) * 7 + 1, l, 'issue', contract, 'l' || l, 'fixed', '2026-01-01', '2027-01-01', 120000, 'USD', 'I-' || contract, l, '2026-01-01'
				from deals, generate_series(1, 10) l`,
			`insert into revrec.schedule (account_id, id, entity_id, contract_id, line, kind, starts_on, ends_on, month, amount, currency, recognition, version)
				select account, ((c - 1) * 10 + l - 1) * 12 + m, $1, contract, 'l' || l, 'fixed', '2026-01-01', '2027-01-01', ('2026-01-01'::date + make_interval(months => m - 1))::date, 10000, 'USD', 'ratable', 1
				from deals, generate_series(1, 10) l, generate_series(1, 12) m`,
			`insert into revrec.recognitions (account_id, schedule_id, entry_seq, month, late)
				select account, ((c - 1) * 10 + l - 1) * 12 + m, (c - 1) * 7 + 1 + m, ('2026-01-01'::date + make_interval(months => m - 1))::date, false
				from deals, generate_series(1, 10) l, generate_series(1, 6) m`,
			`insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, functional, currency, entity_id, booked_on, customer_id, contract_id, line, month, schedule_id)
				select account, (c - 1) * 7 + 1 + m, (l - 1) * 2 + s.n, s.account_type, s.sign * 10000, s.sign * 10000, 'USD', $1,
					('2026-01-01'::date + make_interval(months => m) - interval '1 day')::date, 1, contract, 'l' || l, ('2026-01-01'::date + make_interval(months => m - 1))::date, ((c - 1) * 10 + l - 1) * 12 + m
				from deals, generate_series(1, 10) l, generate_series(1, 6) m, (values (1, 2100, 1), (2, 4000, -1)) s (n, account_type, sign)`,
		} {
			var args []any
			if bytes.Contains([]byte(step), []byte("$1")) {
				args = append(args, entity)
			}
			if _, err := tx.Exec(ctx, step, args...); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, table := range []string{"ledger.entries", "ledger.postings", "ledger.billed", "revrec.schedule", "revrec.recognitions"} {
		_, err := owner.Exec(ctx, "vacuum analyze "+table)
		must(b, err)
	}
}
