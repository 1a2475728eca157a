package spend

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
)

// outlook is what one customer's use of one meter is expected to bring, from the day of asking on.
type outlook struct {
	key     usage.Key
	meter   catalog.Meter
	pace    Pace
	way     way
	courses []course
}

// course is the use of one combination of dimensions.
type course struct {
	dimensions map[string]string
	days       []Daily // in order
	rates      [7]rate
	today      Daily           // that arrived already
	last       decimal.Decimal // of a meter that keeps the last reading
}

// way says how expected usage is put among what was used.
type way int

const (
	bySum   way = iota // quantities of days add up
	byEvent            // the price looks at single events: as many, each of the mean size
	byDay              // the meter keeps the largest or the last reading: one a day
	notAt              // the meter counts what differs: days do not tell how much will
)

// mostEvents is how many single events one day is given; where there would be more, fewer and larger ones would be
// priced wrong, and nothing is said.
const mostEvents = 2_000

// history is how far back a first use is looked for; a pace looks at the last four weeks of it.
const history = 400

// outlooks reads the pace of everything that was used.
func outlooks(c *catalog.Catalog, days *usage.Days, asOf period.Date) (map[usage.Key]*outlook, error) {
	out := map[usage.Key]*outlook{}
	span := period.NewSpan(asOf.AddDays(-history), asOf.AddDays(1))
	for _, s := range days.All() {
		meter, ok := c.Meter(s.Meter)
		if !ok {
			continue
		}
		o := out[s.Key]
		if o == nil {
			o = &outlook{key: s.Key, meter: meter, way: wayOf(meter, days.Single(s.Key))}
			out[s.Key] = o
		}
		if o.way == bySum || o.way == byEvent {
			o.courses = append(o.courses, courseOf(s, span))
		}
	}
	for _, o := range out {
		if o.way == byDay {
			if err := o.readings(days, span); err != nil {
				return nil, err
			}
		}
		o.read(asOf)
	}
	return out, nil
}

func wayOf(m catalog.Meter, single bool) way {
	switch {
	case m.Aggregation == catalog.Unique:
		return notAt
	case !m.Additive():
		return byDay
	case single:
		return byEvent
	}
	return bySum
}

func courseOf(s usage.Series, span period.Span) course {
	one := course{dimensions: s.Dimensions}
	s.Each(span, func(day period.Date, quantity decimal.Decimal, events int64) {
		one.days = append(one.days, Daily{day, quantity, events})
	})
	return one
}

// readings are the largest or last reading of each day, by combination of dimensions.
func (o *outlook) readings(days *usage.Days, span period.Span) error {
	all, err := days.Occurrences(usage.Reading{Customers: []customers.ID{o.key.Customer}, Meter: o.meter}, span)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, e := range all {
		combination := o.meter.Combination(e.Dimensions)
		name := nameOf(combination)
		i, known := at[name]
		if !known {
			i = len(o.courses)
			at[name], o.courses = i, append(o.courses, course{dimensions: combination})
		}
		c := &o.courses[i]
		n := len(c.days)
		switch {
		case n == 0 || c.days[n-1].Day != e.Day:
			c.days = append(c.days, Daily{e.Day, e.Quantity, 1})
		case o.meter.Aggregation == catalog.Last:
			c.days[n-1].Quantity = e.Quantity
		default:
			c.days[n-1].Quantity = decimal.Max(c.days[n-1].Quantity, e.Quantity)
		}
		c.last = e.Quantity
	}
	return nil
}

func nameOf(dimensions map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		fmt.Fprintf(&b, "%q=%q ", name, dimensions[name])
	}
	return b.String()
}

// read decides over all combinations together which days count, and takes the mean of each over these.
func (o *outlook) read(asOf period.Date) {
	sums := map[period.Date]Daily{}
	for _, c := range o.courses {
		for _, d := range c.days {
			sum := sums[d.Day]
			sums[d.Day] = Daily{d.Day, sum.Quantity.Add(d.Quantity), sum.Events + d.Events}
		}
	}
	whole := slices.SortedFunc(maps.Values(sums), func(a, b Daily) int { return a.Day.Compare(b.Day) })
	if o.meter.Aggregation == catalog.Count {
		for i := range whole {
			whole[i].Quantity = decimal.NewFromInt(whole[i].Events)
		}
	}
	if o.pace = PaceOf(whole, asOf); o.way == notAt {
		o.pace = Pace{Unsaid: "the meter counts what differs, and days do not tell how much more will"}
	}
	if o.pace.Unsaid != "" {
		return
	}
	for i := range o.courses {
		c := &o.courses[i]
		c.rates = ratesOf(c.days, asOf, o.pace.Days, o.pace.ByWeekday)
		if n := len(c.days); n > 0 && c.days[n-1].Day == asOf {
			c.today = c.days[n-1]
		}
	}
	if o.way == byEvent && o.eventsADay().Cmp(decimal.NewFromInt(mostEvents)) > 0 {
		o.pace = Pace{Unsaid: "it is priced event by event, and there are too many a day to foresee each"}
	}
}

func (o *outlook) eventsADay() decimal.Decimal {
	most := decimal.Zero
	for w := range 7 {
		sum := decimal.Zero
		for _, c := range o.courses {
			sum = sum.Add(c.rates[w].events)
		}
		most = decimal.Max(most, sum)
	}
	return most
}

// add puts what is expected of a span of days among what was used. On the first day only what has not arrived yet.
func (o *outlook) add(days *usage.Days, span period.Span, asOf period.Date, scale decimal.Decimal) {
	if o.pace.Unsaid != "" {
		return
	}
	for i, c := range o.courses {
		sofar := decimal.Zero // events are whole: they are rounded as they add up, not day by day
		for day := span.Start; day.Before(span.End); day = day.AddDays(1) {
			r := c.rates[day.Weekday()]
			r = rate{r.quantity.Mul(scale), r.events.Mul(scale)}
			if day == asOf {
				r.quantity = decimal.Max(decimal.Zero, r.quantity.Sub(c.today.Quantity))
				r.events = decimal.Max(decimal.Zero, r.events.Sub(decimal.NewFromInt(c.today.Events)))
			}
			before := sofar.Round(0)
			sofar = sofar.Add(r.events)
			o.put(days, c, i, day, r.quantity, sofar.Round(0).Sub(before).IntPart())
		}
	}
}

func (o *outlook) put(days *usage.Days, c course, nth int, day period.Date, quantity decimal.Decimal, events int64) {
	switch o.way {
	case bySum:
		if o.meter.Aggregation != catalog.Count {
			events = 1
		}
		if quantity.IsPositive() || o.meter.Aggregation == catalog.Count && events > 0 {
			days.AddEvents(o.key, c.dimensions, day, quantity, events)
		}
	case byDay:
		if o.meter.Aggregation == catalog.Last {
			quantity = c.last
		}
		o.record(days, c, nth, day, quantity, 1)
	case byEvent:
		if quantity.IsPositive() {
			o.record(days, c, nth, day, quantity, max(1, events))
		}
	}
}

// record adds single events of equal size.
func (o *outlook) record(days *usage.Days, c course, nth int, day period.Date, quantity decimal.Decimal, events int64) {
	each := quantity.DivRound(decimal.NewFromInt(events), places)
	for i := range events {
		days.Record(o.meter, usage.Occurrence{
			Customer: o.key.Customer, Day: day, At: day.Time(time.UTC).Add(24*time.Hour - time.Second), Source: "expected",
			ID: fmt.Sprintf("%d/%d", nth, i), Quantity: each, Dimensions: c.dimensions,
		})
	}
}
