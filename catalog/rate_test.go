package catalog_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func upTo(s string) *decimal.Decimal { d := dec(s); return &d }

// The prices of design "Price models ... Worked".
var (
	graduated = catalog.Price{Model: catalog.Graduated, FlatAtZero: true, Tiers: []catalog.Tier{
		{UpTo: upTo("10"), Unit: dec("10"), Flat: dec("2")},
		{UpTo: upTo("20"), Unit: dec("5"), Flat: dec("3")},
		{Unit: dec("5"), Flat: dec("3")},
	}}
	volume = catalog.Price{Model: catalog.Volume, Tiers: []catalog.Tier{
		{UpTo: upTo("100"), Unit: dec("2"), Flat: dec("10")},
		{UpTo: upTo("200"), Unit: dec("1")},
		{Unit: dec("0.5"), Flat: dec("50")},
	}}
	// 1-15 at 10, 16+ at 5: the price of the correction example.
	volumeByFifteen = catalog.Price{Model: catalog.Volume, Tiers: []catalog.Tier{
		{UpTo: upTo("15"), Unit: dec("10")},
		{Unit: dec("5")},
	}}
	packages = catalog.Price{Model: catalog.Package, Amount: dec("100"), Size: dec("10")}
	perUnit  = catalog.Price{Model: catalog.PerUnit, Amount: dec("0.0004")}
	flat     = catalog.Price{Model: catalog.Flat, Amount: dec("49")}
	// An overage table: units at 1 up to 5000, at 2 above (the commitment example's cost of 5000 then 2500).
	overage = catalog.Price{Model: catalog.Graduated, Tiers: []catalog.Tier{
		{UpTo: upTo("5000"), Unit: dec("1")},
		{Unit: dec("2")},
	}}
)

func TestAPriceChargesTheWorkedExamples(t *testing.T) {
	withoutFlatAtZero := graduated
	withoutFlatAtZero.FlatAtZero = false
	volumeFlatAtZero := volume
	volumeFlatAtZero.FlatAtZero = true

	for _, c := range []struct {
		what     string
		price    catalog.Price
		quantity string
		want     string
	}{
		{"graduated: nothing used still owes the first flat fee", graduated, "0", "2"},
		{"graduated: nothing used, flat fee not at zero", withoutFlatAtZero, "0", "0"},
		{"graduated: first unit", graduated, "1", "12"},
		{"graduated: the first tier full", graduated, "10", "102"},
		{"graduated: first unit of the second tier brings its flat fee", graduated, "11", "110"},
		{"graduated: the second tier full", graduated, "20", "155"},
		{"graduated: first unit of the open tier", graduated, "21", "163"},
		{"graduated: a fraction past a bound is in the next tier", graduated, "10.5", "107.5"},
		{"volume: nothing used", volume, "0", "0"},
		{"volume: nothing used, flat fee at zero", volumeFlatAtZero, "0", "10"},
		{"volume: first unit", volume, "1", "12"},
		{"volume: a bound belongs to its tier", volume, "100", "210"},
		{"volume: one more reprices every unit", volume, "101", "101"},
		{"volume: the second tier full", volume, "200", "200"},
		{"volume: the open tier", volume, "201", "150.5"},
		{"volume correction: 15 units booked", volumeByFifteen, "15", "150"},
		{"volume correction: with the 16th unit", volumeByFifteen, "16", "80"},
		{"package: 121 units start 13 packages", packages, "121", "1300"},
		{"package: 121 units, 10 of them free", packages, "111", "1200"},
		{"package: a full package is one", packages, "10", "100"},
		{"package: a trace of a package is one", packages, "0.00000000000000000001", "100"},
		{"package: nothing used", packages, "0", "0"},
		{"overage: the commitment example at list", overage, "7500", "10000"},
		{"per unit: sub-cent prices stay exact", perUnit, "1234567", "493.8268"},
		{"per unit: nothing used", perUnit, "0", "0"},
		{"flat: whatever the quantity", flat, "1000000", "49"},
		{"flat: also when nothing is used", flat, "0", "49"},
		{"more retracted than used is not paid out", graduated, "-3", "2"},
	} {
		rating := c.price.Rate(dec(c.quantity), "USD")
		if want := money.Price(dec(c.want), "USD"); rating.Total.Cmp(want) != 0 {
			t.Errorf("%s: %s units come to %s, should be %s", c.what, c.quantity, rating.Total, want)
		}
	}
}

func TestAGraduatedRatingShowsTheTableACustomerCanCheck(t *testing.T) {
	steps := graduated.Rate(dec("21"), "EUR").Steps
	want := []struct{ from, through, quantity, unit, flat, amount string }{
		{"0", "10", "10", "10", "2", "102"},
		{"10", "20", "10", "5", "3", "53"},
		{"20", "21", "1", "5", "3", "8"},
	}
	if len(steps) != len(want) {
		t.Fatalf("21 units touch %d tiers, should be %d: %v", len(steps), len(want), steps)
	}
	for i, w := range want {
		s := steps[i]
		same := s.From.Equal(dec(w.from)) && s.Through.Equal(dec(w.through)) && s.Quantity.Equal(dec(w.quantity)) &&
			s.Unit.Equal(dec(w.unit)) && s.Flat.Equal(dec(w.flat)) && s.Amount.Cmp(money.Price(dec(w.amount), "EUR")) == 0
		if !same {
			t.Errorf("step %d is %v, should be %v", i+1, s, w)
		}
	}
}

func TestAPackageStepCountsPackages(t *testing.T) {
	steps := packages.Rate(dec("121"), "USD").Steps
	if len(steps) != 1 || !steps[0].Quantity.Equal(dec("13")) || !steps[0].Through.Equal(dec("121")) {
		t.Errorf("121 units in packages of 10 are shown as %v, should be one step of 13 packages through unit 121", steps)
	}
}

func TestAPriceInYenIsRatedInYen(t *testing.T) {
	rating := perUnit.Rate(dec("10000"), "JPY")
	if got := money.Round(rating.Total, money.HalfAwayFromZero); got != money.Of(4, "JPY") {
		t.Errorf("10000 units at 0.0004 yen come to %s %s, should be 4 JPY", got, got.Currency())
	}
}

func TestRatingAnUnknownModelPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a price of an unknown model was rated; an unpriced line would go out for nothing")
		}
	}()
	catalog.Price{Model: "stairstep"}.Rate(dec("1"), "USD")
}

func TestRatingAllocatesLittleMoreThanItsSteps(t *testing.T) {
	quantity := dec("15")
	for _, c := range []struct {
		price catalog.Price
		most  float64
	}{{flat, 2}, {perUnit, 2}, {volume, 4}, {graduated, 12}} {
		// One for the slice of steps; the rest is decimal comparing numbers of different scale.
		if n := testing.AllocsPerRun(100, func() { c.price.Rate(quantity, "USD") }); n > c.most {
			t.Errorf("rating a %s price allocates %v times, %v at most: it is called for every line of every run", c.price.Model, n, c.most)
		}
	}
}

func BenchmarkRate(b *testing.B) {
	quantity := dec("7512.25")
	for _, p := range []catalog.Price{flat, perUnit, graduated, volume, packages} {
		b.Run(string(p.Model), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Rate(quantity, "USD")
			}
		})
	}
}
