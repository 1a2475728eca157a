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
	amounts := t.split(price, slots, months)
	var parts []Portion
	for i, s := range slots {
		late := t.Late == "" || t.Late == CatchUp
		if last := len(parts) - 1; last >= 0 && late && !t.Released.IsZero() && !t.Released.Before(s.Period.Span.Start) {
			parts[last] = Portion{s, parts[last].Amount.Add(amounts[i])}
			continue
		}
		parts = append(parts, Portion{s, amounts[i]})
	}
	return parts, nil
}

// split gives each slot its part by the strategy of rounding.
func (t Terms) split(price money.Amount, slots []Slot, months int64) []money.Amount {
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
	switch t.Rounding {
	case catalog.LastAbsorbs:
		return money.SpreadAbsorbing(price, weights, money.HalfAwayFromZero, len(weights)-1)
	case catalog.FirstAbsorbs:
		return money.SpreadAbsorbing(price, weights, money.HalfAwayFromZero, 0)
	case catalog.FloorLastFullMonth:
		return money.SpreadAbsorbing(price, weights, money.Down, whole)
	case catalog.LargestRemainder:
		return money.AllocateInts(price, weights)
	case catalog.RoundMonthlyThenLastTakes:
		return roundMonthly(price, slots, months)
	}
	return money.Spread(price, weights)
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
			sum = sum.Add(money.SpreadTo(p.Amount, int64(before.Sub(p.Days.Start)), int64(p.Days.Days())))
		default:
			sum = sum.Add(money.Zero(p.Amount.Currency()))
		}
	}
	return sum
}
