package usage

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
)

// SKU is the finest thing usage is told apart by: one customer's use of a meter and, where the meter adds up by
// dimensions, of one combination of their values.
type SKU struct {
	Customer   customers.ID
	Meter      catalog.Meter
	Dimensions map[string]string // nil: of all events

	days []dayTally // of a meter that adds up
	from *Days
}

// SKUs lists what some customers used, meter by meter in their order. Those of a customer and meter stand in the order of
// what they say of the dimensions.
func (d *Days) SKUs(who []customers.ID, meters []catalog.Meter) []SKU {
	if d == nil {
		return nil
	}
	var out []SKU
	for _, c := range who {
		for _, m := range meters {
			all := slices.Clone(d.series[Key{c, m.Code}])
			if !m.Additive() && len(all) > 0 {
				out = append(out, SKU{Customer: c, Meter: m, from: d}) // parts of it do not add up
				continue
			}
			slices.SortFunc(all, func(a, b combination) int { return compareValues(a.dimensions, b.dimensions, m.Dimensions) })
			for _, x := range all {
				out = append(out, SKU{Customer: c, Meter: m, Dimensions: x.dimensions, days: x.days, from: d})
			}
		}
	}
	return out
}

func compareValues(a, b map[string]string, names []string) int {
	for _, name := range names {
		if a[name] != b[name] {
			if a[name] < b[name] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// Total is what the SKU came to over a span of days. Of a meter that does not add up it fails when its events were not
// loaded.
func (s SKU) Total(days period.Span) (decimal.Decimal, error) {
	if !s.Meter.Additive() {
		return s.from.Total(Reading{Customers: []customers.ID{s.Customer}, Meter: s.Meter}, days)
	}
	var total sum
	for _, t := range within(s.days, days) {
		total.add(s.of(t.tally))
	}
	return total.decimal(), nil
}

// Daily visits the days of a span with usage of the SKU, in order, each taken by itself.
func (s SKU) Daily(days period.Span, visit func(day period.Date, quantity decimal.Decimal)) error {
	if !s.Meter.Additive() {
		return s.from.Daily(Reading{Customers: []customers.ID{s.Customer}, Meter: s.Meter}, days, visit)
	}
	for _, t := range within(s.days, days) {
		visit(t.day, s.of(t.tally))
	}
	return nil
}

func (s SKU) of(t tally) decimal.Decimal {
	if s.Meter.Aggregation == catalog.Count {
		return decimal.NewFromInt(t.events)
	}
	return t.quantity
}

// Events is how many events a span of days has of the SKU.
func (s SKU) Events(days period.Span) (events int64) {
	all := s.days
	if !s.Meter.Additive() {
		all = s.from.tallies([]Key{{s.Customer, s.Meter.Code}}, Reading{}, days)
	}
	for _, t := range within(all, days) {
		events += t.events
	}
	return events
}

// CountedBy says that a reading counts the SKU; part that it counts some of its events and not others, which happens only
// where the meter does not add up by dimensions.
func (s SKU) CountedBy(r Reading) (counts, part bool) {
	if r.Meter.Code != s.Meter.Code || !slices.Contains(r.Customers, s.Customer) {
		return false, false
	}
	if !s.Meter.Additive() && len(r.Where)+len(r.Not) > 0 {
		return true, true
	}
	return r.counts(s.Dimensions), false
}

// Is says that two are the same SKU.
func (s SKU) Is(x SKU) bool {
	return s.Customer == x.Customer && s.Meter.Code == x.Meter.Code && maps.Equal(s.Dimensions, x.Dimensions)
}
