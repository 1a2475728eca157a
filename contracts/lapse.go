package contracts

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// lapsedAt is the part of what earnedAt says that was not drawn: it lapsed. A balance of nothing has nothing to lapse.
func (g *grant) lapsedAt(days []period.Date) []money.Amount {
	out := make([]money.Amount, len(days))
	size, drawn, i := g.size.weight(g.fee.Currency()), balance{}, 0
	for n, before := range days {
		for i < len(g.log) && g.log[i].before(before) {
			if !g.log[i].lapsed {
				drawn = drawn.add(g.log[i].by)
			}
			i++
		}
		out[n] = money.Zero(g.fee.Currency())
		if !size.IsZero() {
			used := money.SpreadToExact(g.fee, g.used(i).weight(g.fee.Currency()), size)
			out[n] = used.Sub(money.SpreadToExact(g.fee, drawn.weight(g.fee.Currency()), size))
		}
	}
	return out
}

// lapsing is what of the balances of a bundle had lapsed, on the days of its earning.
func (x bundle) lapsing(sums []Value) []money.Amount {
	if !slices.ContainsFunc(x.grants, func(g *grant) bool { return slices.ContainsFunc(g.log, func(c consumed) bool { return c.lapsed }) }) {
		return nil
	}
	days := make([]period.Date, len(sums))
	for i, v := range sums {
		days[i] = v.Before
	}
	out := make([]money.Amount, len(sums))
	for _, g := range x.grants {
		for i, lapsed := range g.lapsedAt(days) {
			out[i] = out[i].Add(lapsed)
		}
	}
	return out
}

// lapsedOf is the part of one invoice's values that lapsed: of what a stretch of time adds to it as large a part as of the whole.
func lapsedOf(values, sums []Value, lapsed []money.Amount) []Value {
	if len(values) == 0 || len(lapsed) == 0 || lapsed[len(lapsed)-1].IsZero() {
		return nil
	}
	none := lapsed[0].Sub(lapsed[0])
	at, sum := 0, none
	was, out := none, make([]Value, 0, len(values))
	for _, v := range values {
		for at < len(sums) && sums[at].Before.Before(v.Before) {
			at++
		}
		step, gone := sums[at].Amount, lapsed[at]
		if at > 0 {
			step, gone = step.Sub(sums[at-1].Amount), gone.Sub(lapsed[at-1])
		}
		if !step.IsZero() {
			sum = sum.Add(money.SpreadToExact(v.Amount.Sub(was), gone.Exact(), step.Exact()))
		}
		out, was = append(out, Value{v.Before, sum}), v.Amount
	}
	if sum.IsZero() {
		return nil
	}
	return out
}
