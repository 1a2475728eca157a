package usage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

func quantity(s string) *decimal.Decimal {
	q := decimal.RequireFromString(s)
	return &q
}

// amend says that acme's event of source "test" was of another quantity.
func amend(id, to string) Correction {
	return Correction{Customer: "acme", Source: "test", ID: id, Action: Amend, Quantity: quantity(to), Reason: "counted wrongly"}
}

func retract(id string) Correction {
	return Correction{Customer: "acme", Source: "test", ID: id, Action: Retract, Reason: "a test of ours"}
}

func (w *world) correct(t testing.TB, corrections ...Correction) []Corrected {
	t.Helper()
	out, err := Correct(context.Background(), w.db, corrections, now, tester)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) history(t testing.TB, customer, id string) string {
	t.Helper()
	all, err := History(context.Background(), w.db, w.customer[customer].Account, "test", id)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range all {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s of %s by %s at %s", r.Action, r.Quantity, r.Meter, r.Customer, r.OccurredAt.Format("2 Jan 15:04"))))
	}
	return strings.Join(out, "; ")
}

func TestACorrectionCountsAndTheEventStaysAsItCame(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"), used("2", "acme", "calls", "2026-03-01T10:05:00Z", "7"))
	want := func(day, quantity string) {
		t.Helper()
		if got := w.day(t, "acme", "calls", day); got != quantity {
			t.Errorf("%s has %s calls, it should have %s", day, got, quantity)
		}
		w.proveRollups(t)
	}
	if diff := cmp.Diff([]Corrected{{1, true}}, w.correct(t, amend("1", "3.5"))); diff != "" {
		t.Error(diff)
	}
	want("2026-03-01", "10.5")

	elsewhere := amend("1", "4")
	elsewhere.OccurredAt = time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC) // the 3rd in Berlin
	w.correct(t, elsewhere)
	want("2026-03-01", "7")
	want("2026-03-03", "4")

	w.correct(t, retract("1"))
	want("2026-03-03", "0")
	w.correct(t, Correction{Customer: "acme", Source: "test", ID: "1", Action: Restore, Reason: "it was ours after all"})
	want("2026-03-03", "4")
	other := Correction{Customer: "acme", Source: "test", ID: "1", Action: Amend, Meter: "storage", User: "acme-lab", Reason: "sent for the wrong meter"}
	w.correct(t, other)
	want("2026-03-03", "0")
	if got := w.day(t, "acme-lab", "storage", "2026-03-03"); got != "4" {
		t.Errorf("the event counts %s on the meter and user it was amended to", got)
	}
	const history = "5 of calls by acme at 1 Mar 10:00; amend 3.5 of calls by acme at 1 Mar 10:00; amend 4 of calls by acme at 2 Mar 23:30; " +
		"retract 4 of calls by acme at 2 Mar 23:30; restore 4 of calls by acme at 2 Mar 23:30; amend 4 of storage by acme-lab at 2 Mar 23:30"
	if got := w.history(t, "acme", "1"); got != history {
		t.Errorf("its history is\n%s\nand should be\n%s", got, history)
	}
}

func TestADayWhoseEventsWereAllRetractedHasNoUse(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	w.correct(t, retract("1"))
	day := mustDate(t, "2026-03-01")
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{w.customer["acme"].Account}, day, day.AddDays(1))
	if err != nil {
		t.Fatal(err)
	}
	reading := Reading{Customers: []customers.ID{w.customer["acme"].ID}, Meter: w.meter["calls"]}
	if got := read(t, all[w.customer["acme"].Account], reading, period.NewSpan(day, day.AddDays(1))); len(got) != 0 {
		t.Errorf("nothing counts on the day, and it reads %v", got)
	}
	if got := w.hours(t, "acme", "2026-03-01"); len(got) != 0 {
		t.Errorf("nothing counts in its hours, and they read %v", got)
	}
	totals, err := Totals(context.Background(), w.db, period.NewSpan(day, day.AddDays(1)))
	if err != nil || len(totals) != 0 {
		t.Errorf("nothing counts, and the month comes to %v (%v)", totals, err)
	}
}

func TestTheSameCorrectionAgainChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"), used("2", "acme", "calls", "2026-03-01T10:00:00Z", "7"))
	first := []Correction{amend("1", "3"), retract("2")}
	w.correct(t, first...)
	before := w.corrections(t)
	if diff := cmp.Diff([]Corrected{{1, false}, {1, false}}, w.correct(t, first...)); diff != "" {
		t.Errorf("sent again (-want +got):\n%s", diff)
	}
	named := amend("1", "4")
	named.Request = "r-1"
	w.correct(t, named, amend("1", "6"))
	if got := w.correct(t, named); got[0].Changed {
		t.Error("a correction with an id of its own was made again after another one came in between")
	}
	if got := w.corrections(t) - before; got != 2 {
		t.Errorf("%d corrections were appended, not 2", got)
	}
	nothing := amend("1", "6") // it says nothing new, and is known all the same
	nothing.Request = "r-3"
	if got := w.correct(t, nothing, amend("1", "7"), nothing, amend("1", "6")); got[0].Changed || got[2].Changed {
		t.Errorf("%+v: a correction with an id of its own was made again after another one came in between", got)
	}
	if got := w.correct(t, nothing); got[0].Changed {
		t.Error("and later")
	}
	twice := amend("2", "8")
	twice.Action, twice.Request = Restore, "r-2"
	if got := w.correct(t, twice, amend("2", "0"), twice); got[2].Changed {
		t.Error("a correction with an id of its own was made twice in one call")
	}
	named.Quantity = quantity("9")
	_, err := Correct(context.Background(), w.db, []Correction{named}, now, tester)
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), `"r-1"`) {
		t.Errorf("another correction under the same id: %v", err)
	}
	if got := w.day(t, "acme", "calls", "2026-03-01"); got != "6" {
		t.Errorf("the day has %s calls, not 6", got)
	}
	w.proveRollups(t)
}

func (w *world) corrections(t testing.TB) (n int) {
	t.Helper()
	if err := w.db.QueryRow(context.Background(), `select count(*) from usage.corrections`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnEventCountsOnceForEverAlsoAfterItWasCorrected(t *testing.T) {
	w := newWorld(t)
	one, two := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"), used("2", "acme", "calls", "2026-03-01T10:00:00Z", "7")
	w.ingest(t, one, two)
	w.correct(t, amend("1", "3"), retract("2"))
	if got := w.ingest(t, one, two); got.Repeated != 2 || got.Accepted+len(got.Conflicts) != 0 {
		t.Errorf("sent again as they came they are repeats, not %+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-03-01"); got != "3" {
		t.Errorf("the day has %s calls, not 3", got)
	}
	w.proveRollups(t)
}

func TestCorrectionsAreMadeAllOrNone(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	_, err := Correct(context.Background(), w.db, []Correction{amend("1", "3"), amend("2", "4")}, now, tester)
	if !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), `event "2" of source "test"`) {
		t.Errorf("an event nobody sent: %v", err)
	}
	if w.corrections(t) != 0 || w.day(t, "acme", "calls", "2026-03-01") != "5" {
		t.Error("the other correction was made all the same")
	}
}

func TestAnUnclearCorrectionIsRefusedByFieldAndEvent(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	old := 3
	for _, c := range []struct {
		kind error
		says string
		by   func(*Correction)
	}{
		{fault.Invalid, "reason is missing", func(c *Correction) { c.Reason = " " }},
		{fault.Invalid, "must be amend, retract or restore", func(c *Correction) { c.Action = "delete" }},
		{fault.Invalid, "amend needs what is to change", func(c *Correction) { c.Quantity = nil }},
		{fault.Invalid, "leave out what it is to say", func(c *Correction) { c.Action = Retract }},
		{fault.Invalid, "quantity is negative", func(c *Correction) { c.Quantity = quantity("-1") }},
		{fault.Invalid, "more than a day ahead of now", func(c *Correction) { c.OccurredAt = now.AddDate(1, 0, 0) }},
		{fault.Invalid, "before the year 2000", func(c *Correction) { c.OccurredAt = time.Unix(0, 0) }},
		{fault.Invalid, "is not a meter of the catalog", func(c *Correction) { c.Meter = "rockets" }},
		{fault.Invalid, "is not the external id of a customer", func(c *Correction) { c.Customer = "nobody" }},
		{fault.Invalid, "is not the external id of a member of the paying family", func(c *Correction) { c.User = "bolt" }},
		{fault.NotFound, `no event "1" of source "elsewhere"`, func(c *Correction) { c.Source = "elsewhere" }},
		{fault.NotFound, `account of bolt`, func(c *Correction) { c.Customer = "bolt" }},
		{fault.Conflict, "is at revision 0, not 3", func(c *Correction) { c.Revision = &old }},
		{fault.Conflict, "is not retracted; amend it", func(c *Correction) { c.Action = Restore }},
	} {
		x := amend("1", "3")
		c.by(&x)
		_, err := Correct(context.Background(), w.db, []Correction{x}, now, tester)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("it should say %q: %v", c.says, err)
		}
	}
	w.correct(t, retract("1"))
	if _, err := Correct(context.Background(), w.db, []Correction{amend("1", "3")}, now, tester); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "restore it") {
		t.Errorf("an amendment of what is retracted: %v", err)
	}
	sales := access.Actor{UserID: 7, Name: "Sam", Roles: []access.Role{access.Sales}}
	if _, err := Correct(context.Background(), w.db, []Correction{retract("1")}, now, sales); !errors.Is(err, fault.Denied) {
		t.Errorf("who sells corrects what is billed: %v", err)
	}
}

