package usage

import (
	"math"

	"github.com/shopspring/decimal"
)

// sum adds up quantities. As long as they have few digits and the same number of
// decimals, as those of one meter mostly have, it adds whole numbers, without an
// allocation. What does not fit goes on as a decimal.
type sum struct {
	digits   int64
	exponent int32
	rest     decimal.Decimal // that digits could not hold
}

// enough is far from overflow, so that two of them add up.
const enough = math.MaxInt64 / 4

func (s *sum) add(q decimal.Decimal) {
	if s.digits == 0 {
		s.exponent = q.Exponent()
	}
	if q.Exponent() != s.exponent || q.NumDigits() > 18 {
		s.rest = s.rest.Add(q)
		return
	}
	s.digits += q.CoefficientInt64()
	if s.digits > enough || s.digits < -enough {
		s.rest, s.digits = s.rest.Add(decimal.New(s.digits, s.exponent)), 0
	}
}

func (s sum) decimal() decimal.Decimal {
	if s.digits == 0 {
		return s.rest
	}
	if s.rest.IsZero() {
		return decimal.New(s.digits, s.exponent)
	}
	return s.rest.Add(decimal.New(s.digits, s.exponent))
}
