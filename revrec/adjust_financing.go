package revrec

import (
	"math/big"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// financed is a line that one side lends the other the price of.
type financed struct {
	line     promised
	loan     Financing
	payments []paid
	served   []paid       // the pattern of the line by month, on the days it is met
	revenue  money.Amount // what all payments are worth when it is met: the price
}

// paid is an amount on a day.
type paid struct {
	on     period.Date
	amount money.Amount
}

// finance works out the lines with a significant financing component. The price is such that it is worth, on the days the line
// is met, what its payments are on theirs: both discounted at the rate of a loan between the two.
func (j *judged) finance() {
	for _, x := range j.Financing {
		f := financed{line: j.line(x.Line)}
		for _, p := range j.priced(f.line) {
			on := p.BillOn
			if !x.PaidOn.IsZero() {
				on = x.PaidOn
			}
			f.payments = append(f.payments, paid{on, kept(p, p.Amount)})
		}
		slices.SortStableFunc(f.payments, func(a, b paid) int { return a.on.Compare(b.on) })
		f.meet(j.patternOf(f.line))
		if len(f.payments) == 0 || len(f.served) == 0 {
			continue
		}
		f.loan = Financing{Rate: x.RatePercent.Shift(-2), From: period.MinDate(f.payments[0].on, f.served[0].on)}
		due, met, whole := f.worth(f.payments, latestDay), f.worth(f.served, latestDay), j.patternOf(f.line).whole
		if met.Sign() == 0 || whole.IsZero() {
			continue
		}
		price := new(big.Rat).Mul(new(big.Rat).Quo(due, met), big.NewRat(whole.Minor(), 1))
		unit := money.Of(1, whole.Currency())
		part, of := ratio(price, whole.Currency())
		f.revenue = money.SpreadToExact(unit, part, of)
		j.financed = append(j.financed, f)
	}
}

// meet lists what is met of a line by month.
func (f *financed) meet(p *pattern) {
	before := p.whole.Sub(p.whole)
	for _, month := range p.over.Months() {
		if at := p.at(month.End()); at != before {
			f.served = append(f.served, paid{month.Span().Intersect(p.over).End, at.Sub(before)})
			before = at
		}
	}
}

// worth is what amounts until a day were worth on the first, in minor units.
func (f *financed) worth(list []paid, until period.Date) *big.Rat {
	sum := new(big.Rat)
	for _, x := range list {
		if !x.on.After(until) {
			sum.Add(sum, new(big.Rat).Quo(big.NewRat(x.amount.Minor(), 1), f.loan.growth(x.on)))
		}
	}
	return sum
}

// adjusted is what had been earned of the line before a day beside what is stated, because of time.
func (f *financed) adjusted(p *pattern, before period.Date) money.Amount {
	return p.share(f.revenue, before).Sub(p.at(before))
}

// interest is what the loan had borne by a day: expense where the customer paid first, income (negative) where it pays last.
// What is owed on the day is what was paid, grown, less what was served, grown.
func (f *financed) interest(p *pattern, before period.Date) money.Amount {
	sum := p.share(f.revenue, before)
	received, open := sum.Sub(sum), false
	for _, x := range f.payments {
		if x.on.Before(before) {
			received = received.Add(x.amount)
		} else {
			open = true
		}
	}
	interest := sum.Sub(received)
	if !open && !f.served[len(f.served)-1].on.After(before) {
		return interest // all is paid and served: nothing is owed
	}
	day := before.AddDays(-1)
	owed := new(big.Rat).Mul(f.worth(f.served, before), big.NewRat(f.revenue.Minor(), p.whole.Minor()))
	owed.Sub(f.worth(f.payments, day), owed)
	if f.loan.From.Before(before) {
		owed.Mul(owed, f.loan.growth(before))
	}
	unit := money.Of(1, sum.Currency())
	part, of := ratio(owed, sum.Currency())
	return interest.Add(money.SpreadToExact(unit, part, of))
}

// financing finds a line among those that are financed.
func (j *judged) financing(line promised) *financed {
	for i := range j.financed {
		if j.financed[i].line == line {
			return &j.financed[i]
		}
	}
	return nil
}

// financingCurves are the lines that are financed in a contract: from the first payment to the last day anything is owed.
func (j *judged) financingCurves(contract contracts.ID) []curve {
	var out []curve
	for _, f := range j.financed {
		if f.line.contract != contract {
			continue
		}
		p := j.patternOf(f.line)
		last := f.payments[len(f.payments)-1].on
		over := hull(p.over, period.NewSpan(f.payments[0].on, last.AddDays(1)))
		out = append(out, curve{Financed, f.line.line, over, p.forward, max(p.version, 1)})
	}
	return out
}
