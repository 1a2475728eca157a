package money

import (
	"cmp"
	"fmt"
	"math/big"
)

// Mode says where a value between two minor units goes.
type Mode int

// The modes. The zero value is what invoices and schedules use.
const (
	HalfAwayFromZero Mode = iota // to the nearest; 0.5 -> 1, -0.5 -> -1
	HalfEven                     // to the nearest; 0.5 -> 0, 1.5 -> 2
	Up                           // away from zero
	Down                         // towards zero
	Floor                        // towards minus infinity
	Ceiling                      // towards plus infinity
)

// Round is the one place where computed money becomes bookable money. The unit
// is the currency's minor unit. Its callers are few and listed: a charge piece,
// a tax amount by its regime's policy, Spread, Allocate, interest, FX. A value
// beyond the range of an Amount panics.
func Round(e Exact, m Mode) Amount {
	var minor int64
	if e.wide == nil {
		den := e.denom()
		toward, rest := e.num/den, e.num%den
		// Twice a rest is less than 2^64, as the denominator is less than 2^63.
		minor = toward + step(m, sign(rest), cmp.Compare(2*magnitude(rest), uint64(den)), toward&1 != 0)
	} else {
		minor = roundWide(e, m)
	}
	return Of(minor, e.currency)
}

// roundWide is the same in big integers.
func roundWide(e Exact, m Mode) int64 {
	rest := new(big.Int)
	q, _ := new(big.Int).QuoRem(e.wide.Num(), e.wide.Denom(), rest)
	half := new(big.Int).Lsh(rest, 1).CmpAbs(e.wide.Denom())
	q.Add(q, big.NewInt(step(m, rest.Sign(), half, q.Bit(0) == 1)))
	if !q.IsInt64() {
		panic(fmt.Sprintf("money: %s %s is more than can be booked", e.currency, e))
	}
	return q.Int64()
}

// step returns how far to go from the value cut towards zero: -1, 0 or 1. rest
// is the sign of what was cut off, half compares it to half a unit.
func step(m Mode, rest, half int, odd bool) int64 {
	var away bool
	switch m {
	case HalfAwayFromZero:
		away = half >= 0
	case HalfEven:
		away = half > 0 || half == 0 && odd
	case Up:
		away = true
	case Down:
		away = false
	case Floor:
		away = rest < 0
	case Ceiling:
		away = rest > 0
	default:
		panic(fmt.Sprintf("money: %d is not a rounding mode", m))
	}
	if !away {
		return 0
	}
	return int64(rest) // 0 for an exact value, whatever the mode
}
