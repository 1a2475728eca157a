package usage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

// marching replaces acme's calls of source "test" in March by some events.
func marching(events ...Event) Backfill {
	return Backfill{Stretch: Stretch{Customer: "acme", Meter: "calls", From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
		Reason: "the meter was read again", Events: events}
}

func (w *world) backfill(t *testing.T, b Backfill) Replacement {
	t.Helper()
	planned, err := PlanBackfill(context.Background(), w.db, b, now)
	if err != nil {
		t.Fatal(err)
	}
	_, done, err := ReplaceStretch(context.Background(), w.db, b, now, tester)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(planned, done, equalDecimals); diff != "" {
		t.Errorf("it did something else than the dry run said (-said +done):\n%s", diff)
	}
	w.proveRollups(t)
	return done
}

func TestABackfillLeavesExactlyItsEventsInTheStretch(t *testing.T) {
	w := newWorld(t)
	w.ingest(t,
		used("same", "acme", "calls", "2026-03-02T10:00:00Z", "1"), used("other", "acme", "calls", "2026-03-03T10:00:00Z", "2"),
		used("gone", "acme", "calls", "2026-03-04T10:00:00Z", "4"), used("back", "acme", "calls", "2026-03-05T10:00:00Z", "8"),
		used("before", "acme", "calls", "2026-02-28T10:00:00Z", "16"), used("after", "acme", "calls", "2026-04-01T00:00:00Z", "32"),
		used("apart", "acme", "storage", "2026-03-02T10:00:00Z", "64"), used("lab", "acme-lab", "calls", "2026-03-02T10:00:00Z", "128"))
	w.correct(t, retract("back"))
	set := marching(
		used("same", "acme", "calls", "2026-03-02T10:00:00Z", "1.00"), used("other", "acme", "calls", "2026-03-03T11:00:00Z", "3"),
		used("back", "acme", "calls", "2026-03-05T10:00:00Z", "8"), used("new", "acme", "calls", "2026-03-06T10:00:00Z", "5"),
		used("before", "acme", "calls", "2026-03-07T10:00:00Z", "16")) // it is moved into March
	got := w.backfill(t, set)
	if got.Added != 2 || got.Amended != 2 || got.Retracted != 1 || got.Unchanged != 1 {
		t.Errorf("%+v; added are new and back, amended other and before, retracted gone, unchanged same", got)
	}
	var days []string
	for _, d := range got.Days {
		days = append(days, fmt.Sprintf("%s %s>%s %d>%d", d.Day, d.Before, d.After, d.EventsBefore, d.EventsAfter))
	}
	want := []string{"2026-02-28 16>0 1>0", "2026-03-03 2>3 1>1", "2026-03-04 4>0 1>0", "2026-03-05 0>8 0>1", "2026-03-06 0>5 0>1", "2026-03-07 0>16 0>1"}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
	for _, c := range []struct{ customer, meter, day, quantity string }{
		{"acme", "calls", "2026-03-03", "3"}, {"acme", "calls", "2026-04-01", "32"}, {"acme", "storage", "2026-03-02", "64"}, {"acme-lab", "calls", "2026-03-02", "128"},
	} {
		if got := w.day(t, c.customer, c.meter, c.day); got != c.quantity {
			t.Errorf("%s of %s has %s on %s, not %s", c.meter, c.customer, got, c.day, c.quantity)
		}
	}
	if again := w.backfill(t, set); !again.Nothing() || again.Unchanged != 5 || len(again.Days) != 0 {
		t.Errorf("done again it changes something: %+v", again)
	}
}

func TestABackfillOfOneSourceLeavesTheOthersAlone(t *testing.T) {
	w := newWorld(t)
	mine, theirs := used("1", "acme", "calls", "2026-03-02T10:00:00Z", "1"), used("1", "acme", "calls", "2026-03-02T10:00:00Z", "2")
	theirs.Source = "theirs"
	w.ingest(t, mine, theirs)
	b := marching()
	b.Source = "test"
	if got := w.backfill(t, b); got.Retracted != 1 {
		t.Errorf("%+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-03-02"); got != "2" {
		t.Errorf("%s calls count, the other source's 2 should", got)
	}
}

func TestABackfillThatSaysTooLittleOrTooMuchIsRefused(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-02T10:00:00Z", "1"))
	ok := used("2", "acme", "calls", "2026-03-02T10:00:00Z", "1")
	for says, change := range map[string]func(*Backfill){
		"reason: is missing":                       func(b *Backfill) { b.Reason = "" },
		"customer: is missing":                     func(b *Backfill) { b.Customer = "" },
		"is not the external id":                   func(b *Backfill) { b.Customer, b.Events = "nobody", nil },
		"is not a meter":                           func(b *Backfill) { b.Meter, b.Events = "rockets", nil },
		"must be after from":                       func(b *Backfill) { b.Until = b.From },
		"before the year 2000":                     func(b *Backfill) { b.From = time.Time{} },
		"is another one than acme":                 func(b *Backfill) { b.Events[0].Customer = "bolt" },
		"is another one than calls":                func(b *Backfill) { b.Events[0].Meter = "storage" },
		"is another one than elsewhere":            func(b *Backfill) { b.Source = "elsewhere" },
		"is not within the stretch":                func(b *Backfill) { b.Events[0].OccurredAt = b.Until },
		"stands twice in the set, first as events": func(b *Backfill) { b.Events = append(b.Events, b.Events[0]) },
		"quantity is negative":                     func(b *Backfill) { b.Events[0].Quantity = decimal.NewFromInt(-1) },
	} {
		b := marching(ok)
		change(&b)
		_, err := PlanBackfill(context.Background(), w.db, b, now)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("it should say %q: %v", says, err)
		}
		if _, _, done := ReplaceStretch(context.Background(), w.db, b, now, tester); done == nil {
			t.Errorf("what a dry run refuses was done: %s", says)
		}
	}
	if got := w.day(t, "acme", "calls", "2026-03-02"); got != "1" {
		t.Errorf("%s calls count, not 1", got)
	}
}

func TestAPreparedBackfillIsAppliedOnceAndOnlyAsItWasShown(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.ingest(t, used("1", "acme", "calls", "2026-03-02T10:00:00Z", "1"))
	id, shown, err := PrepareBackfill(ctx, w.db, marching(used("2", "acme", "calls", "2026-03-02T10:00:00Z", "5")), now, tester)
	if err != nil || w.day(t, "acme", "calls", "2026-03-02") != "1" {
		t.Fatalf("prepared it changes something already (%v)", err)
	}
	w.ingest(t, used("3", "acme", "calls", "2026-03-03T10:00:00Z", "7"))
	if _, err := ApplyBackfill(ctx, w.db, id, shown.Seen(), tester); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "look again") {
		t.Errorf("an event came in after it was shown: %v", err)
	}
	kept, now2, err := LoadBackfill(ctx, w.db, id)
	if err != nil || now2.Retracted != 2 || kept.Applied {
		t.Fatalf("looked at again: %+v %+v (%v)", kept, now2, err)
	}
	if _, err := ApplyBackfill(ctx, w.db, id, now2.Seen(), tester); err != nil {
		t.Fatal(err)
	}
	if _, err := ApplyBackfill(ctx, w.db, id, "", tester); !errors.Is(err, fault.Conflict) {
		t.Errorf("applied twice: %v", err)
	}
	list, err := Backfills(ctx, w.db, 0, 10)
	if err != nil || len(list) != 1 || !list[0].Applied || list[0].Done.Added != 1 || list[0].Done.Retracted != 2 {
		t.Errorf("listed as %+v (%v)", list, err)
	}
	if _, _, err := LoadBackfill(ctx, w.db, id+1); !errors.Is(err, fault.NotFound) {
		t.Errorf("a backfill nobody prepared: %v", err)
	}
	w.proveRollups(t)
}

