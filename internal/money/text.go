package money

import (
	"strconv"
	"strings"
)

// String prints the amount in major units with the currency's decimals and
// without the currency: "1234.50", "-0.05", "1235" for yen. ParseAmount reads
// it back.
func (a Amount) String() string {
	exp := a.currency.exponentOrZero()
	digits := strconv.FormatInt(a.Abs().minor, 10)
	if len(digits) <= exp {
		digits = strings.Repeat("0", exp+1-len(digits)) + digits
	}
	whole, fraction := digits[:len(digits)-exp], digits[len(digits)-exp:]
	if exp > 0 {
		whole += "." + fraction
	}
	if a.minor < 0 {
		return "-" + whole
	}
	return whole
}

// Display prints the amount for people: "1,234.50". The currency is set beside
// it by whoever lays out the page.
func (a Amount) Display() string {
	s := a.String()
	end := strings.IndexByte(s, '.')
	if end < 0 {
		end = len(s)
	}
	start := len(s) - len(strings.TrimPrefix(s, "-"))
	for i := end - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
