package invoicing_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
)

// TestMain lets the test binary stand in for a process that runs invoices, so
// that a test can kill it.
func TestMain(m *testing.M) {
	if url := os.Getenv("RATABLE_TEST_RUN_ON"); url != "" {
		runAndTell(url)
		return
	}
	pgtest.Main(m)
}

// runAndTell is the process to be killed: it says how far it came.
func runAndTell(url string) {
	ctx := context.Background()
	db, err := postgres.Open(ctx, url)
	if err == nil {
		_, err = invoicing.Run(ctx, db, invoicing.Options{
			AsOf: invoicingtest.Day("2026-01-01"), Batch: 5,
			Progress: func(done, _ int64, note string) { fmt.Println(note, done) },
		}, access.System("child"))
	}
	fmt.Println("ended", err)
}

func TestARunKilledInTheMiddleIsRunAgainAndEveryInvoiceIsThereOnce(t *testing.T) {
	const accounts = 300
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Crowd(t, accounts)
	for _, at := range []string{"issuing 60", "issuing 150"} {
		killAt(t, pgtest.URL(t, db), at)
	}
	before, err := invoicing.Sums(t.Context(), db, invoicing.Filter{})
	if err != nil || len(before) != 1 || before[0].Documents < 150 || before[0].Documents >= accounts {
		t.Fatalf("after two kills %+v is issued (%v); at least 150 and not all of %d should be", before, err, accounts)
	}
	c.Bill(t, "2026-01-01")
	expectOneEach(t, c, accounts)
}

// killAt starts a run in another process and kills it, with no chance to clean
// up, when it reports a certain progress.
func killAt(t *testing.T, url, progress string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RATABLE_TEST_RUN_ON="+url)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(out)
	seen := false
	for scan.Scan() && !seen {
		if seen = scan.Text() == progress; strings.HasPrefix(scan.Text(), "ended") {
			break
		}
	}
	_ = child.Process.Kill() // it may have ended by itself: then seen tells
	_ = child.Wait()
	if !seen {
		t.Fatalf("the run ended before it reported %q; it said last: %s", progress, scan.Text())
	}
}

// expectOneEach wants one invoice per crowd account and numbers without a gap.
func expectOneEach(t *testing.T, c *invoicingtest.Company, accounts int) {
	t.Helper()
	var documents, different int
	err := c.DB.QueryRow(t.Context(), `select count(*), count(distinct account_id) from invoicing.documents`).Scan(&documents, &different)
	if err != nil || documents != accounts || different != accounts {
		t.Errorf("%d invoices for %d accounts (%v), wanted one for each of %d", documents, different, err, accounts)
	}
	expectNoGap(t, c.DB, accounts)
	expectBalanced(t, c.DB)
	var messages int
	if err := c.DB.QueryRow(t.Context(), `select count(*) from mail.outbox`).Scan(&messages); err != nil || messages != accounts {
		t.Errorf("%d messages are in the outbox (%v), wanted %d", messages, err, accounts)
	}
}

// numbersHeld keeps the American invoice numbers locked, so that runs stop after
// they have loaded and decided and before they append. It takes none: release
// rolls back.
func numbersHeld(t *testing.T, db *postgres.DB, c *invoicingtest.Company) (release func()) {
	t.Helper()
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entities.TakeNumbers(t.Context(), tx, c.US.ID, entities.Invoice, 2026, 1); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	release = func() { once.Do(func() { _ = tx.Rollback(context.Background()) }) }
	t.Cleanup(release)
	return release
}

