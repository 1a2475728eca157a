package invoicing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
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
// than Percent of it and by more than Floor, wherever in the world.
type Deviation struct {
	Percent int64
	Floor   money.Amount
}

// Tolerance is the house's: half as much again, and at least ten thousand
// dollars' worth.
var Tolerance = Deviation{Percent: 50, Floor: money.Of(10_000_00, "USD")}

// Strays compares a plan with the run before and says, for people, in which
// currency it strays; empty when it does not.
func (d Deviation) Strays(plan, before Totals, rates *entities.Rates, on period.Date) string {
	var out []string
	all := Totals{}
	all.merge(plan)
	all.merge(before)
	for _, c := range all.Currencies() {
		now, then := plan.Net[c], before.Net[c]
		difference := now.Sub(then).Abs()
		share := money.Zero(c).Add(money.SpreadTo(then.Abs(), d.Percent, 100))
		if difference.Cmp(share) > 0 && difference.Cmp(d.floor(c, rates, on)) > 0 {
			out = append(out, fmt.Sprintf("%s %s net, %s a month before", now.Display(), c, then.Display()))
		}
	}
	return strings.Join(out, "; ")
}

// floor is the floor in a currency. Without a rate the same figure serves: it
// only decides whether a person looks.
func (d Deviation) floor(c money.Currency, rates *entities.Rates, on period.Date) money.Amount {
	if c == d.Floor.Currency() {
		return d.Floor
	}
	converted, _, err := rates.Convert(d.Floor, c, on)
	if err != nil {
		return money.Of(d.Floor.Minor(), c)
	}
	return converted
}
