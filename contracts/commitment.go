package contracts

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// commitments adds true-ups: when a commitment's period is over, what was agreed
// for its days less what its lines were charged for them, before any reduction.
// Worked: 1000 cents for February (28 days), ended on the 25th, 800 used:
// 1000 x 25/28 - 800 = 93.
//
// A commitment within another comes first: its charges and its true-up count for
// the other too. Of those that flow, the one with the lower priority is filled
// first, and only the rest of a charge flows on.
//
//	1200 used   each       a 1000 met         b 500 met
//	            waterfall  a 1000 met (1000)  b 500: 200, true-up 300
func (p *pricing) commitments() {
	for i := range p.pieces {
		x := &p.pieces[i]
		x.Gross = x.Amount
		for _, r := range x.Detail.Reduced { // by a trial
			x.Gross = x.Gross.Add(r.Amount)
		}
	}
	p.sort()
	flow := flowing{p, map[int]money.Amount{}, map[int]decimal.Decimal{}}
	for _, id := range p.commitOrder() {
		all := turns(p, p.commitStretches(id), func(c committed) string { return c.Every })
		for k, of := range members(p, p.inTime(), all, p.counted) {
			p.trueUp(all[k], of, flow)
		}
	}
}

// commitOrder lists commitments, those within another before it, then by
// priority, as the version agreed last has them.
func (p *pricing) commitOrder() []string {
	ids := lineages(p.agreement, documentCommits, commitID)
	depth := func(id string) (deep int) {
		for c := p.agreement.commit(id); c.Within != "" && deep <= len(ids); c = p.agreement.commit(c.Within) {
			deep++
		}
		return deep
	}
	slices.SortStableFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(depth(b), depth(a)), cmp.Compare(p.agreement.commit(a).Priority, p.agreement.commit(b).Priority))
	})
	return ids
}

// commit is a commitment as agreed last; none when no version has it.
func (a Agreement) commit(id string) Commit {
	for _, v := range slices.Backward(a.Versions) {
		if c, ok := find(v.Document.Commits, commitID, id); ok {
			return c
		}
	}
	return Commit{}
}

// committed is a commitment with the ids that count for it, those of commitments
// within it among them.
type committed struct {
	Commit
	Counts []string
}

// commitStretches leaves the days of a trial out: nothing is owed for them, and
// what was free in them does not count.
func (p *pricing) commitStretches(id string) []stretch[committed] {
	all := stretchesOf(p.agreement, id, func(v *Version) (period.Span, committed, bool) {
		c, ok := find(v.Document.Commits, commitID, id)
		return bounded(v.Document.Term.Span(), c.From, c.Through), committed{c, v.Document.countsFor(c)}, ok
	}, func(a, b committed) bool {
		a.From, a.Through, b.From, b.Through = period.Date{}, period.Date{}, period.Date{}, period.Date{}
		return sameWords(a, b)
	})
	return slices.DeleteFunc(all, func(s stretch[committed]) bool { return s.free })
}

// countsFor lists the ids whose charges count, down to the commitments within.
func (d Document) countsFor(c Commit) []string {
	out := slices.Clone(c.Lines)
	for _, inner := range d.Commits {
		if inner.Within == c.ID && inner.ID != c.ID {
			out = append(append(out, inner.ID), d.countsFor(inner)...)
		}
	}
	return out
}

func (p *pricing) counted(c committed, x Piece) bool {
	return x.Kind != Concession && among(c.Counts, x)
}

// trueUp closes one period, given the charges that began in it.
func (p *pricing) trueUp(r turn[committed], of []int, flow flowing) {
	c := r.last().terms
	currency := p.agreement.Currency
	var piece Piece
	if c.Units.IsPositive() {
		agreed := decimal.Zero
		for _, s := range r {
			agreed = agreed.Add(prorated(s.terms.Units, p.owedDays(s)))
		}
		spent := flow.units(c, agreed, of)
		p.met = append(p.met, met{turn: r, units: agreed, used: spent})
		missing := decimal.Max(decimal.Zero, agreed.Sub(spent))
		piece.Amount = p.round(money.Price(c.UnitPrice, currency).Mul(missing))
		piece.Detail = Detail{Quantity: missing, UnitPrice: c.UnitPrice, CommittedUnits: agreed, UsedUnits: spent}
	} else {
		agreed := money.Zero(currency)
		for _, s := range r {
			b := p.owedDays(s)
			agreed = agreed.Add(part(p.round(money.Price(s.terms.Amount, currency)), b.span, b.whole))
		}
		spent := flow.money(c, agreed, of)
		p.met = append(p.met, met{turn: r, agreed: agreed, spent: spent})
		piece.Amount = agreed.Sub(spent)
		piece.Detail = Detail{Committed: agreed, Spent: spent}
	}
	on := r.span().End
	for _, i := range of { // a usage period may outlast what is left of the commitment's
		if x := p.pieces[i]; x.Kind == Metered {
			on = period.MaxDate(on, x.Span.End)
		}
	}
	if piece.Amount.Sign() <= 0 || p.until.Before(on) {
		return // only the closing snapshot is billed
	}
	p.pieces = append(p.pieces, p.closing(r, piece, on))
}

// closing says what the true-up is called and when it is asked for.
func (p *pricing) closing(r turn[committed], x Piece, on period.Date) Piece {
	last := r.last()
	c := last.terms
	product := p.product(c.Product, last.version)
	x.Line, x.Kind, x.Span, x.Period = c.ID, TrueUp, r.span(), last.billed.whole
	x.Product, x.Description, x.Clause, x.Version = c.Product, product.Name, c.Clause, last.version.Number
	x.Gross, x.BillOn, x.Closed = x.Amount, on, true
	x.Recognition, x.Values = catalog.AsUsed, []Value{{x.Span.End, x.Amount}}
	x.Detail.Unit, x.Detail.List = product.Unit, x.Amount
	return x
}

// owedDays are the days of a slot that are owed for. A contract that ends early with
// its commitments due in full owes the rest of the period as well.
func (p *pricing) owedDays(s slot[committed]) billed {
	b := s.billed
	last := p.agreement.Latest().Document
	if e := last.Ending; e != nil && e.Commitments == InFull && b.span.End == last.Term.Span().End {
		b.span.End = b.whole.End
	}
	return b
}
