package revrec

import (
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// LineBalance is where a contract line stands at the end of a month, from the
// schedule. It is computed without the ledger's balances, so that the two prove
// each other: Remaining less Unbilled is what the ledger has as deferred less
// unbilled.
type LineBalance struct {
	Account    customers.AccountID
	Contract   contracts.ID
	Line       string
	Billed     money.Amount // before tax
	Recognized money.Amount // revenue of what is stated
	Adjusted   money.Amount // revenue that assessments add beside it: it stands as contract asset, refund liability or allocation
	PassedOn   money.Amount // earned as an agent for somebody else
	Remaining  money.Amount // billed, and earned after the month: deferred revenue
	Unbilled   money.Amount // earned by the end of the month, and not billed
}

// Net is what the line owes in service (positive) or has earned ahead of its
// bills (negative).
func (b LineBalance) Net() money.Amount { return b.Remaining.Sub(b.Unbilled) }

// balances adds up shares by line, as of the end of a month.
func balances(scheduled []Scheduled, billed []ledger.BilledSum, asOf period.Month, currency money.Currency) []LineBalance {
	type key struct {
		contract contracts.ID
		line     string
	}
	lines := map[key]*LineBalance{}
	var order []key
	of := func(contract contracts.ID, line string) *LineBalance {
		k, zero := key{contract, line}, money.Zero(currency)
		if lines[k] == nil {
			lines[k] = &LineBalance{Contract: contract, Line: line, Billed: zero, Recognized: zero, PassedOn: zero, Remaining: zero, Unbilled: zero, Adjusted: zero}
			order = append(order, k)
		}
		return lines[k]
	}
	stated := make([]Scheduled, 0, len(scheduled))
	for _, s := range scheduled {
		b, booked := of(s.Contract, s.Line), s.Recognized && !s.Column.After(asOf)
		b.Account = s.Account
		switch {
		case Adjusts(s.Kind) && booked:
			b.Adjusted = b.Adjusted.Add(s.Net())
		case booked:
			b.Recognized, b.PassedOn = b.Recognized.Add(s.Net()), b.PassedOn.Add(s.PassedOn)
		}
		if !Adjusts(s.Kind) {
			stated = append(stated, s)
		}
	}
	for _, s := range billed {
		b := of(contracts.ID(s.Contract), s.Line)
		b.Account = s.Account
		b.Billed = b.Billed.Add(s.Amount)
	}
	for _, c := range cuts(stated, billed, asOf) {
		b := of(c.contract, c.line)
		for _, s := range allot(c.billed, c.earned) {
			switch later := s.earned.After(asOf); {
			case later && !s.billed.IsZero():
				b.Remaining = b.Remaining.Add(s.amount)
			case !later && s.billed.IsZero():
				b.Unbilled = b.Unbilled.Add(s.amount)
			}
		}
	}
	out := make([]LineBalance, len(order))
	for i, k := range order {
		out[i] = *lines[k]
	}
	slices.SortFunc(out, func(a, b LineBalance) int {
		return lineKind{a.Contract, a.Line, ""}.compare(lineKind{b.Contract, b.Line, ""})
	})
	return out
}

// Obligation is what a contract still has to be served for, by when it will be:
// within 12 months of the end of the month, in 13 to 24, and later.
type Obligation struct {
	Account             customers.AccountID
	Contract            contracts.ID
	Year1, Year2, Later money.Amount
}

// Total is the remaining performance obligation.
func (o Obligation) Total() money.Amount { return o.Year1.Add(o.Year2).Add(o.Later) }

// nothing says that all of it came to nothing in the end.
func (o Obligation) nothing() bool { return o.Year1.IsZero() && o.Year2.IsZero() && o.Later.IsZero() }

// obligations adds up the revenue that is earned after the end of a month. What was due and
// is not recognized yet is served, not remaining.
func obligations(scheduled []Scheduled, asOf period.Month, currency money.Currency) []Obligation {
	sums := map[contracts.ID]*Obligation{}
	var out []*Obligation
	for _, s := range scheduled {
		if !s.Month.After(asOf) || !ahead(s.Recognition) {
			continue
		}
		o := sums[s.Contract]
		if o == nil {
			zero := money.Zero(currency)
			o = &Obligation{s.Account, s.Contract, zero, zero, zero}
			sums[s.Contract], out = o, append(out, o)
		}
		switch months := s.Month.Sub(asOf); {
		case months <= 12:
			o.Year1 = o.Year1.Add(s.Net())
		case months <= 24:
			o.Year2 = o.Year2.Add(s.Net())
		default:
			o.Later = o.Later.Add(s.Net())
		}
	}
	list := make([]Obligation, 0, len(out))
	for _, o := range out {
		if !o.nothing() {
			list = append(list, *o)
		}
	}
	return list
}
