package catalog

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// Rating is what a quantity comes to, with the steps that led there: the tier table a customer can check by hand.
type Rating struct {
	Total money.Exact
	Steps []Step // in ascending order; empty when nothing is due
}

// Step is one line of the calculation, and always Amount = Quantity x Unit + Flat.
//
// From (exclusive) and Through (inclusive) bound the units it covers. Quantity is what was multiplied:
// units, except for a package price, where it counts started packages, and for
// the fee per event of a percentage price, where it counts events.
type Step struct {
	Of            string // of a matrix price, the value of its dimension; of a percentage price, what is priced (OfPercent ...); else empty
	From, Through decimal.Decimal
	Quantity      decimal.Decimal
	Unit, Flat    decimal.Decimal
	Amount        money.Exact
}

var one = decimal.NewFromInt(1)

// Rate prices a quantity exactly, in major units of currency c; rounding to what can be booked is the caller's.
//
// A quantity below zero (more retracted than used in the period) rates as zero: no price pays for negative use.
// The price must be one that Validate accepts, of a simple model; another panics.
func (p Price) Rate(quantity decimal.Decimal, c money.Currency) Rating {
	if quantity.Sign() < 0 {
		quantity = decimal.Zero
	}
	switch p.Model {
	case Flat:
		return single(Step{Through: quantity, Flat: p.Amount}, c)
	case PerUnit:
		if quantity.Sign() == 0 {
			return Rating{Total: money.Price(decimal.Zero, c)}
		}
		return single(Step{Through: quantity, Quantity: quantity, Unit: p.Amount}, c)
	case Package:
		return p.ratePackage(quantity, c)
	case Graduated:
		return p.rateGraduated(quantity, c)
	case Volume, Stairstep: // a step's units are free
		return p.rateVolume(quantity, c)
	}
	panic(fmt.Sprintf("catalog: rate a quantity at a price of model %q", p.Model))
}

// ratePackage charges a started package in full: 121 units in packages of 10 are 13 packages.
func (p Price) ratePackage(quantity decimal.Decimal, c money.Currency) Rating {
	if quantity.Sign() == 0 {
		return Rating{Total: money.Price(decimal.Zero, c)}
	}
	return single(Step{Through: quantity, Quantity: p.packages(quantity), Unit: p.Amount}, c)
}

// packages counts those that a quantity starts.
func (p Price) packages(quantity decimal.Decimal) decimal.Decimal {
	// QuoRem, not Div: Div rounds to a global precision and could turn 1e-20 of a package into none.
	packages, rest := quantity.QuoRem(p.Size, 0)
	if rest.Sign() > 0 {
		packages = packages.Add(one)
	}
	return packages
}

// rateVolume prices all units at the rate of the one tier the quantity reaches; a bound belongs to the tier below it.
func (p Price) rateVolume(quantity decimal.Decimal, c money.Currency) Rating {
	for _, t := range p.Tiers {
		if t.UpTo != nil && quantity.Cmp(*t.UpTo) > 0 {
			continue
		}
		if quantity.Sign() == 0 && !p.FlatAtZero {
			return Rating{Total: money.Price(decimal.Zero, c)}
		}
		return single(Step{Through: quantity, Quantity: quantity, Unit: t.Unit, Flat: t.Flat}, c)
	}
	panic("catalog: volume price without an open last tier")
}

// rateGraduated walks up the tiers until the quantity is used up. A tier's flat fee is due once a unit reaches the tier;
// the first tier's is due at zero as well when FlatAtZero says so.
func (p Price) rateGraduated(quantity decimal.Decimal, c money.Currency) Rating {
	total := money.Price(decimal.Zero, c)
	if quantity.Sign() == 0 {
		if p.FlatAtZero {
			return single(Step{Flat: p.Tiers[0].Flat}, c)
		}
		return Rating{Total: total}
	}
	steps := make([]Step, 0, p.reached(quantity))
	from := decimal.Zero
	for _, t := range p.Tiers[:cap(steps)] {
		through := quantity
		if t.UpTo != nil && t.UpTo.Cmp(quantity) < 0 {
			through = *t.UpTo
		}
		s := Step{From: from, Through: through, Quantity: through.Sub(from), Unit: t.Unit, Flat: t.Flat}
		s.Amount = s.price(c)
		total = total.Add(s.Amount)
		steps = append(steps, s)
		from = through
	}
	return Rating{Total: total, Steps: steps}
}

// reached counts the tiers a positive quantity touches.
func (p Price) reached(quantity decimal.Decimal) int {
	for i, t := range p.Tiers {
		if t.UpTo == nil || quantity.Cmp(*t.UpTo) <= 0 {
			return i + 1
		}
	}
	panic("catalog: graduated price without an open last tier")
}

// price is the one place where a figure becomes money.
func (s Step) price(c money.Currency) money.Exact {
	amount := money.Price(s.Unit, c).Mul(s.Quantity)
	if s.Flat.Sign() == 0 {
		return amount
	}
	return amount.Add(money.Price(s.Flat, c))
}

func single(s Step, c money.Currency) Rating {
	s.Amount = s.price(c)
	return Rating{Total: s.Amount, Steps: []Step{s}}
}
