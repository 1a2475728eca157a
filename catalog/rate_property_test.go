package catalog_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
)

// naive rates a quantity with big.Rat in the most literal reading of each model, in units of the major currency.
// It shares nothing with Rate: graduated adds up each tier's overlap with (0, quantity], package counts up.
func naive(p catalog.Price, quantity decimal.Decimal) *big.Rat {
	q, total := quantity.Rat(), new(big.Rat)
	times := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	switch p.Model {
	case catalog.Flat:
		return p.Amount.Rat()
	case catalog.PerUnit:
		return times(p.Amount.Rat(), q)
	case catalog.Package:
		ratio := new(big.Rat).Quo(q, p.Size.Rat())
		count, rest := new(big.Int).QuoRem(ratio.Num(), ratio.Denom(), new(big.Int))
		if rest.Sign() > 0 {
			count.Add(count, big.NewInt(1))
		}
		return times(p.Amount.Rat(), new(big.Rat).SetInt(count))
	}
	lower := new(big.Rat)
	for i, t := range p.Tiers {
		// Is the quantity, or part of it, in (lower, upper]?
		reached := q.Cmp(lower) > 0 || (i == 0 && q.Sign() == 0 && p.FlatAtZero)
		inside := t.UpTo == nil || q.Cmp(t.UpTo.Rat()) <= 0
		if (p.Model == catalog.Volume || p.Model == catalog.Stairstep) && reached && inside {
			return total.Add(times(t.Unit.Rat(), q), t.Flat.Rat())
		}
		if p.Model == catalog.Graduated && reached {
			upper := q
			if !inside {
				upper = t.UpTo.Rat()
			}
			part := new(big.Rat).Sub(upper, lower)
			total.Add(total, times(t.Unit.Rat(), part))
			total.Add(total, t.Flat.Rat())
		}
		if t.UpTo != nil {
			lower = t.UpTo.Rat()
		}
	}
	return total
}

// figures draws a price or quantity with up to six decimals; zero is common, because zero is where pricing breaks.
func figures(most int64) *rapid.Generator[decimal.Decimal] {
	return rapid.Custom(func(t *rapid.T) decimal.Decimal {
		places := rapid.Int32Range(0, 6).Draw(t, "places")
		return decimal.New(rapid.Int64Range(0, most).Draw(t, "digits"), -places)
	})
}

func prices(models ...catalog.Model) *rapid.Generator[catalog.Price] {
	return rapid.Custom(func(t *rapid.T) catalog.Price {
		p := catalog.Price{Model: rapid.SampledFrom(models).Draw(t, "model")}
		switch p.Model {
		case catalog.Flat, catalog.PerUnit:
			p.Amount = figures(1_000_000).Draw(t, "amount")
		case catalog.Package:
			p.Amount = figures(1_000_000).Draw(t, "amount")
			p.Size = figures(1_000).Draw(t, "size").Add(decimal.New(1, -6))
		default:
			p.FlatAtZero = rapid.Bool().Draw(t, "flat at zero")
			p.Tiers = drawTiers(t)
		}
		if p.Model == catalog.Stairstep {
			for i := range p.Tiers {
				p.Tiers[i].Unit = decimal.Zero
			}
		}
		return p
	})
}

func drawTiers(t *rapid.T) []catalog.Tier {
	tiers := make([]catalog.Tier, rapid.IntRange(1, 5).Draw(t, "tiers"))
	bound := decimal.Zero
	for i := range tiers {
		tiers[i] = catalog.Tier{Unit: figures(100_000).Draw(t, "unit"), Flat: figures(10_000).Draw(t, "flat")}
		if i < len(tiers)-1 {
			bound = bound.Add(figures(1_000).Draw(t, "width")).Add(decimal.New(1, -6))
			upTo := bound
			tiers[i].UpTo = &upTo
		}
	}
	return tiers
}

// quantities draws what hits bounds: anything, or a bound of the price itself.
func quantity(t *rapid.T, p catalog.Price, label string) decimal.Decimal {
	if len(p.Tiers) > 1 && rapid.Bool().Draw(t, label+" on a bound") {
		return *p.Tiers[rapid.IntRange(0, len(p.Tiers)-2).Draw(t, label+" bound")].UpTo
	}
	return figures(10_000_000).Draw(t, label)
}

