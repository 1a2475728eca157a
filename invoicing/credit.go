package invoicing

import (
	"fmt"

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
	for _, x := range all {
		if x.Piece.Kind == contracts.Concession && x.agreement.Contract == line.Contract && x.Piece.Line == line.Line && x.Piece.Span == line.Span {
			wanted = append(wanted, x)
		}
	}
	drafts, err := draft(w, f, c.On, wanted)
	if err != nil {
		return g.Granted, Draft{}, err
	}
	if len(drafts) != 1 {
		return g.Granted, Draft{}, fmt.Errorf("a credit of one line made %d documents", len(drafts))
	}
	return g.Granted, drafts[0], nil
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
