package subledger

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// cost is a commission and how it is spread over its benefit.
type cost struct {
	key    string
	line   string
	amount money.Amount
	parts  []revrec.Portion
	lost   period.Date // zero: the customer stays
}

// commission capitalizes a cost of obtaining a contract, and gives it up when the customer leaves.
func (b *book) commission(e event) error {
	if e.Kind == Lost {
		for _, c := range b.costs {
			if c.lost.IsZero() && (e.Line == "" || e.Line == c.line) {
				c.lost = e.On
			}
		}
		return nil
	}
	if e.Months < 1 || e.Months > longest/28 {
		return wrong("months", fmt.Sprint(e.Months), "must be the months of benefit, at least one")
	}
	terms := revrec.Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: revrec.Service{Days: period.NewSpan(e.On, e.On.AddMonths(e.Months))}}
	parts, err := terms.Spread(b.zero().Add(e.Amount))
	if err != nil {
		return err
	}
	b.costs = append(b.costs, &cost{key: e.key("cost"), line: e.Line, amount: b.zero().Add(e.Amount), parts: parts})
	b.of(e, "commission", ledger.CapitalizeCommission(b.zero().Add(e.Amount)))
	return nil
}

// amortize books what months have used up of commissions, and the rest where the customer was lost: months that ended by then
// are amortized whole.
func (b *book) amortize() {
	for _, c := range b.costs {
		rest := c.amount
		for _, p := range c.parts {
			last := p.Period.Span.Last()
			if !c.lost.IsZero() && last.After(c.lost) {
				break
			}
			rest = rest.Sub(p.Amount)
			b.enter(c.key+":"+p.Period.Name, "amortize", last, "", attributed(ledger.AmortizeCommission(p.Amount), p.Period.Span.Start.MonthOf()))
		}
		if !c.lost.IsZero() {
			b.enter(c.key+":lost", "customer_lost", c.lost, "", ledger.ImpairCommission(rest))
		}
	}
}
