package revrec

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
)

// shares is largest remainder by the book: every part down, the largest fractions get one more, earlier lines first.
func shares(total int64, weights []*big.Rat) []int64 {
	if total < 0 {
		out := shares(-total, weights)
		for i := range out {
			out[i] = -out[i]
		}
		return out
	}
	whole := new(big.Rat)
	for _, w := range weights {
		whole.Add(whole, w)
	}
	out, fraction := make([]int64, len(weights)), make([]*big.Rat, len(weights))
	missing := total
	for i, w := range weights {
		part := new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(total, 1), w), whole)
		out[i] = toZero(part)
		if part.Sign() < 0 && !part.IsInt() {
			out[i]--
		}
		fraction[i] = part.Sub(part, big.NewRat(out[i], 1))
		missing -= out[i]
	}
	for ; missing > 0; missing-- {
		best := 0
		for i := range fraction {
			if fraction[i].Cmp(fraction[best]) > 0 {
				best = i
			}
		}
		out[best]++
		fraction[best] = big.NewRat(-1, 1)
	}
	return out
}

func drawPromises(t *rapid.T, least int64) ([]Promise, []*big.Rat) {
	n := rapid.IntRange(1, 7).Draw(t, "promises")
	promises, weights := make([]Promise, n), make([]*big.Rat, n)
	for i := range promises {
		cents := rapid.Int64Range(least, 1e9).Draw(t, "stand-alone")
		promises[i] = Promise{Name: string(rune('A' + i)), Standalone: decimal.New(cents, -2), Stated: money.Of(rapid.Int64Range(0, 1e9).Draw(t, "stated"), "USD")}
		weights[i] = big.NewRat(cents, 100)
	}
	return promises, weights
}

func TestAPriceIsSharedByRelativeStandalonePricesToTheCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		promises, weights := drawPromises(t, 1)
		if len(promises) > 2 && rapid.Bool().Draw(t, "a line that lowers") {
			promises[1].Standalone, weights[1] = decimal.New(-1, -3), big.NewRat(-1, 1000)
		}
		var stated money.Amount
		for _, p := range promises {
			stated = stated.Add(p.Stated)
		}
		if rapid.Bool().Draw(t, "negative") {
			stated = stated.Neg()
			for i := range promises {
				promises[i].Stated = promises[i].Stated.Neg()
			}
		}
		got, err := AllocatePrice(stated, promises)
		if err != nil {
			t.Fatal(err)
		}
		want, carve := shares(stated.Minor(), weights), int64(0)
		for i, a := range got {
			if a.Amount.Minor() != want[i] {
				t.Fatalf("%s over %v: %s gets %s, want %d cents", stated, promises, a.Name, a.Amount, want[i])
			}
			carve += a.Carve.Minor()
		}
		if carve != 0 {
			t.Fatalf("carves of %s come to %d cents", stated, carve)
		}
	})
}

func TestTheDiscountOfABundleStaysInTheBundle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		promises, weights := drawPromises(t, 100)
		if len(promises) < 3 {
			return
		}
		inside := promises[1].Standalone.Add(promises[2].Standalone)
		price := inside.Mul(decimal.RequireFromString("0.75")).Round(2)
		whole := price
		for i, p := range promises {
			if i != 1 && i != 2 {
				whole = whole.Add(p.Standalone)
			}
		}
		total := money.Of(whole.Shift(2).IntPart(), "USD")
		got, err := AllocatePrice(total, promises, Bundle{Of: []string{"B", "C"}, Price: price})
		if err != nil {
			t.Fatal(err)
		}
		want := shares(price.Shift(2).IntPart(), weights[1:3])
		for i, a := range got {
			expected := promises[i].Standalone.Shift(2).IntPart()
			if i == 1 || i == 2 {
				expected = want[i-1]
			}
			if a.Amount.Minor() != expected {
				t.Fatalf("%s of %s over %v with B and C for %s: want %d cents", a.Name, a.Amount, promises, price, expected)
			}
		}
		// Another discount than the bundle's is everybody's.
		got, err = AllocatePrice(total.Sub(money.Of(1, "USD")), promises, Bundle{Of: []string{"B", "C"}, Price: price})
		if err != nil {
			t.Fatal(err)
		}
		for i, cents := range shares(total.Minor()-1, weights) {
			if got[i].Amount.Minor() != cents {
				t.Fatalf("a discount that is not the bundle's: %s gets %s, want %d cents", got[i].Name, got[i].Amount, cents)
			}
		}
	})
}

func TestAResidualIsWhatIsLeftWhileSomebodyWouldBelieveIt(t *testing.T) {
	promise := func(name, alone string, residual bool) Promise {
		return Promise{Name: name, Standalone: decimal.RequireFromString(alone), Residual: residual}
	}
	d := promise("D", "30", true)
	d.Low, d.High = decimal.RequireFromString("15"), decimal.RequireFromString("45")
	promises := []Promise{promise("A", "40", false), promise("B", "55", false), promise("C", "45", false), d}
	bundle := Bundle{Of: []string{"B", "C"}, Price: decimal.RequireFromString("60")}
	for price, want := range map[string]string{
		"130.00": "40.00 33.00 27.00 30.00", // 606-10-55-265 ff.: 30 lies in the range
		"105.00": "24.71 33.97 27.79 18.53", // 5 would be left: everybody shares
	} {
		got, err := AllocatePrice(usd(price), promises, bundle)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, a := range got {
			said += " " + a.Amount.String()
		}
		if said != " "+want {
			t.Errorf("%s is shared %s, want %s", price, said, want)
		}
	}
}

func TestARampCostsTheSameOnEveryUnitAndDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Ramp
		var weights []*big.Rat
		var total int64
		by := rapid.SampledFrom([]Averaging{ByTerm, ByVolume}).Draw(t, "averaging")
		for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
			cents, days, units := rapid.Int64Range(0, 1e9).Draw(t, "price"), rapid.Int64Range(1, 800).Draw(t, "days"), rapid.Int64Range(1, 500).Draw(t, "units")
			r.Lines = append(r.Lines, RampLine{string(rune('a' + i)), money.Of(cents, "USD"), decimal.New(cents+1, -2), decimal.NewFromInt(units), days})
			if total += cents; by == ByVolume {
				days *= units
			}
			weights = append(weights, big.NewRat(days, 1))
		}
		_, lines, err := AverageRamps([]Ramp{r}, by)
		if err != nil {
			t.Fatal(err)
		}
		for i, cents := range shares(total, weights) {
			if lines[0][i].Amount.Minor() != cents {
				t.Fatalf("%v by %s: step %d gets %s, want %d cents", r, by, i, lines[0][i].Amount, cents)
			}
		}
	})
}

func TestAPriceOutsideItsRangeIsTakenAtAPointOfIt(t *testing.T) {
	s := catalog.Standalone{Low: decimal.NewFromInt(90), High: decimal.NewFromInt(111)}
	for _, c := range []struct {
		stated string
		by     Outside
		want   string
	}{{"95", NearestBound, "95"}, {"80", NearestBound, "90"}, {"130", NearestBound, "111"}, {"80", Midpoint, "100.5"}, {"90", Midpoint, "90"}, {"111", NearestBound, "111"}} {
		if got := StandaloneOf(decimal.RequireFromString(c.stated), s, c.by); got.String() != c.want {
			t.Errorf("a price of %s stands at %s by %s, want %s", c.stated, got, c.by, c.want)
		}
	}
}
