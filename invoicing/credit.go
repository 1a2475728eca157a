package invoicing

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
)

// DecideCredit turns a person's wish into the contract's fact and the credit
// note that follows from it alone; nothing else that is due goes on the note.
// The facts must hold the account's originals. It is pure: granting appends what
// it returns, a preview shows it, simulate plays it.
func DecideCredit(w World, f Facts, invoice Issued, c Credit) (contracts.Granted, Draft, error) {
	g, err := concession(invoice, c)
	if err != nil {
		return g.Granted, Draft{}, err
	}
	if err := creditable(f.Originals, c); err != nil {
		return g.Granted, Draft{}, err
	}
	line := invoice.Lines[c.Line-1]
	agreements := append([]contracts.Agreement(nil), f.Agreements...)
	for i := range agreements {
		if agreements[i].Contract == line.Contract {
			before := agreements[i].Concessions
			agreements[i].Concessions = append(before[:len(before):len(before)], g.Granted)
		}
	}
	f.Agreements = agreements
	all, err := changes(w, f, c.On)
	if err != nil {
		return g.Granted, Draft{}, err
	}
	var wanted []agreed
	lowered := money.Zero(invoice.Currency)
	for _, x := range all {
		if x.Piece.Kind == contracts.Concession && x.agreement.Contract == line.Contract && x.Piece.Line == line.Line && x.Piece.Span == line.Span {
			wanted, lowered = append(wanted, x), lowered.Sub(x.Delta())
		}
	}
	if lowered != c.Amount {
		return g.Granted, Draft{}, fault.InvalidFields(fault.Field{Path: "amount", Value: c.Amount.String(), Message: fmt.Sprintf(
			"is more than the %s %s the contract still charges for these days, after changes and earlier credits", larger(lowered, money.Zero(invoice.Currency)).Display(), invoice.Currency)})
	}
	f.Holds = nil // a person decides this very document
	decision, err := draft(w, f, c.On, wanted)
	if err != nil {
		return g.Granted, Draft{}, err
	}
	if n := len(decision.Drafts); n != 1 {
		return g.Granted, Draft{}, fmt.Errorf("a credit of one line made %d documents", n)
	}
	return g.Granted, decision.Drafts[0], nil
}

func larger(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

// Free refuses, with fault.Conflict, to take back a document that a later one
// builds on: one that corrects its lines, or lines that it corrects itself. The
// account's documents that are not voided are given.
func (d Document) Free(standing []Document) error {
	for _, later := range standing {
		for _, l := range later.Lines {
			if later.Seq > d.Seq && l.Corrects != nil && (l.Corrects.Document == d.Number || d.corrects(*l.Corrects)) {
				return fault.New(fault.Conflict, "%s corrects it: void that one first, or grant a credit instead", later.Number)
			}
		}
	}
	return nil
}

func (d Document) corrects(r Reference) bool {
	return slices.ContainsFunc(d.Lines, func(l Line) bool { return l.Corrects != nil && *l.Corrects == r })
}

// Voidable refuses, with fault.Conflict, to take back what was paid or credited
// since. Open is what the ledger holds as receivable for the document.
func (d Issued) Voidable(open money.Amount) error {
	switch {
	case d.Voided != nil:
		return fault.New(fault.Conflict, "it was voided on %s", d.Voided.On)
	case d.Kind == entities.CreditNote:
		return fault.New(fault.Conflict, "it is a credit note; what it credited can be billed again by an amendment")
	case open != d.Total:
		return fault.New(fault.Conflict, "%s %s of %s is open: it was paid or credited in part. Grant a credit instead", open.Display(), d.Currency, d.Total.Display())
	}
	return nil
}
