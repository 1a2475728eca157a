package main

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

// missed makes billing days due that have something to bill: a scheduler looked yesterday morning and none since. It
// returns the first of them. The days are real ones, because a worker has a real clock.
func missed(t *testing.T, db *postgres.DB) period.Date {
	t.Helper()
	yesterday := today().AddDays(-1)
	begins := yesterday.MonthOf().First()
	invoicingtest.New(t, db).Sign(t, strings.NewReplacer("2026-01-01", begins.String(), "2026-12-31", begins.AddMonths(12).AddDays(-1).String()).Replace(deal))
	s, err := jobs.New(db, schedule(db, mail.Folder(t.TempDir()), ""))
	if err != nil {
		t.Fatal(err)
	}
	s.Clock = func() time.Time { return yesterday.Time(time.UTC).Add(8 * time.Hour) }
	if _, err := s.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	return yesterday
}

// begin starts a worker and returns when it works; it is killed with the test if it still does.
func begin(t *testing.T, env []string) *exec.Cmd {
	t.Helper()
	c := command(t, env, "worker")
	c.Stdout = nil
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "Ratable works; mail goes to ") {
		t.Fatalf("a worker says %q (%v):\n%s", line, err, c.Stderr)
	}
	return c
}

// finished waits until no tick of billing is open and returns all there were.
func finished(t *testing.T, db *postgres.DB) []jobs.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var last []jobs.Record
	for {
		found, err := jobs.ListRuns(ctx, db, jobs.Filter{Job: "billing"})
		if err != nil {
			t.Fatalf("billing does not finish (%v): %+v", err, last)
		}
		last = found
		open := len(found) == 0
		for _, r := range found {
			open = open || r.State == jobs.Waiting || r.State == jobs.Running
		}
		if !open {
			return found
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestTwoWorkersPerformADueTickOnce(t *testing.T) {
	db := pgtest.New(t)
	missed(t, db)
	env := settings(t, db)
	workers := []*exec.Cmd{begin(t, env), begin(t, env)}
	days := map[period.Date]int{}
	for _, r := range finished(t, db) {
		run, err := jobs.GetRun(t.Context(), db, r.ID)
		if err != nil || run.State != jobs.Done || len(run.Attempts) != 1 {
			t.Errorf("billing of %s is %s after %d attempts (%v), want done at the first", run.AsOf, run.State, len(run.Attempts), err)
		}
		if days[run.AsOf]++; days[run.AsOf] > 1 {
			t.Errorf("the billing day %s was run %d times", run.AsOf, days[run.AsOf])
		}
	}
	stop(t, workers...)
	expectEachMonthOnce(t, db)
}

// TestAWorkerAloneAnnouncesWhatCustomersMayUse has no serving process: nobody but the worker sees the change.
func TestAWorkerAloneAnnouncesWhatCustomersMayUse(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	begins := today().MonthOf().First()
	signed := strings.NewReplacer("2026-01-01", begins.String(), "2026-12-31", begins.AddMonths(12).AddDays(-1).String()).Replace(deal)
	if err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		sold, err := catalog.Load(t.Context(), tx)
		if err != nil {
			return err
		}
		platform, _ := sold.Product("platform", invoicingtest.Day("2026-01-01"))
		platform.Features = map[string]catalog.Feature{"sso": {On: true}}
		_, err = catalog.AddProductVersion(t.Context(), tx, platform, access.System("test"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	company.Sign(t, signed)
	worker := begin(t, settings(t, db))
	await(t, db, `select count(*) from entitlements.announced`) // where telling begins
	company.Sign(t, strings.NewReplacer("C-7", "C-8", "acme", "lone").Replace(signed))
	await(t, db, `select count(*) from webhook.events where type = 'entitlement.changed'`)
	stop(t, worker)
}

// await waits until a query counts something.
func await(t *testing.T, db *postgres.DB, query string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); count(t, db, query) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nothing came of %s", query)
		}
	}
}

// expectEachMonthOnce wants something to be issued, and nothing of it twice.
func expectEachMonthOnce(t *testing.T, db *postgres.DB) {
	t.Helper()
	n, months := count(t, db, `select count(*) from invoicing.documents`), count(t, db, `select count(distinct issued_on) from invoicing.documents`)
	if n == 0 || n != months {
		t.Errorf("%d invoices were issued on %d days, want one on each", n, months)
	}
}

// stop ends workers as an operator does; each must end cleanly.
func stop(t *testing.T, workers ...*exec.Cmd) {
	t.Helper()
	for _, c := range workers {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range workers {
		if err := c.Wait(); err != nil {
			t.Errorf("a worker was told to stop: %v\n%s", err, c.Stderr)
		}
	}
}

func TestAWorkerThatIsKilledInARunIsTakenOver(t *testing.T) {
	db := pgtest.New(t)
	day := missed(t, db)
	env := settings(t, db)
	numbers := numbersHeld(t, db, day)
	first := begin(t, env)
	numbers.waitedFor(t, db) // it has decided what to issue, and waits for the numbers that are held
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	outlive(t, db, "billing")
	second := begin(t, env)
	numbers.release()
	lost := 0
	for _, r := range finished(t, db) {
		run, err := jobs.GetRun(t.Context(), db, r.ID)
		if err != nil || run.State != jobs.Done {
			t.Errorf("billing of %s is %s (%v)", run.AsOf, run.State, err)
		}
		for _, a := range run.Attempts {
			if a.Outcome == "lost" {
				lost++
			}
		}
	}
	stop(t, second)
	if lost != 1 {
		t.Errorf("%d attempts are recorded as lost, one worker was killed", lost)
	}
	expectEachMonthOnce(t, db)
}

// hold is a transaction that others wait for.
type hold struct {
	xid     string
	release func()
}

// numbersHeld keeps the invoice numbers of a day's year locked, so that a run stops after it has decided and before it
// appends. It takes none: release rolls back.
func numbersHeld(t *testing.T, db *postgres.DB, day period.Date) (h hold) {
	t.Helper()
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	h.release = func() { once.Do(func() { _ = tx.Rollback(context.Background()) }) }
	t.Cleanup(h.release)
	directory, err := entities.Load(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	seller, _ := directory.ByCode("rtus")
	if _, err := entities.TakeNumbers(t.Context(), tx, seller.ID, entities.Invoice, day.Year(), 1); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), `select pg_current_xact_id()::text`).Scan(&h.xid); err != nil {
		t.Fatal(err)
	}
	return h
}

// waitedFor blocks until a session waits for the hold.
func (h hold) waitedFor(t *testing.T, db *postgres.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for waiting := 0; waiting == 0; time.Sleep(2 * time.Millisecond) {
		if err := db.QueryRow(ctx, `select count(*) from pg_locks where not granted and transactionid::text = $1`, h.xid).Scan(&waiting); err != nil {
			t.Fatalf("nobody waits for the numbers: %v", err)
		}
	}
}
