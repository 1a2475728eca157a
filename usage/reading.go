package usage

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Reading is what a price asks for: what some customers used of a meter, as far
// as events say certain things. The use of several customers adds up, also where
// a single one's does not: the largest use of two is the sum of what each used
// at most.
type Reading struct {
	Customers []customers.ID
	Meter     catalog.Meter
	Where     map[string]string   // dimension: the value an event must have
	Not       map[string][]string // dimension: values an event must not have; none at all will do
}

// Occurrence is one event in memory.
type Occurrence struct {
	Customer   customers.ID
	Day        period.Date // of the selling entity's zone
	At         time.Time
	ID, Source string // put events of one instant in order
	Quantity   decimal.Decimal
	Dimensions map[string]string
}

// compare orders events by time. What happens at the same instant is ordered by
// id, so that "the last one" does not depend on the order of arrival.
func (o Occurrence) compare(p Occurrence) int {
	return cmp.Or(o.At.Compare(p.At), cmp.Compare(o.ID, p.ID), cmp.Compare(o.Source, p.Source), cmp.Compare(o.Customer, p.Customer))
}

// counts says whether an event, or a combination of many, is asked for.
func (r Reading) counts(dimensions map[string]string) bool {
	for name, want := range r.Where {
		if value, given := dimensions[name]; !given || value != want {
			return false
		}
	}
	for name, unwanted := range r.Not {
		if value, given := dimensions[name]; given && slices.Contains(unwanted, value) {
			return false
		}
	}
	return true
}

func (r Reading) keys() []Key {
	out := make([]Key, len(r.Customers))
	for i, c := range r.Customers {
		out[i] = Key{c, r.Meter.Code}
	}
	return out
}

// Running visits the days of a span on which something was used, in order, and
// says what the reading had come to by the end of each, counted from the first
// day of the span. It fails when single events are needed and were not loaded:
// what is not known is not zero.
func (d *Days) Running(r Reading, s period.Span, visit func(day period.Date, total decimal.Decimal)) error {
	return d.running(r, s, func(day period.Date, total sum) { visit(day, total.decimal()) })
}

// Before is what the reading had come to before each of some days of a span, in
// order: Running for a few days of many. The end of the span may be the last.
func (d *Days) Before(r Reading, s period.Span, days []period.Date) ([]decimal.Decimal, error) {
	out := make([]decimal.Decimal, 0, len(days))
	var sofar sum
	err := d.running(r, s, func(day period.Date, total sum) {
		for len(out) < len(days) && !day.Before(days[len(out)]) {
			out = append(out, sofar.decimal())
		}
		sofar = total
	})
	for len(out) < len(days) {
		out = append(out, sofar.decimal())
	}
	return out, err
}

// running is Running that leaves it to the caller which totals to write out.
func (d *Days) running(r Reading, s period.Span, visit func(day period.Date, total sum)) error {
	if !r.Meter.Additive() {
		return d.replay(r, s, func(day period.Date, total decimal.Decimal) { visit(day, sum{rest: total}) })
	}
	var total sum
	for _, t := range d.tallies(r.keys(), r, s) {
		if r.Meter.Aggregation == catalog.Count {
			total.add(decimal.NewFromInt(t.events))
		} else {
			total.add(t.quantity)
		}
		visit(t.day, total)
	}
	return nil
}

// Total is what a reading comes to over a span.
func (d *Days) Total(r Reading, s period.Span) (total decimal.Decimal, err error) {
	err = d.Running(r, s, func(_ period.Date, sofar decimal.Decimal) { total = sofar })
	return total, err
}

// Daily visits the days of a span on which something was used, in order, and
// says what the meter came to on each day taken by itself.
func (d *Days) Daily(r Reading, s period.Span, visit func(day period.Date, quantity decimal.Decimal)) error {
	return d.Running(r, s, func(day period.Date, _ decimal.Decimal) {
		// What can be read over the span can be read of its days.
		quantity, err := d.Total(r, period.NewSpan(day, day.AddDays(1)))
		if err != nil {
			panic(err)
		}
		visit(day, quantity)
	})
}

// Occurrences are the single events of a span that a reading asks for, in order
// of time. It fails when they were not loaded.
func (d *Days) Occurrences(r Reading, s period.Span) ([]Occurrence, error) {
	if d == nil {
		return nil, nil
	}
	var out []Occurrence
	found, counted := int64(0), int64(0)
	for _, k := range r.keys() {
		for _, o := range d.singles[k] {
			if s.Contains(o.Day) {
				if found++; r.counts(o.Dimensions) {
					out = append(out, o)
				}
			}
		}
		for _, t := range d.tallies([]Key{k}, Reading{}, s) {
			counted += t.events
		}
	}
	// The daily counts are there for every meter: they tell whether all events are.
	if found != counted {
		return nil, fault.New(fault.Invalid, "meter %s is priced by single events in %s: %d of %d were loaded", r.Meter.Code, s, found, counted)
	}
	if len(r.Customers) > 1 {
		slices.SortFunc(out, Occurrence.compare)
	}
	return out, nil
}

// replay goes through single events in order of time.
func (d *Days) replay(r Reading, s period.Span, visit func(day period.Date, total decimal.Decimal)) error {
	events, err := d.Occurrences(r, s)
	if err != nil {
		return err
	}
	meters := make(map[customers.ID]*dial, len(r.Customers))
	for _, c := range r.Customers {
		meters[c] = &dial{meter: r.Meter}
	}
	// Customers of sellers in different zones: a later event can be of an earlier day.
	slices.SortStableFunc(events, func(a, b Occurrence) int { return a.Day.Compare(b.Day) })
	var total decimal.Decimal
	for i, o := range events {
		m := meters[o.Customer]
		total = total.Sub(m.reads)
		m.take(o)
		total = total.Add(m.reads)
		if i+1 == len(events) || events[i+1].Day != o.Day {
			visit(o.Day, total)
		}
	}
	return nil
}

// dial is a meter that does not add up, as it runs for one customer.
type dial struct {
	meter catalog.Meter
	reads decimal.Decimal
	seen  map[string]bool
}

func (m *dial) take(o Occurrence) {
	switch m.meter.Aggregation {
	case catalog.Max:
		m.reads = decimal.Max(m.reads, o.Quantity)
	case catalog.Last:
		m.reads = o.Quantity
	case catalog.Unique:
		if value, given := o.Dimensions[m.meter.UniqueBy]; given {
			if m.seen == nil {
				m.seen = make(map[string]bool)
			}
			m.seen[value] = true
			m.reads = decimal.NewFromInt(int64(len(m.seen)))
		}
	}
}
