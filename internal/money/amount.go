// Package money adds, prices, rounds and splits money in one currency at a
// time.
//
// It owns two kinds of money. Exact is being computed: an exact rational, never
// rounded on the way. Amount can be booked: whole minor units (cents, yen,
// fils). Round crosses from the first to the second and is the only rounding
// function; the written list of its callers is settled.md 17. Everything else adds,
// subtracts, splits over lines (Allocate: largest remainder) or spreads over
// time (Spread: cumulative rounding). Split the total; never sum the splits.
//
// It does not own exchange rates (entities), rounding policy of a tax regime
// (tax) or how amounts are spelled for a locale (web/ui, internal/pdf).
//
// It knows no time.
//
// Invariants: the parts of a split add up to the total, to the minor unit; a
// split of -T is the negative of the split of T, so a credit undoes an invoice
// exactly; mixing currencies, or leaving the range of an int64, panics, since
// whatever came out would be booked.
package money

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

// Amount is money that can be booked: whole minor units of a currency, within
// plus or minus math.MaxInt64 of them. It compares with ==. The zero value is
// nothing in no currency, and adds to anything.
//
// As text and in JSON it is "1234.50 USD": it never stands without its currency.
type Amount struct {
	minor    int64
	currency Currency
}

// Of returns an amount of minor units: Of(1250, "USD") is 12.50 dollars.
func Of(minor int64, c Currency) Amount {
	if c == "" && minor != 0 {
		panic(fmt.Sprintf("money: %d of no currency", minor))
	}
	if minor == math.MinInt64 { // has no negative
		panic("money: amount out of range")
	}
	return Amount{minor, c}
}

// Zero returns nothing in a currency, which unlike the zero value prints with
// the currency's decimals and refuses to be mixed.
func Zero(c Currency) Amount { return Amount{0, c} }

// Minor returns the whole minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency, "" for the zero value.
func (a Amount) Currency() Currency { return a.currency }

// Add returns a + b.
func (a Amount) Add(b Amount) Amount {
	sum, ok := add64(a.minor, b.minor)
	if !ok {
		panic(fmt.Sprintf("money: %s + %s is out of range", a, b))
	}
	return Amount{sum, common(a.currency, b.currency)}
}

// Sub returns a - b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg returns -a.
func (a Amount) Neg() Amount { return Amount{-a.minor, a.currency} }

// Abs returns a without its sign.
func (a Amount) Abs() Amount {
	if a.minor < 0 {
		return a.Neg()
	}
	return a
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or more than b.
func (a Amount) Cmp(b Amount) int {
	common(a.currency, b.currency)
	return cmp.Compare(a.minor, b.minor)
}

// Equal is ==, for go-cmp.
func (a Amount) Equal(b Amount) bool { return a == b }

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int { return sign(a.minor) }

// IsZero says whether the amount is nothing, in whatever currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Exact returns the amount to compute with.
func (a Amount) Exact() Exact { return Exact{num: a.minor, den: 1, currency: a.currency} }

// Decimal returns the amount in major units, for a numeric column or a page.
func (a Amount) Decimal() decimal.Decimal {
	return decimal.New(a.minor, -int32(a.currency.exponentOrZero()))
}

// MarshalText writes the amount with its currency, "1234.50 USD", so that money
// in JSON can never lose it; nothing of no currency is the empty text.
func (a Amount) MarshalText() ([]byte, error) {
	if a.currency == "" {
		return nil, nil
	}
	return []byte(a.String() + " " + string(a.currency)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (a *Amount) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Amount{}
		return nil
	}
	number, code, found := strings.Cut(string(text), " ")
	if !found {
		return fault.New(fault.Invalid, "%s is not an amount with its currency such as 1234.50 USD", fault.Quote(string(text)))
	}
	currency, err := ParseCurrency(code)
	if err != nil {
		return err
	}
	*a, err = ParseAmount(number, currency)
	return err
}

// Sum adds amounts of one currency; of none it is the zero value.
func Sum(amounts ...Amount) Amount {
	var total Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

// common returns the currency of two operands. The zero value's "" gives way.
func common(a, b Currency) Currency {
	switch {
	case a == b, b == "":
		return a
	case a == "":
		return b
	}
	panic(fmt.Sprintf("money: %s meets %s", a, b))
}
