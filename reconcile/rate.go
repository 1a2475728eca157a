package reconcile

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// The second calculation: fractions and loops, none of the engine's code. It rates what anybody could rate by hand (units
// times a price, packages, tiers); what balances, minimums, reductions, dimensions or single events reach into is left to
// the engine, and the result says how many charges that were.

// plainly rates a usage charge of a month again; false when it is not a plain one.
func (a agreed) plainly(p contracts.Piece, month period.Month) (money.Amount, bool) {
	u, version, ok := a.plain(p)
	if !ok || !p.Span.Overlaps(month.Span()) {
		return money.Amount{}, false
	}
	by := func(day period.Date) (money.Amount, error) {
		sum := new(big.Rat)
		for _, user := range a.users(p, version) {
			a.days.Each(usage.Key{Customer: user, Meter: u.Meter}, period.NewSpan(p.Span.Start, period.MaxDate(p.Span.Start, period.MinDate(day, p.Span.End))), func(_ period.Date, quantity decimal.Decimal) {
				sum.Add(sum, quantity.Rat())
			})
		}
		value := ratePlain(u.Price, sum.Sub(sum, u.Included.Rat()))
		if r := version.Document.Reseller; r != nil {
			hundred := big.NewRat(100, 1)
			value.Mul(value, new(big.Rat).Quo(new(big.Rat).Sub(hundred, r.MarginPercent.Rat()), hundred))
		}
		return money.ParseAmount(value.FloatString(a.Currency.Exponent()), a.Currency) // half away from zero
	}
	after, err := by(month.End())
	before, wrong := by(month.First())
	return after.Sub(before), err == nil && wrong == nil
}

// plain says whether nothing but units and a price makes the charge.
func (a agreed) plain(p contracts.Piece) (u contracts.Usage, v contracts.Version, ok bool) {
	at := slices.IndexFunc(a.Versions, func(v contracts.Version) bool { return v.Number == p.Version })
	if p.Kind != contracts.Metered || at < 0 || p.Span != p.Period || len(p.Detail.Reduced) > 0 || p.Amount != p.Gross {
		return u, v, false
	}
	v = a.Versions[at]
	for _, w := range a.Versions { // no term of any version reaches into usage
		if len(w.Document.Prepaid) > 0 || w.Document.Trial != nil || w.Document.Paused {
			return u, v, false
		}
	}
	line := slices.IndexFunc(v.Document.Lines, func(l contracts.Line) bool { return l.ID == p.Line })
	if line < 0 || v.Document.Lines[line].Usage == nil {
		return u, v, false
	}
	u = *v.Document.Lines[line].Usage
	meter, known := a.book.Meter(u.Meter)
	return u, v, known && meter.Additive() && meter.Aggregation != catalog.Count && len(u.Where) == 0 && len(meter.Dimensions) == 0 &&
		slices.Contains([]catalog.Model{catalog.PerUnit, catalog.Package, catalog.Graduated, catalog.Volume}, u.Price.Model)
}

// users are whose usage a line counts.
func (a agreed) users(p contracts.Piece, v contracts.Version) []customers.ID {
	for _, l := range v.Document.Lines {
		if l.ID == p.Line && len(l.Users) > 0 {
			out := make([]customers.ID, len(l.Users))
			for i, name := range l.Users {
				out[i] = a.Users[name]
			}
			return out
		}
	}
	return []customers.ID{a.Customer}
}

// ratePlain prices units above what is included.
func ratePlain(p catalog.Price, units *big.Rat) *big.Rat {
	value := new(big.Rat)
	if units.Sign() <= 0 {
		if p.FlatAtZero && len(p.Tiers) > 0 {
			return value.Set(p.Tiers[0].Flat.Rat())
		}
		return value
	}
	switch p.Model {
	case catalog.PerUnit:
		return value.Mul(units, p.Amount.Rat())
	case catalog.Package:
		started := new(big.Rat).Quo(units, p.Size.Rat())
		whole := new(big.Int).Quo(started.Num(), started.Denom())
		if !started.IsInt() {
			whole.Add(whole, big.NewInt(1))
		}
		return value.Mul(new(big.Rat).SetInt(whole), p.Amount.Rat())
	}
	return rateTiers(p, units)
}

// rateTiers walks the tiers: graduated adds each one's units, volume prices all units by the last one reached.
func rateTiers(p catalog.Price, units *big.Rat) *big.Rat {
	value, from := new(big.Rat), new(big.Rat)
	for _, t := range p.Tiers {
		through := units
		if t.UpTo != nil && t.UpTo.Rat().Cmp(units) < 0 {
			through = t.UpTo.Rat()
		}
		counted := units
		if p.Model == catalog.Graduated {
			counted = new(big.Rat).Sub(through, from)
		} else {
			value.SetInt64(0)
		}
		value.Add(value, t.Flat.Rat()).Add(value, new(big.Rat).Mul(counted, t.Unit.Rat()))
		if through == units {
			break
		}
		from = through
	}
	return value
}
