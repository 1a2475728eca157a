package contracts

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// findings collects what is wrong, each with the path of the key at fault.
type findings []fault.Field

func (f *findings) add(path, value, format string, args ...any) {
	*f = append(*f, fault.Field{Path: path, Value: value, Message: fmt.Sprintf(format, args...)})
}

var key = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$`)

func (f *findings) key(path, value, what string) {
	switch {
	case value == "":
		f.add(path, "", "is missing: it names %s", what)
	case !key.MatchString(value):
		f.add(path, fault.Shown(value), "must name %s: letters, digits, . _ / - and at most 60 of them", what)
	}
}

// text refuses what could not be stored or would break a line of an invoice.
func (f *findings) text(path, value string, most int) {
	*f = append(*f, fault.Printable(path, value, most)...)
}

// prose is text that may have several lines.
func (f *findings) prose(path, value string, most int) {
	f.text(path, strings.ReplaceAll(value, "\n", " "), most)
}

func (f *findings) cadence(path, every string) {
	if _, err := period.ParseCadence(every); err != nil {
		f.add(path, fault.Shown(every), "must be month, quarter, half-year, year or term")
	}
}

// Bounds on figures: as for the catalog's prices, twelve decimals price a byte
// by the terabyte, and the ceiling keeps a slipped exponent off an invoice.
const maxDecimals = 12

var maxFigure = decimal.New(1, 15)

// figure refuses a number no person can have meant. Nothing is computed with it
// before: an exponent of two billion is a short text and an endless number.
func (f *findings) figure(path string, v decimal.Decimal) bool {
	switch {
	case v.Exponent() > 15 || v.NumDigits() > 40 || v.Abs().Cmp(maxFigure) >= 0:
		f.add(path, shown(v), "is too large: figures stay below 1,000,000,000,000,000")
	case v.Exponent() < -40 || v.Exponent() < -maxDecimals && !v.Equal(v.Truncate(maxDecimals)):
		f.add(path, shown(v), "has too many decimals: %d at most", maxDecimals)
	case v.IsNegative():
		f.add(path, v.String(), "is negative; give zero or more (a credit is granted as a concession)")
	default:
		return true
	}
	return false
}

// shown writes a figure without expanding an absurd exponent into its zeros.
func shown(v decimal.Decimal) string {
	if e := v.Exponent(); e > 40 || e < -40 {
		return fault.Shown(fmt.Sprintf("%se%d", v.Coefficient(), e))
	}
	return fault.Shown(v.String())
}

// charge refuses a whole period's charge that would be more than can be booked.
func (f *findings) charge(path string, price, quantity decimal.Decimal, currency string) {
	c, err := money.ParseCurrency(currency)
	if err == nil && !bookable(money.Price(price, c).Mul(quantity)) {
		f.add(path, shown(price), "makes a charge of more than can be booked; split the line")
	}
}
