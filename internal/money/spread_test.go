package money

import (
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func minors(parts []Amount) []int64 {
	out := make([]int64, len(parts))
	for i, p := range parts {
		out[i] = p.Minor()
	}
	return out
}

func TestAQuarterOf91DaysAt910Served32DaysIs320(t *testing.T) {
	if got := SpreadTo(Of(91000, "USD"), 32, 91); got != Of(32000, "USD") {
		t.Errorf("32 of 91 days of 910.00 are %s, want 320.00", got)
	}
}

// A year at 1200.00 from 1 January 2025, daily weights: the cumulative amounts
// are 1200 x 31/365 = 101.917..., x 59/365 = 193.972..., and July ends at 696.986..., August at 798.904...
func TestAYearIsSpreadByDaysExactToTheCent(t *testing.T) {
	days := []int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	got := minors(Spread(Of(120000, "USD"), days))
	want := []int64{10192, 9205, 10192, 9863, 10192, 9863, 10192, 10191, 9863, 10192, 9863, 10192}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("1200.00 over 2025 by days (-want +got):\n%s", diff)
	}
	if got := minors(Spread(Of(100, "USD"), []int64{1, 1, 1})); !slices.Equal(got, []int64{33, 34, 33}) {
		t.Errorf("1.00 over three even months is %v", got)
	}
}

// Minimum 1000 in February, ended on the 25th, 800 used: 1000 x 25/28 - 800.
func TestAMinimumIsProratedBeforeWhatWasUsedIsTakenOff(t *testing.T) {
	due := Of(1000, "USD").Exact().MulRatio(25, 28).Sub(Of(800, "USD").Exact())
	if got := Round(due, HalfAwayFromZero); got != Of(93, "USD") {
		t.Errorf("the true-up is %s, want 0.93", got)
	}
}

func TestASpreadAddsUpAndIsNeverHalfAMinorUnitOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := anyAmount(t)
		weights := rapid.SliceOfN(rapid.Int64Range(0, 400), 1, 40).Draw(t, "weights")
		weights[0]++ // not all 0
		parts := Spread(total, weights)
		checkSum(t, total, parts)

		whole := sumWeights(weights)
		var done, stood int64
		for k, part := range parts {
			done, stood = done+weights[k], stood+part.Minor()
			off := new(big.Rat).Mul(big.NewRat(total.Minor(), 1), big.NewRat(done, whole))
			off.Sub(off, big.NewRat(stood, 1))
			if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
				t.Fatalf("%s over %v: after %d weights %d stands, off by %s", total, weights, k+1, stood, off)
			}
			if got := SpreadTo(total, done, whole).Minor(); got != stood {
				t.Fatalf("%s over %v: %d stands after %d weights, SpreadTo says %d", total, weights, stood, k+1, got)
			}
			if weights[k] == 0 && !part.IsZero() {
				t.Fatalf("%s over %v: no time earns %s", total, weights, part)
			}
		}
		negative := Spread(total.Neg(), weights)
		for k := range parts {
			if negative[k] != parts[k].Neg() {
				t.Fatalf("%s over %v: part %d is %s, of the credit %s", total, weights, k, parts[k], negative[k])
			}
		}
	})
}

func TestSpreadingByValueEqualsSpreadingByTheSameRatio(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := anyAmount(t)
		whole := rapid.Int64Range(1, 1<<40).Draw(t, "whole")
		done := rapid.Int64Range(0, whole).Draw(t, "done")
		// The same ratio as money in another currency, in thirds of a cent.
		part, all := Of(done, "EUR").Exact().MulRatio(1, 3), Of(whole, "EUR").Exact().MulRatio(1, 3)
		want := SpreadTo(total, done, whole)
		if got := SpreadToExact(total, part, all); got != want {
			t.Fatalf("%s x %s/%s = %s, want %s", total, part, all, got, want)
		}
		if got := SpreadToExact(total, part.Neg(), all.Neg()); got != want {
			t.Fatalf("%s x -%s/-%s = %s, want %s", total, part, all, got, want)
		}
	})
}

func TestASpreadOverNoTimeIsRefused(t *testing.T) {
	some := Of(100, "USD")
	mustPanic(t, "a spread over no weights", func() { Spread(some, nil) })
	mustPanic(t, "a spread over weights of 0", func() { Spread(some, []int64{0, 0}) })
	mustPanic(t, "a negative weight", func() { Spread(some, []int64{2, -1}) })
	mustPanic(t, "a whole of 0", func() { SpreadTo(some, 0, 0) })
	if got := Spread(Zero("USD"), []int64{0, 0}); !slices.Equal(got, []Amount{Zero("USD"), Zero("USD")}) {
		t.Errorf("nothing over no time is %v", got)
	}
}
