package money

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestEachModeSaysWhereAHalfGoes(t *testing.T) {
	halves := []int64{-5, -4, -3, -1, 1, 3, 4, 5} // -2.5, -2, -1.5, ...
	for mode, want := range map[Mode][]int64{
		HalfAwayFromZero: {-3, -2, -2, -1, 1, 2, 2, 3},
		HalfEven:         {-2, -2, -2, 0, 0, 2, 2, 2},
		Up:               {-3, -2, -2, -1, 1, 2, 2, 3},
		Down:             {-2, -2, -1, 0, 0, 1, 2, 2},
		Floor:            {-3, -2, -2, -1, 0, 1, 2, 2},
		Ceiling:          {-2, -2, -1, 0, 1, 2, 2, 3},
	} {
		for i, n := range halves {
			e := Of(n, "JPY").Exact().MulRatio(1, 2)
			if got := Round(e, mode); got.Minor() != want[i] {
				t.Errorf("mode %d rounds %s to %s, want %d", mode, e, got, want[i])
			}
		}
	}
	mustPanic(t, "a mode that is none", func() { Round(Of(1, "JPY").Exact().MulRatio(1, 2), Mode(9)) })
}

func TestRoundingInInt64EqualsRoundingInBigRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyAmount(t).Exact().MulRatio(1, rapid.Int64Range(1, 1_000_000).Draw(t, "den"))
		wide := Exact{wide: new(big.Rat).Set(e.rat()), currency: e.currency}
		for mode := HalfAwayFromZero; mode <= Ceiling; mode++ {
			if fast, slow := Round(e, mode), Round(wide, mode); fast != slow {
				t.Fatalf("mode %d rounds %s to %s fast and to %s in big.Rat", mode, e, fast, slow)
			}
		}
		if got := Round(e, HalfAwayFromZero).Minor(); got != rounded(e.rat()).Int64() {
			t.Fatalf("%s is rounded to %d minor units, want %s", e, got, rounded(e.rat()))
		}
		if Round(e.Neg(), HalfAwayFromZero) != Round(e, HalfAwayFromZero).Neg() || Round(e, Floor) != Round(e.Neg(), Ceiling).Neg() {
			t.Fatalf("%s and its negative are not rounded alike", e)
		}
	})
}
