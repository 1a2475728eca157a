package revrec

import (
	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"

	"github.com/shopspring/decimal"
)

// slots lists the accounting periods of a service with their weights, and the number of months of its term where that is whole.
func (t Terms) slots() ([]Slot, int64, error) {
	s := t.Service
	if s.Days.Empty() || s.Days.Open() {
		return nil, 0, fault.New(fault.Invalid, "a service has a first and a last day, not %s", s.Days)
	}
	late := !t.Released.IsZero() && t.Released.After(s.Days.Start)
	if late && t.Late == Sliding {
		s.Days = slid(s.Days, t.Released)
	}
	months, whole := termMonths(s.Days)
	slots, err := t.weighed(s, months)
	if err != nil {
		return nil, 0, err
	}
	if late && t.Late == Condense {
		slots = condensed(slots, t.Released)
		months, whole = len(slots), true
	}
	if !whole {
		months = 0
	}
	return slots, int64(months), nil
}

// termMonths counts the months of a term from its first day, a started one whole; whole says that none is only started. A month
// that has no such day may end before its last day or with it: a year from 29 February is twelve months through the 27th or 28th.
func termMonths(days period.Span) (n int, whole bool) {
	for n = 1; MonthsFrom(days.Start, n).Days.End.Before(days.End); n++ {
	}
	return n, days.Start.AddMonths(n) == days.End || MonthsFrom(days.Start, n).Days.End == days.End
}

// slid moves a term to its release, keeping its length: in months, where it is whole months.
func slid(days period.Span, released period.Date) period.Span {
	if n, whole := termMonths(days); whole {
		return period.NewSpan(released, released.AddMonths(n))
	}
	return period.NewSpan(released, released.AddDays(days.Days()))
}

// condensed drops the periods before a release and makes the others even.
func condensed(slots []Slot, released period.Date) []Slot {
	var out []Slot
	for i, s := range slots {
		if last := i == len(slots)-1; last || released.Before(s.Period.Span.End) {
			out = append(out, Slot{s.Period, s.Days, 1, 1})
		}
	}
	return out
}

// weighed applies the method.
func (t Terms) weighed(s Service, months int) ([]Slot, error) {
	switch t.Method {
	case catalog.MonthlyEven:
		return t.counted(s, 0, evenly(months, 1))
	case catalog.NextMonth:
		return t.counted(s, 1, evenly(months, 1))
	case catalog.MidMonth:
		weights := evenly(months+1, 2)
		weights[0], weights[months] = 1, 1
		slots, err := t.counted(s, 0, weights)
		for i := range slots {
			slots[i].Full = 2
		}
		return slots, err
	case catalog.UserSchedule:
		return t.userSchedule(s)
	}
	periods, err := t.Calendar.Periods(s.Days)
	if err != nil {
		return nil, err
	}
	return t.touched(s, periods), nil
}

func evenly(n int, weight int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = weight
	}
	return out
}

// counted gives weights to periods one after another, from so many after that of the first day. The first is earned from its
// first day of service, the last to the last, when that lies in it.
func (t Terms) counted(s Service, skip int, weights []int64) ([]Slot, error) {
	p, err := t.Calendar.PeriodOf(s.Days.Start)
	var out []Slot
	for i := 0; err == nil; i++ {
		if i >= skip {
			slot := Slot{Period: p, Days: p.Span, Weight: weights[i-skip], Full: weights[i-skip]}
			slot.Days.Start = period.MaxDate(slot.Days.Start, s.Days.Start)
			if p.Span.Contains(s.Days.End) {
				slot.Days.End = s.Days.End
			}
			if slot.Days.Empty() { // the service ends where the period begins
				slot.Days = p.Span
			}
			out = append(out, slot)
		}
		if len(out) == len(weights) {
			return out, nil
		}
		p, err = t.Calendar.PeriodOf(p.Span.End)
	}
	return nil, err
}

// userSchedule takes percentages as weights.
func (t Terms) userSchedule(s Service) ([]Slot, error) {
	sum, places := decimal.Zero, int32(0)
	for _, p := range t.Percents {
		if p.Sign() < 0 || p.Exponent() < -6 {
			return nil, fault.New(fault.Invalid, "a share of %s %% of a schedule is not a percentage of at most six decimals", p)
		}
		sum, places = sum.Add(p), max(places, -p.Exponent())
	}
	if !sum.Equal(hundred) {
		return nil, fault.New(fault.Invalid, "the shares of a schedule come to %s %%, not 100", sum)
	}
	weights := make([]int64, len(t.Percents))
	for i, p := range t.Percents {
		weights[i] = p.Shift(places).IntPart()
	}
	return t.counted(s, 0, weights)
}

// touched weighs the periods that a service touches by its time in them.
func (t Terms) touched(s Service, periods []period.AccountingPeriod) []Slot {
	whole := int64(1) // a month in units that every length of a period divides
	for _, p := range periods {
		whole = lcm(whole, int64(p.Span.Days()))
	}
	out := make([]Slot, len(periods))
	for i, p := range periods {
		days := p.Span.Intersect(s.Days)
		in, of := int64(days.Days()), int64(p.Span.Days())
		slot := Slot{Period: p, Days: days, Weight: in, Full: of}
		switch t.Method {
		case catalog.BySecond:
			slot.Weight, slot.Full = in*daySeconds, of*daySeconds
			if i == 0 {
				slot.Weight -= s.Before
			}
			if i == len(periods)-1 {
				slot.Weight -= s.After
			}
		case catalog.MonthlyFraction:
			slot.Weight, slot.Full = whole/of*in, whole
		case catalog.MonthlyFractionHalf:
			slot.Weight, slot.Full = 1, 2
			if in == of {
				slot.Weight = 2
			}
		case catalog.FullMonth:
			slot.Weight, slot.Full = 1, 1
		}
		out[i] = slot
	}
	if last := len(out) - 1; t.Method == catalog.FullMonth && last > 0 && out[last].Days.End != periods[last].Span.End {
		out = out[:last]
	}
	return out
}

const daySeconds = 24 * 60 * 60

func lcm(a, b int64) int64 {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
