package catalog_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
)

// The percentage of the design's worked number, and a price by region.
var (
	percentage = catalog.Price{Model: catalog.Percentage, Percent: dec("1.3"), PerEvent: dec("2"), FreeEvents: 3, FreeUnits: dec("250")}
	matrix     = catalog.Price{Model: catalog.Matrix, By: "region", Other: &catalog.Price{Model: catalog.PerUnit, Amount: dec("0.05")}, Prices: map[string]catalog.Price{
		"eu": {Model: catalog.PerUnit, Amount: dec("0.02")},
		"us": {Model: catalog.Graduated, FlatAtZero: true, Tiers: []catalog.Tier{{UpTo: upTo("100"), Unit: dec("0.03"), Flat: dec("1")}, {Unit: dec("0.01")}}},
	}}
	stairs = catalog.Price{Model: catalog.Stairstep, Tiers: []catalog.Tier{{UpTo: upTo("10"), Flat: dec("50")}, {UpTo: upTo("100"), Flat: dec("200")}, {Flat: dec("700")}}}
)

func amounts(of ...string) []decimal.Decimal {
	out := make([]decimal.Decimal, len(of))
	for i, a := range of {
		out[i] = dec(a)
	}
	return out
}

func TestAPercentageTakesAPartOfEachEvent(t *testing.T) {
	onlyEvents, onlyUnits, nothingFree := percentage, percentage, percentage
	onlyEvents.FreeUnits, onlyUnits.FreeEvents = decimal.Zero, 0
	nothingFree.FreeEvents, nothingFree.FreeUnits = 0, decimal.Zero
	bounded := catalog.Price{Model: catalog.Percentage, Percent: dec("2"), PerEvent: dec("0.10"), FreeEvents: 1, Minimum: dec("1"), Maximum: dec("5")}
	for _, c := range []struct {
		what   string
		price  catalog.Price
		events []decimal.Decimal
		want   string
	}{
		{"nothing used", percentage, nil, "0"},
		{"free by number and by units", percentage, amounts("50", "100"), "0"},
		{"units are exhausted by the third event, which pays for its rest", percentage, amounts("50", "100", "250"), "3.95"}, // 150 x 1.3 % + 2
		{"the design's worked number: 550 x 1.3 % + 2 x 2", percentage, amounts("50", "100", "250", "400"), "11.15"},
		{"events are exhausted before units", percentage, amounts("1", "1", "1", "1"), "2.013"},
		{"the last free unit is free", percentage, amounts("250"), "0"},
		{"only events are free: however large", onlyEvents, amounts("5000", "5000", "5000", "100"), "3.3"},
		{"only units are free: however many", onlyUnits, amounts("50", "50", "50", "50", "50", "10"), "2.13"},
		{"nothing is free", nothingFree, amounts("100"), "3.3"},
		{"an event of nothing pays its fee", nothingFree, amounts("0"), "2"},
		{"and so when free units are exceeded", percentage, amounts("260", "0"), "4.13"},
		{"what is free costs no minimum", bounded, amounts("10"), "0"},
		{"at least 1 an event, at most 5", bounded, amounts("10", "10", "100", "1000"), "8.1"}, // 1 + 2.10 + 5
	} {
		r := c.price.RateEvents(c.events, "USD")
		if want := money.Price(dec(c.want), "USD"); r.Total.Cmp(want) != 0 {
			t.Errorf("%s: %v come to %s, not %s: %+v", c.what, c.events, r.Total, want, r.Steps)
		}
	}
}

// literally charges one event after the other, keeping its own count of what is left free.
func literally(p catalog.Price, events []decimal.Decimal) *big.Rat {
	total, unitsLeft, eventsLeft := new(big.Rat), p.FreeUnits.Rat(), p.FreeEvents
	byUnits, byEvents := p.FreeUnits.IsPositive(), p.FreeEvents > 0
	for _, e := range events {
		rest := e.Rat()
		free := byUnits || byEvents
		if byEvents {
			if free = free && eventsLeft > 0; eventsLeft > 0 {
				eventsLeft--
			}
		}
		if free && byUnits {
			if free = rest.Cmp(unitsLeft) <= 0; !free {
				rest = new(big.Rat).Sub(rest, unitsLeft)
			}
		}
		if byUnits {
			if unitsLeft.Sub(unitsLeft, e.Rat()); unitsLeft.Sign() < 0 {
				unitsLeft, eventsLeft, byEvents = new(big.Rat), 0, true // exhausted for good
			}
		}
		if free {
			continue
		}
		cost := new(big.Rat).Mul(rest, new(big.Rat).Quo(p.Percent.Rat(), big.NewRat(100, 1)))
		if cost.Add(cost, p.PerEvent.Rat()); cost.Cmp(p.Minimum.Rat()) < 0 {
			cost = p.Minimum.Rat()
		} else if p.Maximum.IsPositive() && cost.Cmp(p.Maximum.Rat()) > 0 {
			cost = p.Maximum.Rat()
		}
		total.Add(total, cost)
	}
	return total
}

