package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// UnitChange is a change of a contract over units (or years) of one kind, when some of them were delivered
// (606-10-55-111 ff., Examples 5 and 7).
type UnitChange struct {
	Units, Delivered decimal.Decimal
	UnitPrice        decimal.Decimal
	LeftPrice        *decimal.Decimal // per unit of those not delivered yet, where it changes
	AddedUnits       decimal.Decimal
	AddedPrice       decimal.Decimal // of all that are added
	Credit           money.Amount    // for faults of what was delivered: not part of what is left (Example 5B)
	Currency         money.Currency
}

// UnitPlan is how a change over units is earned.
type UnitPlan struct {
	Treatment  Treatment
	Recognized money.Amount    // for units delivered before
	Adjustment money.Amount    // at once: catch-up less credit
	Remaining  money.Amount    // for the units still to come, of both contracts where there are two
	Units      decimal.Decimal // still to come
	Blended    money.Amount    // price of one of them, to look at: what is earned is ByUnits(Remaining, Units, ...)
	Price      money.Amount    // Recognized + Adjustment + Remaining
}

// Plan plans a change over units. Invalid: more delivered than promised, nothing left, a price that was recognized already,
// another price for what is left in a separate contract (the price then rises by something else than what is added).
func (u UnitChange) Plan(t Treatment) (UnitPlan, error) {
	left := u.Units.Sub(u.Delivered)
	if left.Sign() < 0 || left.Add(u.AddedUnits).Sign() <= 0 {
		return UnitPlan{}, fault.New(fault.Invalid, "of %s units %s are delivered and %s are added; nothing is left to be earned", u.Units, u.Delivered, u.AddedUnits)
	}
	price := u.UnitPrice
	if u.LeftPrice != nil {
		price = *u.LeftPrice
	}
	if t == SeparateContract && !price.Equal(u.UnitPrice) {
		return UnitPlan{}, fault.New(fault.Invalid, "units that were promised before change from %s to %s each, so the price does not rise by what is added alone", u.UnitPrice, price)
	}
	zero := money.Zero(u.Currency)
	p := UnitPlan{Treatment: t, Recognized: units(u.Delivered, u.UnitPrice, u.Currency), Adjustment: zero.Sub(u.Credit), Units: left.Add(u.AddedUnits)}
	rest := amountOf(money.Price(price, u.Currency).Mul(left).Add(money.Price(u.AddedPrice, u.Currency)))
	switch t {
	case SeparateContract, Prospective:
		p.Remaining = rest
	case CumulativeCatchUp:
		whole := p.Recognized.Add(rest)
		stands := ByUnits(whole, u.Units.Add(u.AddedUnits), u.Delivered)[0]
		p.Adjustment = p.Adjustment.Add(stands.Sub(p.Recognized))
		p.Remaining = whole.Sub(stands)
	default:
		return UnitPlan{}, fault.New(fault.Invalid, "a change over units is accounted for by %s, %s or %s, not by %q", SeparateContract, Prospective, CumulativeCatchUp, t)
	}
	if p.Remaining.Sign() < 0 {
		return UnitPlan{}, fault.New(fault.Invalid, "%s units are left at %s, less than nothing; review what has to come back", p.Units, p.Remaining)
	}
	p.Blended = ByUnits(p.Remaining, p.Units, one)[0]
	p.Price = p.Recognized.Add(p.Adjustment).Add(p.Remaining)
	return p, nil
}
