package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
)

// crowd is how many customers the run that is killed has to bill.
const crowd = 2000

func TestARunOf2000CustomersThatIsKilledAndRunAgainTwiceIssuesEveryInvoiceOnce(t *testing.T) {
	db := pgtest.New(t)
	began := time.Now()
	invoicingtest.New(t, db).Crowd(t, crowd)
	t.Logf("%d customers with contracts stand after %s", crowd, time.Since(began).Round(time.Millisecond))
	env := settings(t, db)
	killAtAThird(t, db, env)
	outlive(t, db, "invoices")

	// At the same moment the day's invoices, once more, and as a part of the billing day: of the first two one waits
	// for the other, the third is their rival.
	var again []*exec.Cmd
	for _, job := range []string{"invoices", "invoices", "billing"} {
		c := command(t, env, "run", job, "--as-of", "2026-01-01")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		again = append(again, c)
	}
	for _, c := range again {
		t.Log(strings.TrimSpace(ended(t, c, c.Wait()).want(t, 0, "documents issued as of 2026-01-01").out))
	}
	expectOneInvoiceEach(t, db)

	before := rowsOf(t, db)
	ratable(t, env, "", "run", "invoices", "--as-of", "2026-01-01").want(t, 0, "0 documents issued")
	if diff := cmp.Diff(before, rowsOf(t, db)); diff != "" {
		t.Errorf("a run with nothing to do changed the books (-before +after):\n%s", diff)
	}
}

// killAtAThird starts the run and kills it, with no chance to clean up, when about a third of the documents stand.
func killAtAThird(t *testing.T, db *postgres.DB, env []string) {
	t.Helper()
	run := command(t, env, "run", "invoices", "--as-of", "2026-01-01")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- run.Wait() }()
	for ended := false; !ended && count(t, db, `select count(*) from invoicing.documents`) < crowd/3; {
		select {
		case err := <-over: // too early: the count below tells
			ended = true
			over <- err
		case <-time.After(time.Millisecond):
		}
	}
	_ = run.Process.Kill() // it may have ended by itself: the count tells that too
	<-over
	stand := count(t, db, `select count(*) from invoicing.documents`)
	if stand < crowd/3 || stand == crowd {
		t.Fatalf("%d documents stood when the run was killed, about a third of %d should:\n%s", stand, crowd, run.Stderr)
	}
	t.Logf("killed after %d documents", stand)
}

// outlive plants what time would do: the killed process has not reported for longer than its lease.
func outlive(t *testing.T, db *postgres.DB, job string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `update jobs.runs set lease_until = clock_timestamp() where job = $1 and state = 'running'`, job); err != nil {
		t.Fatal(err)
	}
}

// expectOneInvoiceEach wants one invoice and one message per customer, numbers from 1 on without a gap, and a ledger
// in balance that says the same.
func expectOneInvoiceEach(t *testing.T, db *postgres.DB) {
	t.Helper()
	for _, q := range []struct {
		what, sql string
	}{
		{"documents", `select count(*) from invoicing.documents`},
		{"accounts billed", `select count(distinct account_id) from invoicing.documents`},
		{"numbers", `select count(distinct right(number, 6)::integer) from invoicing.numbers where number like 'RTUS-2026-%'`},
		{"the highest number", `select max(right(number, 6)::integer) from invoicing.numbers where number like 'RTUS-2026-%'`},
		{"messages", `select count(*) from mail.outbox`},
		{"invoices with a message", `select count(distinct message_key) from mail.outbox`},
	} {
		if got := count(t, db, q.sql); got != crowd {
			t.Errorf("%s: %d, want %d", q.what, got, crowd)
		}
	}
	trial, err := ledger.TrialBalance(t.Context(), db, ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range trial.Rows {
		if row.Account == ledger.AccountsReceivable && row.Closing.String() != "213200.00" { // Texas taxes four fifths of data processing: 8.25 % of 80.00
			t.Errorf("receivable is %s, 2,000 invoices of 106.60 are 213200.00", row.Closing)
		}
	}
	for _, row := range trial.Totals() {
		if !row.Closing.IsZero() {
			t.Errorf("the ledger is out of balance by %s %s", row.Closing, row.Currency)
		}
	}
}

func count(t testing.TB, db *postgres.DB, sql string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// diaries are the tables that say what was tried and by whom, not what is so.
var diaries = []string{"jobs.runs", "jobs.attempts", "access.audit", "invoicing.run_events"}

// rowsOf counts the rows of every table but the diaries.
func rowsOf(t testing.TB, db *postgres.DB) map[string]int {
	t.Helper()
	rows, err := pgtest.Admin(t, db).Query(t.Context(), `
		select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname || '.' || c.relname <> all ($1)`, diaries)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, table := range tables {
		out[table] = count(t, pgtest.Admin(t, db), fmt.Sprintf("select count(*) from %s", table))
	}
	return out
}