// Several backfills, corrections and senders at the same moment: in the end the
// rollups equal a recount, and of the stretch one backfill's events count, with
// whatever came in after it.
func TestBackfillsAtTheSameMomentLeaveRollupsWhole(t *testing.T) {
	w := newWorld(t)
	draw := func(r *rand.Rand, n int) (events []Event) {
		for _, i := range r.Perm(60)[:n] {
			events = append(events, used(fmt.Sprint(i), "acme", "calls", fmt.Sprintf("2026-03-%02dT%02d:00:00Z", 1+r.IntN(28), r.IntN(24)), fmt.Sprint(r.IntN(50))))
		}
		return events
	}
	w.ingest(t, draw(rand.New(rand.NewPCG(1, 1)), 40)...)
	var all sync.WaitGroup
	for writer := range 4 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(writer), 9))
			for range 4 {
				if _, _, err := ReplaceStretch(context.Background(), w.db, marching(draw(r, 30)...), now, tester); err != nil {
					t.Error(err)
				}
				if _, err := Ingest(context.Background(), w.db, draw(r, 10), now, tester); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	w.proveRollups(t)
}

// Each of two sets is all that counts once it was applied: never both.
func TestOfTwoBackfillsOfOneStretchAtTheSameMomentTheLaterCounts(t *testing.T) {
	w := newWorld(t)
	for round := range 8 {
		day := fmt.Sprintf("2026-03-%02d", 1+round)
		var both sync.WaitGroup
		for n, quantity := range []string{"1", "20"} {
			both.Go(func() {
				b := marching(used(fmt.Sprintf("%d-%d", round, n), "acme", "calls", day+"T10:00:00Z", quantity))
				b.From, b.Until = b.Events[0].OccurredAt, b.Events[0].OccurredAt.Add(time.Hour)
				if _, _, err := ReplaceStretch(context.Background(), w.db, b, now, tester); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if got := w.day(t, "acme", "calls", day); got != "1" && got != "20" {
			t.Fatalf("%s calls count on %s; one backfill says 1, the other 20", got, day)
		}
	}
	w.proveRollups(t)
}
