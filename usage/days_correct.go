package usage

import (
	"slices"

	"ratable/catalog"
	"ratable/internal/period"
)

// Withdraw takes an event out again that was recorded: what is left is what would
// be there had it never come, as the rollups are after a retraction.
func (d *Days) Withdraw(meter catalog.Meter, o Occurrence) {
	k := Key{o.Customer, meter.Code}
	d.add(k, meter.Combination(o.Dimensions), o.Day, o.Quantity.Neg(), -1)
	if kept := d.singles[k]; len(kept) > 0 {
		d.singles[k] = slices.DeleteFunc(slices.Clone(kept), func(x Occurrence) bool { return x.compare(o) == 0 })
	}
}

// Clear takes out all use of the days of a span, as a backfill does before it
// puts its own in the place.
func (d *Days) Clear(k Key, s period.Span) {
	for i, c := range d.series[k] {
		d.series[k][i].days = slices.DeleteFunc(slices.Clone(c.days), func(t dayTally) bool { return s.Contains(t.day) })
	}
	if kept := d.singles[k]; len(kept) > 0 {
		d.singles[k] = slices.DeleteFunc(slices.Clone(kept), func(x Occurrence) bool { return s.Contains(x.Day) })
	}
}