var everyModel = []catalog.Model{catalog.Flat, catalog.PerUnit, catalog.Graduated, catalog.Volume, catalog.Package, catalog.Stairstep}

// exactly turns a rational of major units into money without going through anything Rate uses to multiply.
func exactly(r *big.Rat, c money.Currency) money.Exact {
	// Generated figures have at most 6 decimals each, so 12 hold every product exactly.
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(12), nil)))
	if !scaled.IsInt() {
		panic("the naive rating has more than 12 decimals: " + r.String())
	}
	return money.Price(decimal.NewFromBigInt(scaled.Num(), -12), c)
}

func TestEveryRatingEqualsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(everyModel...).Draw(t, "price")
		q := quantity(t, p, "quantity")
		c := rapid.SampledFrom([]money.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency")
		got, want := p.Rate(q, c).Total, exactly(naive(p, q), c)
		if got.Cmp(want) != 0 {
			t.Fatalf("%s units at %+v come to %s, counted by hand %s", q, p, got, want)
		}
	})
}

func TestAScaleSaysWhatTheRatingSaysForAnyDaysOfAPeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(everyModel...).Draw(t, "price")
		whole := rapid.Int64Range(1, 366).Draw(t, "days of the period")
		days := rapid.Int64Range(1, whole).Draw(t, "days")
		scale := p.Scale(days, whole, "USD")
		for _, label := range []string{"quantity", "another"} {
			q := quantity(t, p, label)
			if got, want := scale.At(q), p.Rate(q, "USD").Part(days, whole, "USD").Total; !got.Equal(want) {
				t.Fatalf("%s units for %d days of %d come to %s on the scale of %+v, rated to %s", q, days, whole, got, p, want)
			}
		}
		if got, want := scale.At(decimal.NewFromInt(-1)), p.Rate(decimal.NewFromInt(-1), "USD").Part(days, whole, "USD").Total; !got.Equal(want) {
			t.Fatalf("less than nothing comes to %s on the scale of %+v, rated to %s", got, p, want)
		}
	})
}

func TestTheStepsOfARatingAddUpToItsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(everyModel...).Draw(t, "price")
		q := quantity(t, p, "quantity")
		rating := p.Rate(q, "USD")
		sum := money.Price(decimal.Zero, "USD")
		for i, s := range rating.Steps {
			if want := exactly(new(big.Rat).Add(new(big.Rat).Mul(s.Unit.Rat(), s.Quantity.Rat()), s.Flat.Rat()), "USD"); s.Amount.Cmp(want) != 0 {
				t.Fatalf("step %d says %s x %s + %s = %s", i+1, s.Quantity, s.Unit, s.Flat, s.Amount)
			}
			sum = sum.Add(s.Amount)
		}
		if sum.Cmp(rating.Total) != 0 {
			t.Fatalf("the steps of %s units add up to %s, the total is %s", q, sum, rating.Total)
		}
	})
}

func TestTheStepsOfAGraduatedRatingTileTheQuantity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(catalog.Graduated).Draw(t, "price")
		q := quantity(t, p, "quantity")
		at := decimal.Zero
		for i, s := range p.Rate(q, "USD").Steps {
			if !s.From.Equal(at) || !s.Quantity.Equal(s.Through.Sub(s.From)) || s.Through.Cmp(s.From) < 0 {
				t.Fatalf("step %d covers %s to %s as %s units, after %s", i+1, s.From, s.Through, s.Quantity, at)
			}
			at = s.Through
		}
		if !at.Equal(q) {
			t.Fatalf("the steps cover %s of %s units", at, q)
		}
	})
}

// Volume and stairstep prices are left out on purpose: there one more unit may cost less (1-15 at 10, 16+ at 5).
func TestUsingMoreNeverCostsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(catalog.Flat, catalog.PerUnit, catalog.Graduated, catalog.Package).Draw(t, "price")
		less := quantity(t, p, "less")
		more := less.Add(figures(1_000_000).Draw(t, "more"))
		if a, b := p.Rate(less, "USD").Total, p.Rate(more, "USD").Total; a.Cmp(b) > 0 {
			t.Fatalf("%s units cost %s, but %s units only %s, at %+v", less, a, more, b, p)
		}
	})
}

func TestEveryDrawnPriceIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(everyModel...).Draw(t, "price")
		if found := p.Validate("price"); len(found) > 0 {
			t.Fatalf("%+v is refused: %v", p, found)
		}
	})
}
