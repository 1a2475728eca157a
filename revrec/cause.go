package revrec

import (
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Cause says why the schedule changed.
type Cause string

// Causes, in the order of reports.
const (
	NewContract  Cause = "new"
	Amended      Cause = "amended"
	CreditedBack Cause = "credited"
	LateUsage    Cause = "late_usage"
	NewUsage     Cause = "usage"
	Reestimated  Cause = "re_estimate"
	BookedLater  Cause = "booked_later"
	BilledAhead  Cause = "billed_ahead"
)

// Causes lists them in order.
var Causes = []Cause{NewContract, Amended, CreditedBack, LateUsage, NewUsage, Reestimated, BookedLater, BilledAhead}

// Difference is why a month earns more or less than was known before.
type Difference struct {
	Cause    Cause
	Contract contracts.ID
	Earned   period.Month
	Amount   money.Amount
}

// remembered is a sum of schedule rows with what was known of them at two places in the known order.
type remembered struct {
	Scheduled // as known at the later place
	version   int
	before    bool         // known at the earlier place
	column    period.Month // there, as known at the earlier place
	booked    bool         // recognized by the earlier place
}

// then is the row as it stood at the earlier place.
func (r remembered) then() Scheduled {
	s := r.Scheduled
	s.Column, s.Recognized = r.column, r.booked
	return s
}

// causes explains the difference between two places in the known order, row by row. asOf is the month that the earlier
// one had been run through.
func causes(rows []remembered, asOf period.Month) []Difference {
	version := map[contracts.ID]int{} // latest known before; a contract that is not in it is new
	amended := map[contracts.ID]bool{}
	for _, r := range rows {
		if r.before {
			version[r.Contract] = max(version[r.Contract], r.version)
		}
	}
	for _, r := range rows { // an amendment cuts what came before it anew: those rows say its version or the one before
		amended[r.Contract] = amended[r.Contract] || !r.before && r.version > version[r.Contract]
	}
	var out []Difference
	for _, r := range rows {
		switch {
		case !r.before:
			out = append(out, Difference{r.cause(version, amended, asOf), r.Contract, r.Column, r.Amount})
		case r.column != r.Column:
			out = append(out, Difference{BookedLater, r.Contract, r.column, r.Amount.Neg()}, Difference{BookedLater, r.Contract, r.Column, r.Amount})
		}
	}
	return out
}

// cause of a row that was not known before.
func (r remembered) cause(version map[contracts.ID]int, amended map[contracts.ID]bool, asOf period.Month) Cause {
	_, seen := version[r.Contract]
	switch {
	case r.Kind == contracts.Concession:
		return CreditedBack
	case !seen:
		return NewContract
	case Adjusts(r.Kind) && r.Kind != Modification:
		return Reestimated
	case ahead(r.Recognition) && amended[r.Contract], r.Kind == Modification:
		return Amended
	case ahead(r.Recognition), r.Kind == contracts.Prepayment && !r.Month.After(asOf):
		return Reestimated
	case !r.Month.After(asOf):
		return LateUsage
	}
	return NewUsage
}

// expected is what bills without a schedule add to the columns of a waterfall.
func expected(scheduled []Scheduled, all []cut) map[contracts.ID]map[period.Month]money.Amount {
	out := map[contracts.ID]map[period.Month]money.Amount{}
	add := func(contract contracts.ID, month period.Month, amount money.Amount) {
		if out[contract] == nil {
			out[contract] = map[period.Month]money.Amount{}
		}
		out[contract][month] = out[contract][month].Add(amount)
	}
	for _, c := range all {
		for month, amount := range c.earned {
			add(c.contract, month, amount)
		}
	}
	for _, s := range scheduled {
		add(s.Contract, s.Column, s.Amount.Neg())
	}
	return out
}
