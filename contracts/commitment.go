package contracts

import (
	"slices"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// commitments adds true-ups: when a commitment's period is over, what was agreed
// for its days less what its lines were charged for them. Worked: 1000 cents for
// February (28 days), ended on the 25th, 800 used: 1000 x 25/28 - 800 = 93.
func (p *pricing) commitments() {
	for _, id := range lineages(p.agreement, documentCommits, commitID) {
		for _, s := range p.commitStretches(id) {
			for _, b := range p.periods(s.terms.Every, s.span) {
				if !p.until.Before(b.span.End) { // only the closing snapshot is billed
					p.trueUp(s, b)
				}
			}
		}
	}
}

func (p *pricing) commitStretches(id string) []stretch[Commit] {
	return stretches(p.agreement, func(v Version) (period.Span, Commit, bool) {
		c, ok := find(v.Document.Commits, commitID, id)
		return v.Document.Term.Span(), c, ok
	}, func(a, b Commit) bool {
		return a.Every == b.Every && a.Product == b.Product && a.Amount.Equal(b.Amount) && slices.Equal(a.Lines, b.Lines)
	})
}

func (p *pricing) trueUp(s stretch[Commit], b billed) {
	c := s.terms
	spent := money.Zero(p.agreement.Currency)
	for _, piece := range p.pieces {
		if slices.Contains(c.Lines, piece.Line) && b.span.Contains(piece.Span.Start) {
			spent = spent.Add(piece.Amount)
		}
	}
	committed := part(round(money.Price(c.Amount, p.agreement.Currency)), b.span, b.whole)
	missing := committed.Sub(spent)
	if missing.Sign() <= 0 {
		return
	}
	product := p.product(c.Product, s.version)
	p.pieces = append(p.pieces, Piece{
		Line: c.ID, Kind: TrueUp, Span: b.span, Period: b.whole,
		Product: c.Product, Description: product.Name, Clause: c.Clause, Version: s.version.Number,
		Amount: missing, BillOn: b.span.End, Closed: true,
		Recognition: catalog.AsUsed, Values: []Value{{b.span.End, missing}},
		Detail: Detail{Unit: product.Unit, List: missing, Committed: committed, Spent: spent},
	})
}
