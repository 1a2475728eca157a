package invoicing

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Forgone is what a contract does not ask for any more.
type Forgone struct {
	Contract string // number
	contracts.Granted
}

// DecideCancel takes an unpaid invoice back for good: its entry is mirrored, and what it asked for is given up, so that no later
// run bills it anew. Its charges stand billed beside a concession of the same amount: nothing is left to ask for, and what was
// earned of them is earned less, as the seller's policy of voids says. It is pure; the facts' standing stays.
func DecideCancel(w World, f Facts, invoice Issued, on period.Date, reason string) ([]Forgone, ledger.Entry, error) {
	var given []Forgone
	for i, l := range invoice.Lines {
		if l.Amount.Sign() < 0 || l.Corrects != nil || l.Kind == contracts.Concession {
			return nil, ledger.Entry{}, fault.New(fault.Conflict, "line %d of %s corrects another document: void it and let it be billed anew, or grant a credit", i+1, invoice.Number)
		}
		if l.Amount.Sign() > 0 {
			given = append(given, Forgone{l.ContractNumber, contracts.Granted{
				Line: l.Line, Span: l.Span, Amount: l.Amount, Reason: contracts.VoidReason + ": " + reason, GrantedOn: on, Invoice: invoice.Number,
			}})
		}
	}
	entry := Unissue(invoice.Document, on, f.Standing)
	for i, b := range entry.Billed {
		entry.Billed[i].Event, entry.Billed[i].Kind = ledger.Credited, string(contracts.Concession)
		if b.Amount.IsZero() { // a zero that was shown is not shown again either way
			entry.Billed[i].Event, entry.Billed[i].Kind = b.Event, b.Kind
		}
	}
	return given, entry, f.nothingLeft(w, given, entry, invoice, on)
}

// nothingLeft refuses with fault.Conflict what would still change a bill: the contract charges other than the invoice says by now.
func (f Facts) nothingLeft(w World, given []Forgone, entry ledger.Entry, invoice Issued, on period.Date) error {
	f.Agreements = slices.Clone(f.Agreements)
	var before, after money.Amount
	sum := func(f Facts) (out money.Amount, err error) {
		all, err := changes(w, f, on)
		for _, x := range all {
			if slices.ContainsFunc(invoice.Lines, func(l Line) bool {
				return l.Contract == x.agreement.Contract && l.Line == x.Piece.Line && l.Span.Overlaps(x.Piece.Span)
			}) {
				out = out.Add(x.Delta())
			}
		}
		return out, err
	}
	before, err := sum(f)
	if err != nil {
		return err
	}
	for i := range f.Agreements {
		a := &f.Agreements[i]
		for _, g := range given {
			if g.Contract == a.Number {
				a.Concessions = append(a.Concessions[:len(a.Concessions):len(a.Concessions)], g.Granted)
			}
		}
	}
	f.Standing = f.Standing.Clone()
	f.Standing.Book(entry)
	if after, err = sum(f); err != nil {
		return err
	}
	if !before.IsZero() || !after.IsZero() {
		return fault.New(fault.Conflict, "the contract does not charge any more what %s asks for: void it and let the rest be billed anew, or grant a credit", invoice.Number)
	}
	return nil
}

// withoutCancelled leaves out a charge that an amendment took away after its invoice was taken back for good: as much of what
// was given up falls away with it, and nobody is asked for either.
func withoutCancelled(all []Change) []Change {
	gone := make([]bool, len(all))
	for i, x := range all {
		if x.Piece.Kind != contracts.Concession || x.Delta().Sign() <= 0 || !contracts.Voids(x.Piece.Detail.Reason) {
			continue
		}
		for j, y := range all {
			if !gone[j] && y.Piece.Kind != contracts.Concession && y.Piece.Line == x.Piece.Line && y.Piece.Span.Overlaps(x.Piece.Span) && y.Delta() == x.Delta().Neg() {
				gone[i], gone[j] = true, true
				break
			}
		}
	}
	out := all[:0:0]
	for i, x := range all {
		if !gone[i] {
			out = append(out, x)
		}
	}
	return out
}
