package usage

import (
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestASumIsTheSameAsAddingDecimalsWhateverTheirSize(t *testing.T) {
	quantities := rapid.Custom(func(t *rapid.T) decimal.Decimal {
		digits := rapid.OneOf(rapid.Int64Range(-100, 100), rapid.Int64Range(-1e18+1, 1e18-1), rapid.Just(int64(math.MinInt64))).Draw(t, "digits")
		return decimal.New(digits, rapid.SampledFrom([]int32{0, 0, -2, -12, 3}).Draw(t, "exponent"))
	})
	rapid.Check(t, func(t *rapid.T) {
		var got sum
		var want decimal.Decimal
		for _, q := range rapid.SliceOf(quantities).Draw(t, "quantities") {
			got.add(q)
			want = want.Add(q)
			if !got.decimal().Equal(want) {
				t.Fatalf("the sum is %s, added one by one it is %s", got.decimal(), want)
			}
		}
	})
}
