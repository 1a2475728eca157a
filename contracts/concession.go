package contracts

import (
	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Granted is a credit or price concession: a fact that lowers what is due for a
// line and span. The credit note is its document; history is not edited.
type Granted struct {
	ID        int64
	Line      string
	Span      period.Span  // the service it makes cheaper
	Amount    money.Amount // positive
	Reason    string
	GrantedOn period.Date
	Invoice   string // number of the invoice it was asked on, if any
}

// concessions adds a negative piece for each concession, earned like its line.
func (p *pricing) concessions() {
	for _, g := range p.agreement.Concessions {
		piece := Piece{
			Line: g.Line, Kind: Concession, Span: g.Span, Period: g.Span, Version: p.agreement.Latest().Number,
			Amount: g.Amount.Neg(), BillOn: g.GrantedOn, Closed: true,
			Description: "Credit: " + g.Reason, Detail: Detail{Reason: g.Reason, List: g.Amount.Neg()},
			Recognition: catalog.AsUsed, Values: []Value{{g.Span.End, g.Amount.Neg()}},
		}
		for _, priced := range p.pieces {
			if priced.Line == g.Line && priced.Kind != Concession {
				piece.Product, piece.Clause, piece.Recognition = priced.Product, priced.Clause, priced.Recognition
			}
		}
		p.pieces = append(p.pieces, piece)
	}
}

// ConcessionInvoice is the number of the invoice that a concession's piece was
// asked on; empty when none was named.
func (a Agreement) ConcessionInvoice(p Piece) string {
	if p.Kind != Concession {
		return ""
	}
	for i := len(a.Concessions) - 1; i >= 0; i-- {
		if g := a.Concessions[i]; g.Line == p.Line && g.Span == p.Span {
			return g.Invoice
		}
	}
	return ""
}
