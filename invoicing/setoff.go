package invoicing

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
)

// restore takes a concession back, whole or in part, because less is charged
// than was conceded: the lines it had lowered get their amount and tax again.
func (d *drafting) restore(a contracts.Agreement, c Change) {
	left := c.Delta()
	for _, o := range d.originals(a, c) {
		credited := o.Credited.Add(d.credited[o.Reference])
		back := smaller(left, credited)
		if back.Sign() <= 0 {
			continue
		}
		left = left.Sub(back)
		d.credited[o.Reference] = d.credited[o.Reference].Sub(back)
		line := d.reversal(a, c, o, back)
		line.Description = takenBack + line.Description
		g, draft := d.draftFor(a, o.Payer, false)
		d.follow(g, draft, line, o, credited, back.Neg())
	}
	if !left.IsZero() { // it had been set against a new charge: see setOff
		_, draft := d.draftFor(a, a.PayerOn(d.asOf), false)
		line := d.line(a, c)
		line.Amount, line.Description = left, takenBack+line.Description
		draft.Lines = append(draft.Lines, line)
	}
}

const takenBack = "Taken back, as its charge is: "

// uncarried is a part of a credit that no issued line can carry: what was booked
// under one kind or period is charged under another on this very day.
type uncarried struct {
	agreement contracts.Agreement
	change    Change
	left      money.Amount
}

// setOff sets such a credit against new charges of the same contract line, on
// their document and at their tax. Beyond them there is nothing to give back.
func (d *drafting) setOff() {
	for _, u := range d.uncarried {
		i := slices.IndexFunc(d.order, func(g group) bool { return u.left.Cmp(d.charged(g, u)) <= 0 })
		if i < 0 {
			if d.err == nil {
				d.err = fault.New(fault.Conflict, "contract %s line %s %s: %s %s is to be credited, and no issued line holds it",
					u.agreement.Number, u.change.Piece.Line, u.change.Piece.Span, u.left, u.agreement.Currency)
			}
			return
		}
		line := d.line(u.agreement, u.change)
		line.Amount, line.Detail = u.left.Neg(), contracts.Detail{Unit: line.Detail.Unit, Reason: line.Detail.Reason}
		line.Follows = d.latest(u.agreement, u.change)
		draft := d.drafts[d.order[i]]
		draft.Lines = append(draft.Lines, line)
	}
}

// charged is what a document charges anew for the credit's line.
func (d *drafting) charged(g group, u uncarried) money.Amount {
	sum := money.Zero(u.agreement.Currency)
	for _, l := range d.drafts[g].Lines {
		if l.Contract == u.agreement.Contract && l.Line == u.change.Piece.Line && l.Corrects == nil {
			sum = sum.Add(l.Amount)
		}
	}
	return sum
}