func TestCorrectionsAtTheSameMomentComeOneAfterTheOther(t *testing.T) {
	w := newWorld(t)
	var events []Event
	for i := range 30 {
		events = append(events, used(fmt.Sprint(i), "acme", "calls", fmt.Sprintf("2026-03-01T10:%02d:00Z", i*2), "1"))
	}
	w.ingest(t, events...)
	var all sync.WaitGroup
	for writer := range 6 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(writer), 1))
			for range 5 {
				var some []Correction
				for _, i := range r.Perm(30)[:10] {
					c := amend(fmt.Sprint(i), fmt.Sprint(r.IntN(100)))
					c.OccurredAt = time.Date(2026, 3, 1+r.IntN(4), r.IntN(24), 0, 0, 0, time.UTC)
					some = append(some, c)
				}
				if _, err := Correct(context.Background(), w.db, some, now, tester); err != nil {
					t.Error(err)
				}
				if _, err := Ingest(context.Background(), w.db, events[:5], now, tester); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	w.proveRollups(t)
	var gaps int
	if err := w.db.QueryRow(context.Background(), `
		select count(*) from (select max(revision) - count(*) as gap from usage.corrections group by key) g where gap <> 0`).Scan(&gaps); err != nil || gaps != 0 {
		t.Errorf("%d events lack a revision (%v)", gaps, err)
	}
}

func TestOfTwoThatSawTheSameRevisionOneIsToldToLookAgain(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	seen := 0
	var all sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		all.Go(func() {
			c := amend("1", fmt.Sprint(10+i))
			c.Revision = &seen
			_, failed[i] = Correct(context.Background(), w.db, []Correction{c}, now, tester)
		})
	}
	all.Wait()
	refused := 0
	for _, err := range failed {
		if errors.Is(err, fault.Conflict) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if refused != 3 || w.corrections(t) != 1 {
		t.Errorf("%d of 4 were refused, and %d corrections stand", refused, w.corrections(t))
	}
	w.proveRollups(t)
}

func TestAnEventsListShowsWhatWasCorrectedWhenAskedTo(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "1"), used("2", "acme", "calls", "2026-03-01T11:00:00Z", "2"),
		used("3", "acme", "calls", "2026-03-01T12:00:00Z", "3"), used("4", "acme", "calls", "2026-03-01T13:00:00Z", "4"))
	away := amend("3", "3")
	away.OccurredAt = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	w.correct(t, amend("1", "10"), retract("2"), away)
	day := mustDate(t, "2026-03-01")
	list := func(all, gone bool) (out []string) {
		f := EventFilter{Account: w.customer["acme"].Account, Customer: w.customer["acme"].ID, From: day.Time(berlin(t)), Until: day.AddDays(1).Time(berlin(t)), All: all, Gone: gone, Limit: 2}
		for {
			page, err := EventsPage(context.Background(), w.db, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				return out
			}
			for _, r := range page {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s: %s, revision %d %s", r.ID, r.Quantity, r.Revision, r.State)))
			}
			f.After = page[len(page)-1].At
		}
	}
	if diff := cmp.Diff([]string{"1: 10, revision 1", "4: 4, revision 0"}, list(false, false)); diff != "" {
		t.Errorf("what counts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1: 10, revision 1", "2: 2, revision 1 retracted", "3: 3, revision 1 moved", "4: 4, revision 0"}, list(true, false)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2: 2, revision 1 retracted", "3: 3, revision 1 moved"}, list(true, true)); diff != "" {
		t.Errorf("what counts no longer (-want +got):\n%s", diff)
	}
}

// remembered is what a correction makes of an event, kept by hand.
type remembered struct {
	Event
	retracted bool
}

