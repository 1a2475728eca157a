package revrec

import (
	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"

	"github.com/shopspring/decimal"
)

// Service is the time a price is earned over: civil days, and for what is measured by the second how much of the first day had
// passed when it began, and of the last day was left when it ended.
type Service struct {
	Days   period.Span
	Before int64 // seconds
	After  int64 // seconds
}

// MonthsFrom is a service of so many months from a day. Where the last month has no such day it ends with it: a year from 29
// February ends on 28 February, and the day counts.
func MonthsFrom(start period.Date, n int) Service {
	end := start.AddMonths(n)
	if end.Day() < start.Day() {
		end = end.AddDays(1)
	}
	return Service{Days: period.NewSpan(start, end)}
}

// Late says what becomes of the months before a release.
type Late string

const (
	CatchUp  Late = "catch_up" // they are earned in the month of the release
	Condense Late = "condense" // evenly over the months that are left
	Sliding  Late = "sliding"  // the term is kept, its end moves
)

// Terms is how a price is spread over a service: the policy of the product, and of the case when it was released late.
type Terms struct {
	catalog.Spreading
	Service  Service
	Calendar period.Calendar   // of accounting; the zero value: calendar months
	Percents []decimal.Decimal // of a UserSchedule: of the first month, the next, ...
	Released period.Date       // zero: in time
	Late     Late              // empty: CatchUp
}

// Slot is one accounting period of a schedule. Within it what is earned grows by the day.
type Slot struct {
	Period period.AccountingPeriod
	Days   period.Span // of the period on which it is earned
	Weight int64
	Full   int64 // the weight it would have whole
}

// Portion is what a slot is given.
type Portion struct {
	Slot
	Amount money.Amount
	run    run
}

// run is the place of a portion in a total that is rounded cumulatively. With it what stands by a day within the portion is a
// part of the total, as it is at the ends of months: one function gives the balance of any day. Without it, or where the amount
// was changed since, it is a part of the portion.
type run struct {
	of            money.Amount
	before, whole int64 // weights
	weight        int64
}

// by is what of a portion stands after so many of its days.
func (p Portion) by(done, days int64) money.Amount {
	if r := p.run; r.whole > 0 {
		start := money.SpreadTo(r.of, r.before, r.whole)
		if money.SpreadTo(r.of, r.before+r.weight, r.whole).Sub(start) == p.Amount {
			return money.SpreadTo(r.of, r.before*days+r.weight*done, r.whole*days).Sub(start)
		}
	}
	return money.SpreadTo(p.Amount, done, days)
}

// spreadOver gives slots their parts of a total, by weights that need not be those of the slots.
func spreadOver(total money.Amount, slots []Slot, weights []int64) []Portion {
	out, sofar, whole := make([]Portion, len(slots)), int64(0), int64(0)
	for _, w := range weights {
		whole += w
	}
	for i, amount := range money.Spread(total, weights) {
		out[i] = Portion{slots[i], amount, run{total, sofar, whole, weights[i]}}
		sofar += weights[i]
	}
	return out
}

// Spread splits a price over the accounting periods of its service: the parts add up to it. It is the one function behind the
// schedules of runs, previews and simulations. Invalid: no service, percentages that are not 100 in all.
func (t Terms) Spread(price money.Amount) ([]Portion, error) {
	slots, months, err := t.slots()
	if err != nil {
		return nil, err
	}
	if len(slots) == 0 {
		return nil, fault.New(fault.Invalid, "a price of %s is spread over no time", price)
	}
	var parts []Portion
	for _, p := range t.split(price, slots, months) {
		late := t.Late == "" || t.Late == CatchUp
		if last := len(parts) - 1; last >= 0 && late && !t.Released.IsZero() && !t.Released.Before(p.Period.Span.Start) {
			p.Amount, p.run = p.Amount.Add(parts[last].Amount), run{}
			parts[last] = p
			continue
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// split gives each slot its part by the strategy of rounding.
func (t Terms) split(price money.Amount, slots []Slot, months int64) []Portion {
	weights := make([]int64, len(slots))
	whole := len(slots) - 1 // the last whole month
	for i, s := range slots {
		weights[i] = s.Weight
	}
	for i := whole; i >= 0; i-- {
		if slots[i].Weight == slots[i].Full {
			whole = i
			break
		}
	}
	var amounts []money.Amount
	switch t.Rounding {
	case catalog.LastAbsorbs:
		amounts = money.SpreadAbsorbing(price, weights, money.HalfAwayFromZero, len(weights)-1)
	case catalog.FirstAbsorbs:
		amounts = money.SpreadAbsorbing(price, weights, money.HalfAwayFromZero, 0)
	case catalog.FloorLastFullMonth:
		amounts = money.SpreadAbsorbing(price, weights, money.Down, whole)
	case catalog.LargestRemainder:
		amounts = money.AllocateInts(price, weights)
	case catalog.RoundMonthlyThenLastTakes:
		amounts = roundMonthly(price, slots, months)
	default:
		return spreadOver(price, slots, weights)
	}
	out := make([]Portion, len(slots))
	for i, s := range slots {
		out[i] = Portion{Slot: s, Amount: amounts[i]}
	}
	return out
}

// roundMonthly rounds the amount of a month once; parts of a month are parts of that, and the last slot takes the rest. Of a
// term that is no whole number of months, a month's amount is that of the average whole month.
func roundMonthly(price money.Amount, slots []Slot, months int64) []money.Amount {
	monthly := money.SpreadTo(price, 1, max(months, 1))
	if months == 0 {
		var weight int64
		for _, s := range slots {
			weight += s.Weight
		}
		monthly = money.SpreadTo(price, slots[0].Full, weight)
	}
	out, rest := make([]money.Amount, len(slots)), price
	for i, s := range slots[:len(slots)-1] {
		out[i] = money.SpreadTo(monthly, s.Weight, s.Full)
		rest = rest.Sub(out[i])
	}
	out[len(out)-1] = rest
	return out
}

// Standing is what had been earned of parts before a day.
func Standing(parts []Portion, before period.Date) money.Amount {
	var sum money.Amount
	for _, p := range parts {
		switch {
		case !p.Days.End.After(before):
			sum = sum.Add(p.Amount)
		case p.Days.Start.Before(before):
			sum = sum.Add(p.by(int64(before.Sub(p.Days.Start)), int64(p.Days.Days())))
		default:
			sum = sum.Add(money.Zero(p.Amount.Currency()))
		}
	}
	return sum
}
