package scenario

import (
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// Scalars remember the line they stand on, so that what is found wrong with a
// fact only when it is played can still be pointed at.

type day struct {
	period.Date
	line int
}

func (d *day) ReadScalar(text string, line int) error {
	date, err := period.ParseDate(text)
	if err != nil {
		return fault.New(fault.Invalid, "is not a day such as 2026-03-31")
	}
	*d = day{date, line}
	return nil
}

// moment is an instant; the selling entity's zone says which day it is.
type moment struct {
	time.Time
	line int
}

func (m *moment) ReadScalar(text string, line int) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fault.New(fault.Invalid, "is not a time with its zone such as 2026-03-31T23:30:00-05:00")
	}
	*m = moment{at, line}
	return nil
}

// number is a plain decimal number as it was written. Whether it is a quantity
// or money, and in how many decimals, is said where it is used.
type number struct {
	text string
	line int
}

func (x *number) ReadScalar(text string, line int) error {
	if text == "" {
		return fault.New(fault.Invalid, "is not a number such as 12.50")
	}
	*x = number{text, line}
	return nil
}

// absent says that nothing was written.
func (x number) absent() bool { return x.text == "" }

func (x number) quantity() (decimal.Decimal, error)            { return usage.ParseQuantity(x.text) }
func (x number) decimal() (decimal.Decimal, error)             { return money.ParseDecimal(x.text) }
func (x number) amount(c money.Currency) (money.Amount, error) { return money.ParseAmount(x.text, c) }
