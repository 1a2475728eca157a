package reconcile

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
)

// The plain calculation and the catalog's share no code: over random prices and quantities they come to the same fraction.
func TestThePlainCalculationComesToWhatTheCatalogSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		figure := func(name string, most int64) decimal.Decimal {
			return decimal.New(rapid.Int64Range(0, most).Draw(t, name), -4)
		}
		p := catalog.Price{Model: rapid.SampledFrom([]catalog.Model{catalog.PerUnit, catalog.Package, catalog.Graduated, catalog.Volume}).Draw(t, "model"),
			Amount: figure("amount", 1_000_000), Size: decimal.NewFromInt(rapid.Int64Range(1, 500).Draw(t, "size"))}
		if p.Model == catalog.Graduated || p.Model == catalog.Volume {
			p.FlatAtZero = rapid.Bool().Draw(t, "flat at zero")
			bound := decimal.Zero
			for range rapid.IntRange(0, 3).Draw(t, "tiers") {
				bound = bound.Add(decimal.NewFromInt(rapid.Int64Range(1, 1000).Draw(t, "width")))
				upTo := bound
				p.Tiers = append(p.Tiers, catalog.Tier{UpTo: &upTo, Unit: figure("unit", 100_000), Flat: figure("flat", 100_000)})
			}
			p.Tiers = append(p.Tiers, catalog.Tier{Unit: figure("unit", 100_000), Flat: figure("flat", 100_000)})
		}
		units := decimal.New(rapid.Int64Range(-1000, 40_000_000).Draw(t, "units"), -4)
		want := p.Rate(units, "USD").Total
		got := ratePlain(p, units.Rat())
		if exact, ok := new(big.Rat).SetString(want.String()); !ok || exact.Cmp(got) != 0 {
			t.Fatalf("%s units at %+v: the catalog says %s, plainly it is %s", units, p, want, got.FloatString(8))
		}
	})
}
