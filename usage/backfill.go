package usage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Stretch is the use that a backfill replaces: of one customer and meter, of one
// source or all, that occurred in [From, Until).
type Stretch struct {
	Customer    string // external id
	Meter       string // code
	Source      string // "": all
	From, Until time.Time
}

func (s Stretch) String() string {
	of := ""
	if s.Source != "" {
		of = " of source " + s.Source
	}
	return fmt.Sprintf("%s of %s%s from %s until %s", s.Meter, s.Customer, of, instant(s.From), instant(s.Until))
}

// Backfill replaces a stretch by a set of events: what is in the set and not
// known is added, what says something else is amended, and what counts in the
// stretch and is not in the set is retracted. All of it or none.
type Backfill struct {
	Stretch
	Reason string
	Events []Event
}

// Replacement is what a backfill comes to.
type Replacement struct {
	Added, Amended, Retracted, Unchanged int
	Days                                 []DayShift // that change
}

// DayShift is what a day has before and after, of all sources.
type DayShift struct {
	Customer                  customers.ID
	Meter                     string
	Day                       period.Date
	Before, After             decimal.Decimal
	EventsBefore, EventsAfter int64
}

// Seen tells one replacement from another: who applies what they were shown gives
// it back.
func (r Replacement) Seen() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d-%d-%d-%d", r.Added, r.Amended, r.Retracted, r.Unchanged)
	for _, d := range r.Days {
		fmt.Fprintf(&out, " %d/%s/%s/%s>%s", d.Customer, d.Meter, d.Day, d.Before, d.After)
	}
	var h hasher
	h.text(out.String())
	return fmt.Sprintf("%x", h.sum())
}

// Nothing says that everything stands as it should already.
func (r Replacement) Nothing() bool { return r.Added+r.Amended+r.Retracted == 0 }

// check reports what is wrong with a backfill by itself.
func (b *Backfill) check(now time.Time) error {
	var problems []fault.Field
	add := func(path, value, message string) {
		problems = append(problems, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
	}
	for _, f := range [...]struct{ name, value string }{{"customer", b.Customer}, {"meter", b.Meter}, {"source", b.Source}} {
		if message := textProblem(f.value); message != "" && (f.value != "" || f.name != "source") {
			add(f.name, f.value, message)
		}
	}
	switch {
	case b.From.Before(earliest):
		add("from", instant(b.From), "is missing, or before the year 2000")
	case !b.From.Before(b.Until):
		add("until", instant(b.Until), "must be after from: it is the first instant that is not replaced")
	}
	if err := checkReason(b.Reason); err != nil {
		problems = append(problems, fault.Fields(err)...)
	}
	if len(b.Events) > MaxCorrections {
		add("events", fmt.Sprint(len(b.Events)), fmt.Sprintf("are too many for one backfill: it is done as a whole, and at most %d fit; replace shorter stretches", MaxCorrections))
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	if err := Check(b.Events, now); err != nil {
		return err
	}
	return b.checkSet()
}

// checkSet refuses events that are not of the stretch, and two under one id.
func (b *Backfill) checkSet() error {
	var problems []fault.Field
	seen := make(map[[2]string]int, len(b.Events))
	for i := range b.Events {
		e := &b.Events[i]
		switch first, twice := seen[[2]string{e.Source, e.ID}]; {
		case twice:
			problems = append(problems, e.field(i, "id", fmt.Sprintf("stands twice in the set, first as events[%d]", first)))
		case e.Customer != b.Customer:
			problems = append(problems, e.field(i, "customer", "is another one than "+b.Customer+", whose use is replaced"))
		case e.Meter != b.Meter:
			problems = append(problems, e.field(i, "meter", "is another one than "+b.Meter+", which is replaced"))
		case b.Source != "" && e.Source != b.Source:
			problems = append(problems, e.field(i, "source", "is another one than "+b.Source+", which is replaced"))
		case e.OccurredAt.Before(b.From) || !e.OccurredAt.Before(b.Until):
			problems = append(problems, e.field(i, "occurred_at", fmt.Sprintf("is not within the stretch, %s until %s", instant(b.From), instant(b.Until))))
		}
		seen[[2]string{e.Source, e.ID}] = i
		if len(problems) == maxProblems {
			break
		}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

// replacing is a backfill beside what stands.
type replacing struct {
	fresh     []staged
	changes   []change
	unchanged int
}

// replace compares the set with what stands: known are the events of the set that
// were ever accepted, counted those that count in the stretch.
func replace(set []staged, known map[eventKey]standing, counted []standing, reason string) (replacing, error) {
	var r replacing
	wanted := make(map[eventKey]bool, len(set))
	for _, e := range set {
		wanted[e.eventKey()] = true
		before, found := known[e.eventKey()]
		if !found {
			r.fresh = append(r.fresh, e)
			continue
		}
		c := Correction{Source: e.Source, ID: e.ID, Action: Amend, Reason: reason}
		after := before
		after.content = content{e.customer, e.meter, e.OccurredAt.UTC().Truncate(time.Microsecond), e.Quantity, e.Dimensions}
		switch {
		case before.archived != "":
			_, err := before.correct(resolved{Correction: &c})
			return r, err
		case before.retracted:
			c.Action, after.retracted = Restore, false
		case before.content.equal(after.content):
			r.unchanged++
			continue
		}
		after.revision++
		r.changes = append(r.changes, change{before, after, resolved{Correction: &c}})
	}
	for _, before := range counted {
		if !wanted[before.eventKey] {
			after := before
			after.retracted, after.revision = true, before.revision+1
			c := Correction{Source: before.source, ID: before.id, Action: Retract, Reason: reason}
			r.changes = append(r.changes, change{before, after, resolved{Correction: &c}})
		}
	}
	return r, nil
}

// summary counts what is done.
func (r replacing) summary() Replacement {
	out := Replacement{Added: len(r.fresh), Unchanged: r.unchanged}
	for _, c := range r.changes {
		switch {
		case c.Action == Retract:
			out.Retracted++
		case c.Action == Restore: // it did not count, and does now
			out.Added++
		default:
			out.Amended++
		}
	}
	return out
}

// shifts lists the days that a difference changes, with what they have before.
func shifts(difference rollup, before map[dayKey]tally, code func(meter int64) string) []DayShift {
	keys := slices.SortedFunc(maps.Keys(difference.days), func(a, b dayKey) int {
		if c := a.compare(b.series); c != 0 {
			return c
		}
		return a.day.Compare(b.day)
	})
	var out []DayShift
	for _, k := range keys {
		was, by := before[k], difference.days[k]
		out = append(out, DayShift{Customer: customers.ID(k.customer), Meter: code(k.meter), Day: k.day,
			Before: was.quantity, After: was.quantity.Add(by.quantity), EventsBefore: was.events, EventsAfter: was.events + by.events})
	}
	return out
}
