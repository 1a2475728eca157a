package reconcile

import (
	"context"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/usage"
)

// agreed is a contract with what it charges, priced again from what was agreed and used.
type agreed struct {
	contracts.Agreement
	pieces []contracts.Piece
	days   *usage.Days
	book   *catalog.Catalog
}

// asUsed names the lines with anything that is earned as usage comes.
func (a agreed) asUsed() map[string]bool {
	out := map[string]bool{}
	for _, p := range a.pieces {
		if asUsed(p) && p.Kind != contracts.Concession {
			out[p.Line] = true
		}
	}
	return out
}

// paidAhead names the lines with balances that are paid ahead and earned as they are used.
func (a agreed) paidAhead() map[string]bool {
	out := map[string]bool{}
	for _, p := range a.pieces {
		if asUsed(p) && p.Kind == contracts.Prepayment {
			out[p.Line] = true
		}
	}
	return out
}

// price prices an entity's contracts through a month, or through the last one recognized: what usage of a later month
// uses up (a minimum, a discount's amount) can change what those before it earned.
func price(ctx context.Context, q postgres.Querier, s Scope) ([]agreed, error) {
	book, err := catalog.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	recognized, err := revrec.LastRecognized(ctx, q, s.Entity)
	if err != nil {
		return nil, err
	}
	until := period.MaxDate(s.Month.End(), recognized)
	var out []agreed
	for after := customers.AccountID(0); ; {
		accounts, err := contracts.Accounts(ctx, q, after, 500)
		if err != nil || len(accounts) == 0 {
			return out, err
		}
		after = accounts[len(accounts)-1]
		some, err := priceSome(ctx, q, s, accounts, until, book)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
}

// priceSome prices the contracts of some accounts that are the scope's.
func priceSome(ctx context.Context, q postgres.Querier, s Scope, accounts []customers.AccountID, until period.Date, book *catalog.Catalog) (out []agreed, err error) {
	found, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	first := until
	var ours []customers.AccountID
	var listed [][]contracts.Agreement
	for _, account := range accounts {
		var mine []contracts.Agreement
		for _, a := range found[account] {
			if a.Entity == s.Entity && a.Currency == s.Currency {
				mine, first = append(mine, a), period.MinDate(first, a.Term().Start)
			}
		}
		if len(mine) > 0 {
			ours, listed = append(ours, account), append(listed, mine)
		}
	}
	days, err := usage.LoadDays(ctx, q, ours, first, until, contracts.SingleEvents(listed...)...)
	if err != nil {
		return nil, err
	}
	for i, account := range ours {
		for _, a := range listed[i] {
			pieces, err := contracts.Charges(a, book, days[account], until)
			if err != nil {
				return nil, err
			}
			out = append(out, agreed{a, pieces, days[account], book})
		}
	}
	return out, nil
}

// total is what a contract charges as seen from the end of a month: fees of the whole term, usage as far as it had
// happened, balances paid ahead as far as documents ask for them.
func (b *books) total(a agreed) money.Amount {
	sum, ahead, used := b.zero(), a.paidAhead(), a.asUsed()
	for line := range ahead {
		sum = sum.Add(b.nets[keyOf(a.Contract, line)])
	}
	for line := range used {
		if !ahead[line] && b.patterned(a.Contract, line) {
			sum = sum.Add(b.through[keyOf(a.Contract, line)])
		}
	}
	for _, p := range a.pieces {
		switch {
		case ahead[p.Line], used[p.Line] && b.patterned(a.Contract, p.Line):
		case asUsed(p):
			sum = sum.Add(earnedBy(p, b.Month.End()))
		default:
			sum = sum.Add(p.Amount)
		}
	}
	return sum
}

// live says whether a contract counts in the month: its term is not over before it, or something of it is left.
func (b *books) live(a agreed) bool { return a.Term().End.After(b.Month.First()) }

// byContract adds lines of the ledger up by contract.
func (b *books) byContract() map[int64]ledger.BookedLine {
	out := map[int64]ledger.BookedLine{}
	for _, l := range b.lines {
		sum := out[l.Contract]
		sum.Deferred, sum.Unbilled = sum.Deferred.Add(l.Deferred), sum.Unbilled.Add(l.Unbilled)
		sum.Later = sum.Later.Add(l.Later)
		out[l.Contract] = sum
	}
	return out
}

// transactionPrice sets what live contracts charge beside revenue, deferred revenue and backlog.
func transactionPrice(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	live, ahead := map[int64]bool{}, map[lineKey]bool{}
	for _, a := range b.agreed {
		for line := range a.paidAhead() {
			ahead[keyOf(a.Contract, line)] = true
		}
		if b.live(a) {
			live[int64(a.Contract)] = true
			s.left(b.contractRef(int64(a.Contract)), "Charged over the term", b.total(a))
		}
	}
	backlog := map[int64]money.Amount{}
	for _, x := range b.position.Scheduled {
		if k := keyOf(x.Contract, x.Line); x.Month.After(b.Month) && x.Recognition != catalog.AsUsed && !ahead[k] && !revrec.Adjusts(x.Kind) {
			backlog[k.contract] = backlog[k.contract].Add(x.Amount)
		}
	}
	for _, l := range b.lines {
		if !live[l.Contract] {
			continue
		}
		r, net := b.contractRef(l.Contract), l.Deferred.Sub(l.Unbilled).Sub(l.Later)
		s.right(r, "Recognized", l.Earned.Add(l.Later).Add(l.Adjusted))
		s.right(r, "Less recognized beside the price by assessments", l.Adjusted.Neg())
		s.right(r, "Deferred less unbilled", net)
		if !ahead[lineKey{l.Contract, l.Line}] {
			backlog[l.Contract] = backlog[l.Contract].Sub(net) // what is scheduled and deferred is no backlog
		}
	}
	for _, a := range b.agreed {
		if id := int64(a.Contract); live[id] {
			s.right(b.contractRef(id), "Backlog, scheduled and not billed", backlog[id])
			s.right(b.contractRef(id), "Held back by assessments", b.heldBack(a))
		}
	}
	return s.result(spec, sides("The contract charges something, and neither ledger nor schedule has it", "Ledger or schedule has something of a contract that charges nothing",
		"The schedule is not the contract's as it stands (run recognition), or revenue was posted beside it")), nil
}

// remaining sets the report of remaining obligations beside what is left by ledger, documents and contracts.
func remaining(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, o := range b.position.Obligations {
		r := b.contractRef(int64(o.Contract))
		s.left(r, "Within 12 months", o.Year1)
		s.left(r, "In 13 to 24 months", o.Year2)
		s.left(r, "Later", o.Later)
	}
	nets, booked := map[int64]money.Amount{}, b.byContract()
	for k, amount := range b.nets {
		nets[k.contract] = nets[k.contract].Add(amount)
	}
	for _, x := range b.position.Scheduled {
		if revrec.Adjusts(x.Kind) && x.Month.After(b.Month) {
			s.right(b.contractRef(int64(x.Contract)), "Moved to later months by assessments", x.Net())
		}
	}
	for _, a := range b.agreed {
		id := int64(a.Contract)
		r, l := b.contractRef(id), booked[id]
		s.right(r, "Deferred revenue", b.zero().Add(l.Deferred))
		s.right(r, "Unbilled receivable", l.Unbilled.Neg().Sub(l.Later))
		s.right(r, "Contracted beyond what is billed", b.total(a).Sub(nets[id]))
		s.right(r, "Left out: balances paid ahead", b.aheadLeft(a).Neg())
		left, passed := b.leftOut(a)
		s.right(r, "Left out: periods the customer may leave", left.Neg())
		s.right(r, "Left out: passed on as an agent", passed.Neg())
		s.right(r, "Left out: held back by assessments", b.heldBack(a).Neg())
	}
	return s.result(spec, sides("The report has an obligation of a contract that ledger and contract do not have", "Ledger and contract have something left, and the report does not",
		"The schedule that is reported from and the contract, its documents or the ledger differ")), nil
}

// aheadLeft is what is left of balances that were paid ahead.
func (b *books) aheadLeft(a agreed) money.Amount {
	left := b.zero()
	for line := range a.paidAhead() {
		left = left.Add(b.nets[keyOf(a.Contract, line)]).Sub(b.usedUp(a, line))
	}
	return left
}

// usedUp is what had been used of a balance paid ahead by the end of the month, had lapsed or was given back. Where an
// assessment expects breakage, it says what the use earned.
func (b *books) usedUp(a agreed, line string) money.Amount {
	if b.patterned(a.Contract, line) {
		return b.zero().Add(b.through[keyOf(a.Contract, line)])
	}
	sum := b.zero()
	for _, p := range a.pieces {
		if p.Line == line {
			sum = sum.Add(earnedBy(p, b.Month.End()))
		}
	}
	return sum
}

// heldBack is what lines charge by days that an assessment holds, as far as the schedule has none of it: it comes back when
// the hold is lifted.
func (b *books) heldBack(a agreed) money.Amount {
	sum, held := b.zero(), b.position.Held[a.Contract]
	seen := map[string]bool{}
	for _, p := range a.pieces {
		if !held[p.Line] && !held[""] || asUsed(p) {
			continue
		}
		if sum = sum.Add(p.Amount); !seen[p.Line] {
			seen[p.Line], sum = true, sum.Sub(b.ever[keyOf(a.Contract, p.Line)])
		}
	}
	return sum
}

// leftOut is what the report leaves out of a contract's future charges: all of the periods the customer may leave before,
// and of the others what is passed on as an agent.
func (b *books) leftOut(a agreed) (leaving, passed money.Amount) {
	leaving, passed = b.zero(), b.zero()
	ahead := a.paidAhead()
	for _, p := range a.pieces {
		if asUsed(p) || ahead[p.Line] {
			continue
		}
		if b.position.Leaving[a.Contract] && !p.Span.Start.Before(b.Month.End()) {
			leaving = leaving.Add(p.Amount.Sub(revrec.Earned(p, b.Month.End())))
			continue
		}
		passed = passed.Add(revrec.PassedOn(p, dusk)).Sub(revrec.PassedOn(p, b.Month.End()))
	}
	return leaving, passed
}

// dusk is after everything is earned.
var dusk = period.NewDate(9999, 1, 1)
