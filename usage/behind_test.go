package usage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

// whatIsBehind are the quantities to look behind: of every kind of meter, filtered and not, of one customer and of two.
func (w *world) whatIsBehind(span period.Span) (out []Behind) {
	both := []customers.ID{w.customer["acme"].ID, w.customer["acme-lab"].ID}
	for _, who := range [][]customers.ID{both[:1], both} {
		for _, m := range everyMeter {
			for _, r := range readingsOf(w.meter[m.Code], who...) {
				if len(r.Not) == 0 {
					out = append(out, Behind{Account: w.customer["acme"].Account, Reading: r, Days: span})
				}
			}
		}
	}
	return out
}

// total is what the engine reads, which other tests hold against a count by hand.
func (w *world) total(t *testing.T, b Behind) decimal.Decimal {
	t.Helper()
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{b.Account}, b.Days.Start, b.Days.End)
	if err != nil {
		t.Fatal(err)
	}
	total, err := all[b.Account].Total(b.Reading, b.Days)
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// Whatever the meter makes of its events, and however they were corrected: what days, hours and single events count adds up
// to the quantity, and what was known at some moment comes to what was read then.
func TestWhatIsBehindAQuantityAddsUpToIt(t *testing.T) {
	w := newWorld(t)
	w.addEveryMeter(t)
	r := rand.New(rand.NewPCG(19, 23))
	at := func() time.Time {
		return time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(14*24*6)) * 10 * time.Minute)
	}
	span := period.NewSpan(mustDate(t, "2026-03-22"), mustDate(t, "2026-04-02"))
	state, ids := map[string]*remembered{}, []string{}
	then, known := []string{}, int64(0)
	for round := range 6 {
		var events []Event
		for i := range 80 {
			e := Event{Source: "test", ID: fmt.Sprintf("%02d-%03d", round, i), Customer: []string{"acme", "acme-lab"}[r.IntN(2)], Meter: everyMeter[r.IntN(len(everyMeter))].Code,
				OccurredAt: at(), Quantity: decimal.New(int64(r.IntN(5000)), -2), Dimensions: drawDimensions(r)}
			events, ids, state[e.ID] = append(events, e), append(ids, e.ID), &remembered{Event: e}
		}
		w.ingest(t, events...)
		var some []Correction
		for range 30 {
			some = append(some, w.drawCorrection(r, state[ids[r.IntN(len(ids))]], at))
		}
		w.correct(t, some...)
		if round == 3 { // a document is issued now
			if err := w.db.QueryRow(context.Background(), `select nextval('known_order')`).Scan(&known); err != nil {
				t.Fatal(err)
			}
			for _, b := range w.whatIsBehind(span) {
				then = append(then, w.total(t, b).String())
			}
		}
	}
	changed := 0
	for i, b := range w.whatIsBehind(span) {
		what := fmt.Sprintf("%s where %v of %v", b.Reading.Meter.Code, b.Reading.Where, b.Reading.Customers)
		want := w.total(t, b)
		w.proveBehind(t, what, b, want)
		if _, quantity, err := BehindKnown(context.Background(), w.db, b, known); err != nil || quantity.String() != then[i] {
			t.Errorf("%s: %s was known then, read was %s (%v)", what, quantity, then[i], err)
		}
		since, err := BehindSince(context.Background(), w.db, b, known)
		if err != nil {
			t.Fatal(err)
		}
		if want.String() != then[i] {
			if changed++; !since.Any() {
				t.Errorf("%s went from %s to %s, and nothing is said to have come since", what, then[i], want)
			}
		}
	}
	if changed < 10 {
		t.Errorf("only %d quantities changed after the moment that is looked back at", changed)
	}
}

func (w *world) proveBehind(t *testing.T, what string, b Behind, want decimal.Decimal) {
	t.Helper()
	ctx := context.Background()
	for name, parts := range map[string]func() ([]BehindPart, error){
		"days":  func() ([]BehindPart, error) { return BehindDays(ctx, w.db, b) },
		"hours": func() ([]BehindPart, error) { return BehindHours(ctx, w.db, b) },
	} {
		found, err := parts()
		if _, counts := Sum(found); err != nil || !counts.Equal(want) {
			t.Errorf("%s: the %s count %s, the reading is %s (%v)", what, name, counts, want, err)
		}
	}
	var streamed []string
	sum := decimal.Zero
	if err := EachBehind(ctx, w.db, b, func(e CountedEvent) error {
		streamed, sum = append(streamed, e.ID), sum.Add(e.Counts)
		return nil
	}); err != nil || !sum.Equal(want) {
		t.Errorf("%s: its events count %s, the reading is %s (%v)", what, sum, want, err)
	}
	var paged []string
	for after := (EventCursor{}); ; {
		page, err := BehindPage(ctx, w.db, b, after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			paged, after = append(paged, e.ID), e.At
		}
		if len(page) < 7 {
			break
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(streamed) {
		t.Errorf("%s: by the page come %v, in one go %v", what, paged, streamed)
	}
}