func drawPercentage(t *rapid.T) catalog.Price {
	p := catalog.Price{Model: catalog.Percentage, Percent: decimal.New(rapid.Int64Range(1, 10_000).Draw(t, "percent"), -2), PerEvent: decimal.New(rapid.Int64Range(0, 500).Draw(t, "per event"), -2)}
	p.FreeEvents = rapid.IntRange(0, 4).Draw(t, "free events")
	p.FreeUnits = decimal.New(rapid.Int64Range(0, 5_000).Draw(t, "free units"), -1)
	if rapid.Bool().Draw(t, "bounded") {
		p.Minimum = decimal.New(rapid.Int64Range(0, 100).Draw(t, "minimum"), -2)
		p.Maximum = p.Minimum.Add(decimal.New(rapid.Int64Range(1, 1_000).Draw(t, "maximum"), -2))
	}
	return p
}

func TestAPercentageEqualsEachEventChargedByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPercentage(t)
		events := rapid.SliceOfN(figures(1_000), 0, 8).Draw(t, "events")
		r := p.RateEvents(events, "USD")
		if want := exactly(literally(p, events), "USD"); r.Total.Cmp(want) != 0 {
			t.Fatalf("%v at %+v come to %s, one after the other to %s", events, p, r.Total, want)
		}
		sum := money.Price(decimal.Zero, "USD")
		for _, s := range r.Steps {
			sum = sum.Add(s.Amount)
		}
		if sum.Cmp(r.Total) != 0 {
			t.Fatalf("the steps add up to %s, the total is %s", sum, r.Total)
		}
	})
}

func TestAMatrixPricesEachValueAndAllOthersTogether(t *testing.T) {
	r := matrix.RateCells(map[string]decimal.Decimal{"eu": dec("1000"), "jp": dec("30"), "": dec("10")}, "USD")
	var got []string
	for _, s := range r.Steps {
		got = append(got, s.Of+" "+s.Quantity.String()+" "+s.Amount.String())
	}
	// Nothing was used in the us: its flat fee is due at zero.
	if diff := cmp.Diff([]string{"eu 1000 20.00", "us 0 1.00", "other 40 2.00"}, got); diff != "" || r.Total.Cmp(money.Price(dec("23"), "USD")) != 0 {
		t.Errorf("the matrix comes to %s (-want +got):\n%s", r.Total, diff)
	}
}

func TestAStepCostsTheSameAllTheWay(t *testing.T) {
	for quantity, want := range map[string]string{"0": "0", "0.5": "50", "10": "50", "10.1": "200", "100": "200", "101": "700", "9999": "700"} {
		if got := stairs.Rate(dec(quantity), "USD").Total; got.Cmp(money.Price(dec(want), "USD")) != 0 {
			t.Errorf("%s units cost %s, the step they reach costs %s", quantity, got, want)
		}
	}
}

// tierOf finds the tier a positive quantity lies in.
func tierOf(p catalog.Price, quantity decimal.Decimal) int {
	i := 0
	for p.Tiers[i].UpTo != nil && quantity.Cmp(*p.Tiers[i].UpTo) > 0 {
		i++
	}
	return i
}

func TestWithPositiveUnitPricesUsingMoreCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(catalog.PerUnit, catalog.Graduated).Draw(t, "price")
		p.Amount = p.Amount.Add(decimal.New(1, -6))
		for i := range p.Tiers {
			p.Tiers[i].Unit = p.Tiers[i].Unit.Add(decimal.New(1, -6))
		}
		less := quantity(t, p, "less")
		more := less.Add(figures(1_000).Draw(t, "more")).Add(decimal.New(1, -6))
		if a, b := p.Rate(less, "USD").Total, p.Rate(more, "USD").Total; a.Cmp(b) >= 0 {
			t.Fatalf("%s units cost %s, %s cost %s, at %+v", less, a, more, b, p)
		}
	})
}

