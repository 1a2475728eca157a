package invoicing

import (
	"strings"
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

// What no issued line can carry back is set against a new charge, without a line
// that it corrects: it showed a commitment of nothing. (Life 30133.)
func TestATrueUpThatIsSetAgainstANewChargeExplainsNoCommitment(t *testing.T) {
	line := Line{
		Kind: contracts.TrueUp, Amount: usd(-3733), Follows: &Reference{"US-2026-000006", 1},
		Span: period.NewSpan(date("2026-07-30"), date("2026-09-18")),
	}
	printed := Document{Draft: Draft{Currency: "USD", Lines: []Line{line}}}.Printed().Lines[0]
	if len(printed.Steps) > 0 {
		t.Errorf("a line of -37.33 prints the steps %v", printed.Steps)
	}
	got, want := strings.Join((&sheet{}).references(line), "\n"), "Takes back from line 1 of US-2026-000006"
	if !strings.Contains(got, want) {
		t.Errorf("it refers to %q, not %q", got, want)
	}
}
