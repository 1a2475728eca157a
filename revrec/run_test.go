package revrec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

// lines of the tests: a fee by the year and usage by the month.
func lines() []contracts.Line {
	return []contracts.Line{fixed("seats", "platform", "10", "120", "year", contracts.Advance), perCall("calls", "0.01", "month")}
}

func TestARunTwiceBooksOnce(t *testing.T) {
	w := newWorld(t, 2, lines()...)
	w.use(t, 0, "2026-01-10", "1000")
	r := w.run(t, "2026-03-01")
	if r.Entries != 4 || r.Revenue["EUR"] != eur("397.94") { // 2 x (101.92 + 92.05) + 10.00
		t.Errorf("%d entries earn %s, two contracts and two months are 4 entries of 397.94", r.Entries, r.Revenue["EUR"])
	}
	before := w.books(t)
	for _, asOf := range []string{"2026-03-01", "2026-03-30", "2026-02-01"} {
		if r := w.run(t, asOf); r.Rows != 0 || r.Entries != 0 {
			t.Errorf("a second run as of %s appends %d rows and %d entries", asOf, r.Rows, r.Entries)
		}
	}
	if diff := cmp.Diff(before, w.books(t)); diff != "" {
		t.Errorf("the books changed:\n%s", diff)
	}
}

func TestTheLastDayOfAMonthIncludesTheMonth(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	if r := w.run(t, "2026-03-30"); r.Through != month("2026-02") {
		t.Errorf("as of 30 March recognizes through %s", r.Through)
	}
	if r := w.run(t, "2026-03-31"); r.Through != month("2026-03") || r.Entries != 1 {
		t.Errorf("as of 31 March recognizes through %s with %d entries", r.Through, r.Entries)
	}
}

func TestTwoRunsAtTheSameMomentBookOnce(t *testing.T) {
	w := newWorld(t, 12, lines()...)
	alone := newWorld(t, 12, lines()...)
	for i := range 12 {
		w.use(t, i, "2026-01-10", "1000")
		alone.use(t, i, "2026-01-10", "1000")
	}
	alone.run(t, "2026-04-01")
	var running sync.WaitGroup
	results := make([]Result, 4)
	for i := range results {
		running.Go(func() {
			var err error
			if results[i], err = Run(ctx, w.db, Options{AsOf: day("2026-04-01"), Batch: 2 + i}, clerk); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	entries := 0
	for _, r := range results {
		entries += r.Entries
		for _, f := range r.Failures {
			t.Errorf("account %d failed: %v", f.Account, f.Err)
		}
	}
	if entries != 36 {
		t.Errorf("four runs report %d entries, twelve contracts have three months", entries)
	}
	if diff := cmp.Diff(alone.books(t), w.books(t)); diff != "" {
		t.Errorf("books (-one run +four at once):\n%s", diff)
	}
}

func TestARunThatWasKilledBetweenBatchesIsSimplyRunAgain(t *testing.T) {
	w, alone := newWorld(t, 8, lines()...), newWorld(t, 8, lines()...)
	alone.run(t, "2026-07-01")
	dying, kill := context.WithCancel(ctx)
	r, err := Run(dying, w.db, Options{AsOf: day("2026-07-01"), Batch: 3, Workers: 1, Progress: func(done, total int64, _ string) {
		if done == 3 {
			kill()
		}
	}}, clerk)
	if !errors.Is(err, context.Canceled) || r.Entries != 18 {
		t.Fatalf("killed after the first batch: %d entries and %v, three contracts have six months", r.Entries, err)
	}
	if r := w.run(t, "2026-07-01"); r.Entries != 30 {
		t.Errorf("the run after it books %d entries, five contracts are left with six months", r.Entries)
	}
	if diff := cmp.Diff(alone.books(t), w.books(t)); diff != "" {
		t.Errorf("books (-one run +killed and run again):\n%s", diff)
	}
}

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if url := os.Getenv("REVREC_RUN_AND_BE_KILLED"); url != "" {
		runForTheKill(url)
	}
	pgtest.Main(m)
}

func runForTheKill(url string) {
	db, err := postgres.Open(ctx, url)
	if err == nil {
		_, err = Run(ctx, db, Options{AsOf: day("2026-07-01"), Batch: 1, Progress: func(done, _ int64, _ string) { fmt.Println(done) }}, clerk)
	}
	fmt.Println("over", err)
	os.Exit(0)
}

func TestAProcessThatIsKilledHardLeavesWholeBatchesAndIsSimplyRunAgain(t *testing.T) {
	w, alone := newWorld(t, 30, lines()...), newWorld(t, 30, lines()...)
	alone.run(t, "2026-07-01")
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), "REVREC_RUN_AND_BE_KILLED="+pgtest.URL(t, w.db))
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "5"; {
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := victim.Wait(); err == nil {
		t.Fatal("the run was over before it was killed")
	}
	if got := len(w.books(t)); got == 0 || got >= len(alone.books(t)) {
		t.Errorf("%d lines stand in the books of a run that was killed after five accounts of thirty", got)
	}
	w.run(t, "2026-07-01")
	if diff := cmp.Diff(alone.books(t), w.books(t)); diff != "" {
		t.Errorf("books (-one run +killed and run again):\n%s", diff)
	}
}

func TestABatchThatDiesInTheMiddleLeavesNothing(t *testing.T) {
	w := newWorld(t, 3, lines()...)
	r := &running{db: w.db, options: Options{AsOf: day("2026-03-01")}.withDefaults(), by: clerk, catalog: book}
	r.result.Through = month("2026-02")
	plans, err := r.decide(ctx, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	died := errors.New("the connection is gone")
	err = w.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := appendPlans(ctx, tx, plans); err != nil {
			return err
		}
		return died
	})
	if !errors.Is(err, died) {
		t.Fatal(err)
	}
	if got := w.books(t); len(got) != 0 {
		t.Errorf("a transaction that did not commit left %d lines in the books", len(got))
	}
}

