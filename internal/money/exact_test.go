package money

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// The fast path is an optimization: whatever is computed, two int64 and
// big.Rat have to agree, on both sides of every overflow.
func TestTheFastPathEqualsBigRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCurrency.Draw(t, "currency")
		e := Of(anyMinor.Draw(t, "start"), c).Exact()
		want := new(big.Rat).Set(e.rat())
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			before := e.String()
			var did string
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				f := Price(anyDecimal(t, "added"), c)
				e, want, did = e.Add(f), want.Add(want, f.rat()), "+ "+f.String()
			case 1:
				f := Price(anyDecimal(t, "taken"), c)
				e, want, did = e.Sub(f), want.Sub(want, f.rat()), "- "+f.String()
			case 2:
				d := anyDecimal(t, "factor")
				e, want, did = e.Mul(d), want.Mul(want, d.Rat()), "x "+d.String()
			case 3:
				num := rapid.Int64().Draw(t, "num")
				den := rapid.OneOf(rapid.Int64Range(1, 400), rapid.Int64().Filter(func(n int64) bool { return n != 0 })).Draw(t, "den")
				e, want, did = e.MulRatio(num, den), want.Mul(want, big.NewRat(num, den)), big.NewRat(num, den).String()
			case 4:
				part, whole := Price(anyDecimal(t, "part"), "EUR"), Price(anyDecimal(t, "whole"), "EUR")
				if whole.IsZero() {
					continue
				}
				e, want, did = e.ratioOf(part, whole), want.Mul(want, new(big.Rat).Quo(part.rat(), whole.rat())), part.String()+" / "+whole.String()
			}
			if e.rat().Cmp(want) != 0 {
				t.Fatalf("%s %s = %s, want %s minor units", before, did, e, want)
			}
			if e.wide == nil && (e.den < 1 || e.num == math.MinInt64) {
				t.Fatalf("%s %s = %d/%d, which is not a fraction in range", before, did, e.num, e.den)
			}
		}
	})
}

func TestComparingAgreesWithBigRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Exact {
			e := Of(anyMinor.Draw(t, name), "USD").Exact()
			return e.MulRatio(rapid.Int64Range(-1000, 1000).Draw(t, name+" num"), rapid.Int64Range(1, math.MaxInt64).Draw(t, name+" den"))
		}
		e, f := draw("e"), draw("f")
		want := e.rat().Cmp(f.rat())
		if got := e.Cmp(f); got != want || e.Sub(f).Sign() != want || f.Cmp(e) != -want {
			t.Fatalf("%s against %s compares as %d, want %d", e, f, got, want)
		}
		if !e.Min(f).Equal(f.Min(e)) || !e.Max(f).Equal(f.Max(e)) || !e.Min(f).Add(e.Max(f)).Equal(e.Add(f)) {
			t.Fatalf("of %s and %s the lesser is %s, the greater %s", e, f, e.Min(f), e.Max(f))
		}
	})
}

func TestAResultThatFitsAgainLeavesBigRat(t *testing.T) {
	most := Of(math.MaxInt64, "USD").Exact()
	twice := most.MulRatio(2, 1)
	if twice.wide == nil {
		t.Fatalf("%s fits two int64", twice)
	}
	if half := twice.MulRatio(1, 2); half.wide != nil || !half.Equal(most) {
		t.Fatalf("twice the largest amount, halved, is %s in big.Rat", half)
	}
}

func TestAPriceMayBeFinerThanItsMinorUnit(t *testing.T) {
	calls := Price(dec("0.0005"), "USD").Mul(decimal.NewFromInt(12345)) // 6.1725
	if got := calls.String(); got != "6.1725" {
		t.Errorf("12345 calls at 0.0005 cost %s", got)
	}
	if got := Round(calls, HalfAwayFromZero); got != Of(617, "USD") {
		t.Errorf("12345 calls at 0.0005 are booked as %s", got)
	}
	for text, e := range map[string]Exact{
		"9999999999999999999": Price(dec("9999999999999999999"), "JPY"), // 19 digits, beyond an int64
		"320.00":              Of(91000, "EUR").Exact().MulRatio(32, 91),
		"100/3":               Of(10000, "EUR").Exact().MulRatio(1, 3),
		"0":                   {},
		"5":                   Of(5, "JPY").Exact(),
		"0.5":                 Of(1, "JPY").Exact().MulRatio(1, 2),
	} {
		if e.String() != text {
			t.Errorf("%s prints as %s", text, e)
		}
	}
}

func TestAnExactConvertsBetweenCurrenciesOfAnyDecimals(t *testing.T) {
	yen := Of(10000, "USD").Exact().Convert(dec("151.235"), "JPY") // 100.00 dollars
	if got := Round(yen, HalfAwayFromZero); got != Of(15124, "JPY") {
		t.Errorf("100.00 USD at 151.235 is %s JPY", got)
	}
	dinars := Of(1000, "JPY").Exact().Convert(dec("0.00203"), "KWD")
	if got := Round(dinars, HalfAwayFromZero); got != Of(2030, "KWD") {
		t.Errorf("1000 JPY at 0.00203 is %s KWD", got)
	}
}

func TestTheZeroExactAddsToAnything(t *testing.T) {
	five := Of(500, "USD").Exact()
	for what, got := range map[string]Exact{
		"nothing + 5.00": Exact{}.Add(five),
		"5.00 + nothing": five.Add(Exact{}),
		"5.00 - nothing": five.Sub(Exact{}),
	} {
		if diff := cmp.Diff(five, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if got := (Exact{}).MulRatio(7, 3).Neg(); !got.IsZero() || Round(got, Up) != (Amount{}) {
		t.Errorf("nothing x 7/3 = %s", got)
	}
	mustPanic(t, "a ratio over 0", func() { five.MulRatio(1, 0) })
	mustPanic(t, "a part of nothing", func() { SpreadToExact(Of(1, "USD"), five, Exact{}) })
	mustPanic(t, "a power of ten without end", func() { five.Mul(decimal.New(1, 2_000_000_000)) })
}

func BenchmarkExactMultiplyAndRound(b *testing.B) {
	price, quantity := Price(dec("0.0005"), "USD"), dec("123456.75")
	b.ReportAllocs()
	for b.Loop() {
		Round(price.Mul(quantity), HalfAwayFromZero)
	}
}

func BenchmarkSpreadAYearByMonths(b *testing.B) {
	days := []int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	b.ReportAllocs()
	for b.Loop() {
		Spread(Of(1_200_001, "USD"), days)
	}
}
