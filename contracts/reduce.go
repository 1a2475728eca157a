package contracts

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// reductions takes caps, discounts and credits off the charges, in this order.
// Minimums come before: they look at Gross, which no reduction changes, and a
// discount may lower their true-up.
//
// Charges are taken in the order in which they can be billed, so that what was
// billed is not touched by what happens after it: a usage period that is still
// open cannot take back the credit that paid for a fee.
//
// What a charge had come to before the first of a month is reduced as it would
// have been on that day, with what was known of all others then. So the values
// that are earned as used are those that would have been charged.
func (p *pricing) reductions() {
	p.sort()
	order := p.inTime()
	var terms []reduction
	for _, prepare := range []func([]int) []reduction{p.caps, p.discounts, p.credits} {
		terms = append(terms, prepare(order)...)
	}
	if len(terms) == 0 || p.err != nil {
		return
	}
	before := make([]money.Amount, len(p.pieces))
	for i, x := range p.pieces {
		before[i] = x.Amount
	}
	sofar := make([][]money.Amount, len(p.pieces))
	for _, day := range p.openAt() {
		t := p.takeAll(terms, day)
		for i, x := range p.pieces {
			if x.openOn(day) {
				sofar[i] = append(sofar[i], t.left[i])
			}
		}
	}
	final := p.takeAll(terms, period.Date{})
	for i := range p.pieces {
		p.pieces[i].reduce(final.taken[i], before[i], sofar[i])
	}
}

// reduction takes off what one term lowers, given what is left of each charge.
type reduction func(*taking)

// taking is one pass over all charges as they stood before a day.
type taking struct {
	before period.Date // zero: all that is known
	left   []money.Amount
	base   []money.Amount // what was left when a discount began
	taken  [][]Reduction
}

func (p *pricing) takeAll(terms []reduction, before period.Date) *taking {
	t := &taking{before: before, left: make([]money.Amount, len(p.pieces)), taken: make([][]Reduction, len(p.pieces))}
	for i, x := range p.pieces {
		t.left[i] = x.stood(before)
	}
	for _, take := range terms {
		take(t)
	}
	return t
}

// off lowers a charge and notes why. What one term takes in several periods of
// its own from one charge is one row.
func (t *taking) off(i int, r Reduction) {
	if r.Amount.IsZero() {
		return
	}
	t.left[i] = t.left[i].Sub(r.Amount)
	for j, had := range t.taken[i] {
		if had.Kind == r.Kind && had.ID == r.ID && had.Label == r.Label {
			t.taken[i][j].Amount = had.Amount.Add(r.Amount)
			return
		}
	}
	t.taken[i] = append(t.taken[i], r)
}

// grows says that the charge comes about with time; others are known whole.
func (p Piece) grows() bool { return p.Kind == Metered || p.Kind == OverCap || p.Kind == TrueUp }

// stood is what the charge had come to before a day.
func (p Piece) stood(before period.Date) money.Amount {
	if before.IsZero() || !p.grows() {
		return p.Amount
	}
	amount := money.Zero(p.Amount.Currency())
	for _, v := range p.Values {
		if v.Before.After(before) {
			break
		}
		amount = v.Amount
	}
	return amount
}

// openAt lists the days inside growing charges on which their value counts.
func (p *pricing) openAt() []period.Date {
	var out []period.Date
	for _, x := range p.pieces {
		for i := range len(x.Values) - 1 {
			if x.grows() {
				out = append(out, x.Values[i].Before)
			}
		}
	}
	slices.SortFunc(out, period.Date.Compare)
	return slices.Compact(out)
}

// openOn says that the day is inside the growing charge and its value counts.
func (p Piece) openOn(day period.Date) bool {
	i := slices.IndexFunc(p.Values, func(v Value) bool { return v.Before == day })
	return p.grows() && i >= 0 && i < len(p.Values)-1
}

// reduce lowers the charge for good, and its values with it: those of a growing
// charge to what was left on their days, others in proportion.
func (p *Piece) reduce(taken []Reduction, before money.Amount, sofar []money.Amount) {
	for _, r := range taken {
		p.Amount = p.Amount.Sub(r.Amount)
		p.Detail.Reduced = append(slices.Clip(p.Detail.Reduced), r)
	}
	if len(p.Values) == 0 {
		return
	}
	p.Values = slices.Clone(p.Values)
	for i := range p.Values {
		switch v := &p.Values[i]; {
		case p.grows() && i < len(sofar):
			v.Amount = sofar[i]
		case p.grows():
			v.Amount = p.Amount
		case !before.IsZero():
			v.Amount = money.SpreadToExact(p.Amount, v.Amount.Exact(), before.Exact())
		}
	}
}

// inTime lists the places of charges, which are sorted, in the order in which they
// can be billed; on one day, in the order in which their service began, then of
// the document.
func (p *pricing) inTime() []int {
	out := make([]int, len(p.pieces))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(i, j int) int {
		a, b := p.pieces[i], p.pieces[j]
		return cmp.Or(a.BillOn.Compare(b.BillOn), a.Span.Start.Compare(b.Span.Start))
	})
	return out
}
