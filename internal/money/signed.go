package money

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// AllocateSigned is Allocate where some weights may be negative, as a line that lowers a price is: its part has the other sign.
// Every part is rounded down (a negative one away from zero), and the minor units still missing go one each to the largest
// fractions, on ties to the earlier line. -total gives the negative parts. Weights that come to 0 panic: there is no proportion.
func AllocateSigned(total Amount, weights []decimal.Decimal) []Amount {
	if !slices.ContainsFunc(weights, func(w decimal.Decimal) bool { return w.Sign() < 0 }) {
		return Allocate(total, weights)
	}
	if total.minor < 0 {
		parts := AllocateSigned(total.Neg(), weights)
		for i := range parts {
			parts[i] = parts[i].Neg()
		}
		return parts
	}
	whole := new(big.Rat)
	for _, w := range weights {
		whole.Add(whole, w.Rat())
	}
	if whole.Sign() == 0 {
		panic(fmt.Sprintf("money: allocate %s over weights that come to nothing", total))
	}
	parts, rests := make([]Amount, len(weights)), make([]*big.Rat, len(weights))
	order := make([]int, len(weights))
	missing := total.minor
	for i, w := range weights {
		part := new(big.Rat).Mul(new(big.Rat).SetInt64(total.minor), new(big.Rat).Quo(w.Rat(), whole))
		floor := new(big.Int).Div(part.Num(), part.Denom()) // Euclidean: down, since the denominator is positive
		parts[i], order[i] = Amount{floor.Int64(), total.currency}, i
		rests[i] = part.Sub(part, new(big.Rat).SetInt(floor))
		missing -= parts[i].minor
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:missing] {
		parts[i].minor++
	}
	return parts
}
