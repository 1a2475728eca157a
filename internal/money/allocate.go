package money

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/shopspring/decimal"
)

// Allocate splits a total over lines in proportion to their weights (ASC
// 606-10-32-31: relative stand-alone selling prices) by largest remainder: each
// line gets its share rounded towards zero, and the minor units still missing
// go one each to the largest fractions cut off, on ties to the earlier line.
//
// The parts add up to the total, each is within one minor unit of its share,
// -total gives the negative parts, and a line of weight 0 gets nothing. When
// all weights are 0 there is no proportion and the lines share equally. A
// negative weight panics, as does a total with no line to carry it.
func Allocate(total Amount, weights []decimal.Decimal) []Amount {
	ints, ok := scaled(weights)
	if ok {
		return AllocateInts(total, ints)
	}
	return allocateWide(total, weights)
}

// AllocateInts is Allocate for weights that are counts or minor units.
func AllocateInts(total Amount, weights []int64) []Amount {
	whole := uint64(sumWeights(weights))
	if whole == 0 {
		return allocateEqually(total, len(weights))
	}
	shares := make([]share, len(weights))
	for i, w := range weights {
		// total x w / whole fits 64 bits, since w <= whole.
		hi, lo := bits.Mul64(magnitude(total.minor), uint64(w))
		floor, rest := bits.Div64(hi, lo, whole)
		shares[i] = share{line: i, floor: int64(floor), rest: rest}
	}
	return handOut(total, shares, func(a, b share) int { return cmp.Compare(b.rest, a.rest) })
}

// share is a line's part rounded down, and what was cut off it.
type share struct {
	line  int
	floor int64
	rest  uint64
	wide  *big.Int // the rest when it is larger than 64 bits
}

// handOut gives the missing minor units to the largest rests. Lines stay in
// order among equals because the sort is stable.
func handOut(total Amount, shares []share, byRest func(a, b share) int) []Amount {
	missing := int64(magnitude(total.minor))
	for _, s := range shares {
		missing -= s.floor
	}
	parts := make([]Amount, len(shares))
	slices.SortStableFunc(shares, byRest)
	for i, s := range shares {
		part := Amount{s.floor, total.currency}
		if int64(i) < missing { // fewer are missing than there are rests above 0
			part.minor++
		}
		if total.minor < 0 {
			part = part.Neg()
		}
		parts[s.line] = part
	}
	return parts
}

func allocateEqually(total Amount, lines int) []Amount {
	if lines == 0 {
		if !total.IsZero() {
			panic(fmt.Sprintf("money: allocate %s over no lines", total))
		}
		return nil
	}
	ones := make([]int64, lines)
	for i := range ones {
		ones[i] = 1
	}
	return AllocateInts(total, ones)
}

// allocateWide is AllocateInts for weights beyond an int64.
func allocateWide(total Amount, weights []decimal.Decimal) []Amount {
	whole := new(big.Rat)
	for i, w := range weights {
		if w.Sign() < 0 {
			panic(fmt.Sprintf("money: weight %d of %d is %s: weights are not negative", i, len(weights), w))
		}
		whole.Add(whole, w.Rat())
	}
	if whole.Sign() == 0 { // zeros of very many decimals
		return allocateEqually(total, len(weights))
	}
	// Over one denominator, so that the rests compare as integers.
	den := new(big.Int).Set(whole.Denom())
	for _, w := range weights {
		den.Mul(den, new(big.Int).Quo(w.Rat().Denom(), new(big.Int).GCD(nil, nil, den, w.Rat().Denom())))
	}
	count := func(r *big.Rat) *big.Int {
		return new(big.Int).Mul(r.Num(), new(big.Int).Quo(den, r.Denom()))
	}
	shares := make([]share, len(weights))
	magnitude := new(big.Int).SetUint64(magnitude(total.minor))
	for i, w := range weights {
		rest := new(big.Int)
		floor, _ := new(big.Int).QuoRem(new(big.Int).Mul(magnitude, count(w.Rat())), count(whole), rest)
		shares[i] = share{line: i, floor: floor.Int64(), wide: rest}
	}
	return handOut(total, shares, func(a, b share) int { return b.wide.Cmp(a.wide) })
}

// scaled brings decimals to one power of ten as int64, if they and their sum
// fit.
func scaled(weights []decimal.Decimal) ([]int64, bool) {
	places := int32(0)
	for _, w := range weights {
		places = max(places, -w.Exponent())
	}
	ints := make([]int64, len(weights))
	var sum int64
	for i, w := range weights {
		num, den, ok := fraction(w)
		if !ok || places > 18 {
			return nil, false
		}
		if ints[i], ok = mul64(num, pow10[places]/den); !ok {
			return nil, false
		}
		if sum, ok = add64(sum, ints[i]); !ok {
			return nil, false
		}
	}
	return ints, true
}