func TestUsageThatArrivesBetweenLoadAndAppendIsLeftToTheNextRun(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.use(t, 0, "2026-01-10", "1000")
	r := &running{db: w.db, options: Options{AsOf: day("2026-02-01")}.withDefaults(), by: clerk, catalog: book}
	r.result.Through = month("2026-01")
	plans, err := r.decide(ctx, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	w.use(t, 0, "2026-01-20", "500")
	w.tx(t, func(tx pgx.Tx) error { return appendPlans(ctx, tx, plans) })
	if next := w.run(t, "2026-02-01"); next.Revenue["EUR"] != eur("5.00") {
		t.Errorf("the next run earns %s, 500 calls that came late are 5.00", next.Revenue["EUR"])
	}
	if next := w.run(t, "2026-02-01"); next.Entries != 0 {
		t.Errorf("the run after that appends %d entries", next.Entries)
	}
}

func TestAPlanMadeOnAnOldViewIsRefused(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	r := &running{db: w.db, options: Options{AsOf: day("2026-02-01")}.withDefaults(), by: clerk, catalog: book}
	r.result.Through = month("2026-01")
	plans, err := r.decide(ctx, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	w.run(t, "2026-02-01")
	err = w.db.Tx(ctx, func(tx pgx.Tx) error { return appendPlans(ctx, tx, plans) })
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a plan that another run has booked already: %v, want a conflict", err)
	}
}

func TestAnAccountThatFailsStopsNoOther(t *testing.T) {
	w := newWorld(t, 4, lines()...)
	taken := ledger.Entry{Account: w.accounts[1], Seq: 1, Entity: w.entity, Source: "revenue:C-1:2026-01:1", BookedOn: day("2026-01-31"), Currency: "EUR",
		Postings: []ledger.Posting{ledger.Debit(ledger.Cash, eur("1")), ledger.Credit(ledger.CustomerBalance, eur("1"))}}
	w.tx(t, func(tx pgx.Tx) error { return ledger.Append(ctx, tx, []ledger.Entry{taken}) })
	r, err := Run(ctx, w.db, Options{AsOf: day("2026-02-01")}, clerk)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failures) != 1 || r.Failures[0].Account != w.accounts[1] || !errors.Is(r.Failures[0].Err, fault.Conflict) {
		t.Errorf("failures %v, the source of account %d is taken", r.Failures, w.accounts[1])
	}
	if r.Entries != 3 {
		t.Errorf("%d entries, three other contracts have one month", r.Entries)
	}
}

func TestRecognizingIsInTheAuditTrail(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	if _, err := Run(ctx, w.db, Options{AsOf: day("2026-03-01")}, w.anna); err != nil {
		t.Fatal(err)
	}
	w.run(t, "2026-03-01") // nothing to do, nothing to tell
	trail, err := access.AuditPage(ctx, w.db, access.AuditFilter{Subject: access.Subject{Kind: "account", Key: fmt.Sprint(w.accounts[0])}})
	if err != nil {
		t.Fatal(err)
	}
	if len(trail) != 1 || trail[0].Action != "revenue.recognize" || trail[0].Actor.UserID != w.anna.UserID ||
		string(trail[0].After) != `{"entries": "2", "through": "2026-02", "revenue EUR": "193.97"}` {
		t.Errorf("the audit trail says %+v", trail)
	}
}

func TestOnlyThoseWhoKeepBooksRecognize(t *testing.T) {
	w := newWorld(t, 0)
	if _, err := Run(ctx, w.db, Options{AsOf: day("2026-02-01")}, seller); !errors.Is(err, fault.Denied) {
		t.Errorf("sales recognizes revenue: %v", err)
	}
}

func TestTheScheduleIsNeverChanged(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.run(t, "2026-02-01")
	for _, db := range []interface {
		Tx(context.Context, func(pgx.Tx) error) error
	}{w.db, pgtest.Admin(t, w.db)} {
		for _, sql := range []string{`update revrec.schedule set amount = 1`, `delete from revrec.schedule`, `update revrec.recognitions set month = month`, `delete from revrec.recognitions`} {
			err := db.Tx(ctx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, sql); return err })
			if !errors.Is(err, fault.Denied) {
				t.Errorf("%s: %v, want a refusal", sql, err)
			}
		}
	}
}

func TestTheLoadedScheduleIsTheOneThatWasBooked(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.use(t, 0, "2026-01-10", "1000")
	facts := func() Facts {
		f, err := LoadFacts(ctx, w.db, w.accounts, month("2026-02"))
		if err != nil {
			t.Fatal(err)
		}
		return f[0]
	}
	memory := facts()
	plan, err := Decide(book, memory, month("2026-02"))
	if err != nil {
		t.Fatal(err)
	}
	memory.Book(plan)
	w.run(t, "2026-03-01")
	stored := facts()
	opts := cmp.AllowUnexported(cell{}, income{}, booking{}, money.Amount{}, period.Date{}, period.Month{})
	if diff := cmp.Diff(stored.Stored.cells, memory.Stored.cells, opts); diff != "" {
		t.Errorf("schedule (-loaded +moved on in memory):\n%s", diff)
	}
	if diff := cmp.Diff(stored.Stored.entries, memory.Stored.entries, opts); diff != "" {
		t.Errorf("entries (-loaded +moved on in memory):\n%s", diff)
	}
	if diff := cmp.Diff(stored.Standing.Lines, memory.Standing.Lines, opts); diff != "" {
		t.Errorf("positions (-loaded +moved on in memory):\n%s", diff)
	}
}
