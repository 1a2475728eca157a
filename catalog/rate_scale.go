package catalog

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// Scale is a price of a simple model made ready to value many quantities of one period, where the steps that lead to a
// value are not asked for. What it says of a quantity is the Total of the price's Rating, taken in Part.
//
// In each tier the value is a straight line: what was due below it, and its rate.
//
//	up to 10 at 5, then at 2:   5 x q   |   (10 x 5 - 10 x 2) + 2 x q
type Scale struct {
	price Price
	tiers []straight  // of a tiered price, ascending
	once  money.Exact // due whatever is used, of a flat price
	none  money.Exact // value of no use at all
	unit  money.Exact // of a price by the unit or package
}

// straight is the value of quantities inside one tier.
type straight struct {
	upTo       *decimal.Decimal
	base, unit money.Exact
}

// Scale makes the price ready, for some days of a period: what is due once is taken by days.
func (p Price) Scale(days, whole int64, c money.Currency) Scale {
	s := Scale{price: p, none: money.Price(decimal.Zero, c)}
	once := func(flat decimal.Decimal) money.Exact { return money.Price(flat, c).MulRatio(days, whole) }
	switch p.Model {
	case Flat:
		s.once = once(p.Amount)
	case PerUnit, Package:
		s.unit = money.Price(p.Amount, c)
	case Graduated, Volume, Stairstep:
		below := s.none // what all units below a tier cost, with the fees of their tiers
		from := decimal.Zero
		for _, t := range p.Tiers {
			line := straight{t.UpTo, once(t.Flat), money.Price(t.Unit, c)}
			if p.Model == Graduated {
				line.base = line.base.Add(below).Sub(line.unit.Mul(from))
			}
			if s.tiers = append(s.tiers, line); t.UpTo != nil {
				below, from = line.at(*t.UpTo), *t.UpTo
			}
		}
		if p.FlatAtZero {
			s.none = once(p.Tiers[0].Flat)
		}
	default:
		panic(fmt.Sprintf("catalog: a price of model %q has no scale", p.Model))
	}
	return s
}

func (l straight) at(quantity decimal.Decimal) money.Exact { return l.base.Add(l.unit.Mul(quantity)) }

// At is what a quantity comes to.
func (s Scale) At(quantity decimal.Decimal) money.Exact {
	switch {
	case s.price.Model == Flat:
		return s.once
	case quantity.Sign() <= 0:
		return s.none
	case s.price.Model == PerUnit:
		return s.unit.Mul(quantity)
	case s.price.Model == Package:
		return s.unit.Mul(s.price.packages(quantity))
	}
	for _, l := range s.tiers {
		if l.upTo == nil || quantity.Cmp(*l.upTo) <= 0 {
			return l.at(quantity)
		}
	}
	panic("catalog: a price of tiers without an open last tier")
}
