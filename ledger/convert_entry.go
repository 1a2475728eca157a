package ledger

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// converting is one entry on its way.
type converting struct {
	entry *Entry
	home  money.Currency
	rate  decimal.Decimal
	at    *carried
	parts []part
}

// part is a posting under conversion.
type part struct {
	worth money.Amount // what is settled of it is worth
	rest  money.Amount // still to be converted, at the rate of the day
	given bool         // it came with its functional amount

	// What it took from an item and nothing follows: it may make a difference.
	open, openWorth money.Amount
}

// release takes from items what postings lower.
func (v *converting) release() {
	taken := map[Item]*item{} // postings of one entry take one after the other
	for i, p := range v.entry.Postings {
		none := money.Zero(v.entry.Currency)
		v.parts[i] = part{worth: money.Zero(v.home), rest: p.Amount, given: p.Functional.Currency() != "", open: none, openWorth: money.Zero(v.home)}
		if measures[p.Account] == atSpot || p.Amount.IsZero() {
			continue
		}
		key := itemOf(*v.entry, p)
		if taken[key] == nil {
			taken[key] = v.at.item(key, v.home).clone()
		}
		moved, worth := taken[key].take(p.Amount, p.restores())
		v.parts[i].rest = p.Amount.Sub(moved)
		v.parts[i].worth, v.parts[i].open, v.parts[i].openWorth = worth, moved, worth
	}
}

// follow lets income, and what is newly deferred, follow what the entry takes out of advances: first of the same
// contract line, then of the same contract.
func (v *converting) follow() {
	for _, same := range []func(a, b Posting) bool{
		func(a, b Posting) bool { return a.Contract == b.Contract && a.Line == b.Line },
		func(a, b Posting) bool { return a.Contract == b.Contract },
	} {
		for i, p := range v.entry.Postings {
			if !p.follows() || v.parts[i].given {
				continue
			}
			for n, from := range v.entry.Postings {
				if n != i && measures[from.Account] == historic && same(p, from) {
					v.parts[n].match(&v.parts[i])
				}
			}
		}
	}
}

// follows says whether a posting may take the rate of an advance.
func (p Posting) follows() bool {
	if p.Contract == 0 {
		return false
	}
	switch p.Account.Info().Type {
	case Income, ContraRevenue, Expense:
		return true
	}
	return measures[p.Account] == historic
}

// match gives a posting on the other side as much of what was taken as it wants, at what it was worth.
func (p *part) match(to *part) {
	if p.open.Sign()*to.rest.Sign() >= 0 {
		return
	}
	amount := p.open
	if to.rest.Abs().Cmp(amount.Abs()) < 0 {
		amount = to.rest.Neg()
	}
	worth := money.SpreadToExact(p.openWorth, amount.Exact(), p.open.Exact())
	p.open, p.openWorth = p.open.Sub(amount), p.openWorth.Sub(worth)
	to.rest, to.worth = to.rest.Add(amount), to.worth.Sub(worth)
}

// needsRate says whether something is left that only the rate of the day can tell the worth of.
func (v *converting) needsRate() bool {
	return slices.ContainsFunc(v.parts, func(p part) bool { return !p.rest.IsZero() && !p.given || !p.open.IsZero() })
}

// convertRest converts what is left of each posting at the rate of the day.
func (v *converting) convertRest() {
	rests := make([]money.Amount, len(v.parts))
	for i, p := range v.parts {
		rests[i] = p.rest
		if p.given {
			rests[i] = money.Zero(v.entry.Currency)
		}
	}
	for i, worth := range ConvertTogether(rests, v.rate, v.home) {
		if p := &v.entry.Postings[i]; !v.parts[i].given {
			p.Functional = v.parts[i].worth.Add(worth)
		}
	}
}

// differences posts what is missing to the balance in the entity's currency as gains and losses on exchange, item by
// item: what was taken is worth another amount at the rate of the day than where it stood. Cents of conversion go with
// the largest.
func (v *converting) differences() {
	missing := money.Zero(v.home)
	for _, p := range v.entry.Postings {
		missing = missing.Sub(p.Functional)
	}
	if missing.IsZero() {
		return
	}
	var found []Posting
	largest := -1
	for i, p := range v.parts {
		if p.open.IsZero() {
			continue
		}
		if largest < 0 || p.open.Abs().Cmp(v.parts[largest].open.Abs()) > 0 {
			largest = i
		}
		d := ConvertTogether([]money.Amount{p.open}, v.rate, v.home)[0].Sub(p.openWorth)
		found, missing = v.difference(found, v.entry.Postings[i], d), missing.Sub(d)
	}
	of := Posting{}
	if largest >= 0 {
		of = v.entry.Postings[largest]
	}
	found = v.difference(found, of, missing)
	for _, p := range found {
		if p.Functional.IsZero() {
			continue
		}
		if p.Account = FxLoss; p.Functional.Sign() < 0 {
			p.Account = FxGain
		}
		v.entry.Postings = append(v.entry.Postings, p)
	}
}

// difference adds to the one of the same item.
func (v *converting) difference(found []Posting, of Posting, d money.Amount) []Posting {
	p := Posting{Amount: money.Zero(v.entry.Currency), Functional: d, Customer: of.Customer, Contract: of.Contract, Line: of.Line, Document: of.Document}
	i := slices.IndexFunc(found, func(x Posting) bool {
		return x.Customer == p.Customer && x.Contract == p.Contract && x.Line == p.Line && x.Document == p.Document
	})
	if i < 0 {
		return append(found, p)
	}
	found[i].Functional = found[i].Functional.Add(d)
	return found
}