// What the other models promise instead: a volume price and a step depend on the tier that the whole quantity lies in, a
// package on how many were started.
func TestAVolumeAStepAndAPackageDependOnTheWholeQuantity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := prices(catalog.Volume, catalog.Stairstep, catalog.Package).Draw(t, "price")
		a := quantity(t, p, "a").Add(decimal.New(1, -6))
		b := a.Add(figures(100).Draw(t, "b"))
		difference := p.Rate(b, "USD").Total.Sub(p.Rate(a, "USD").Total)
		want := money.Price(decimal.Zero, "USD")
		switch {
		case p.Model == catalog.Package:
			started := func(q decimal.Decimal) decimal.Decimal {
				return decimal.NewFromBigRat(new(big.Rat).Quo(q.Rat(), p.Size.Rat()), 30).Ceil()
			}
			want = money.Price(p.Amount, "USD").Mul(started(b).Sub(started(a)))
		case tierOf(p, a) != tierOf(p, b):
			return
		case p.Model == catalog.Volume:
			want = money.Price(p.Tiers[tierOf(p, a)].Unit, "USD").Mul(b.Sub(a))
		}
		if difference.Cmp(want) != 0 {
			t.Fatalf("from %s to %s units the charge changes by %s, not %s, at %+v", a, b, difference, want, p)
		}
	})
}

func TestAPartOfAPeriodCostsItsPartOfWhatIsDueOnce(t *testing.T) {
	half := graduated.Rate(dec("15"), "USD").Part(15, 30, "USD")
	// 10 x 10 + 2/2 and 5 x 5 + 3/2: units cost what they cost.
	if want := money.Price(dec("127.5"), "USD"); half.Total.Cmp(want) != 0 || len(half.Steps) != 2 {
		t.Errorf("half a month comes to %s in %d steps, not %s in 2", half.Total, len(half.Steps), want)
	}
	if third := flat.Rate(dec("7"), "USD").Part(10, 30, "USD").Total.Mul(dec("3")); third.Cmp(money.Price(dec("49"), "USD")) != 0 {
		t.Errorf("three thirds of a flat price are %s", third)
	}
	p := percentage.Part(10, 31)
	if p.FreeEvents != 0 || !p.FreeUnits.IsZero() {
		t.Errorf("10 of 31 days leave %d events and %s units free; without a whole event nothing is", p.FreeEvents, p.FreeUnits)
	}
	if p = percentage.Part(15, 30); p.FreeEvents != 1 || !p.FreeUnits.Equal(dec("125")) {
		t.Errorf("half a month leaves %d events and %s units free, not 1 and 125", p.FreeEvents, p.FreeUnits)
	}
}

func TestEveryKindOfPriceComesBackFromItsDocument(t *testing.T) {
	for _, p := range []catalog.Price{percentage, matrix, stairs, graduated, flat, packages} {
		text, err := yaml.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var fromYAML, fromJSON catalog.Price
		if err := yaml.Unmarshal(text, &fromYAML); err != nil || !fromYAML.Equal(p) {
			t.Errorf("%s reads back as %+v (%v)", text, fromYAML, err)
		}
		if err := json.Unmarshal(written, &fromJSON); err != nil || !fromJSON.Equal(p) {
			t.Errorf("%s reads back as %+v (%v)", written, fromJSON, err)
		}
	}
}

func TestPricesAreEqualHoweverTheirFiguresAreWritten(t *testing.T) {
	other := matrix
	other.Prices = map[string]catalog.Price{"eu": {Model: catalog.PerUnit, Amount: dec("0.020")}, "us": matrix.Prices["us"]}
	if !matrix.Equal(other) {
		t.Error("0.02 and 0.020 make two prices of one")
	}
	other.Prices = map[string]catalog.Price{"eu": {Model: catalog.PerUnit, Amount: dec("0.021")}, "us": matrix.Prices["us"]}
	if matrix.Equal(other) {
		t.Error("a price of another amount in one cell is the same price")
	}
}
