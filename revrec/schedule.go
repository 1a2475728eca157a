package revrec

import (
	"slices"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Until is what a schedule earned before a day, by period: of the one the day falls in, what stands by then.
func Until(parts []Portion, on period.Date) []Portion {
	out := []Portion{}
	for _, p := range parts {
		if !p.Days.Start.Before(on) {
			continue
		}
		if p.Amount = Standing([]Portion{p}, on); on.Before(p.Days.End) {
			p.Days.End, p.run = on, run{}
		}
		out = append(out, p)
	}
	return out
}

// after is the rest of Until.
func after(parts []Portion, on period.Date) []Portion {
	var out []Portion
	for _, p := range parts {
		if !on.Before(p.Days.End) {
			continue
		}
		if p.Days.Start.Before(on) {
			p.Amount, p.run = p.Amount.Sub(Standing([]Portion{p}, on)), run{}
			p.Days.Start = on
		}
		out = append(out, p)
	}
	return out
}

// cut divides a schedule at a day. A term that counts whole months from its first day is divided between two of them where one
// begins on the day, whatever calendar months it is shown in; any other schedule by the days of the period.
func (t Terms) cut(parts []Portion, on period.Date) (before, rest []Portion) {
	n := t.monthsBefore(on)
	if n <= 0 || n >= len(parts) {
		return Until(parts, on), after(parts, on)
	}
	before, rest = slices.Clone(parts[:n]), slices.Clone(parts[n:])
	rest[0].Days.Start = period.MaxDate(rest[0].Days.Start, on)
	return before, rest
}

// monthsBefore is how many of its months a term that counts them has behind it when another begins on a day; 0: none does.
func (t Terms) monthsBefore(on period.Date) int {
	start := t.Service.Days.Start
	if t.Method != catalog.MonthlyEven || !t.Released.IsZero() || !on.After(start) {
		return 0
	}
	n := on.MonthOf().Sub(start.MonthOf())
	if start.AddMonths(n) != on {
		return 0
	}
	return n
}

// Rest earns an amount over what is left of a service from a day on, by the weights that the method gives the whole service: of
// the period the day falls in, its days that are left. Invalid: nothing is left.
func (t Terms) Rest(amount money.Amount, on period.Date) ([]Portion, error) {
	slots, _, err := t.slots()
	if err != nil {
		return nil, err
	}
	var left []Slot
	scale, behind := int64(1), t.monthsBefore(on)
	for i, s := range slots {
		switch {
		case behind > 0 && i < behind:
			continue
		case behind > 0:
			s.Days.Start = period.MaxDate(s.Days.Start, on)
		case !on.Before(s.Days.End):
			continue
		case s.Days.Start.Before(on):
			whole := int64(s.Days.Days())
			s.Days.Start = on
			s.Weight, scale = s.Weight*int64(s.Days.Days()), whole
		default:
			s.Weight *= scale
		}
		s.Full *= scale
		left = append(left, s)
	}
	if len(left) == 0 {
		return nil, fault.New(fault.Invalid, "nothing is left of a service that ends before %s to earn %s over", on, amount)
	}
	return t.split(amount, left, int64(len(left))), nil
}

// ByPeriod adds up the portions of each period, in order of time.
func ByPeriod(parts ...[]Portion) []Portion {
	var out []Portion
	for _, p := range slices.Concat(parts...) {
		i := slices.IndexFunc(out, func(o Portion) bool { return o.Period.Span == p.Period.Span })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].Amount = out[i].Amount.Add(p.Amount)
		out[i].Days = period.NewSpan(period.MinDate(out[i].Days.Start, p.Days.Start), period.MaxDate(out[i].Days.End, p.Days.End))
	}
	slices.SortStableFunc(out, func(a, b Portion) int { return a.Period.Span.Start.Compare(b.Period.Span.Start) })
	return out
}
