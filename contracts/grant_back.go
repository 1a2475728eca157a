package contracts

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// takeBackUnits takes units off the top of a window, the last used first, each at
// what it cost, and gives what they cost in all.
func (p *pricing) takeBackUnits(day period.Date, w *window, units decimal.Decimal) money.Exact {
	sum := nothing(p.agreement.Currency)
	at := w.charged(w.used).Add(units) // where the window's units ended before
	for i := len(w.portions) - 1; i >= 0 && units.IsPositive(); i-- {
		off := w.portions[i]
		if units.Cmp(off.units) < 0 {
			off.cost = p.top(w, at, units).Max(nothing(off.cost.Currency())).Min(off.cost)
			off.units = units
		}
		w.takeOff(day, i, off)
		at, units, sum = at.Sub(off.units), units.Sub(off.units), sum.Add(off.cost)
	}
	return sum
}

// takeBackCost takes value off the top of a window, the last used first: usage
// was taken back, or a volume price fell. Units, where they count, went before.
func (w *window) takeBackCost(day period.Date, cost money.Exact) {
	for i := len(w.portions) - 1; i >= 0 && cost.Sign() > 0; i-- {
		off := w.portions[i]
		off.cost, off.units = off.cost.Min(cost), zero
		w.takeOff(day, i, off)
		cost = cost.Sub(off.cost)
	}
}

// takeOff removes a part of a portion and gives it back to its balance.
func (w *window) takeOff(day period.Date, i int, off portion) {
	if off.grant != nil {
		off.grant.use(day, balance{money: nothing(off.cost.Currency())}.sub(off.taken()))
	}
	w.note(day, off, -1)
	at := &w.portions[i]
	at.units, at.cost = at.units.Sub(off.units), at.cost.Sub(off.cost)
	if at.units.IsZero() && at.cost.IsZero() {
		w.portions = slices.Delete(w.portions, i, i+1)
	}
}

// refill lets balances that became free cover what lies above them in windows
// that are still open, first used first. So it makes no difference for one
// balance in which order usage came and went: it covers the lesser of all of it
// and its size. Closed windows are billed and stay as they are.
func (p *pricing) refill(l *pool, day period.Date) {
	for _, g := range l.alive {
		for !g.inUnits() && g.left.money.Sign() > 0 {
			w, i := p.firstAbove(l, g, day)
			if w == nil {
				break
			}
			w.cover(day, i, g)
		}
	}
}

// firstAbove finds the earliest portion above the balances that one of them may
// cover: of its lines and its days, in a window that is not over.
func (p *pricing) firstAbove(l *pool, g *grant, day period.Date) (*window, int) {
	var at *window
	var first int
	for _, w := range p.windows {
		if w.cap == "" || !day.Before(w.billed.span.End) {
			continue
		}
		for i, x := range w.portions {
			if x.above == nil || x.day.Before(g.access.Start) || !slices.Contains(l.on(x.day).covers[w.line.ID], g.id) {
				continue
			}
			if at == nil || x.day.Before(at.portions[first].day) ||
				x.day == at.portions[first].day && l.on(x.day).rank[w.line.ID] < l.on(x.day).rank[at.line.ID] {
				at, first = w, i
			}
			break
		}
	}
	return at, first
}

// cover moves a portion above the balances into one, as far as it goes.
func (w *window) cover(day period.Date, i int, g *grant) {
	in, out := w.portions[i], w.portions[i]
	if g.left.money.Cmp(in.cost) < 0 {
		in.cost, in.units = g.left.money, byValue(in.units, g.left.money, in.cost)
	}
	w.note(day, in, -1)
	out.cost, out.units = out.cost.Sub(in.cost), out.units.Sub(in.units)
	in.grant, in.above = g, nil
	g.use(day, in.taken())
	w.note(day, in, 1)
	w.portions = slices.Replace(w.portions, i, i+1, in, out)
	if out.cost.IsZero() && out.units.IsZero() {
		w.portions = slices.Delete(w.portions, i+1, i+2)
	}
}
