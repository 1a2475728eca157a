package money

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestAnAllocationGoesByLargestRemainderAndEarliestLine(t *testing.T) {
	for _, c := range []struct {
		total   Amount
		weights []int64
		want    []int64
	}{
		{Of(100, "USD"), []int64{1, 1, 1}, []int64{34, 33, 33}},
		{Of(-100, "USD"), []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{Of(200, "USD"), []int64{1, 1, 1}, []int64{67, 67, 66}},
		{Of(100, "USD"), []int64{1, 2, 4}, []int64{14, 29, 57}}, // 14.28, 28.57, 57.14
		{Of(10, "JPY"), []int64{0, 3, 3, 0, 3}, []int64{0, 4, 3, 0, 3}},
		{Of(5, "USD"), []int64{0, 0, 0}, []int64{2, 2, 1}}, // no proportion: equally
		{Of(math.MaxInt64, "USD"), []int64{math.MaxInt64}, []int64{math.MaxInt64}},
		{Zero("USD"), []int64{1, 2}, []int64{0, 0}},
		{Amount{}, nil, nil},
	} {
		if got := minors(AllocateInts(c.total, c.weights)); !slices.Equal(got, c.want) {
			t.Errorf("%s over %v is %v, want %v", c.total, c.weights, got, c.want)
		}
	}
	mustPanic(t, "money over no lines", func() { AllocateInts(Of(1, "USD"), nil) })
	mustPanic(t, "a negative weight", func() { Allocate(Of(1, "USD"), []decimal.Decimal{dec("1"), dec("-0.5")}) })
	mustPanic(t, "a negative wide weight", func() { Allocate(Of(1, "USD"), []decimal.Decimal{dec("1e30"), dec("-0.5")}) })
}

// Lines of weight 0 between them keep a sort from leaving the order alone.
func TestOfManyEqualLinesTheEarliestGetTheMissingUnits(t *testing.T) {
	weights := slices.Repeat([]int64{0, 7}, 50)
	for line, part := range AllocateInts(Of(-5025, "USD"), weights) {
		want := Of(-100, "USD")
		switch {
		case line%2 == 0:
			want = Zero("USD")
		case line < 50:
			want = Of(-101, "USD")
		}
		if part != want {
			t.Errorf("-50.25 over 50 equal lines: line %d gets %s, want %s", line, part, want)
		}
	}
}

// ASC 606-10-55-256, Example 33: 100 for products sold at 50, 25 and 75.
func TestADiscountIsAllocatedByStandAlonePrices(t *testing.T) {
	got := Allocate(Of(10000, "USD"), []decimal.Decimal{dec("50"), dec("25.00"), dec("75")})
	if want := []int64{3333, 1667, 5000}; !slices.Equal(minors(got), want) {
		t.Errorf("100.00 over 50, 25 and 75 is %v, want %v", got, want)
	}
}

// naive is largest remainder as a textbook has it, by way of Round.
func naive(total Amount, weights []decimal.Decimal) []Amount {
	whole := decimal.Sum(decimal.Zero, weights...)
	parts, rests := make([]Amount, len(weights)), make([]Exact, len(weights))
	order := make([]int, len(weights))
	missing := total.Abs()
	for i, w := range weights {
		share := total.Abs().Exact().ratioOf(Price(w, "CLF"), Price(whole, "CLF"))
		parts[i] = Round(share, Floor)
		rests[i], order[i] = share.Sub(parts[i].Exact()), i
		missing = missing.Sub(parts[i])
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(rests[b].Cmp(rests[a]), cmp.Compare(a, b)) })
	for _, line := range order[:missing.Minor()] {
		parts[line] = parts[line].Add(Of(1, total.Currency()))
	}
	for i := range parts {
		if total.Sign() < 0 {
			parts[i] = parts[i].Neg()
		}
	}
	return parts
}

func TestAnAllocationAddsUpInEveryCurrencyAndAgreesWithTheTextbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := anyAmount(t)
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) decimal.Decimal {
			if rapid.Bool().Draw(t, "small") {
				return decimal.NewFromInt(rapid.Int64Range(0, 5).Draw(t, "weight"))
			}
			return anyDecimal(t, "weight").Abs()
		}), 1, 20).Draw(t, "weights")
		parts := Allocate(total, weights)
		checkSum(t, total, parts)

		if negative := Allocate(total.Neg(), weights); !slices.EqualFunc(parts, negative, func(a, b Amount) bool { return a == b.Neg() }) {
			t.Fatalf("%s over %v is %v, the credit is %v", total, weights, parts, negative)
		}
		if decimal.Sum(decimal.Zero, weights...).IsZero() {
			return // equally: in the table above
		}
		if want := naive(total, weights); !slices.Equal(parts, want) {
			t.Fatalf("%s over %v is %v, the textbook has %v", total, weights, parts, want)
		}
		for i, w := range weights {
			if w.IsZero() && !parts[i].IsZero() {
				t.Fatalf("%s over %v: line %d of weight 0 gets %s", total, weights, i, parts[i])
			}
		}
	})
}

func TestZerosOfManyDecimalsShareEqually(t *testing.T) {
	zeros := []decimal.Decimal{decimal.New(0, -30), decimal.New(0, -30)}
	if got := minors(Allocate(Of(3, "USD"), zeros)); !slices.Equal(got, []int64{2, 1}) {
		t.Errorf("0.03 over two zeros is %v", got)
	}
}
