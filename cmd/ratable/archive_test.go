package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// manyEvents are enough that writing them takes a while.
const manyEvents = 40_000

func TestAnArchiveThatIsKilledAtAnyPointLosesNothing(t *testing.T) {
	db := pgtest.New(t)
	invoicingtest.New(t, db)
	events := make([]usage.Event, manyEvents)
	for i := range events {
		events[i] = usage.Event{Source: "edge", ID: fmt.Sprint(i), Customer: "acme", Meter: "api.calls",
			OccurredAt: time.Date(2024, time.January, 1, 0, 0, i*60, 0, time.UTC), Quantity: decimal.NewFromInt(int64(i % 10))}
	}
	if r, err := usage.Ingest(t.Context(), db, events, time.Date(2024, time.June, 1, 0, 0, 0, 0, time.UTC), access.System("test")); err != nil || r.Accepted != manyEvents {
		t.Fatalf("%+v %v", r, err)
	}
	env := settings(t, db)
	folder := filepath.Join(strings.TrimPrefix(env[1], "RATABLE_HOME="), "archive")

	// While it writes, and, with somebody reading so that nothing can be dropped, when the file has its name and the
	// database does not know it.
	killArchiveAt(t, env, filepath.Join(folder, "usage-2024-01.1.ndjson.gz.part"))
	standsOrIsArchived(t, db, folder)
	err := db.Snapshot(t.Context(), func(tx pgx.Tx) error {
		var n int
		err := tx.QueryRow(t.Context(), `select count(*) from usage.events`).Scan(&n)
		killArchiveAt(t, env, filepath.Join(folder, "usage-2024-01.1.ndjson.gz"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	standsOrIsArchived(t, db, folder)
	if n := count(t, db, `select count(*) from usage.archives`); n != 0 {
		t.Errorf("%d archives are known of which none was finished", n)
	}
	ratable(t, env, "", "usage", "archive", "--before", "2024-03").want(t, 0)
	if n := count(t, db, `select count(*) from usage.events`); n != 0 {
		t.Errorf("%d events stand after everything was archived", n)
	}
	standsOrIsArchived(t, db, folder)
	if n := count(t, db, `select sum(events)::int from usage.archives`); n != manyEvents {
		t.Errorf("%d events are archived, not %d", n, manyEvents)
	}
	ratable(t, env, "", "usage", "archive", "--verify", "usage-2024-01.1.ndjson.gz").want(t, 0, "as archived; the rollups equal a recount")
	ratable(t, env, "", "usage", "archive", "--before", "2024-03").want(t, 0, "No events before 2024-03 are left to archive")
	ratable(t, env, "", "usage", "archive", "--before", "2999-01").want(t, exitBadInput, "would archive a month that is not over")
	ratable(t, env, "", "usage", "hold", "usage-2024-01.1.ndjson.gz", "--meter", "api.calls").want(t, 0, "events brought back")
	if r, err := usage.Ingest(t.Context(), db, events[:100], time.Date(2024, time.June, 1, 0, 0, 0, 0, time.UTC), access.System("test")); err != nil || r.Repeated != 100 {
		t.Errorf("archived events again: %+v %v", r, err)
	}
}

// killArchiveAt kills an archive, with no chance to clean up, as soon as a file is there.
func killArchiveAt(t *testing.T, env []string, file string) {
	t.Helper()
	run := command(t, env, "usage", "archive", "--before", "2024-03")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- run.Wait() }()
	for {
		select {
		case err := <-over:
			t.Fatalf("the archive ended before %s was there: %v\n%s", file, err, run.Stderr)
		case <-time.After(time.Millisecond):
		}
		if _, err := os.Stat(file); err == nil {
			_ = run.Process.Kill()
			<-over
			return
		}
	}
}

// standsOrIsArchived wants every event of a month in the database, or in an archive that verifies.
func standsOrIsArchived(t *testing.T, db *postgres.DB, folder string) {
	t.Helper()
	all, err := usage.Archives(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	events := count(t, db, `select count(*) from usage.events`)
	for _, a := range all {
		v, err := usage.VerifyArchive(t.Context(), db, filepath.Join(folder, a.File))
		if err != nil || len(v.Differences) > 0 {
			t.Errorf("%s: %v %v", a.File, err, v.Differences)
		}
		events += int(a.Events)
	}
	if events != manyEvents || count(t, db, `select count(*) from usage.keys`) != manyEvents {
		t.Errorf("%d events stand or are archived, not %d", events, manyEvents)
	}
}

func TestMonthsAreOpenedAheadAndArchivedPastRetention(t *testing.T) {
	db := pgtest.New(t)
	invoicingtest.New(t, db)
	for i, at := range []time.Time{time.Date(2024, time.January, 31, 23, 59, 59, 0, time.UTC), today().MonthOf().Add(-3).First().Time(time.UTC)} {
		e := usage.Event{Source: "edge", ID: fmt.Sprint(i), Customer: "acme", Meter: "api.calls", OccurredAt: at, Quantity: decimal.NewFromInt(1)}
		if r, err := usage.Ingest(t.Context(), db, []usage.Event{e}, time.Now(), access.System("test")); err != nil || r.Accepted != 1 {
			t.Fatalf("%+v %v", r, err)
		}
	}
	env := settings(t, db)
	ratable(t, env, "", "run", "usage-months").want(t, 0, "room for usage through "+today().MonthOf().Add(2).String())
	if n := count(t, db, `select count(*) from pg_inherits where inhparent = 'usage.events'::regclass`); n != 5 {
		t.Errorf("%d months are open, not two with events and three from now on", n)
	}
	if n := count(t, db, `select count(*) from usage.archives`); n != 0 {
		t.Errorf("%d archives were made although events stay for ever", n)
	}
	ratable(t, append(env, "RATABLE_USAGE_RETENTION=2"), "", "run", "usage-months").want(t, exitBadInput, "events stay for 3 months at least")
	again := append(env, "RATABLE_USAGE_RETENTION=3")
	ratable(t, again, "", "run", "usage-months", "--as-of", today().AddDays(-1).String()).want(t, 0)
	ratable(t, again, "", "run", "usage-months").want(t, 0)
	if n := count(t, db, `select sum(events)::int from usage.archives where month = '2024-01-01'`); n != 1 {
		t.Errorf("%d events of January 2024 are archived", n)
	}
	if n := count(t, db, `select count(*) from usage.events`); n != 1 {
		t.Errorf("%d events stand, not that of three months ago", n)
	}
}
