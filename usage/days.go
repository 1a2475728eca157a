package usage

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
)

// Key names one customer's use of one meter, by the meter's code.
type Key struct {
	Customer customers.ID
	Meter    string
}

// Days holds usage in memory: daily sums, by combination of the dimensions that
// the meter declares, and single events where a meter or price needs them. It is
// loaded from the rollups by a run, or added up by `simulate`. The zero value is
// empty and ready. Reading is safe from several goroutines, adding is not. A nil
// *Days reads as empty.
type Days struct {
	series  map[Key][]combination
	singles map[Key][]Occurrence // in order of time
	through period.Date
}

// combination is the use of those events that say the same of the declared
// dimensions: the only one, of all events, when a meter declares none.
type combination struct {
	dimensions map[string]string
	days       []dayTally // ascending by day
}

type dayTally struct {
	day period.Date
	tally
}

// Add counts an event of a quantity on a day, on top of what the day has.
func (d *Days) Add(k Key, day period.Date, quantity decimal.Decimal) {
	d.add(k, nil, day, quantity, 1)
}

// AddEvents counts several events at once: their number, what they add up to,
// and what they say of the dimensions the meter declares.
func (d *Days) AddEvents(k Key, dimensions map[string]string, day period.Date, quantity decimal.Decimal, events int64) {
	d.add(k, dimensions, day, quantity, events)
}

// Record counts an event and keeps it, for meters and prices that look at single
// events.
func (d *Days) Record(meter catalog.Meter, o Occurrence) {
	k := Key{o.Customer, meter.Code}
	d.add(k, meter.Combination(o.Dimensions), o.Day, o.Quantity, 1)
	d.keep(k, o)
}

// keep puts an event in its place in time.
func (d *Days) keep(k Key, o Occurrence) {
	if d.singles == nil {
		d.singles = make(map[Key][]Occurrence)
	}
	s := d.singles[k]
	if n := len(s); n == 0 || s[n-1].compare(o) <= 0 { // as a rule
		d.singles[k] = append(s, o)
		return
	}
	i, _ := slices.BinarySearchFunc(s, o, Occurrence.compare)
	d.singles[k] = slices.Insert(s, i, o)
}

func (d *Days) add(k Key, dimensions map[string]string, day period.Date, quantity decimal.Decimal, events int64) {
	d.through = period.MaxDate(d.through, day)
	c := d.combination(k, dimensions)
	// Facts come in order as a rule: then this is an append.
	if n := len(c.days); n == 0 || c.days[n-1].day.Before(day) {
		c.days = append(c.days, dayTally{day, tally{quantity, events}})
		return
	}
	i, found := search(c.days, day)
	if found {
		c.days[i].add(quantity, events)
		return
	}
	c.days = slices.Insert(c.days, i, dayTally{day, tally{quantity, events}})
}

// combination finds the series to add to, or begins it.
func (d *Days) combination(k Key, dimensions map[string]string) *combination {
	if d.series == nil {
		d.series = make(map[Key][]combination)
	}
	all := d.series[k]
	for i := len(all) - 1; i >= 0; i-- { // facts of one combination come together as a rule
		if maps.Equal(all[i].dimensions, dimensions) {
			return &all[i]
		}
	}
	d.series[k] = append(all, combination{dimensions: dimensions})
	return &d.series[k][len(all)]
}

// Quantity is the sum of the quantities of a span, whatever the meter makes of
// them.
func (d *Days) Quantity(k Key, s period.Span) decimal.Decimal {
	var sum decimal.Decimal
	d.Each(k, s, func(_ period.Date, quantity decimal.Decimal) { sum = sum.Add(quantity) })
	return sum
}

// Each visits the days of a span that have usage, in order, with the sum of
// their quantities.
func (d *Days) Each(k Key, s period.Span, visit func(day period.Date, quantity decimal.Decimal)) {
	for _, t := range d.tallies([]Key{k}, Reading{}, s) {
		visit(t.day, t.quantity)
	}
}

// tallies are the days of a span, ascending, in which something counted for a
// reading.
func (d *Days) tallies(keys []Key, r Reading, s period.Span) []dayTally {
	if d == nil {
		return nil
	}
	var out []dayTally
	parts := 0
	for _, k := range keys {
		for _, c := range d.series[k] {
			if !r.counts(c.dimensions) {
				continue
			}
			days := within(c.days, s)
			if parts++; parts == 1 {
				out = days // shared, as long as it stays the only part: mostly it does
			} else {
				out = slices.Concat(out, days)
			}
		}
	}
	if parts > 1 {
		out = merge(out)
	}
	return out
}

// merge sorts tallies and adds up those of one day.
func merge(all []dayTally) []dayTally {
	slices.SortStableFunc(all, func(a, b dayTally) int { return a.day.Compare(b.day) })
	out := all[:0]
	for _, t := range all {
		if n := len(out); n > 0 && out[n-1].day == t.day {
			out[n-1].add(t.quantity, t.events)
		} else {
			out = append(out, t)
		}
	}
	return out
}

func within(s []dayTally, span period.Span) []dayTally {
	first, _ := search(s, span.Start)
	end, _ := search(s, span.End)
	return s[first:max(first, end)]
}

// Through is the last day these quantities speak for: a later day is not known
// to be without usage, it was not loaded. Zero when nothing was loaded or added.
func (d *Days) Through() period.Date {
	if d == nil {
		return period.Date{}
	}
	return d.through
}

func search(s []dayTally, day period.Date) (int, bool) {
	return slices.BinarySearchFunc(s, day, func(q dayTally, day period.Date) int { return q.day.Compare(day) })
}
