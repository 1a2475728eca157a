package invoicing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// Totals adds up documents: how many, and their net by currency.
type Totals struct {
	Documents int                             `json:"documents"`
	Net       map[money.Currency]money.Amount `json:"net,omitempty"`
}

func (t *Totals) add(drafts []Draft) {
	for _, d := range drafts {
		t.Documents++
		t.net(d.Currency, d.Net)
	}
}

func (t *Totals) net(c money.Currency, amount money.Amount) {
	if t.Net == nil {
		t.Net = map[money.Currency]money.Amount{}
	}
	t.Net[c] = t.Net[c].Add(amount)
}

func (t *Totals) merge(o Totals) {
	t.Documents += o.Documents
	for c, amount := range o.Net {
		t.net(c, amount)
	}
}

// Currencies lists the currencies in order.
func (t Totals) Currencies() []money.Currency {
	return slices.Sorted(maps.Keys(t.Net))
}

// Deviation bounds how far a run may stray from the run a month before: by more
// than Percent of it and by more than Floor, in major units of the currency.
type Deviation struct {
	Percent int64
	Floor   int64
}

// Tolerance is the house's: half as much again, and at least ten thousand.
var Tolerance = Deviation{Percent: 50, Floor: 10_000}

// Strays compares a plan with the run before and says, for people, in which
// currency it strays; empty when it does not.
func (d Deviation) Strays(plan, before Totals) string {
	var out []string
	all := Totals{}
	all.merge(plan)
	all.merge(before)
	for _, c := range all.Currencies() {
		now, then := plan.Net[c], before.Net[c]
		difference := now.Sub(then).Abs()
		bound := money.SpreadTo(then.Abs(), d.Percent, 100)
		if difference.Cmp(money.Zero(c).Add(bound)) > 0 && difference.Decimal().Cmp(decimal.NewFromInt(d.Floor)) > 0 {
			out = append(out, fmt.Sprintf("%s %s net, %s a month before", now.Display(), c, then.Display()))
		}
	}
	return strings.Join(out, "; ")
}
