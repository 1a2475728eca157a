package invoicing

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/ledger"
)

// late says whether a change adds to usage that stands billed: whatever raised it, the customer has a bill for these days
// already. What comes on the very day of that bill is not late yet.
func (c Change) late(asOf period.Date) bool {
	usage := c.Piece.Kind == contracts.Metered || c.Piece.Kind == contracts.OverCap
	return usage && !c.First && c.Delta().Sign() > 0 && asOf.After(c.Piece.BillOn)
}

// Waiting lists what is due and stands over: additions to billed usage that wait for the contract's next regular
// document, by its policy. What stands billed and what waits come to what is asked (Asked).
//
// An addition goes out with whatever else is billed or credited to the contract on a day, at the latest thirty days after
// the contract's end. A decrease never waits: it is the customer's money.
func Waiting(a contracts.Agreement, changes []Change, asOf period.Date) []Change {
	if a.Latest().Document.Billing.LateUsage() != contracts.NextInvoice || !asOf.Before(a.LateUsageEnds()) {
		return nil
	}
	var waiting []Change
	for _, c := range changes {
		switch {
		case c.late(asOf):
			waiting = append(waiting, c)
		case c.regular(asOf):
			return nil
		}
	}
	return waiting
}

// regular says whether a change asks or gives back something by itself, or would on this day had anything been used.
func (c Change) regular(asOf period.Date) bool {
	return !c.Delta().IsZero() || c.Piece.BillOn == asOf
}

// StandingOver is Waiting from scratch, for proofs: what of an agreement's due pieces is not billed on a day though the
// run of that day is through.
func StandingOver(a contracts.Agreement, pieces []contracts.Piece, stood []ledger.Stood, asOf period.Date) []Change {
	return Waiting(a, Plan(Asked(pieces, stood, asOf), stood), asOf)
}

// settleLate leaves out what waits and marks what is billed anew.
func settleLate(a contracts.Agreement, changes []Change, asOf period.Date) []agreed {
	waiting := Waiting(a, changes, asOf)
	anew := a.Latest().Document.Billing.LateUsage() == contracts.Reissue
	var out []agreed
	for _, c := range changes {
		waits := slices.ContainsFunc(waiting, func(w Change) bool {
			return w.Piece.Line == c.Piece.Line && w.Piece.Kind == c.Piece.Kind && w.Piece.Span == c.Piece.Span
		})
		if !waits && !c.empty() {
			out = append(out, agreed{a, c, anew && c.late(asOf)})
		}
	}
	return out
}

// reissue credits the lines that billed a period in full and bills it anew: a credit note and an invoice.
func (d *drafting) reissue(a contracts.Agreement, c Change) {
	left := c.Booked
	for _, o := range d.originals(a, c) {
		credit := smaller(left, d.left(o))
		if o.Piece.Kind != string(c.Piece.Kind) || o.Piece.Span != c.Piece.Span || credit.Sign() <= 0 {
			continue
		}
		before := o.Credited.Add(d.credited[o.Reference])
		d.credited[o.Reference] = d.credited[o.Reference].Add(credit)
		left = left.Sub(credit)
		g, draft := d.draftFor(a, o.Payer, true)
		d.follow(g, draft, d.reversal(a, c, o, credit.Neg()), o, before, credit)
	}
	_, draft := d.draftFor(a, a.PayerOn(d.asOf), false)
	line := d.line(a, c)
	// What no line of these very days can give back stays billed where it is.
	line.Amount, line.Before, line.Description = c.Owed.Sub(left), left, "Billed anew: "+line.Description
	draft.Lines = append(draft.Lines, line)
}

// addition is a line that adds to what was billed for its days.
func (d *drafting) addition(a contracts.Agreement, c Change, line Line) Line {
	line.Follows, line.Before = d.latest(a, c), c.Booked
	word := "Addition"
	if c.late(d.asOf) && a.Latest().Document.Billing.LateUsage() == contracts.NextInvoice {
		word = "Late usage" + monthOf(c.Piece.Span)
	}
	line.Description = word + ": " + line.Description
	return line
}

// monthOf names the month a span lies in: " of March 2026"; its days stand beside it anyhow.
func monthOf(span period.Span) string {
	month := span.Start.MonthOf()
	if span.End.After(month.End()) {
		return ""
	}
	return " of " + span.Start.Format("January 2006")
}
