package scenario

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

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

func (d *day) UnmarshalYAML(n *yaml.Node) error {
	date, err := period.ParseDate(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		return refuse(n, "is not a day such as 2026-03-31")
	}
	*d = day{date, n.Line}
	return nil
}

// moment is an instant; the selling entity's zone says which day it is.
type moment struct {
	time.Time
	line int
}

func (m *moment) UnmarshalYAML(n *yaml.Node) error {
	at, err := time.Parse(time.RFC3339, n.Value)
	if err != nil {
		return refuse(n, "is not a time with its zone such as 2026-03-31T23:30:00-05:00")
	}
	*m = moment{at, n.Line}
	return nil
}

// number is a plain decimal number as it was written. Whether it is a quantity
// or money, and in how many decimals, is said where it is used.
type number struct {
	text string
	line int
}

func (x *number) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return refuse(n, "is not a number such as 12.50")
	}
	*x = number{n.Value, n.Line}
	return nil
}

func (x number) quantity() (decimal.Decimal, error)            { return usage.ParseQuantity(x.text) }
func (x number) decimal() (decimal.Decimal, error)             { return money.ParseDecimal(x.text) }
func (x number) amount(c money.Currency) (money.Amount, error) { return money.ParseAmount(x.text, c) }

// refuse is a finding in the decoder's own shape, so that it is collected with
// the others instead of ending the reading.
func refuse(n *yaml.Node, message string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s %s", n.Line, fault.Quote(n.Value), message)}}
}
