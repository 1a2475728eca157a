package contracts

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// credits pay for charges that begin in their days, in the order in which these
// can be billed, until the balance is used up; what is left on the last day
// lapses. Of several the one with the lower priority is used first, then the one
// that expires first, then the one that began first.
//
// Nothing is stored: late usage takes its place in time, and the balance is used
// anew.
func (p *pricing) credits(order []int) []reduction {
	given := make([][]Credit, len(p.pieces))
	any := false
	for _, g := range p.agreement.inForce() {
		all := inDrawOrder(g.version.Document)
		for _, i := range order {
			if x := p.pieces[i]; len(all) > 0 && g.span.Contains(x.Span.Start) {
				given[i] = slices.DeleteFunc(slices.Clone(all), func(c Credit) bool { return !c.pays(g.version.Document, x) })
				any = any || len(given[i]) > 0
			}
		}
	}
	if !any {
		return nil
	}
	return []reduction{func(t *taking) {
		used := map[string]money.Amount{}
		for _, i := range order {
			for _, c := range given[i] {
				// An amendment that makes a credit smaller leaves what was used of it.
				rest := p.round(money.Price(c.Amount, p.agreement.Currency)).Sub(used[c.ID])
				row := c.row()
				if row.Amount = lesser(t.left[i], rest); row.Amount.Sign() > 0 {
					t.off(i, row)
					used[c.ID] = used[c.ID].Add(row.Amount)
				}
			}
		}
	}}
}

// pays says whether a charge is one that the credit is for.
func (c Credit) pays(d Document, x Piece) bool {
	return scoped(c.Lines, x) && c.days(d).Contains(x.Span.Start)
}

func (c Credit) days(d Document) period.Span { return bounded(d.Term.Span(), c.From, c.Through) }

func (c Credit) row() Reduction {
	label := map[CreditKind]string{Promotional: "Promotional credit", Goodwill: "Goodwill credit"}[c.Kind]
	if c.Reason != "" {
		label += ": " + c.Reason
	}
	return Reduction{Kind: ByCredit, ID: c.ID, Label: label, Programme: c.Programme}
}

// inDrawOrder lists a document's credits as they are used up.
func inDrawOrder(d Document) []Credit {
	out := slices.Clone(d.Credits)
	slices.SortStableFunc(out, func(a, b Credit) int {
		x, y := a.days(d), b.days(d)
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), x.End.Compare(y.End), x.Start.Compare(y.Start))
	})
	return out
}
