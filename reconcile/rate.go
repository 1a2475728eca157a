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
)

// The second calculation: fractions and loops, none of the engine's code. It rates what anybody could rate by hand (units
// times a price, packages, tiers, each value of a dimension by itself); what balances, minimums, reductions or single events
// reach into is left to the engine, and the result says how many charges that were.

// plainly rates a usage charge of a month again; false when it is not a plain one.
func (a agreed) plainly(p contracts.Piece, month period.Month) (money.Amount, bool) {
	u, version, ok := a.plain(p)
	if !ok || !p.Span.Overlaps(month.Span()) {
		return money.Amount{}, false
	}
	by := func(day period.Date) (money.Amount, error) {
		value := new(big.Rat)
		for cell, units := range a.cells(p, version, u, day) {
			price := u.Price
			if u.Price.Model == catalog.Matrix {
				price = *u.Price.Other
				if own, priced := u.Price.Prices[cell]; priced {
					price = own
				}
			} else {
				units.Sub(units, u.Included.Rat())
			}
			value.Add(value, ratePlain(price, units))
		}
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

// cells are the units a charge had counted before a day: of each value that is priced by itself and of all others, or in one.
func (a agreed) cells(p contracts.Piece, v contracts.Version, u contracts.Usage, before period.Date) map[string]*big.Rat {
	out := map[string]*big.Rat{catalog.OfOther: new(big.Rat)}
	for value := range u.Price.Prices {
		out[value] = new(big.Rat)
	}
	meter, _ := a.book.Meter(u.Meter)
	days := period.NewSpan(p.Span.Start, period.MaxDate(p.Span.Start, period.MinDate(before, p.Span.End)))
	for _, x := range a.days.SKUs(a.users(p, v), []catalog.Meter{meter}) {
		if !says(x.Dimensions, u.Where) {
			continue
		}
		cell := x.Dimensions[u.Price.By]
		if _, priced := u.Price.Prices[cell]; !priced {
			cell = catalog.OfOther
		}
		_ = x.Daily(days, func(_ period.Date, quantity decimal.Decimal) { // sums of days cannot fail to be read
			out[cell].Add(out[cell], quantity.Rat())
		})
	}
	return out
}

func says(dimensions, where map[string]string) bool {
	for name, value := range where {
		if dimensions[name] != value {
			return false
		}
	}
	return true
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
	return u, v, known && meter.Additive() && meter.Aggregation != catalog.Count && handy(u.Price)
}

// handy says that a price, or each of those by dimension, can be worked out by hand.
func handy(p catalog.Price) bool {
	if p.Model == catalog.Matrix {
		for value, cell := range p.Prices {
			if value == catalog.OfOther || !handy(cell) { // a value of that name cannot be told from all others
				return false
			}
		}
		return handy(*p.Other)
	}
	return slices.Contains([]catalog.Model{catalog.PerUnit, catalog.Package, catalog.Graduated, catalog.Volume}, p.Model)
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
