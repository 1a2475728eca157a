package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// Recurring is what the recurring fees of a document come to in a month on a day, less a reseller's margin: the exact
// figure that MRR is the rounding of. Usage is none of it, nor is what is free on trial, paused or over.
func (d Document) Recurring(on period.Date) money.Exact {
	sum := money.Price(decimal.Zero, d.Money())
	if d.Paused || !d.Term.Span().Contains(on) {
		return sum
	}
	for _, l := range d.Lines {
		if l.Fixed == nil || !d.days(l).Contains(on) || d.Trial != nil && d.Trial.covers(l.ID) && !d.Trial.Through.Before(on) {
			continue
		}
		c, err := period.ParseCadence(l.Fixed.Every)
		if err != nil || c == period.Term {
			continue
		}
		for _, step := range ramp(l, period.NewSpan(on, on.AddDays(1))) {
			fee := money.Price(step.unitPrice, d.Money()).Mul(step.quantity).MulRatio(1, int64(c.Months()))
			if d.Reseller != nil {
				fee = fee.Mul(hundred.Sub(d.Reseller.MarginPercent)).MulRatio(1, 100)
			}
			sum = sum.Add(fee)
		}
	}
	return sum
}

// MRR is the monthly recurring revenue of a document on a day.
func (d Document) MRR(on period.Date) money.Amount {
	return money.Round(d.Recurring(on), money.HalfAwayFromZero)
}

// NextBill is the first day after one on which a period of the document begins or a trial is over: when something is
// asked for next, as far as it is known. False when the contract ends before, after its last usage was billed.
func (d Document) NextBill(after period.Date) (period.Date, bool) {
	next := d.Term.Span().End
	if !next.After(after) {
		return next, false
	}
	if d.Trial != nil && d.Trial.Through.AddDays(1).After(after) {
		next = period.MinDate(next, d.Trial.Through.AddDays(1))
	}
	if after.Before(d.Term.From) {
		return d.Term.From, true
	}
	began := d.termOf(after)
	for _, l := range d.Lines {
		every := ""
		switch {
		case l.Fixed != nil:
			every = l.Fixed.Every
		case l.Usage != nil:
			every = l.Usage.Every
		}
		c, err := period.ParseCadence(every)
		if err != nil || c == period.Term {
			continue
		}
		rec := period.Recurrence{Anchor: anchor(began, c, d.Billing.Align), Cadence: c}
		for _, whole := range rec.Within(period.NewSpan(after, after.AddDays(1))) {
			next = period.MinDate(next, whole.End)
		}
	}
	return next, true
}
