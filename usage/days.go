package usage

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

// Key names one customer's use of one meter, by the meter's code.
type Key struct {
	Customer customers.ID
	Meter    string
}

// Days holds daily quantities in memory: loaded from the rollups by a run, or
// added one by one by `simulate`. The zero value is empty and ready. Reading is
// safe from several goroutines, adding is not. A nil *Days reads as empty.
type Days struct {
	series  map[Key][]dayQuantity // ascending by day
	through period.Date
}

type dayQuantity struct {
	day      period.Date
	quantity decimal.Decimal
}

// Add counts a quantity on a day, on top of what the day has.
func (d *Days) Add(k Key, day period.Date, quantity decimal.Decimal) {
	if d.series == nil {
		d.series = make(map[Key][]dayQuantity)
	}
	d.through = period.MaxDate(d.through, day)
	s := d.series[k]
	// Facts come in order as a rule: then this is an append.
	if n := len(s); n == 0 || s[n-1].day.Before(day) {
		d.series[k] = append(s, dayQuantity{day, quantity})
		return
	}
	i, found := search(s, day)
	if found {
		s[i].quantity = s[i].quantity.Add(quantity)
		return
	}
	d.series[k] = slices.Insert(s, i, dayQuantity{day, quantity})
}

// Quantity is the sum over a span.
func (d *Days) Quantity(k Key, s period.Span) decimal.Decimal {
	var sum decimal.Decimal
	d.Each(k, s, func(_ period.Date, quantity decimal.Decimal) { sum = sum.Add(quantity) })
	return sum
}

// Each visits the days of a span that have usage, in order.
func (d *Days) Each(k Key, s period.Span, visit func(day period.Date, quantity decimal.Decimal)) {
	if d == nil {
		return
	}
	all := d.series[k]
	first, _ := search(all, s.Start)
	for _, q := range all[first:] {
		if !q.day.Before(s.End) {
			return
		}
		visit(q.day, q.quantity)
	}
}

// Through is the last day these quantities speak for: a later day is not known
// to be without usage, it was not loaded. Zero when nothing was loaded or added.
func (d *Days) Through() period.Date {
	if d == nil {
		return period.Date{}
	}
	return d.through
}

func search(s []dayQuantity, day period.Date) (int, bool) {
	return slices.BinarySearchFunc(s, day, func(q dayQuantity, day period.Date) int { return q.day.Compare(day) })
}
