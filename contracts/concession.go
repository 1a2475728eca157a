package contracts

import (
	"cmp"
	"slices"
	"strings"

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

// VoidReason is why something is given back that an invoice asked for, when the invoice was taken back and is not asked for again.
const VoidReason = "void"

// Voids says whether a reason is that of an invoice taken back for good: "void", or "void: " and why.
func Voids(reason string) bool {
	return reason == VoidReason || strings.HasPrefix(reason, VoidReason+": ")
}

// concessions adds a negative piece for each concession, earned like its line.
func (p *pricing) concessions() {
	charges := p.pieces
	for i, g := range p.agreement.Concessions {
		piece := Piece{
			Line: g.Line, Kind: Concession, Span: g.Span, Period: g.Span, Version: p.agreement.Latest().Number,
			Amount: g.Amount.Neg(), Wanted: g.Amount, Nth: i, BillOn: g.GrantedOn, Closed: true,
			Description: "Credit: " + g.Reason, Detail: Detail{Reason: g.Reason, List: g.Amount.Neg()},
			Recognition: catalog.AsUsed, Values: []Value{{g.Span.End, g.Amount.Neg()}},
		}
		for _, charge := range charges {
			if charge.Line == g.Line {
				piece.Product, piece.Clause, piece.Recognition = charge.Product, charge.Clause, charge.Recognition
			}
			if charge.Line == g.Line && charge.Span == g.Span {
				piece.Service = charge.Service // it is earned as what it lowers
			}
		}
		p.pieces = append(p.pieces, piece)
	}
}

// LimitConcessions keeps concessions within the charges they lower: those of
// their line that share a day with them, and nothing is lowered below zero. When
// an amendment or a lower count takes a charge away, as much of the concession
// goes with it. Charges applies it to all pieces; whoever looks at others (those
// that are due, or stand billed for now) applies it again to these.
func LimitConcessions(pieces []Piece) []Piece {
	if !slices.ContainsFunc(pieces, func(p Piece) bool { return p.Kind == Concession }) {
		return pieces
	}
	out := slices.Clone(pieces)
	left := make([]money.Amount, len(out)) // of each charge, after earlier concessions
	for i, p := range out {
		left[i] = p.Amount
	}
	for _, i := range granted(out) {
		p, wanted, served := out[i], out[i].Wanted, period.Span{}
		for j, charge := range out {
			if charge.Line != p.Line || charge.Kind == Concession || !charge.Touches(p.Span) {
				continue
			}
			if part := lesser(wanted, left[j]); part.Sign() > 0 {
				wanted, left[j] = wanted.Sub(part), left[j].Sub(part)
				served = around(served, charge.Served())
			}
		}
		// What it lowers may end earlier since, or be paid for other days: no day after them is made cheaper.
		if end := period.MinDate(p.Span.End, served.End); p.Service.Empty() && !served.Empty() && end.Before(p.Span.End) && p.Span.Start.Before(end) {
			out[i].Service = period.NewSpan(p.Span.Start, end)
		}
		out[i].Amount = wanted.Sub(p.Wanted)
		out[i].Detail.List, out[i].Values = out[i].Amount, []Value{{out[i].Served().End, out[i].Amount}}
	}
	return out
}

// around is the shortest span that has the days of both.
func around(x, y period.Span) period.Span {
	if x.Empty() {
		return y
	}
	return period.NewSpan(period.MinDate(x.Start, y.Start), period.MaxDate(x.End, y.End))
}

// granted lists the places of concessions, in the order in which they were granted.
func granted(pieces []Piece) []int {
	var out []int
	for i, p := range pieces {
		if p.Kind == Concession {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(pieces[a].Nth, pieces[b].Nth) })
	return out
}

func lesser(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
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
