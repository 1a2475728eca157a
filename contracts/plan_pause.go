package contracts

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/period"
)

// A pause is a version: while it governs there are no fees and nothing to use. Periods go on as they were, so a fee is
// asked for the days of its period that were not paused, and the term ends when it would have.

// Pause stops a contract from a day on, until a further version resumes it.
func Pause(d Document, why Why) (Document, error) {
	var f findings
	if d.Paused {
		f.add("on", why.On.String(), "is paused already")
		return d.finished(f)
	}
	if d.Ending != nil {
		f.add("on", why.On.String(), "ends on %s; there is nothing to pause", d.Term.Through)
		return d.finished(f)
	}
	next := d.revised(why)
	next.Paused = true
	return next.finished(f)
}

// Resume goes on from a day, at the terms there were.
func Resume(d Document, why Why) (Document, error) {
	var f findings
	if !d.Paused {
		f.add("on", why.On.String(), "is not paused")
		return d.finished(f)
	}
	next := d.revised(why)
	next.Paused = false
	return next.finished(f)
}

// validatePause refuses a pause of what was agreed as one sum over time: nothing says how much of it a pause leaves.
func (d Document) validatePause(f *findings) {
	if !d.Paused {
		return
	}
	if len(d.Prepaid)+len(d.Commits) > 0 {
		f.add("paused", "true", "stands beside prepaid amounts or commitments, which run on; amend those instead")
	}
	for i, l := range d.Lines {
		if l.Fixed != nil && l.Fixed.Every == string(period.Term) {
			f.add("paused", "true", "cannot hold for lines[%d] %s, which is one sum for all its days; end that line instead", i, l.ID)
		}
	}
}

// whilePaused is what usage costs that comes although nothing may be used: each unit its price, without what is free
// or due once in a period. Entitlements refuse it; what slips through is not given away.
func (u Usage) whilePaused() *Usage {
	u.Included = decimal.Zero
	u.Price = bare(u.Price)
	return &u
}

func bare(p catalog.Price) catalog.Price {
	p.FreeEvents, p.FreeUnits, p.FlatAtZero = 0, decimal.Zero, false
	if p.Model == catalog.Flat {
		p.Amount = decimal.Zero
	}
	if p.Model != catalog.Stairstep { // whose steps are its price
		p.Tiers = slices.Clone(p.Tiers)
		for i := range p.Tiers {
			p.Tiers[i].Flat = decimal.Zero
		}
	}
	if p.Prices != nil {
		cells := make(map[string]catalog.Price, len(p.Prices))
		for value, cell := range p.Prices {
			cells[value] = bare(cell)
		}
		p.Prices = cells
	}
	if p.Other != nil {
		other := bare(*p.Other)
		p.Other = &other
	}
	return p
}

// BillingPeriod is the period that a day lies in, of the fee that is asked for least often: what was paid ahead runs to
// its end. Of usage alone it is that of the usage; a contract billed once is one period.
func (d Document) BillingPeriod(on period.Date) period.Span {
	began := d.termOf(on)
	term := period.NewSpan(began, d.endOf(began))
	every := d.cadence()
	if every == period.Term {
		return term
	}
	rec := period.Recurrence{Anchor: anchor(began, every, d.Billing.Align), Cadence: every}
	for _, whole := range rec.Within(period.NewSpan(on, on.AddDays(1))) {
		return whole.Intersect(term)
	}
	panic(fmt.Sprintf("contracts: no period of %s has %s", d.Contract, on))
}

// endOf is the first day after the term that began on a day.
func (d Document) endOf(began period.Date) period.Date {
	for _, on := range d.Term.Renewed {
		if began.Before(on) {
			return on
		}
	}
	return d.Term.Span().End
}

// cadence is the longest of the recurring fees, else of usage.
func (d Document) cadence() period.Cadence {
	longest := func(pick func(Line) string) period.Cadence {
		out := period.Term
		for _, l := range d.Lines {
			c, err := period.ParseCadence(pick(l))
			if err == nil && c != period.Term && (out == period.Term || c.Months() > out.Months()) {
				out = c
			}
		}
		return out
	}
	fees := longest(func(l Line) string {
		if l.Fixed == nil {
			return ""
		}
		return l.Fixed.Every
	})
	if fees != period.Term {
		return fees
	}
	return longest(func(l Line) string {
		if l.Usage == nil {
			return ""
		}
		return l.Usage.Every
	})
}
