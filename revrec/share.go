package revrec

import (
	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Share is the part of what a contract line was billed for in a month that is earned in another: what the waterfall adds
// up. Billed is no month for what is earned and not billed.
type Share struct {
	Contract contracts.ID
	Line     string
	Kind     contracts.Kind
	Billed   period.Month
	Earned   period.Month
	Amount   money.Amount
}

// sharesOf lists the shares of all cuts.
func sharesOf(all []cut) []Share {
	var out []Share
	for _, c := range all {
		for _, s := range allot(c.billed, c.earned) {
			out = append(out, Share{c.contract, c.line, c.kind, s.billed, s.earned, s.amount})
		}
	}
	return out
}

// Undelivered is what is earned of a contract after the end of a month, and what of it is a remaining performance obligation:
// the price that was promised, is not served yet and is known. All amounts say what they are; the two sides are added up
// from different rows and are equal (see Bridge).
type Undelivered struct {
	Account  customers.AccountID
	Contract contracts.ID

	ByMonth map[period.Month]money.Amount // fixed fees: promised, ours, not served
	Fixed   money.Amount                  // their sum
	Prepaid money.Amount                  // balances paid and not used: served as they are used

	Deferred money.Amount // billed, earned later
	Backlog  money.Amount // neither billed nor earned
	Variable money.Amount // of both, what is usage: billed as used, by right to invoice (606-10-50-14(b))
	Ending   money.Amount // of both, what lies after a period the customer may leave with
	Passed   money.Amount // of both, what we keep for somebody else
	Late     money.Amount // of both, what was served before and is booked later, its month being closed
}

// Remaining is the remaining performance obligation.
func (p Undelivered) Remaining() money.Amount { return p.Fixed.Add(p.Prepaid) }

// Bridge is what deferred revenue and backlog come to without what is no such obligation. It equals Remaining.
func (p Undelivered) Bridge() money.Amount {
	return p.Deferred.Add(p.Backlog).Sub(p.Variable).Sub(p.Ending).Sub(p.Passed).Sub(p.Late)
}

// undelivered sorts what is earned after a month. leaves says which contracts may end with the present period.
func undelivered(scheduled []Scheduled, all []cut, asOf period.Month, currency money.Currency, leaves map[contracts.ID]bool) []Undelivered {
	p := sorting{sums: map[contracts.ID]*Undelivered{}, asOf: asOf, zero: money.Zero(currency)}
	known := map[lineKind]map[period.Month]money.Amount{} // what the schedule says is earned later
	for _, s := range scheduled {
		if !s.Column.After(asOf) {
			continue
		}
		p.sort(s, leaves[s.Contract])
		key := lineKind{s.Contract, s.Line, s.Kind}
		if known[key] == nil {
			known[key] = map[period.Month]money.Amount{}
		}
		known[key][s.Column] = known[key][s.Column].Add(s.Amount)
	}
	p.shares(all, known)
	out := make([]Undelivered, 0, len(p.order))
	for _, id := range p.order {
		out = append(out, *p.sums[id])
	}
	return out
}

// sorting is one call of promises under way.
type sorting struct {
	sums  map[contracts.ID]*Undelivered
	order []contracts.ID
	asOf  period.Month
	zero  money.Amount
}

func (p *sorting) of(contract contracts.ID) *Undelivered {
	if p.sums[contract] == nil {
		z := p.zero
		p.sums[contract] = &Undelivered{Contract: contract, ByMonth: map[period.Month]money.Amount{}, Fixed: z, Prepaid: z, Deferred: z, Backlog: z, Variable: z, Ending: z, Passed: z, Late: z}
		p.order = append(p.order, contract)
	}
	return p.sums[contract]
}

// sort says what a row of the schedule that is booked later is: the rule of Remaining, with the rest named.
func (p *sorting) sort(s Scheduled, leaves bool) {
	at := p.of(s.Contract)
	at.Account = s.Account
	switch {
	case !s.Month.After(p.asOf):
		at.Late = at.Late.Add(s.Amount)
	case s.Recognition == catalog.AsUsed && s.Kind == contracts.Prepayment:
		at.Prepaid, at.Passed = at.Prepaid.Add(s.Net()), at.Passed.Add(s.PassedOn)
	case !ahead(s.Recognition):
		at.Variable = at.Variable.Add(s.Amount)
	case leaves && !s.Span.Start.Before(p.asOf.End()):
		at.Ending = at.Ending.Add(s.Amount)
	default:
		at.ByMonth[s.Month] = at.ByMonth[s.Month].Add(s.Net())
		at.Fixed, at.Passed = at.Fixed.Add(s.Net()), at.Passed.Add(s.PassedOn)
	}
}

// shares adds what is billed and what is not, and what is expected of bills without a schedule: the rest of a balance is a
// promise, usage billed before its month is run is not.
func (p *sorting) shares(all []cut, known map[lineKind]map[period.Month]money.Amount) {
	for _, c := range all {
		at := p.of(c.contract)
		for _, s := range allot(c.billed, c.earned) {
			switch {
			case !s.earned.After(p.asOf):
			case s.billed.IsZero():
				at.Backlog = at.Backlog.Add(s.amount)
			default:
				at.Deferred = at.Deferred.Add(s.amount)
			}
		}
		scheduled := known[c.lineKind]
		for month, amount := range c.earned {
			if !month.After(p.asOf) {
				continue
			}
			// The clusters of a line share its schedule: what the schedule knows is taken off once.
			expected := amount.Sub(scheduled[month])
			delete(scheduled, month)
			if c.kind == contracts.Prepayment {
				at.Prepaid = at.Prepaid.Add(expected)
			} else {
				at.Variable = at.Variable.Add(expected)
			}
		}
	}
}

// Bands sorts the fixed part by when it is served: within 12 months of the end of the month, in 13 to 24, and later.
func (p Undelivered) Bands(asOf period.Month) (year1, year2, later money.Amount) {
	year1, year2, later = p.Fixed.Sub(p.Fixed), p.Fixed.Sub(p.Fixed), p.Fixed.Sub(p.Fixed)
	for month, amount := range p.ByMonth {
		switch months := month.Sub(asOf); {
		case months <= 12:
			year1 = year1.Add(amount)
		case months <= 24:
			year2 = year2.Add(amount)
		default:
			later = later.Add(amount)
		}
	}
	return year1, year2, later
}
