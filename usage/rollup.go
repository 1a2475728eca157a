package usage

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// bucketSeconds is a quarter of an hour. Every zone's offset since 1972 is a
// multiple of it, so a bucket never lies in two days and days add up from buckets.
const bucketSeconds = 15 * 60

// series names one customer's use of one meter.
type series struct{ account, customer, meter int64 }

func (a series) compare(b series) int {
	return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.customer, b.customer), cmp.Compare(a.meter, b.meter))
}

// bucketKey is one row of usage.quarter_hours, dayKey one of usage.days.
type bucketKey struct {
	series
	at int64 // Unix seconds, a multiple of bucketSeconds
}

type dayKey struct {
	series
	day period.Date
}

// dimensionKey is one row of usage.dimension_days.
type dimensionKey struct {
	dayKey
	dimensions string // a JSON object, sorted by name
}

// tally is what a rollup row holds.
type tally struct {
	quantity decimal.Decimal
	events   int64
}

func (t *tally) add(quantity decimal.Decimal, events int64) {
	t.quantity = t.quantity.Add(quantity)
	t.events += events
}

// rollup is what a batch adds to the rollups: first added up here, so that a row
// is touched once per batch and not once per event.
type rollup struct {
	buckets map[bucketKey]*tally
	days    map[dayKey]*tally

	combinations map[dimensionKey]*tally // of meters that declare dimensions; nil when there are none
}

func rollUp(events []staged) rollup {
	r := rollup{buckets: make(map[bucketKey]*tally), days: make(map[dayKey]*tally)}
	zones := make(map[int64]*time.Location) // by customer
	for i := range events {
		e := &events[i]
		unix := e.OccurredAt.Unix() // after 1970, Check saw to it: the remainder is not negative
		key := bucketKey{series{e.account, e.customer, e.meter}, unix - unix%bucketSeconds}
		t := r.buckets[key]
		if t == nil {
			t = new(tally)
			r.buckets[key] = t
			zones[e.customer] = e.zone
		}
		t.add(e.Quantity, 1)
		if e.combination != nil {
			r.combine(e)
		}
	}
	for key, t := range r.buckets {
		day := dayKey{key.series, period.DateOf(time.Unix(key.at, 0), zones[key.customer])}
		d := r.days[day]
		if d == nil {
			d = new(tally)
			r.days[day] = d
		}
		d.add(t.quantity, t.events)
	}
	return r
}

// combine adds an event up by what it says of the meter's dimensions.
func (r *rollup) combine(e *staged) {
	if r.combinations == nil {
		r.combinations = make(map[dimensionKey]*tally)
	}
	key := dimensionKey{dayKey{series{e.account, e.customer, e.meter}, period.DateOf(e.OccurredAt, e.zone)}, dimensionsObject(e.combination)}
	t := r.combinations[key]
	if t == nil {
		t = new(tally)
		r.combinations[key] = t
	}
	t.add(e.Quantity, 1)
}

// bucketKeys, dayKeys and dimensionKeys are sorted: the order of locks, the same for all writers.
func (r rollup) bucketKeys() []bucketKey {
	keys := make([]bucketKey, 0, len(r.buckets))
	for k := range r.buckets {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b bucketKey) int { return cmp.Or(a.compare(b.series), cmp.Compare(a.at, b.at)) })
	return keys
}

func (r rollup) dayKeys() []dayKey {
	keys := make([]dayKey, 0, len(r.days))
	for k := range r.days {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b dayKey) int { return cmp.Or(a.compare(b.series), a.day.Compare(b.day)) })
	return keys
}

func (r rollup) dimensionKeys() []dimensionKey {
	return slices.SortedFunc(maps.Keys(r.combinations), func(a, b dimensionKey) int {
		return cmp.Or(a.compare(b.series), a.day.Compare(b.day), cmp.Compare(a.dimensions, b.dimensions))
	})
}
