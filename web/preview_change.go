package web

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
)

// effect is what a version does to a contract as it stands: both foreseen from the same books with the same usage to come.
type effect struct {
	Invoices []changedDay
	Months   []changedMonth
	Same     int                  // invoices that stay as they are
	AtOnce   []invoicing.Document // what the next run would issue that it would not issue without the version
	Credited money.Amount         // at once, net; not negative
	Billed   money.Amount
}

// changedDay is what is invoiced on a day, net, in all.
type changedDay struct {
	On        period.Date
	Was, With money.Amount
}

// changedMonth is what a month earns.
type changedMonth struct {
	Month     period.Month
	Was, With money.Amount
}

// compare sets a contract with a version beside the contract without it.
func compare(was, with outlook, from period.Date) effect {
	none := money.Zero(with.Net.Currency())
	out := effect{Credited: none, Billed: none}
	days := map[period.Date]changedDay{}
	for i, side := range [][]invoicing.Document{was.Invoices, with.Invoices} {
		for _, d := range side {
			on := days[d.IssuedOn]
			if i == 0 {
				on.Was = on.Was.Add(d.Net)
			} else {
				on.With = on.With.Add(d.Net)
			}
			days[d.IssuedOn] = on
		}
	}
	for on, d := range days {
		if d.On, d.Was, d.With = on, none.Add(d.Was), none.Add(d.With); d.Was == d.With {
			out.Same++
		} else {
			out.Invoices = append(out.Invoices, d)
		}
	}
	slices.SortFunc(out.Invoices, func(a, b changedDay) int { return a.On.Compare(b.On) })
	out.Months = changedMonths(was, with, none)
	out.atOnce(was, with, from)
	return out
}

func changedMonths(was, with outlook, none money.Amount) []changedMonth {
	months := map[period.Month]changedMonth{}
	for i, side := range [][]earning{was.Months, with.Months} {
		for _, e := range side {
			m, sum := months[e.Month], e.Sure.Add(e.Usage)
			if i == 0 {
				m.Was = sum
			} else {
				m.With = sum
			}
			months[e.Month] = m
		}
	}
	var out []changedMonth
	for month, m := range months {
		out = append(out, changedMonth{month, none.Add(m.Was), none.Add(m.With)})
	}
	slices.SortFunc(out, func(a, b changedMonth) int { return cmp.Compare(a.Month.Sub(b.Month), 0) })
	return out
}

// atOnce finds what the next run would credit and bill because of the version. What it would issue anyway is not of it.
func (c *effect) atOnce(was, with outlook, from period.Date) {
	due := func(o outlook) (credited, billed money.Amount) {
		for _, d := range o.Invoices {
			switch {
			case d.IssuedOn != from:
			case d.Net.Sign() < 0:
				credited = credited.Sub(d.Net)
			default:
				billed = billed.Add(d.Net)
			}
		}
		return credited, billed
	}
	wasCredited, wasBilled := due(was)
	credited, billed := due(with)
	c.Credited, c.Billed = c.Credited.Add(credited).Sub(wasCredited), c.Billed.Add(billed).Sub(wasBilled)
	if c.Credited.IsZero() && c.Billed.IsZero() {
		return
	}
	for _, d := range with.Invoices {
		if d.IssuedOn == from {
			c.AtOnce = append(c.AtOnce, d)
		}
	}
}
