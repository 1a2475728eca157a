package contracts

import (
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// draw lets one record of usage meet the balances of its day.
func (p *pricing) draw(l *pool, rec record) {
	w := rec.window
	units, cost := p.step(w, rec)
	switch {
	case units.IsNegative():
		cost = cost.Add(p.takeBackUnits(rec.day, w, units.Neg()))
		if cost.Sign() > 0 { // less came off than the price says
			p.fill(l, rec.day, w, portion{day: rec.day, units: zero, cost: cost})
		}
	case !units.IsZero() || cost.Sign() > 0:
		p.fill(l, rec.day, w, portion{day: rec.day, units: units, cost: cost})
		return
	}
	if cost.Sign() < 0 {
		w.takeBackCost(rec.day, cost.Neg())
	}
	if units.IsNegative() || cost.Sign() < 0 {
		p.refill(l, rec.day)
	}
}

// step counts a record: how many units more are to be paid for than before it,
// where units count, and what it costs at list price.
func (p *pricing) step(w *window, rec record) (units decimal.Decimal, cost money.Exact) {
	before := w.used
	w.used = rec.used
	value := p.value(w, *rec.reached)
	cost = value.Sub(w.valued)
	w.valued = value
	if w.byUnits {
		units = w.charged(w.used).Sub(w.charged(before))
	}
	return units, cost
}

// fill draws a record from one balance after the other; what none of them holds
// lies above.
//
//	record       |■■■■■■■■|■■■■■■|□□□□□□|
//	balances      first    second  none: at the terms of the last one with access that day
func (p *pricing) fill(l *pool, day period.Date, w *window, rest portion) {
	var above *Overage
	ids := l.on(day).covers[w.line.ID]
	for _, g := range l.alive {
		if !slices.Contains(ids, g.id) {
			continue
		}
		if g.origin == nil && g.access.Contains(day) {
			above = &g.terms.Overage
		}
		var x portion
		if x, rest = p.split(w, g, rest); x.grant != nil {
			w.put(day, x)
		}
		if rest.units.IsZero() && rest.cost.IsZero() {
			return
		}
	}
	rest.above = above
	w.put(day, rest)
}

// split takes what a balance can cover off a record. In a balance of money the
// units of a record that straddles its end go by value; in a balance of units
// the last ones lie above, at what they cost.
func (p *pricing) split(w *window, g *grant, rest portion) (x, above portion) {
	none := rest
	none.units, none.cost = zero, nothing(rest.cost.Currency())
	whole := rest
	whole.grant = g
	switch {
	case g.inUnits() && !w.byUnits:
		return none, rest
	case g.inUnits() && rest.units.Cmp(g.left.units) <= 0:
		return whole, none
	case !g.inUnits() && !g.left.money.IsZero() && rest.cost.Cmp(g.left.money) <= 0:
		return whole, none
	case g.empty():
		return none, rest
	}
	x, above = whole, rest
	if g.inUnits() {
		above.units = rest.units.Sub(g.left.units)
		above.cost = p.top(w, w.charged(w.used), above.units).Min(rest.cost)
		x.units, x.cost = g.left.units, rest.cost.Sub(above.cost)
		return x, above
	}
	x.cost, x.units = g.left.money, byValue(rest.units, g.left.money, rest.cost)
	above.cost, above.units = rest.cost.Sub(x.cost), rest.units.Sub(x.units)
	return x, above
}

// top is the list price of the last units of a window.
func (p *pricing) top(w *window, charged, units decimal.Decimal) money.Exact {
	return w.scale.At(charged).Sub(w.scale.At(charged.Sub(units)))
}

// byValue is the part of a record's units that goes with a part of its cost, to
// what meters can count.
func byValue(units decimal.Decimal, part, whole money.Exact) decimal.Decimal {
	if units.IsZero() {
		return units
	}
	ratio := new(big.Rat).Quo(part.Rat(), whole.Rat())
	return decimal.NewFromBigRat(ratio.Mul(ratio, units.Rat()), unitPlaces)
}

// sellsByUnits says whether units of a price can be told apart: each costs what
// it costs when it is used, however many follow.
func sellsByUnits(m catalog.Model) bool {
	return m == catalog.PerUnit || m == catalog.Graduated || m == catalog.Package
}

// countsUnits says whether any prepaid amount of an agreement is in units, or has
// a rate of its own for units above it.
func (p *pricing) countsUnits() bool {
	for _, v := range p.agreement.Versions {
		for _, c := range v.Document.Prepaid {
			if c.Units.IsPositive() || c.Overage.UnitPrice.IsPositive() {
				return true
			}
		}
	}
	return false
}

// coveredBy names the prepaid amounts of a line, in their order.
func coveredBy(d Document, line string) (ids string, covered bool) {
	for _, c := range d.Prepaid {
		if slices.Contains(c.Lines, line) {
			ids += " " + c.ID
		}
	}
	return strings.TrimSpace(ids), ids != ""
}