// waitFor blocks until some sessions of this database wait for a lock.
func waitFor(t *testing.T, db *postgres.DB, sessions int) {
	t.Helper()
	waiting := 0
	for range 5000 {
		err := db.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
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

// start runs invoices beside the test.
func start(t *testing.T, db *postgres.DB, c *invoicingtest.Company, asOf string, batch int) (result func() invoicing.Result) {
	t.Helper()
	type outcome struct {
		r   invoicing.Result
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := invoicing.Run(context.Background(), db, invoicing.Options{AsOf: invoicingtest.Day(asOf), Batch: batch}, c.Finance)
		done <- outcome{r, err}
	}()
	return func() invoicing.Result {
		t.Helper()
		o := <-done
		if o.err != nil || len(o.r.Failures) > 0 {
			t.Fatalf("the run ended with %v and failures %v", o.err, o.r.Failures)
		}
		return o.r
	}
}

func TestTwoRunsAtTheSameMomentIssueEachInvoiceOnce(t *testing.T) {
	const accounts = 40
	db := pgtest.New(t)
	other, err := postgres.Open(t.Context(), pgtest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	c := invoicingtest.New(t, db)
	c.Crowd(t, accounts)
	release := numbersHeld(t, db, c)
	first, second := start(t, db, c, "2026-01-01", 40), start(t, other, c, "2026-01-01", 40)
	waitFor(t, db, 2) // both have decided to issue all
	release()
	if a, b := first().Issued.Documents, second().Issued.Documents; a+b != accounts {
		t.Errorf("the two runs issued %d and %d, together %d were due", a, b, accounts)
	}
	expectOneEach(t, c, accounts)
}

func TestUsageThatArrivesBetweenLoadAndAppendIsBilledByTheNextRun(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	release := numbersHeld(t, db, c)
	run := start(t, db, c, "2026-02-01", 0)
	waitFor(t, db, 1)
	if err := c.TryUse(t.Context(), "acme", "api.calls", invoicingtest.Day("2026-01-31"), decimal.NewFromInt(300)); err != nil {
		t.Fatal(err)
	}
	release()
	run()
	for range 2 {
		c.Bill(t, "2026-02-01")
	}
	expectLines(t, c.Documents(t, c.Account("acme"))[1:],
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 150.00",
		"RTUS-2026-000003 calls 2026-01-01..2026-01-31 30.00")
	expectBalanced(t, db)
}

func TestACreditGrantedWhileARunIsUnderWayMakesTheRunLookAgain(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	release := numbersHeld(t, db, c)
	run := start(t, db, c, "2026-02-01", 0)
	waitFor(t, db, 1)
	// The credit note has a number series of its own, so it does not wait; it takes the place the run had in mind.
	credit := invoicing.Credit{Invoice: "RTUS-2026-000001", Line: 1, Amount: money.Of(10_00, "USD"), Reason: "outage", On: invoicingtest.Day("2026-01-25")}
	if _, err := invoicing.GrantCredit(t.Context(), db, credit, c.Finance); err != nil {
		t.Fatal(err)
	}
	release()
	if r := run(); r.Issued.Documents != 1 {
		t.Errorf("the run issued %d documents, one was due", r.Issued.Documents)
	}
	expectLines(t, c.Documents(t, c.Account("acme"))[1:],
		"RTUS-CN-2026-000001 seats 2026-01-01..2026-03-31 -10.00 corrects RTUS-2026-000001/1",
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 150.00")
	expectNoGap(t, db, 2)
	expectBalanced(t, db)
}

// The run's transaction must not see half of a contract being amended.
func TestAnAmendmentDuringARunIsBilledByTheNextOne(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, acme)
	release := numbersHeld(t, db, c)
	run := start(t, db, c, "2026-01-01", 0)
	waitFor(t, db, 1)
	c.Sign(t, strings.NewReplacer("term:", "effective: 2026-02-15\nreason: five more seats\nterm:", "quantity: 10", "quantity: 15").Replace(acme))
	release()
	run()
	c.Bill(t, "2026-02-15")
	c.Bill(t, "2026-02-15")
	expectLines(t, c.Documents(t, c.Account("acme")),
		"RTUS-2026-000001 seats 2026-01-01..2026-03-31 910.00",
		"RTUS-2026-000002 seats 2026-02-15..2026-03-31 227.50") // 45 of 90 days of five seats
	expectBalanced(t, db)
}
