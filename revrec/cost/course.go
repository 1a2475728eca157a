package cost

import (
	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// Stands is what should stand booked of a cost, by the month it belongs to. Capitalized and Expensed belong to the month it
// was incurred in.
type Stands struct {
	Capitalized, Expensed money.Amount
	Months                []Moved
}

// Moved is what a month takes off an asset.
type Moved struct {
	Month     period.Month
	Amortized money.Amount
	Impaired  money.Amount
}

// Known is what besides a cost decides its course.
type Known struct {
	Tests  map[period.Month]Test                   // of the cost, the latest known of a month
	Ended  period.Date                             // the day after the contract's last, where it ended before the asset is used up; zero: it did not
	Earned func(through period.Month) money.Amount // of the contract, for what follows the transfer; nil: nothing
}

// Course lays a cost out through a month: the one function behind the run, the preview and the page of a cost.
//
// The asset is used up by what is left of it at the last test: with an impairment a new course begins over the rest of the
// time, as an estimate that changed (340-40-35-2).
func (c Cost) Course(k Known, through period.Month) Stands {
	nothing := money.Zero(c.Currency)
	s := Stands{Capitalized: nothing, Expensed: nothing}
	if !c.Asset {
		s.Expensed = c.Amount()
		return s
	}
	s.Capitalized = c.Amount()
	carrying := c.Amount()
	run := leg{c, c.Amount(), c.From, nothing, k.Earned}
	first := c.IncurredOn.MonthOf()
	for month := first; !month.After(through) && !carrying.IsZero(); month = month.Next() {
		ends := !k.Ended.IsZero() && (k.Ended.AddDays(-1).MonthOf() == month || k.Ended.AddDays(-1).MonthOf().Before(month))
		until := month.End()
		if ends {
			until = period.MinDate(until, k.Ended)
		}
		m := Moved{month, run.used(until, month).Sub(run.done), nothing}
		run.done = run.done.Add(m.Amortized)
		carrying = carrying.Sub(m.Amortized)
		test, tested := k.Tests[month]
		switch {
		case ends:
			m.Impaired = carrying
		case tested && carrying.Sign() > 0:
			m.Impaired = revrec.Impairment(carrying, money.Of(test.Consideration, c.Currency), money.Of(test.Costs, c.Currency))
		}
		carrying = carrying.Sub(m.Impaired)
		if !m.Impaired.IsZero() {
			run = leg{c, carrying, period.MaxDate(c.From, month.End()), nothing, k.Earned}
		}
		if !m.Amortized.IsZero() || !m.Impaired.IsZero() {
			s.Months = append(s.Months, m)
		}
	}
	return s
}

// Carrying is what is left of the asset after the months laid out.
func (s Stands) Carrying() money.Amount {
	left := s.Capitalized
	for _, m := range s.Months {
		left = left.Sub(m.Amortized).Sub(m.Impaired)
	}
	return left
}

// leg is a stretch of an asset's life over which one amount is used up.
type leg struct {
	cost   Cost
	amount money.Amount
	from   period.Date
	done   money.Amount // of the amount
	earned func(period.Month) money.Amount
}

// used is what of the amount is used up before a day, in some month. It is a part of the whole, never a sum of rounded parts.
func (l leg) used(before period.Date, month period.Month) money.Amount {
	span := period.NewSpan(l.from, l.cost.To)
	switch {
	case !before.After(l.from) || l.amount.IsZero():
		return money.Zero(l.amount.Currency())
	case span.Empty() || !before.Before(l.cost.To):
		return l.amount
	case l.cost.By == Transfer:
		return l.transferred(month)
	case l.cost.By == Daily: // a part of the whole also where the customer leaves within a month
		return money.SpreadTo(l.amount, int64(before.Sub(l.from)), int64(span.Days()))
	}
	terms := revrec.Terms{Spreading: catalog.Spreading{Method: catalog.Method(l.cost.By)}, Service: revrec.Service{Days: span}}
	parts, err := terms.Spread(l.amount)
	if err != nil {
		panic(err) // the span has days, and calendar months never end
	}
	return revrec.Standing(parts, before)
}

// transferred follows the revenue of the contract from the month before the leg began; more than was expected is all.
func (l leg) transferred(month period.Month) money.Amount {
	nothing := money.Zero(l.amount.Currency())
	if l.earned == nil {
		return nothing
	}
	before := l.earned(l.from.MonthOf().Prev())
	done, whole := l.earned(month).Sub(before), money.Of(l.cost.Expected, before.Currency()).Sub(before)
	switch {
	case done.Sign() <= 0:
		return nothing
	case whole.Sign() <= 0 || done.Cmp(whole) >= 0:
		return l.amount
	}
	return money.SpreadToExact(l.amount, done.Exact(), whole.Exact())
}