// Events come in, and are amended, moved, retracted and restored at random, many
// times over. What is loaded equals all that counts counted by hand, and so does
// what is held in memory: for every way of adding up, with and without filters.
func TestWithCorrectionsWhatIsLoadedEqualsACountByHand(t *testing.T) {
	w := newWorld(t)
	w.addEveryMeter(t)
	r := rand.New(rand.NewPCG(13, 17))
	who := []string{"acme", "acme-lab"}
	at := func() time.Time {
		return time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(14*24*6)) * 10 * time.Minute)
	}
	state := map[string]*remembered{}
	var ids []string
	for round := range 12 {
		var events []Event
		for i := range 40 {
			e := Event{Source: "test", ID: fmt.Sprintf("%02d-%03d", round, i), Customer: who[r.IntN(2)], Meter: everyMeter[r.IntN(len(everyMeter))].Code,
				OccurredAt: at(), Quantity: decimal.New(int64(r.IntN(5000)), -2), Dimensions: drawDimensions(r)}
			events, ids = append(events, e), append(ids, e.ID)
			state[e.ID] = &remembered{Event: e}
		}
		w.ingest(t, events...)
		var some []Correction
		for range 60 {
			some = append(some, w.drawCorrection(r, state[ids[r.IntN(len(ids))]], at))
		}
		w.correct(t, some...)
		w.ingest(t, events[:10]...) // repeats of what may have been corrected since
	}
	w.proveRollups(t)
	w.proveRemembered(t, state, who)
}

// drawCorrection draws something that may be done to an event, and does it to
// what is remembered of it.
func (w *world) drawCorrection(r *rand.Rand, e *remembered, at func() time.Time) Correction {
	c := Correction{Customer: "acme", Source: e.Source, ID: e.ID, Action: Amend, Reason: "drawn"}
	switch {
	case e.retracted:
		c.Action, e.retracted = Restore, false
		if r.IntN(2) == 0 {
			return c
		}
	case r.IntN(4) == 0:
		c.Action, e.retracted = Retract, true
		return c
	}
	c.Quantity = quantity(decimal.New(int64(r.IntN(5000)), -2).String())
	e.Quantity = *c.Quantity
	if r.IntN(3) == 0 {
		c.OccurredAt = at()
		e.OccurredAt = c.OccurredAt
	}
	if r.IntN(3) == 0 {
		c.Dimensions = drawDimensions(r)
		e.Dimensions = c.Dimensions
	}
	if r.IntN(5) == 0 {
		c.Meter = everyMeter[r.IntN(len(everyMeter))].Code
		e.Meter = c.Meter
	}
	if r.IntN(5) == 0 {
		c.User = []string{"acme", "acme-lab"}[r.IntN(2)]
		e.Customer = c.User
	}
	return c
}

// proveRemembered holds what the database reads to what is remembered.
func (w *world) proveRemembered(t *testing.T, state map[string]*remembered, who []string) {
	t.Helper()
	var happened []Occurrence
	var meterOf []string
	memory := &Days{}
	for _, id := range slices.Sorted(maps.Keys(state)) {
		e := state[id]
		if e.retracted {
			continue
		}
		o := Occurrence{Customer: w.customer[e.Customer].ID, Day: period.DateOf(e.OccurredAt, berlin(t)), At: e.OccurredAt, ID: e.ID, Source: e.Source, Quantity: e.Quantity, Dimensions: e.Dimensions}
		happened, meterOf = append(happened, o), append(meterOf, e.Meter)
		memory.Record(w.meter[e.Meter], o)
	}
	account := w.customer[who[0]].Account
	span := period.NewSpan(mustDate(t, "2026-03-22"), mustDate(t, "2026-04-02"))
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{account}, span.Start, span.End, "plain")
	if err != nil {
		t.Fatal(err)
	}
	both := []customers.ID{w.customer[who[0]].ID, w.customer[who[1]].ID}
	for _, users := range [][]customers.ID{both[:1], both[1:], both} {
		for _, m := range everyMeter {
			for _, reading := range readingsOf(w.meter[m.Code], users...) {
				want := byHand(happened, meterOf, reading, span)
				if diff := cmp.Diff(want, read(t, all[account], reading, span)); diff != "" {
					t.Errorf("%s where %v, not %v, of %v, loaded (-by hand +loaded):\n%s", m.Code, reading.Where, reading.Not, users, diff)
				}
				if diff := cmp.Diff(want, read(t, memory, reading, span)); diff != "" {
					t.Errorf("%s where %v, not %v, of %v, in memory (-by hand +memory):\n%s", m.Code, reading.Where, reading.Not, users, diff)
				}
			}
		}
		if len(users) == 1 {
			w.proveTotals(t, happened, meterOf, users[0], span)
		}
	}
}
