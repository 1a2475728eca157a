package spend

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// How much history a pace needs. Four weeks show each day of the week four times; with less than two a week cannot be
// told from an accident.
const (
	window = 28
	least  = 14
)

// Daily is what was used on one day. A day that is not listed is one without usage.
type Daily struct {
	Day      period.Date
	Quantity decimal.Decimal
	Events   int64
}

// Pace is how fast something is used: a mean by day of the week, and how slow and busy whole weeks were beside it. It
// guesses no growth. Where there is too little to go by it says why, and nothing else.
type Pace struct {
	Days      int    // that were averaged
	ByWeekday bool   // each weekday has its own mean; else all days have one
	Unsaid    string // why there is no pace; empty: there is one
	Idle      bool   // nothing to go by because nothing was used: then nothing is expected either

	Slow, Busy decimal.Decimal // the weeks with the least and the most, as a part of the mean week
	rates      [7]rate
}

// rate is one day's use.
type rate struct{ quantity, events decimal.Decimal }

// PaceOf reads the pace off the days before asOf. Days come in order; those of asOf and later do not count, because
// the day is not over.
func PaceOf(days []Daily, asOf period.Date) Pace {
	from, unsaid := stretchOf(days, asOf)
	if unsaid != "" {
		return Pace{Unsaid: unsaid, Idle: from.IsZero()}
	}
	days = between(days, period.NewSpan(from, asOf))
	p := Pace{Days: asOf.Sub(from)}
	total, top := decimal.Zero, decimal.Zero
	for _, d := range days {
		size := d.size()
		total, top = total.Add(size), decimal.Max(top, size)
	}
	switch {
	case !total.IsPositive():
		return Pace{Unsaid: fmt.Sprintf("nothing was used in the last %d days", p.Days), Idle: true}
	case top.Add(top).Cmp(total) > 0:
		return Pace{Unsaid: fmt.Sprintf("one day made up more than half of what was used in %d days", p.Days)}
	}
	p.ByWeekday = p.Days == window
	p.rates = ratesOf(days, asOf, p.Days, p.ByWeekday)
	p.Slow, p.Busy = weeks(days, asOf, p.Days)
	return p
}

// size is what tells one day from another: the quantity, or of events without one their number.
func (d Daily) size() decimal.Decimal {
	if d.Quantity.IsPositive() {
		return d.Quantity
	}
	return decimal.NewFromInt(d.Events)
}

// stretchOf finds the days to average: the last four weeks, or since the first use where that is later.
func stretchOf(days []Daily, asOf period.Date) (from period.Date, unsaid string) {
	var first period.Date
	for _, d := range days {
		if d.Day.Before(asOf) && d.size().IsPositive() {
			first = d.Day
			break
		}
	}
	if first.IsZero() {
		return first, "nothing has been used yet"
	}
	from = period.MaxDate(first, asOf.AddDays(-window))
	if n := asOf.Sub(from); n < least {
		return from, fmt.Sprintf("used for %s so far; a forecast takes %d", dayCount(n), least)
	}
	return from, ""
}

func dayCount(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func between(days []Daily, span period.Span) []Daily {
	var out []Daily
	for _, d := range days {
		if span.Contains(d.Day) {
			out = append(out, d)
		}
	}
	return out
}

// places is the precision of a mean; meters count no finer.
const places = 9

// ratesOf is the mean of each weekday, or one for all.
func ratesOf(days []Daily, asOf period.Date, n int, byWeekday bool) [7]rate {
	var sums, out [7]rate
	var all rate
	for _, d := range days {
		if d.Day.Before(asOf.AddDays(-n)) || !d.Day.Before(asOf) {
			continue
		}
		at := &sums[d.Day.Weekday()]
		at.quantity, at.events = at.quantity.Add(d.Quantity), at.events.Add(decimal.NewFromInt(d.Events))
		all.quantity, all.events = all.quantity.Add(d.Quantity), all.events.Add(decimal.NewFromInt(d.Events))
	}
	for w := range out {
		if byWeekday {
			out[w] = sums[w].over(n / 7)
		} else {
			out[w] = all.over(n)
		}
	}
	return out
}

func (r rate) over(n int) rate {
	by := decimal.NewFromInt(int64(n))
	return rate{r.quantity.DivRound(by, places), r.events.DivRound(by, places)}
}

// weeks compares whole weeks, counted back from the day of asking.
func weeks(days []Daily, asOf period.Date, n int) (slow, busy decimal.Decimal) {
	sums := make([]decimal.Decimal, n/7)
	total := decimal.Zero
	for _, d := range days {
		if week := (asOf.Sub(d.Day) - 1) / 7; week >= 0 && week < len(sums) {
			sums[week] = sums[week].Add(d.size())
			total = total.Add(d.size())
		}
	}
	if !total.IsPositive() {
		return decimal.NewFromInt(1), decimal.NewFromInt(1)
	}
	slow, busy = sums[0], sums[0]
	for _, s := range sums[1:] {
		slow, busy = decimal.Min(slow, s), decimal.Max(busy, s)
	}
	count := decimal.NewFromInt(int64(len(sums)))
	return slow.Mul(count).DivRound(total, places), busy.Mul(count).DivRound(total, places)
}

// On is what a day is expected to bring.
func (p Pace) On(day period.Date) decimal.Decimal { return p.rates[day.Weekday()].quantity }

// Basis says how a forecast came about, for people.
func (p Pace) Basis() string {
	switch {
	case p.Unsaid != "":
		return "Not enough to say: " + p.Unsaid
	case p.ByWeekday:
		return fmt.Sprintf("At the pace of the last %d days, by day of the week", p.Days)
	}
	return fmt.Sprintf("At the mean of the %s since the first use", dayCount(p.Days))
}
