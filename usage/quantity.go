package usage

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Bounds of a quantity. They hold any realistic count or amount, and they keep
// sums exact and 1e309 from becoming a number of three hundred digits.
const (
	maxIntegerDigits = 18
	maxDecimals      = 12
)

var (
	errNotDecimal = errors.New(`is not a decimal number such as "12.5"`)
	errNegative   = errors.New("is negative: usage is never taken back by a negative event")
	errTooLarge   = errors.New("is too large: at most 18 digits before the point")
	errTooFine    = errors.New("is too fine: at most 12 digits after the point")
	errComma      = errors.New(`has a comma: write the decimals after a point and leave out thousands separators`)
)

// ParseQuantity reads a quantity: ASCII digits, an optional point, an optional
// exponent (JavaScript writes 1e-7). The error says what is wrong with it.
func ParseQuantity(s string) (decimal.Decimal, error) {
	digits, exponent, err := splitNumber(s)
	if err != nil {
		return decimal.Decimal{}, err
	}
	negative := strings.HasPrefix(s, "-")
	digits = strings.TrimLeft(digits, "0")
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	switch {
	case trimmed == "":
		return decimal.Decimal{}, nil // also -0 and 0e99
	case negative:
		return decimal.Decimal{}, errNegative
	case len(trimmed)+exponent > maxIntegerDigits:
		return decimal.Decimal{}, errTooLarge
	case -exponent > maxDecimals:
		return decimal.Decimal{}, errTooFine
	}
	if len(trimmed) <= 18 {
		coefficient, err := strconv.ParseInt(trimmed, 10, 64)
		if err != nil {
			panic("usage: eighteen ASCII digits do not parse: " + trimmed)
		}
		return decimal.New(coefficient, int32(exponent)), nil
	}
	coefficient, ok := new(big.Int).SetString(trimmed, 10)
	if !ok {
		panic("usage: ASCII digits do not parse: " + trimmed)
	}
	return decimal.NewFromBigInt(coefficient, int32(exponent)), nil
}

// splitNumber checks the grammar -?digits(.digits)?([eE][+-]?digits)? and gives
// all digits without the point, with the exponent that puts it back.
func splitNumber(s string) (digits string, exponent int, err error) {
	rest := strings.TrimPrefix(s, "-")
	whole := leadingDigits(rest)
	rest = rest[len(whole):]
	var fraction string
	if strings.HasPrefix(rest, ".") {
		fraction = leadingDigits(rest[1:])
		rest = rest[1+len(fraction):]
		if fraction == "" {
			return "", 0, errNotDecimal
		}
	}
	if strings.HasPrefix(rest, ",") {
		return "", 0, errComma
	}
	if whole == "" {
		return "", 0, errNotDecimal
	}
	if rest != "" {
		if exponent, err = readExponent(rest); err != nil {
			return "", 0, err
		}
	}
	if fraction == "" {
		return whole, exponent, nil
	}
	return whole + fraction, exponent - len(fraction), nil
}

// readExponent reads "e-7". Beyond a thousand it stops counting: any such number
// is zero, too large or too fine, and the caller says which.
func readExponent(s string) (int, error) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, errNotDecimal
	}
	s = s[1:]
	sign := 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	if sign < 0 || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" || leadingDigits(s) != s {
		return 0, errNotDecimal
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > 1_000_000 {
		n = 1_000_000
	}
	return sign * n, nil
}

func leadingDigits(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return s[:i]
		}
	}
	return s
}

// appendQuantity writes the one spelling of a value, so that 1, 1.0 and 10e-1
// are the same content.
func appendQuantity(b []byte, q decimal.Decimal) []byte {
	if q.IsZero() {
		return append(b, '0')
	}
	exponent := int64(q.Exponent())
	if q.NumDigits() <= 18 {
		c := q.CoefficientInt64()
		for c%10 == 0 {
			c, exponent = c/10, exponent+1
		}
		b = strconv.AppendInt(b, c, 10)
	} else {
		digits := q.Coefficient().String()
		trimmed := strings.TrimRight(digits, "0")
		exponent += int64(len(digits) - len(trimmed))
		b = append(b, trimmed...)
	}
	b = append(b, 'e')
	return strconv.AppendInt(b, exponent, 10)
}
