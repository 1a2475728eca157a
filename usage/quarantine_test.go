package usage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// refusing lets contract C-1 take acme's calls of 2026 through five days after
// each month.
func (w *world) refusing(t *testing.T, more ...Deadline) {
	t.Helper()
	year := period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2027, 1, 1))
	d := Deadline{Key: Key{w.customer["acme"].ID, "calls"}, Contract: "C-1", Days: year, Periods: period.Recurrence{Anchor: year.Start, Cadence: period.Monthly}, After: 5}
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		if _, err := HoldDeadlines(context.Background(), tx, w.customer["acme"].Account); err != nil {
			return err
		}
		return ReplaceDeadlines(context.Background(), tx, w.customer["acme"].Account, append(Deadlines{d}, more...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) ingestOn(t *testing.T, at string, events ...Event) Receipt {
	t.Helper()
	on, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Ingest(context.Background(), w.db, events, on, tester)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) quarantined(t *testing.T, f QuarantineFilter) []Quarantined {
	t.Helper()
	list, err := QuarantinePage(context.Background(), w.db, f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func strayIDs(list []Quarantined) (ids []StrayID) {
	for _, q := range list {
		ids = append(ids, q.Stray)
	}
	return ids
}

// The last day is 5 April in Berlin: until 22:00 UTC.
func TestUsageThatComesAfterItsLastDayWaitsUntilSomebodyTakesIt(t *testing.T) {
	w := newWorld(t)
	w.refusing(t)
	march := used("1", "acme", "calls", "2026-03-31T10:00:00Z", "5")
	if got := w.ingestOn(t, "2026-04-05T21:59:59Z", march); got.Accepted != 1 {
		t.Errorf("on the last day: %+v", got)
	}
	late := used("2", "acme", "calls", "2026-03-31T10:00:00Z", "7")
	april := used("3", "acme", "calls", "2026-03-31T22:00:00Z", "11") // 1 April in Berlin
	other := used("4", "acme", "storage", "2026-03-31T10:00:00Z", "13")
	if got := w.ingestOn(t, "2026-04-05T22:00:00Z", march, late, april, other); got.Accepted != 2 || got.Repeated != 1 || got.Quarantined != 1 {
		t.Errorf("after midnight in Berlin: %+v; the first is a repeat, however late", got)
	}
	if got := w.ingestOn(t, "2026-04-07T10:00:00Z", late); got.Repeated != 1 {
		t.Errorf("sent again, what waits is a repeat: %+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-03-31"); got != "5" {
		t.Errorf("%s calls count, not 5", got)
	}
	list := w.quarantined(t, QuarantineFilter{Reason: Late})
	if len(list) != 1 || list[0].Deadline.String() != "2026-04-05" || list[0].Contract != "C-1" {
		t.Fatalf("what waits does not say until when it was taken: %+v", list)
	}
	replayed, err := Replay(context.Background(), w.db, tester)
	if err != nil || replayed.Accepted != 0 {
		t.Errorf("a replay takes late usage silently: %+v (%v)", replayed, err)
	}
	if got, err := ReplaySelected(context.Background(), w.db, strayIDs(list), tester); err != nil || got.Accepted != 0 {
		t.Errorf("a replay of a selection takes late usage silently: %+v (%v)", got, err)
	}
	support := access.Actor{UserID: 3, Name: "Sven", Roles: []access.Role{access.Support}}
	if _, err := AcceptLate(context.Background(), w.db, strayIDs(list), "because", support); !errors.Is(err, fault.Denied) {
		t.Errorf("support takes late usage: %v", err)
	}
	if _, err := AcceptLate(context.Background(), w.db, strayIDs(list), " ", tester); !errors.Is(err, fault.Invalid) {
		t.Errorf("late usage is taken without a reason: %v", err)
	}
	if got, err := AcceptLate(context.Background(), w.db, strayIDs(list), "our own outage", tester); err != nil || got.Accepted != 1 {
		t.Errorf("finance takes it: %+v (%v)", got, err)
	}
	if got := w.day(t, "acme", "calls", "2026-03-31"); got != "12" {
		t.Errorf("%s calls count, not 12", got)
	}
	if again := w.ingestOn(t, "2026-05-07T10:00:00Z", late); again.Repeated != 1 {
		t.Errorf("what was taken late is a repeat ever after: %+v", again)
	}
	w.proveRollups(t)
}

func TestTwoContentsThatComeTooLateBothWait(t *testing.T) {
	w := newWorld(t)
	w.refusing(t)
	one, two := used("1", "acme", "calls", "2026-03-31T10:00:00Z", "5"), used("1", "acme", "calls", "2026-03-31T10:00:00Z", "6")
	if got := w.ingestOn(t, "2026-05-01T10:00:00Z", one, two); got.Quarantined != 2 || len(got.Conflicts) != 0 {
		t.Errorf("%+v: neither stands, so neither contradicts", got)
	}
	if got, err := AcceptLate(context.Background(), w.db, strayIDs(w.quarantined(t, QuarantineFilter{})), "both", tester); err != nil || got.Accepted != 1 || len(got.Conflicts) != 1 {
		t.Errorf("taken together the first counts and the second contradicts it: %+v (%v)", got, err)
	}
	if left := w.quarantined(t, QuarantineFilter{}); len(left) != 0 {
		t.Errorf("%d still wait", len(left))
	}
	w.proveRollups(t)
}

func TestWhatCameInTimeCountsHoweverLateItsCustomerIsEntered(t *testing.T) {
	w := newWorld(t)
	w.refusing(t)
	w.ingestOn(t, "2026-04-02T10:00:00Z", used("1", "newcomer", "calls", "2026-03-31T10:00:00Z", "5"))
	w.ingestOn(t, "2026-04-20T10:00:00Z", used("2", "newcomer", "calls", "2026-03-31T10:00:00Z", "7"))
	w.addCustomer(t, "newcomer", "acme")
	account := w.customer["newcomer"].Account
	year := period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2027, 1, 1))
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		return ReplaceDeadlines(context.Background(), tx, account, Deadlines{{Key: Key{w.customer["newcomer"].ID, "calls"}, Contract: "C-2", Days: year,
			Periods: period.Recurrence{Anchor: year.Start, Cadence: period.Monthly}, After: 5}})
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Replay(context.Background(), w.db, tester)
	if err != nil || got.Accepted != 1 || got.Quarantined != 1 {
		t.Fatalf("replayed: %+v (%v); one came in time, one did not", got, err)
	}
	list := w.quarantined(t, QuarantineFilter{})
	if len(list) != 1 || list[0].Reason != Late || list[0].ID != "2" || list[0].Decision.Action != "late" || list[0].Contract != "C-2" {
		t.Errorf("the one that did not waits as %+v", list)
	}
	w.proveRollups(t)
}

func TestAnOpenLineTakesWhatAStricterOneWouldRefuse(t *testing.T) {
	w := newWorld(t)
	may := period.NewSpan(period.NewDate(2026, 3, 1), period.NewDate(2026, 4, 1))
	w.refusing(t, Deadline{Key: Key{w.customer["acme"].ID, "calls"}, Contract: "C-2", Days: may, Periods: period.Recurrence{Anchor: may.Start, Cadence: period.Monthly}, Open: true})
	got := w.ingestOn(t, "2026-06-01T10:00:00Z", used("1", "acme", "calls", "2026-03-31T10:00:00Z", "5"), used("2", "acme", "calls", "2026-02-01T10:00:00Z", "5"))
	if got.Accepted != 1 || got.Quarantined != 1 {
		t.Errorf("%+v: March is taken whenever it comes, February is not", got)
	}
	held, err := LoadDeadlines(context.Background(), w.db, w.customer["acme"].Account)
	if err != nil || len(held) != 2 || !held[1].Open || held[0].After != 5 {
		t.Errorf("loaded deadlines: %+v (%v)", held, err)
	}
	w.refusing(t) // written anew
	if held, err = LoadDeadlines(context.Background(), w.db, w.customer["acme"].Account); err != nil || len(held) != 1 {
		t.Errorf("written anew: %+v (%v)", held, err)
	}
}

func TestTheQuarantineIsFilteredCountedAndCleared(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.ingest(t, used(fmt.Sprintf("a%d", i), "ghost", "calls", "2026-03-01T10:00:00Z", "1"))
	}
	w.ingest(t, used("b1", "acme", "rockets", "2026-03-01T10:00:00Z", "1"), used("b2", "ghost", "rockets", "2026-03-01T10:00:00Z", "1"))
	causes, err := QuarantineCauses(context.Background(), w.db, 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range causes {
		told = append(told, fmt.Sprintf("%s %s %s %d", c.Reason, c.Customer, c.Meter, c.Events))
	}
	if diff := cmp.Diff([]string{"unknown customer ghost  7", "unknown customer and meter ghost rockets 1", "unknown meter  rockets 1"}, told); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	for f, want := range map[QuarantineFilter]int{{}: 9, {Reason: "unknown meter"}: 1, {Customer: "ghost"}: 8, {Meter: "rockets"}: 2, {Customer: "ghost", Meter: "rockets"}: 1, {Discarded: true}: 0} {
		if got := w.quarantined(t, f); len(got) != want {
			t.Errorf("%+v lists %d, not %d", f, len(got), want)
		}
	}
	ghosts := w.quarantined(t, QuarantineFilter{Customer: "ghost", Limit: 3})
	if err := Discard(context.Background(), w.db, strayIDs(ghosts), "a test system", tester); err != nil {
		t.Fatal(err)
	}
	gone := w.quarantined(t, QuarantineFilter{Discarded: true})
	if len(gone) != 3 || gone[0].Decision.Reason != "a test system" || gone[0].Decision.By != tester.Name {
		t.Errorf("discarded are %+v", gone)
	}
	if err := Discard(context.Background(), w.db, strayIDs(ghosts), "again", tester); !errors.Is(err, fault.Conflict) {
		t.Errorf("discarded twice: %v", err)
	}
	if got := w.ingest(t, gone[0].Event); got.Repeated != 1 || len(w.quarantined(t, QuarantineFilter{})) != 6 {
		t.Errorf("a discarded event sent again is a repeat: %+v", got)
	}
	w.addCustomer(t, "ghost", "acme")
	if got, err := Replay(context.Background(), w.db, tester); err != nil || got.Accepted != 4 {
		t.Errorf("the replay leaves out what was discarded: %+v (%v)", got, err)
	}
	if err := Return(context.Background(), w.db, strayIDs(gone[:1]), "it was real", tester); err != nil {
		t.Fatal(err)
	}
	if got, err := ReplaySelected(context.Background(), w.db, strayIDs(gone), tester); err != nil || got.Accepted != 3 {
		t.Errorf("a selection is replayed, what was discarded of it too: %+v (%v)", got, err)
	}
	if got := w.day(t, "ghost", "calls", "2026-03-01"); got != "7" {
		t.Errorf("%s calls count, not 7", got)
	}
	for _, q := range w.quarantined(t, QuarantineFilter{}) { // of ghost's rockets only the meter is missing by now
		if q.Reason != "unknown meter" {
			t.Errorf("%s waits as %s", q.ID, q.Reason)
		}
	}
	w.proveRollups(t)
}

func TestReplaysDiscardsAndSendersAtTheSameMomentLoseNothing(t *testing.T) {
	w := newWorld(t)
	var events []Event
	for i := range 200 {
		events = append(events, used(fmt.Sprint(i), "ghost", "calls", "2026-03-01T10:00:00Z", "1"))
	}
	w.ingest(t, events...)
	w.addCustomer(t, "ghost", "acme")
	ids := strayIDs(w.quarantined(t, QuarantineFilter{Limit: 1000}))
	var all sync.WaitGroup
	run := func(do func() error) {
		all.Go(func() {
			if err := do(); err != nil && !errors.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	for range 3 {
		run(func() error { _, err := Replay(context.Background(), w.db, tester); return err })
		run(func() error { return Discard(context.Background(), w.db, ids[50:150], "a test", tester) })
		run(func() error { _, err := Ingest(context.Background(), w.db, events[100:], now, tester); return err })
		run(func() error { _, err := ReplaySelected(context.Background(), w.db, ids[120:], tester); return err })
	}
	all.Wait()
	if _, err := ReplaySelected(context.Background(), w.db, ids, tester); err != nil && !errors.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	if got := w.day(t, "ghost", "calls", "2026-03-01"); got != "200" {
		t.Errorf("%s calls count in the end, not 200", got)
	}
	if left := w.quarantined(t, QuarantineFilter{}); len(left) != 0 {
		t.Errorf("%d still wait", len(left))
	}
	w.proveRollups(t)
}

func TestAStrayIsNamedByATextThatReadsBack(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("a", "ghost", "calls", "2026-03-01T10:00:00Z", "1"))
	id := w.quarantined(t, QuarantineFilter{})[0].Stray
	if back, err := ParseStrayID(id.String()); err != nil || back != id {
		t.Errorf("%s reads back as %s (%v)", id, back, err)
	}
	for _, bad := range []string{"", "abc", strings.Repeat("0", 62), strings.Repeat("z", 64)} {
		if _, err := ParseStrayID(bad); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is taken for a quarantined event: %v", bad, err)
		}
	}
}
