package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// amountOf makes money of a figure that was estimated, discounted or taken by a percentage. It is the one place of this package
// that rounds a figure on its own; whatever is split rounds by money.Spread and money.Allocate.
func amountOf(e money.Exact) money.Amount { return money.Round(e, money.HalfAwayFromZero) }

// PercentOf is a percentage of an amount, rounded once.
func PercentOf(a money.Amount, percent decimal.Decimal) money.Amount {
	return amountOf(percentExact(a, percent))
}

func percentExact(a money.Amount, percent decimal.Decimal) money.Exact {
	return a.Exact().Mul(percent.Shift(-2))
}

// units prices a quantity, rounded once.
func units(quantity, price decimal.Decimal, c money.Currency) money.Amount {
	return amountOf(money.Price(price, c).Mul(quantity))
}

// ByUnits earns a price as units are delivered, by cumulative rounding: a blended price of 93.33 for 90 units still comes to
// 8,400.00. Deliveries beyond all units earn nothing more.
func ByUnits(price money.Amount, all decimal.Decimal, delivered ...decimal.Decimal) []money.Amount {
	out := make([]money.Amount, len(delivered))
	done, stood := decimal.Zero, price.Sub(price)
	for i, d := range delivered {
		done = done.Add(d)
		stands := price
		if done.LessThan(all) {
			stands = money.SpreadToExact(price, money.Price(done, price.Currency()), money.Price(all, price.Currency()))
		}
		out[i], stood = stands.Sub(stood), stands
	}
	return out
}
