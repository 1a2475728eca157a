package demo_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/usage"
)

// ready is a clone in which the next billing day may run: where it is held for
// its totals, it is released.
func ready(t *testing.T) *postgres.DB {
	t.Helper()
	db := company.Clone(t)
	planned, err := invoicing.Preview(t.Context(), db, invoicing.Options{AsOf: nextBilled})
	if err != nil {
		t.Fatal(err)
	}
	if planned.Strays != "" {
		if r, err := billing(t.Context(), db, nextBilled); r.Held == "" {
			t.Fatalf("a day that strays was not held: %+v, %v", r, err)
		}
		release(t, db, nextBilled)
	}
	return db
}

// numbersHeld keeps this year's invoice numbers locked, so that runs stop after
// they have loaded and decided and before they append. It takes none: release
// rolls back.
func numbersHeld(t *testing.T, db *postgres.DB) (release func()) {
	t.Helper()
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all(t, db) {
		if _, err := entities.TakeNumbers(t.Context(), tx, e.ID, entities.Invoice, nextBilled.Year(), 1); err != nil {
			t.Fatal(err)
		}
	}
	release = sync.OnceFunc(func() { _ = tx.Rollback(context.Background()) })
	t.Cleanup(release)
	return release
}

// waitFor blocks until some sessions of this database wait for a lock.
func waitFor(t *testing.T, db *postgres.DB, sessions int) {
	t.Helper()
	waiting := 0
	for range 10_000 {
		err := db.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting >= sessions {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("%d sessions wait for the numbers, %d were started: a run ended before it came to them", waiting, sessions)
}

// start bills the next day beside the test.
func start(t *testing.T, db *postgres.DB) (documents func() int) {
	t.Helper()
	type outcome struct {
		r   invoicing.Result
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := billing(context.Background(), db, nextBilled)
		done <- outcome{r, err}
	}()
	return func() int {
		t.Helper()
		o := <-done
		if o.err != nil {
			t.Fatalf("the run ended with %v", o.err)
		}
		return o.r.Issued.Documents
	}
}

func TestTwoBillingsAtTheSameMomentDoWhatOneAloneDoes(t *testing.T) {
	t.Parallel()
	alone, db := ready(t), ready(t)
	other, err := postgres.Open(t.Context(), pgtest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	due := bill(t, alone, nextBilled)
	if due < 15 {
		t.Errorf("only %d documents are due", due)
	}
	letGo := numbersHeld(t, db)
	first, second := start(t, db), start(t, other)
	waitFor(t, db, 2) // both have decided to issue all
	letGo()
	if a, b := first(), second(); a+b != due {
		t.Errorf("two runs at once issued %d and %d documents, one alone issues %d", a, b, due)
	}
	if diff := cmp.Diff(written(t, alone), written(t, db)); diff != "" {
		t.Errorf("one alone (-) and two at once (+) differ:\n%s", diff)
	}
	for _, check := range []func(*testing.T, *postgres.DB) []string{trialBalance, receivable, deferredByLine, remaining, taxPayable, numbers} {
		for _, finding := range check(t, db) {
			t.Error(finding)
		}
	}
	expectNothingLeft(t, db)
	pgtest.Plant(t, db, "invoicing.tax_lines", `delete from invoicing.tax_lines where (account_id, seq) = (select account_id, seq from invoicing.documents where issued_on = '2026-12-01' and tax <> 0 order by 1, 2 limit 1)`)
	if cmp.Diff(written(t, alone), written(t, db)) == "" {
		t.Error("a tax row that is missing is not seen")
	}
}

// written is what the story tells and what it left in the tables of the engines.
func written(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	out := told(t, db)
	for _, query := range []string{
		`select account_id || ' ' || source || ' ' || booked_on || ' ' || memo from ledger.entries order by account_id, source`,
		`select document || ' ' || document_line || ' ' || event || ' ' || amount || ' ' || starts_on || ' ' || ends_on from ledger.billed order by document, document_line, event`,
		`select d.number || ' ' || l.line || ' ' || l.place || ' ' || l.taxable || ' ' || l.tax
		from invoicing.tax_lines l join invoicing.documents d using (account_id, seq) order by d.number, l.n`,
		`select s.contract_id || ' ' || s.line || ' ' || s.month || ' ' || s.kind || ' ' || s.starts_on || ' ' || sum(s.amount) || ' ' || count(r.month)
		from revrec.schedule s left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		group by s.contract_id, s.line, s.month, s.kind, s.starts_on order by s.contract_id, s.line, s.month, s.kind, s.starts_on`,
		`select message_key || ' ' || subject from mail.outbox order by message_key`,
	} {
		out = append(out, texts(t, db, query)...)
	}
	return out
}

// expectNothingLeft bills once more.
func expectNothingLeft(t *testing.T, db *postgres.DB) {
	t.Helper()
	before := state(t, db)
	bill(t, db, nextBilled)
	expectSame(t, "billing once more", before, state(t, db))
}

// late is use of a day in November that is measured after it was over.
func late(t *testing.T, db *postgres.DB) {
	t.Helper()
	var events []usage.Event
	for _, customer := range []string{"helios-robotics", "brightwater"} { // graduated prices; a prepaid amount
		events = append(events, usage.Event{Source: "northlight/metering", ID: "late-" + customer, Customer: customer, Meter: "api.calls",
			OccurredAt: time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC), Quantity: decimal.NewFromInt(400_000)})
	}
	if r, err := usage.Ingest(t.Context(), db, events, now, access.System("test")); err != nil || r.Accepted != 2 {
		t.Fatalf("late usage: %+v, %v", r, err)
	}
}

func TestUsageThatArrivesBetweenLoadAndAppendIsBilledOnceByTheNextRun(t *testing.T) {
	t.Parallel()
	early, db, without := ready(t), ready(t), ready(t)
	late(t, early)
	bill(t, early, nextBilled)
	due := bill(t, without, nextBilled)

	letGo := numbersHeld(t, db)
	run := start(t, db)
	waitFor(t, db, 1)
	late(t, db)
	letGo()
	if n := run(); n != due {
		t.Errorf("the run under way issued %d documents, %d were due when it looked", n, due)
	}
	if n := bill(t, db, nextBilled); n != 2 {
		t.Errorf("the next run issued %d documents, two customers have late usage", n)
	}
	expectNothingLeft(t, db)
	// Line by line, billed and earned are what they are when the event came in time.
	const billed = `select contract_id || ' ' || line || ' ' || kind, amount from ledger.billed`
	const earned = `select contract_id || ' ' || line, -amount from ledger.postings where ledger_account in (4000, 4100) and contract_id is not null`
	for _, finding := range append(differences("billed", sums(t, early, billed), sums(t, db, billed)), differences("earned", sums(t, early, earned), sums(t, db, earned))...) {
		t.Error(finding)
	}
	if n := len(differences("billed", sums(t, without, billed), sums(t, db, billed))); n < 2 {
		t.Errorf("late usage changed what is billed for %d lines", n)
	}
}
