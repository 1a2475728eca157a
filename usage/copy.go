package usage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// Series is the daily use that says one thing of a meter's dimensions.
type Series struct {
	Key
	Dimensions map[string]string
	days       []dayTally
}

// Each visits the days of a span that have usage, in order.
func (s Series) Each(span period.Span, visit func(day period.Date, quantity decimal.Decimal, events int64)) {
	for _, t := range within(s.days, span) {
		visit(t.day, t.quantity, t.events)
	}
}

// First is the first day with usage; zero when there is none.
func (s Series) First() period.Date {
	if len(s.days) == 0 {
		return period.Date{}
	}
	return s.days[0].day
}

// All lists the series there are, by customer and meter.
func (d *Days) All() []Series {
	if d == nil {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(d.series), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Meter, b.Meter))
	})
	var out []Series
	for _, k := range keys {
		for _, c := range d.series[k] {
			out = append(out, Series{k, c.dimensions, c.days})
		}
	}
	return out
}

// Single says whether single events are held for somebody's use of a meter.
func (d *Days) Single(k Key) bool { return d != nil && len(d.singles[k]) > 0 }

// Copy is the same usage, to add to while the original stays as it is.
func (d *Days) Copy() *Days {
	out := &Days{series: map[Key][]combination{}, singles: map[Key][]Occurrence{}}
	if d == nil {
		return out
	}
	out.through = d.through
	for k, all := range d.series {
		mine := slices.Clone(all)
		for i := range mine {
			mine[i].days = slices.Clone(mine[i].days)
		}
		out.series[k] = mine
	}
	for k, all := range d.singles {
		out.singles[k] = slices.Clip(all) // adding to it makes another
	}
	return out
}

// Join adds usage that was loaded apart, of other days.
func (d *Days) Join(more *Days) {
	if more == nil {
		return
	}
	for _, s := range more.All() {
		for _, t := range s.days {
			d.add(s.Key, s.Dimensions, t.day, t.quantity, t.events)
		}
	}
	for k, all := range more.singles {
		for _, o := range all {
			d.keep(k, o)
		}
	}
	d.through = period.MaxDate(d.through, more.through)
}
