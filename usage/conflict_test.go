package usage

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
)

// contradicted is a world in which acme's event 1 of 5 calls came again as 6
// storage of acme-lab a day later.
func contradicted(t *testing.T) (*world, int64) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	w.ingest(t, used("1", "acme-lab", "storage", "2026-03-02T10:00:00Z", "6"))
	open := w.open(t)
	if len(open) != 1 {
		t.Fatalf("%d conflicts are open", len(open))
	}
	return w, open[0].ID
}

func (w *world) open(t *testing.T) []KeptConflict {
	t.Helper()
	list, err := ConflictsPage(context.Background(), w.db, ConflictFilter{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *world) decide(id int64, r Resolution, reason string) error {
	return ResolveConflict(context.Background(), w.db, id, r, reason, now, tester)
}

func TestAnAcceptedConflictAmendsTheEvent(t *testing.T) {
	w, id := contradicted(t)
	if err := w.decide(id, Accepted, "the sender mended it"); err != nil {
		t.Fatal(err)
	}
	if calls, storage := w.day(t, "acme", "calls", "2026-03-01"), w.day(t, "acme-lab", "storage", "2026-03-02"); calls != "0" || storage != "6" {
		t.Errorf("%s calls and %s storage count, not 0 and 6", calls, storage)
	}
	w.proveRollups(t)
	history, err := History(context.Background(), w.db, w.customer["acme"].Account, "test", "1")
	if err != nil || len(history) != 2 || !strings.Contains(history[1].Reason, "the sender mended it") || !strings.Contains(history[1].Reason, "Conflict") {
		t.Errorf("the amendment does not name its conflict: %+v (%v)", history, err)
	}
	decided, err := ConflictsPage(context.Background(), w.db, ConflictFilter{Decided: true})
	if err != nil || len(decided) != 1 || decided[0].Resolution != Accepted || decided[0].Now == nil || decided[0].Now.Quantity.String() != "6" || decided[0].Kept.Quantity.String() != "5" {
		t.Errorf("the decided one is shown as %+v (%v)", decided, err)
	}
	if len(w.open(t)) != 0 {
		t.Error("it is still open")
	}
	if err := w.decide(id, Dismissed, "again"); !errors.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
}

func TestADismissedConflictLeavesWhatStands(t *testing.T) {
	w, id := contradicted(t)
	if err := w.decide(id, Dismissed, "their test system"); err != nil {
		t.Fatal(err)
	}
	if got := w.day(t, "acme", "calls", "2026-03-01"); got != "5" || w.corrections(t) != 0 {
		t.Errorf("%s calls count after %d corrections", got, w.corrections(t))
	}
	for _, c := range []struct {
		err  error
		kind error
	}{
		{w.decide(id, Accepted, "after all"), fault.Conflict},
		{w.decide(id+100, Accepted, "which"), fault.NotFound},
		{w.decide(0, Accepted, "which"), fault.NotFound},
		{w.decide(id, Accepted, " "), fault.Invalid},
		{w.decide(id, "perhaps", "why not"), fault.Invalid},
	} {
		if !errors.Is(c.err, c.kind) {
			t.Errorf("should be %v: %v", c.kind, c.err)
		}
	}
}

func TestAConflictOfARetractedEventRestoresItWithWhatWasOffered(t *testing.T) {
	w, id := contradicted(t)
	w.correct(t, retract("1"))
	if list := w.open(t); !list[0].Retracted {
		t.Error("the list does not say that the event is retracted")
	}
	if err := w.decide(id, Accepted, "it was right"); err != nil {
		t.Fatal(err)
	}
	if got := w.day(t, "acme-lab", "storage", "2026-03-02"); got != "6" {
		t.Errorf("%s storage counts, not 6", got)
	}
	w.proveRollups(t)
}

func TestWhatWasAcceptedFromAConflictIsARepeatWhenItComesAgain(t *testing.T) {
	w, id := contradicted(t)
	first, second := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"), used("1", "acme-lab", "storage", "2026-03-02T10:00:00Z", "6")
	third := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "7")
	if got := w.ingest(t, second); len(got.Conflicts) != 1 || got.Repeated != 0 {
		t.Errorf("undecided it is a conflict still: %+v", got)
	}
	if err := w.decide(id, Accepted, "the sender mended it"); err != nil {
		t.Fatal(err)
	}
	before := w.counts(t)
	if got := w.ingest(t, second, first, second); got.Repeated != 3 || len(got.Conflicts)+got.Accepted+got.Quarantined != 0 {
		t.Errorf("both contents are known: %+v", got)
	}
	if after := w.counts(t); after != before {
		t.Errorf("that left something behind: %s, before %s", after, before)
	}
	if calls, storage := w.day(t, "acme", "calls", "2026-03-01"), w.day(t, "acme-lab", "storage", "2026-03-02"); calls != "0" || storage != "6" {
		t.Errorf("%s calls and %s storage count, not 0 and 6", calls, storage)
	}
	if history, err := History(context.Background(), w.db, w.customer["acme"].Account, "test", "1"); err != nil || len(history) != 2 {
		t.Errorf("its history grew: %+v (%v)", history, err)
	}
	if got := w.ingest(t, third, second); len(got.Conflicts) != 1 || got.Repeated != 1 {
		t.Errorf("a third content is a conflict of its own: %+v", got)
	}
	if err := w.decide(w.open(t)[0].ID, Dismissed, "not this one"); err != nil {
		t.Fatal(err)
	}
	if got := w.ingest(t, third); len(got.Conflicts) != 1 {
		t.Errorf("what was dismissed stays a conflict: %+v", got)
	}
	w.proveRollups(t)
}
