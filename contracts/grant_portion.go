package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// portion is a part of a window's usage and where it went: to a balance, above
// all of them, or, on a day that nothing prepaid covers, to the contract's price.
// A window's portions lie on each other as they were used; what is taken back
// comes off the top.
type portion struct {
	day   period.Date
	grant *grant   // that covers it; nil: none
	above *Overage // terms of what lies above; nil: covered, or plain usage
	units decimal.Decimal
	cost  money.Exact // at list price
}

// drawn is a change of what a window's usage came to.
type drawn struct {
	day     period.Date
	inside  money.Exact // covered, at list price
	above   money.Exact // above all balances, at list price
	plain   money.Exact // not covered on that day
	charged money.Exact // for what is above: by its factor, or its own rate
	units   decimal.Decimal
	terms   *Overage
}

// charge is what a portion above all balances costs.
func (o Overage) charge(x portion) money.Exact {
	if o.UnitPrice.IsPositive() {
		return money.Price(o.UnitPrice, x.cost.Currency()).Mul(x.units)
	}
	return x.cost.Mul(o.factor())
}

func (o Overage) factor() decimal.Decimal {
	if o.Factor.IsZero() {
		return one
	}
	return o.Factor
}

// note writes down that a portion came (by 1) or went (by -1) on a day.
func (w *window) note(day period.Date, x portion, by int64) {
	cost, d := x.cost.MulRatio(by, 1), drawn{day: day}
	switch {
	case x.grant != nil:
		d.inside = cost
	case x.above != nil:
		d.above, d.terms = cost, x.above
		d.charged, d.units = x.above.charge(x).MulRatio(by, 1), x.units.Mul(decimal.NewFromInt(by))
	default:
		d.plain = cost
	}
	w.draws = append(w.draws, d)
}

// put lays a portion on top and takes it from its balance.
func (w *window) put(day period.Date, x portion) {
	if x.grant != nil {
		x.grant.use(day, x.taken())
	}
	w.note(day, x, 1)
	if i := len(w.portions) - 1; i >= 0 && w.portions[i].joins(x) {
		w.portions[i].units, w.portions[i].cost = addUnits(w.portions[i].units, x.units), w.portions[i].cost.Add(x.cost)
		return
	}
	w.portions = append(w.portions, x)
}

// joins says whether two neighbors went the same way. Days above a balance are
// held apart: a balance that becomes free covers only days it was there for.
func (x portion) joins(y portion) bool {
	return x.grant == y.grant && x.above == y.above && (x.above == nil || x.day == y.day)
}

// taken is what a portion takes of its balance, in the balance's measure.
func (x portion) taken() balance {
	if x.grant.inUnits() {
		return balance{nothing(x.cost.Currency()), x.units}
	}
	return balance{money: x.cost}
}

// nothing is no money, to add to.
func nothing(c money.Currency) money.Exact { return money.Zero(c).Exact() }
