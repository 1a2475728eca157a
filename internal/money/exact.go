package money

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// Exact is money being computed: an exact rational number of a currency. It is
// immutable; its zero value is nothing in no currency and adds to anything.
// Compare with Cmp or Equal, not ==: one value has several fractions.
//
// It counts minor units, so that an Amount is a whole number and rounding needs
// no table. Two int64 hold what billing computes; whatever overflows them
// continues in a big.Rat and comes back when it fits. A property test holds
// both to the same results.
type Exact struct {
	num, den int64    // den > 0 but for the zero value, where 0 is read as 1
	wide     *big.Rat // the value when it does not fit num/den; never mutated
	currency Currency
}

// maxShift bounds powers of ten: 1e2000000000 is a short text and a number that
// never ends. ParseDecimal stays far below it.
const maxShift = 1000

// Price returns a price in major units, of any number of decimals:
// Price(0.0005, "USD") is a twentieth of a cent.
func Price(d decimal.Decimal, c Currency) Exact {
	return Exact{num: 1, den: 1, currency: c}.Mul(d.Shift(int32(c.Exponent())))
}

// Currency returns the currency, "" for the zero value.
func (e Exact) Currency() Currency { return e.currency }

// Add returns e + f.
func (e Exact) Add(f Exact) Exact {
	c := common(e.currency, f.currency)
	if e.wide == nil && f.wide == nil {
		if num, den, ok := addRatio(e.num, e.denom(), f.num, f.denom()); ok {
			return Exact{num: num, den: den, currency: c}
		}
	}
	return fromRat(new(big.Rat).Add(e.rat(), f.rat()), c)
}

// Sub returns e - f.
func (e Exact) Sub(f Exact) Exact { return e.Add(f.Neg()) }

// Neg returns -e.
func (e Exact) Neg() Exact {
	if e.wide != nil {
		return Exact{wide: new(big.Rat).Neg(e.wide), currency: e.currency}
	}
	return Exact{num: -e.num, den: e.den, currency: e.currency}
}

// Mul returns e times a quantity or a fraction: 0.0005 USD x 12000 calls.
func (e Exact) Mul(d decimal.Decimal) Exact {
	num, den, ok := fraction(d)
	if ok {
		return e.times(num, den)
	}
	return fromRat(new(big.Rat).Mul(e.rat(), d.Rat()), e.currency)
}

// MulRatio returns e x num / den, such as 32 days of 91. A den of 0 panics.
func (e Exact) MulRatio(num, den int64) Exact {
	if den == 0 {
		panic(fmt.Sprintf("money: %s x %d/0", e, num))
	}
	if n, d, ok := positive(num, den); ok {
		return e.times(n, d)
	}
	return fromRat(new(big.Rat).Mul(e.rat(), big.NewRat(num, den)), e.currency)
}

// times multiplies by num/den, den > 0.
func (e Exact) times(num, den int64) Exact {
	if e.wide == nil {
		if n, d, ok := mulRatio(e.num, e.denom(), num, den); ok {
			return Exact{num: n, den: d, currency: e.currency}
		}
	}
	return fromRat(new(big.Rat).Mul(e.rat(), big.NewRat(num, den)), e.currency)
}

// ratioOf returns e x part / whole; part and whole share a currency.
func (e Exact) ratioOf(part, whole Exact) Exact {
	common(part.currency, whole.currency)
	if whole.IsZero() {
		panic(fmt.Sprintf("money: %s x %s / 0", e, part))
	}
	if part.wide == nil && whole.wide == nil {
		// part/whole = (pn * wd) / (pd * wn); the sign stays on top.
		if n, d, ok := positive(whole.denom(), whole.num); ok {
			if n, d, ok = mulRatio(part.num, part.denom(), n, d); ok {
				return e.times(n, d)
			}
		}
	}
	q := new(big.Rat).Quo(part.rat(), whole.rat())
	return fromRat(q.Mul(q, e.rat()), e.currency)
}

// Convert returns the money in another currency at a rate of major units: the
// units of c that one unit of e's currency buys.
func (e Exact) Convert(rate decimal.Decimal, c Currency) Exact {
	shift := int32(c.Exponent() - e.currency.exponentOrZero())
	out := e.Mul(rate.Shift(shift))
	out.currency = c
	return out
}

// Cmp returns -1, 0 or 1 as e is less than, equal to or more than f.
func (e Exact) Cmp(f Exact) int {
	common(e.currency, f.currency)
	if e.wide == nil && f.wide == nil {
		return cmpRatio(e.num, e.denom(), f.num, f.denom())
	}
	return e.rat().Cmp(f.rat())
}

// Equal says whether both are the same value in the same currency. It is what
// go-cmp uses.
func (e Exact) Equal(f Exact) bool { return e.currency == f.currency && e.Cmp(f) == 0 }

// Sign returns -1, 0 or 1.
func (e Exact) Sign() int {
	if e.wide != nil {
		return e.wide.Sign()
	}
	return sign(e.num)
}

// IsZero says whether the value is nothing, in whatever currency.
func (e Exact) IsZero() bool { return e.Sign() == 0 }

// Min returns the lesser of two values.
func (e Exact) Min(f Exact) Exact {
	if f.Cmp(e) < 0 {
		return f
	}
	return e
}

// Max returns the greater of two values.
func (e Exact) Max(f Exact) Exact {
	if f.Cmp(e) > 0 {
		return f
	}
	return e
}

// String prints major units: all decimals of a value that has an end ("0.0005",
// at least the currency's own), else the fraction ("320/3").
func (e Exact) String() string {
	exp := e.currency.exponentOrZero()
	major := new(big.Rat).Mul(e.rat(), big.NewRat(1, pow10[exp]))
	if places, ends := major.FloatPrec(); ends {
		return major.FloatString(max(places, exp))
	}
	return major.RatString()
}

// MarshalJSON always fails, as that of Amount does.
func (e Exact) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("money: %s %s has no JSON form, write the amount and its currency", e, e.currency)
}

func (e Exact) denom() int64 {
	if e.den == 0 {
		return 1
	}
	return e.den
}

// rat returns the value; the caller must not change it.
func (e Exact) rat() *big.Rat {
	if e.wide != nil {
		return e.wide
	}
	return big.NewRat(e.num, e.denom())
}

// fromRat takes r over and goes back to int64 where it fits.
func fromRat(r *big.Rat, c Currency) Exact {
	if num := r.Num(); num.IsInt64() && r.Denom().IsInt64() && fits(num.Int64()) {
		return Exact{num: num.Int64(), den: r.Denom().Int64(), currency: c}
	}
	return Exact{wide: r, currency: c}
}
