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
//
// A period that an amendment cut is one period still: what was agreed for each
// of its parts is added up and held against what was spent in all of them.
func (p *pricing) commitments() {
	for _, id := range lineages(p.agreement, documentCommits, commitID) {
		var open []pledge
		for _, s := range p.commitStretches(id) {
			for _, b := range periods(p, s.terms.Every, s) {
				next := pledge{s.terms, s.version, b}
				if len(open) > 0 && open[0].billed.whole.Start != b.whole.Start {
					p.trueUp(open)
					open = nil
				}
				open = append(open, next)
			}
		}
		if len(open) > 0 {
			p.trueUp(open)
		}
	}
}

// pledge is what was committed for a part of a period.
type pledge struct {
	commit  Commit
	version Version
	billed  billed
}

func (p *pricing) commitStretches(id string) []stretch[Commit] {
	return stretches(p.agreement, func(v Version) (period.Span, Commit, bool) {
		c, ok := find(v.Document.Commits, commitID, id)
		return v.Document.Term.Span(), c, ok
	}, func(a, b Commit) bool {
		return a.Every == b.Every && a.Product == b.Product && a.Amount.Equal(b.Amount) && slices.Equal(a.Lines, b.Lines)
	})
}

// trueUp closes one period, given its parts in order.
func (p *pricing) trueUp(parts []pledge) {
	last := parts[len(parts)-1]
	span := period.NewSpan(parts[0].billed.span.Start, last.billed.span.End)
	if p.until.Before(span.End) {
		return // only the closing snapshot is billed
	}
	committed, spent := money.Zero(p.agreement.Currency), p.spent(parts)
	for _, x := range parts {
		committed = committed.Add(part(p.round(money.Price(x.commit.Amount, p.agreement.Currency)), x.billed.span, x.billed.whole))
	}
	missing := committed.Sub(spent)
	if missing.Sign() <= 0 {
		return
	}
	c := last.commit
	product := p.product(c.Product, last.version)
	p.pieces = append(p.pieces, Piece{
		Line: c.ID, Kind: TrueUp, Span: span, Period: last.billed.whole,
		Product: c.Product, Description: product.Name, Clause: c.Clause, Version: last.version.Number,
		Amount: missing, BillOn: span.End, Closed: true,
		Recognition: catalog.AsUsed, Values: []Value{{span.End, missing}},
		Detail: Detail{Unit: product.Unit, List: missing, Committed: committed, Spent: spent},
	})
}

// spent adds up the charges that began in the period, for lines that counted on
// one of their days.
func (p *pricing) spent(parts []pledge) money.Amount {
	sum := money.Zero(p.agreement.Currency)
	for _, piece := range p.pieces {
		if slices.ContainsFunc(parts, func(x pledge) bool {
			return slices.Contains(x.commit.Lines, piece.Line) && x.billed.whole.Contains(piece.Span.Start) && x.billed.span.Overlaps(piece.Span)
		}) {
			sum = sum.Add(piece.Amount)
		}
	}
	return sum
}
