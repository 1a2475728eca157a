package money

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Fractions of int64 with a positive denominator. Each function says whether
// the result fits; when it does not, Exact goes on with big.Rat. math.MinInt64
// never occurs, so that every number has a negative.

// pow10 holds the powers of ten of an int64.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// fits excludes the one int64 that has no negative.
func fits(n int64) bool { return n != math.MinInt64 }

func add64(a, b int64) (int64, bool) {
	sum := a + b
	if a > 0 && b > 0 && sum < 0 || a < 0 && b < 0 && sum >= 0 {
		return 0, false
	}
	return sum, fits(sum)
}

func mul64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// positive moves the sign of num/den to the top.
func positive(num, den int64) (int64, int64, bool) {
	if !fits(num) || !fits(den) || den == 0 {
		return 0, 0, false
	}
	if den < 0 {
		return -num, -den, true
	}
	return num, den, true
}

// fraction returns a decimal as a ratio of int64.
func fraction(d decimal.Decimal) (num, den int64, ok bool) {
	exp := int(d.Exponent())
	if exp > maxShift || exp < -maxShift {
		panic(fmt.Sprintf("money: a number with a power of ten of %d was not checked where it was read", exp))
	}
	if exp < -18 || exp > 18 || d.NumDigits() > 18 {
		return 0, 0, false
	}
	n := d.CoefficientInt64()
	if exp < 0 {
		return n, pow10[-exp], true
	}
	n, ok = mul64(n, pow10[exp])
	return n, 1, ok
}

// mulRatio returns an/ad x bn/bd. Reducing costs more than multiplying, so it
// is done only when the plain product is too large; across, since each operand
// is often reduced already.
func mulRatio(an, ad, bn, bd int64) (int64, int64, bool) {
	num, okN := mul64(an, bn)
	den, okD := mul64(ad, bd)
	if okN && okD {
		return num, den, true
	}
	an, bd = reduce(an, bd)
	bn, ad = reduce(bn, ad)
	an, ad = reduce(an, ad)
	bn, bd = reduce(bn, bd)
	num, okN = mul64(an, bn)
	den, okD = mul64(ad, bd)
	return num, den, okN && okD
}

// addRatio returns an/ad + bn/bd over the least common denominator.
func addRatio(an, ad, bn, bd int64) (int64, int64, bool) {
	if ad == bd {
		sum, ok := add64(an, bn)
		return sum, ad, ok
	}
	if num, den, ok := addUnlike(an, ad, bn, bd); ok {
		return num, den, true
	}
	an, ad = reduce(an, ad)
	bn, bd = reduce(bn, bd)
	return addUnlike(an, ad, bn, bd)
}

func addUnlike(an, ad, bn, bd int64) (int64, int64, bool) {
	g := int64(gcd(uint64(ad), uint64(bd)))
	left, okL := mul64(an, bd/g)
	right, okR := mul64(bn, ad/g)
	den, okD := mul64(ad, bd/g)
	if !okL || !okR || !okD {
		return 0, 0, false
	}
	sum, ok := add64(left, right)
	return sum, den, ok
}

// cmpRatio compares in 128 bits, which cannot overflow.
func cmpRatio(an, ad, bn, bd int64) int {
	if sa, sb := sign(an), sign(bn); sa != sb || sa == 0 {
		return cmp.Compare(sa, sb)
	}
	hi1, lo1 := bits.Mul64(magnitude(an), uint64(bd))
	hi2, lo2 := bits.Mul64(magnitude(bn), uint64(ad))
	return sign(an) * cmp.Or(cmp.Compare(hi1, hi2), cmp.Compare(lo1, lo2))
}

// reduce divides both by their greatest common divisor; den > 0.
func reduce(num, den int64) (int64, int64) {
	if g := int64(gcd(magnitude(num), uint64(den))); g > 1 {
		return num / g, den / g
	}
	return num, den
}

// gcd is Stein's binary algorithm: shifts instead of divisions.
func gcd(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return a | b
	}
	shift := bits.TrailingZeros64(a | b)
	a >>= bits.TrailingZeros64(a)
	for b != 0 {
		b >>= bits.TrailingZeros64(b)
		if a > b {
			a, b = b, a
		}
		b -= a
	}
	return a << shift
}

func sign(n int64) int { return cmp.Compare(n, 0) }
