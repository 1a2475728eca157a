package contracts

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// caps bound what their lines cost in each period. Charges are counted in time
// order; the one that reaches the cap is split there, and what lies above is
// taken off and shown. A customer's own cap may go on at a price of its own
// above: then it adds to the charge what that price is more than the usual one.
func (p *pricing) caps(order []int) []reduction {
	var out []reduction
	for _, id := range lineages(p.agreement, documentCaps, capID) {
		all := turns(p, p.boundStretches(id), func(c Cap) string { return c.Every })
		for i, of := range members(p, order, all, func(c Cap, x Piece) bool { return c.bounds(x) }) {
			if len(of) > 0 {
				out = append(out, p.cap(all[i], of))
			}
		}
	}
	return out
}

func documentCaps(d Document) []Cap { return d.Caps }
func capID(c Cap) string            { return c.ID }

func (p *pricing) boundStretches(id string) []stretch[Cap] {
	return stretches(p.agreement, func(v *Version) (period.Span, Cap, bool) {
		c, ok := find(v.Document.Caps, capID, id)
		return v.Document.Term.Span(), c, ok && c.bites()
	}, func(a, b Cap) bool { return sameWords(a, b) })
}

// bites says whether the cap changes what is billed. The others warn, or slow
// the service down.
func (c Cap) bites() bool {
	switch {
	case c.Kind == HardCap || c.Then == Stop:
		return true
	case c.Then == Continue:
		return !c.Overage.Factor.IsZero() || !c.Overage.UnitPrice.IsZero()
	}
	return false
}

// goesOn says that what lies above is charged at a price of its own.
func (c Cap) goesOn() bool { return c.Kind != HardCap && c.Then == Continue }

// bounds says whether a charge counts for the cap. A true-up never does: its
// commitment has an id of its own.
func (c Cap) bounds(x Piece) bool { return among(c.Lines, x) }

// cap prepares one period.
func (p *pricing) cap(r turn[Cap], of []int) reduction {
	c := r.last().terms
	row := Reduction{Kind: ByCap, ID: c.ID, Label: p.capLabel(c, of)}
	if c.Units.IsPositive() {
		return p.capUnits(r, of, row)
	}
	size := sized(p, r, func(c Cap) money.Exact { return money.Price(c.Amount, p.agreement.Currency) })
	return func(t *taking) {
		room := size
		for _, i := range of {
			if t.left[i].Sign() <= 0 {
				continue
			}
			inside := lesser(t.left[i], room)
			room = room.Sub(inside)
			off := row
			off.Amount = t.left[i].Sub(inside)
			if c.goesOn() {
				off.Amount = off.Amount.Sub(p.round(off.Amount.Exact().Mul(c.Overage.Factor)))
			}
			t.off(i, off)
		}
	}
}

// capUnits bounds the units of one usage line: what they cost is the price of the
// units below the cap.
func (p *pricing) capUnits(r turn[Cap], of []int, row Reduction) reduction {
	c, size := r.last().terms, decimal.Zero
	for _, s := range r {
		size = size.Add(prorated(s.terms.Units, s.billed))
	}
	windows := make([]gauge, len(of))
	for k, i := range of {
		windows[k] = p.gauge(p.pieces[i])
	}
	return func(t *taking) {
		room := size
		for k, i := range of {
			g := windows[k]
			if g.window == nil || t.left[i].Sign() <= 0 {
				continue
			}
			used := g.used(t.before)
			inside := decimal.Max(decimal.Zero, decimal.Min(used, room))
			room = room.Sub(inside)
			off := row
			if c.goesOn() {
				off.Amount = p.listed(g.window, used).Sub(p.listed(g.window, inside)).Sub(p.above(g.window, c, inside, used))
			} else {
				off.Amount = t.left[i].Sub(lesser(t.left[i], p.listed(g.window, inside)))
			}
			t.off(i, off)
		}
	}
}

// above prices the units above the cap: at a rate of their own, or at list price
// times the factor.
func (p *pricing) above(w *window, c Cap, inside, used decimal.Decimal) money.Amount {
	if c.Overage.UnitPrice.IsPositive() {
		units := decimal.Max(decimal.Zero, w.charged(used).Sub(w.charged(inside)))
		return p.round(net(money.Price(c.Overage.UnitPrice, p.agreement.Currency).Mul(units), &w.version.Document))
	}
	rest := p.listed(w, used).Sub(p.listed(w, inside))
	return p.round(rest.Exact().Mul(c.Overage.Factor))
}

// listed is what so many units of a window cost when nothing lowers them.
func (p *pricing) listed(w *window, used decimal.Decimal) money.Amount {
	return p.round(net(p.rate(w, used).Total, &w.version.Document))
}

// gauge tells what the window of a usage charge had used on each of its marks.
type gauge struct {
	window *window
	counts []count
}

func (p *pricing) gauge(x Piece) gauge {
	for _, w := range p.windows {
		if w.line.ID == x.Line && w.billed.span == x.Span {
			return gauge{w, p.counts(w)}
		}
	}
	return gauge{}
}

// used is what had been used before a day; all that is known when none is given.
func (g gauge) used(before period.Date) decimal.Decimal {
	used := decimal.Zero
	for _, c := range g.counts {
		if !before.IsZero() && c.before.After(before) {
			break
		}
		used = c.used
	}
	return used
}

// capLabel reads "Above the cap of 5,000.00 a month".
func (p *pricing) capLabel(c Cap, of []int) string {
	size := p.round(money.Price(c.Amount, p.agreement.Currency)).Display()
	if c.Units.IsPositive() {
		size = grouped(c.Units) + " " + units(p.pieces[of[0]].Detail.Unit, c.Units)
	}
	label := "Above the cap of " + size + each(c.Every)
	switch {
	case !c.goesOn():
		return label
	case c.Overage.UnitPrice.IsPositive():
		return fmt.Sprintf("%s, at %s a unit", label, c.Overage.UnitPrice)
	}
	return fmt.Sprintf("%s, at %s times the price", label, c.Overage.Factor)
}
