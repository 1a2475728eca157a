package money

import (
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// anyCurrency draws one of each exponent, and now and then any other.
var anyCurrency = rapid.OneOf(
	rapid.SampledFrom([]Currency{"JPY", "USD", "KWD", "CLF"}),
	rapid.SampledFrom(Currencies()),
)

// anyMinor draws everyday amounts and the edges of the range.
var anyMinor = rapid.OneOf(
	rapid.Int64Range(-1_000_000, 1_000_000),
	rapid.Int64Range(-math.MaxInt64, math.MaxInt64),
)

func anyAmount(t *rapid.T) Amount {
	return Of(anyMinor.Draw(t, "minor"), anyCurrency.Draw(t, "currency"))
}

// anyDecimal draws prices and quantities, some far beyond an int64.
func anyDecimal(t *rapid.T, name string) decimal.Decimal {
	coefficient := big.NewInt(rapid.Int64().Draw(t, name))
	if rapid.IntRange(0, 4).Draw(t, name+" is wide") == 0 {
		// Just beyond an int64, and far beyond.
		coefficient.Mul(coefficient, big.NewInt(rapid.SampledFrom([]int64{2, math.MaxInt64}).Draw(t, name+" times")))
	}
	return decimal.NewFromBigInt(coefficient, rapid.Int32Range(-22, 3).Draw(t, name+" exponent"))
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// rounded is the independent rounding the tests compare with: floor(x + 1/2)
// of the magnitude, in big integers.
func rounded(x *big.Rat) *big.Int {
	abs := new(big.Rat).Abs(x)
	abs.Add(abs, big.NewRat(1, 2))
	n := new(big.Int).Quo(abs.Num(), abs.Denom())
	if x.Sign() < 0 {
		n.Neg(n)
	}
	return n
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}

// checkSum says by how much the parts miss the total.
func checkSum(t interface{ Fatalf(string, ...any) }, total Amount, parts []Amount) {
	if got := Sum(parts...); got.Minor() != total.Minor() {
		t.Fatalf("%s was split into %v, which is %s", total, parts, got)
	}
}
