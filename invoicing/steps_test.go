package invoicing

import (
	"testing"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
)

// Each of these printed steps that did not come to the line above them.
func TestTheStepsOfALineComeToItsAmount(t *testing.T) {
	for name, c := range map[string]struct {
		line Line
		last string // amount of the step that was wrong
	}{
		"overage at its own price":        {Line{Kind: contracts.OverCap, Amount: usd(750), Detail: contracts.Detail{List: usd(500), Quantity: decimal.NewFromInt(50), UnitPrice: decimal.New(15, -2)}}, "7.50"},
		"uncovered days beside a prepaid": {Line{Kind: contracts.Metered, Amount: usd(15000), Detail: contracts.Detail{List: usd(40000), Drawn: usd(25000), DrawnFrom: "prepaid"}}, "-250.00"},
		"a one-time fee less the margin":  {Line{Kind: contracts.OneTime, Amount: usd(8000), Detail: contracts.Detail{List: usd(10000), Margin: decimal.NewFromInt(20)}}, "-20.00"},
	} {
		c.line.Span = period.NewSpan(date("2026-01-01"), date("2026-02-01"))
		c.line.Period = c.line.Span
		printed := Document{Draft: Draft{Currency: "USD", Lines: []Line{c.line}}}.Printed().Lines[0]
		if n := len(printed.Steps); n == 0 || printed.Steps[n-1].Amount != c.last {
			t.Errorf("%s: the steps are %v, the last should be %s", name, printed.Steps, c.last)
		}
	}
}
