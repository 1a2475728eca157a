package usage

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
)

// call is an event of acme at a minute.
func call(id string, minute, quantity int) Event {
	return Event{Source: "edge", ID: id, Customer: "acme", Meter: "calls",
		OccurredAt: time.Date(2026, 3, 2, 10, minute, 0, 0, time.UTC), Quantity: decimal.NewFromInt(int64(quantity))}
}

// waiting are requests as they stand when somebody begins to write them.
func (w *world) waiting(t *testing.T, requests ...[]Event) (group []*sending) {
	for i, events := range requests {
		group = append(group, &sending{intake: prepare(t.Context(), w.db, events), ctx: t.Context(), now: now,
			by: access.System(fmt.Sprintf("sender %d", i)), done: make(chan struct{})})
	}
	return group
}

// outcomesOf says what became of requests, and checks that each leads to its sender.
func (w *world) outcomesOf(t *testing.T, group []*sending) (said []string) {
	t.Helper()
	for _, s := range group {
		<-s.done
		if s.err != nil {
			said = append(said, s.err.Error())
			continue
		}
		said = append(said, fmt.Sprintf("%d new, %d repeated, %d in conflict", s.receipt.Accepted, s.receipt.Repeated, len(s.receipt.Conflicts)))
		trail, err := access.AuditPage(t.Context(), w.db, access.AuditFilter{Actor: s.by.Name})
		if err != nil {
			t.Fatal(err)
		}
		if s.receipt.Accepted == 0 {
			continue
		}
		if len(trail) != 1 {
			t.Errorf("%s has %d lines in the audit trail", s.by.Name, len(trail))
			continue
		}
		order, _ := strconv.ParseInt(trail[0].Subject.Key, 10, 64)
		var events int
		if err := w.db.QueryRow(t.Context(), `select count(*) from usage.events where known_order = $1`, order).Scan(&events); err != nil || events != s.receipt.Accepted {
			t.Errorf("%d events lead to %s, who brought %d (%v)", events, s.by.Name, s.receipt.Accepted, err)
		}
	}
	return said
}

func TestRequestsWrittenTogetherAreAnsweredAsIfOneCameAfterTheOther(t *testing.T) {
	w := newWorld(t)
	group := w.waiting(t,
		[]Event{call("a", 1, 1), call("b", 2, 2)},
		[]Event{call("b", 2, 2), call("c", 3, 4), call("c", 3, 4)},
		[]Event{call("a", 1, 1)})
	writeGroup(w.db, group)
	want := []string{"2 new, 0 repeated, 0 in conflict", "1 new, 2 repeated, 0 in conflict", "0 new, 1 repeated, 0 in conflict"}
	if diff := cmp.Diff(want, w.outcomesOf(t, group)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.proveRollups(t)
}

func TestARequestThatClashesFailsNobodyWrittenWithIt(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, call("old", 1, 1))
	left, leave := context.WithCancel(t.Context())
	leave()
	group := w.waiting(t, []Event{call("a", 1, 1)}, []Event{call("old", 1, 7), call("b", 2, 2)}, []Event{call("a", 1, 3)}, []Event{call("d", 1, 3)})
	group[3].ctx = left
	writeGroup(w.db, group)
	want := []string{"1 new, 0 repeated, 0 in conflict", "1 new, 0 repeated, 1 in conflict", "0 new, 0 repeated, 1 in conflict"}
	if diff := cmp.Diff(want, w.outcomesOf(t, group[:3])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if group[3].err == nil {
		t.Error("whoever had left when the group fell apart was written nevertheless")
	}
	w.proveRollups(t)
}

func TestWhoHasLeftIsNotBegun(t *testing.T) {
	w := newWorld(t)
	left, leave := context.WithCancel(t.Context())
	leave()
	group := w.waiting(t, []Event{call("a", 1, 1)}, []Event{call("b", 2, 2)})
	group[0].ctx = left
	g := &gathering{waiting: group, writing: 1}
	g.drain(w.db)
	if diff := cmp.Diff([]string{context.Canceled.Error(), "1 new, 0 repeated, 0 in conflict"}, w.outcomesOf(t, group)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if g.writing != 0 || len(g.waiting) != 0 {
		t.Errorf("%d are writing and %d waiting when all is done", g.writing, len(g.waiting))
	}
}
