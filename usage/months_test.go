package usage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
)

func TestWritersThatNeedANewMonthAtOnceOpenItOnce(t *testing.T) {
	w := newWorld(t)
	months := 0
	// None of these is open, and every writer needs all of them.
	var events []Event
	for i := range 24 {
		at := time.Date(2024, time.January+time.Month(i), 15, 12, 0, 0, 0, time.UTC)
		events = append(events, used(fmt.Sprint("shared ", i), "acme", "calls", at.Format(time.RFC3339), "1"))
		months++
	}
	together(6, func(i int) {
		mine := append([]Event{used(fmt.Sprint("own ", i), "bolt", "calls", "2025-12-31T23:59:59Z", "1")}, events...)
		if _, err := Ingest(context.Background(), w.db, mine, now, tester); err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	var parts, stored int
	err := w.db.QueryRow(context.Background(), `
		select (select count(*) from pg_inherits where inhparent = 'usage.events'::regclass), (select count(*) from usage.events)`).Scan(&parts, &stored)
	if err != nil || parts != months || stored != len(events)+6 {
		t.Errorf("%d months are open, not %d, with %d events, not %d (%v)", parts, months, stored, len(events)+6, err)
	}
	w.proveRollups(t)
}

func TestAMonthIsOpenedOnceAndEndsWithItsLastInstant(t *testing.T) {
	w := newWorld(t)
	march := period.NewMonth(2026, time.March)
	together(8, func(i int) {
		if err := openMonths(context.Background(), w.db, []period.Month{march, march.Next()}); err != nil {
			t.Errorf("opener %d: %v", i, err)
		}
	})
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T00:00:00Z", "1"), used("2", "acme", "calls", "2026-03-31T23:59:59Z", "1"),
		used("3", "acme", "calls", "2026-04-01T00:00:00Z", "1"))
	for table, want := range map[string]int{"events_2026_03": 2, "events_2026_04": 1} {
		var n int
		if err := pgtest.Admin(t, w.db).QueryRow(context.Background(), `select count(*) from usage.`+table).Scan(&n); err != nil || n != want {
			t.Errorf("usage.%s holds %d events, not %d (%v)", table, n, want, err)
		}
	}
	if err := openMonths(context.Background(), w.db, []period.Month{period.NewMonth(1999, time.December)}); err == nil {
		t.Error("a month before there was any usage was opened")
	}
}

func TestNobodyReachesAPartitionPastItsTable(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	owner := pgtest.Admin(t, w.db)
	for _, sql := range []string{`update usage.events_2026_03 set quantity = 6`, `delete from usage.events_2026_03`, `truncate usage.events_2026_03`,
		`update usage.keys set content = key`, `delete from usage.keys`, `delete from usage.events`, `truncate usage.events`} {
		if _, err := w.db.Exec(context.Background(), sql); !errors.Is(err, fault.Denied) && (err == nil || !strings.Contains(err.Error(), "permission denied")) {
			t.Errorf("the serving role: %s gave %v", sql, err)
		}
		if _, err := owner.Exec(context.Background(), sql); err == nil || !strings.Contains(err.Error(), "is append-only") {
			t.Errorf("the owner: %s gave %v", sql, err)
		}
	}
	for _, sql := range []string{`select * from usage.events_2026_03`, `insert into usage.events_2026_03 select * from usage.events`, `drop table usage.events_2026_03`,
		`alter table usage.events detach partition usage.events_2026_03`, `create table usage.mine ()`} {
		if _, err := w.db.Exec(context.Background(), sql); err == nil {
			t.Errorf("the serving role may %s", sql)
		}
	}
}

// A watermark taken while a batch is under way must not lie above its place: what
// is known up to it would change when the batch commits.
func TestABatchHoldsThePlaceItTakesInTheOrderOfKnowing(t *testing.T) {
	w := newWorld(t)
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		if _, err := nextOrder(context.Background(), tx); err != nil {
			return err
		}
		var free bool
		err := w.db.QueryRow(context.Background(), `select pg_try_advisory_xact_lock(house_order_lock())`).Scan(&free)
		if free {
			t.Error("a final watermark can be taken above a place whose events are still to come")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
