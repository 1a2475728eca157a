package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// draw is one record of a window's usage against its cap: what the cap covered
// and what lay above it, at list price.
type draw struct {
	day    period.Date
	inside money.Exact
	above  money.Exact
	factor decimal.Decimal
}

// reserve is a cap in one period: its size, and what its usage has come to so
// far, in money at list value or in units. The cap covers the lesser of the two,
// whatever the way there: (cost - size) is above it, when cost is more.
type reserve struct {
	size, cost     money.Exact
	inUnits        bool
	units, counted decimal.Decimal
	factor         decimal.Decimal // for what lies above
}

// reserve opens a period's cap; a partial period has a partial one.
func (c Prepaid) reserve(currency money.Currency, b billed) *reserve {
	r := &reserve{factor: c.factor(), inUnits: c.Units.IsPositive(), cost: money.Price(decimal.Zero, currency)}
	if r.inUnits {
		r.units = prorated(c.Units, b)
		r.size = money.Price(r.units, currency) // units, counted as money: only the ratio matters
	} else {
		r.size = money.Price(c.Amount, currency).MulRatio(b.share())
	}
	return r
}

// takeMoney adds a cost and gives the part of it that lies above the cap.
func (r *reserve) takeMoney(cost money.Exact) (above money.Exact) {
	was := r.cost
	r.cost = was.Add(cost)
	return cost.Sub(r.cost.Min(r.size).Sub(was.Min(r.size)))
}

// takeUnits adds units and gives those that lie above the cap.
func (r *reserve) takeUnits(units decimal.Decimal) (above decimal.Decimal) {
	was := r.counted
	r.counted = was.Add(units)
	r.cost = money.Price(r.counted, r.size.Currency())
	return units.Sub(decimal.Min(r.counted, r.units).Sub(decimal.Min(was, r.units)))
}

// earned is the part of the payment that has been used up.
func (r *reserve) earned(fee money.Amount) money.Amount {
	if r.size.IsZero() || r.cost.Sign() <= 0 {
		return money.Zero(fee.Currency())
	}
	return money.SpreadToExact(fee, r.cost.Min(r.size), r.size)
}
