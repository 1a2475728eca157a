package money

import (
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

// maxDigits bounds what ParseDecimal reads, so that no price or quantity can
// make the arithmetic behind it slow. A numeric column holds far more.
const maxDigits = 40

// ParseAmount reads major units as String prints them: "1234.50", "-0.05". More
// decimals than the currency has are refused rather than rounded; so is every
// spelling that could be meant in two ways ("1,5", "1.234" euros). Each
// refusal is Invalid and says what to write instead.
func ParseAmount(s string, c Currency) (Amount, error) {
	exp := c.Exponent()
	d, err := ParseDecimal(s)
	if err != nil {
		return Amount{}, err
	}
	if places := int(-d.Exponent()); places > exp {
		return Amount{}, fault.New(fault.Invalid, "%s has %d decimals, but %s has %d: round it first, and write no thousands separators",
			fault.Quote(s), places, c, exp)
	}
	e := Price(d, c)
	if e.wide != nil {
		return Amount{}, fault.New(fault.Invalid, "%s is more %s than can be booked: write it in several amounts", fault.Quote(s), c)
	}
	return Round(e, Down), nil // exact: the decimals fit
}

// ParseDecimal reads a plain decimal number, a unit price or a quantity: an
// optional minus, digits, at most one point with digits on both sides. No
// exponent, no separators, no spaces, digits 0 to 9 only, at most 40 of them.
func ParseDecimal(s string) (decimal.Decimal, error) {
	if way := objection(s); way != "" {
		return decimal.Decimal{}, fault.New(fault.Invalid, "%s is not a plain number: %s", fault.Quote(s), way)
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(whole)+len(fraction) > maxDigits {
		return decimal.Decimal{}, fault.New(fault.Invalid, "%s is too long: write at most %d digits", fault.Quote(s), maxDigits)
	}
	return decimal.NewFromString(s)
}

// objection says what to write instead, or "" when the text is a plain number.
func objection(s string) string {
	if s == "" {
		return "write digits, like 1234.50"
	}
	if strings.ContainsAny(s, " \t\r\n\u00a0\u202f") {
		return "leave out the spaces"
	}
	if strings.Contains(s, ",") {
		return "write the decimal point as a point and leave out thousands separators, like 1234.50"
	}
	if s[0] == '+' {
		return "leave out the plus sign"
	}
	digits := strings.TrimPrefix(s, "-")
	for _, r := range digits {
		if r > 0x7e {
			return "write the digits 0 to 9, a point and a minus as on a keyboard"
		}
		if r != '.' && (r < '0' || r > '9') {
			return "write all digits out, like 1500 for 1.5e3, and nothing else"
		}
	}
	if strings.Count(digits, ".") > 1 {
		return "write only one point, before the decimals"
	}
	if digits == "" || digits[0] == '.' || digits[len(digits)-1] == '.' {
		return "write digits on both sides of the point, like 0.50"
	}
	return ""
}
