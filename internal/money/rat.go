package money

import "math/big"

// Rat returns the value in minor units as a fraction of its own, for a ratio of
// two prices that is applied to something other than money.
func (e Exact) Rat() *big.Rat { return new(big.Rat).Set(e.rat()) }
