package invoicing

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/tax"
)

// Brought is an invoice that another system issued, as it stood when its company came to us: its own number, what is left of it
// after credits. It becomes a document like ours, so that payments, ageing and corrections find it; nobody is sent it.
type Brought struct {
	Number          string
	Payer           customers.ID
	IssuedOn, DueOn period.Date
	Lines           []BroughtLine
}

// BroughtLine bills a piece of a contract. Tax is what that system charged.
type BroughtLine struct {
	Agreement   contracts.Agreement
	Piece       contracts.Piece
	Amount, Tax money.Amount
}

// BringOver makes a document of an invoice brought over and books it on a day: what it asks, by whom it is owed, and which days
// of which lines it bills. The n-th of those brought at once takes the n-th place.
func (f Facts) BringOver(w World, b Brought, n int, on period.Date) (Document, ledger.Entry, error) {
	payer, known := f.Customers[b.Payer]
	if len(b.Lines) == 0 || !known {
		return Document{}, ledger.Entry{}, fault.New(fault.Invalid, "invoice %s has no lines, or nobody owes it", b.Number)
	}
	first := b.Lines[0].Agreement
	entity, _ := w.Entities.ByID(first.Entity)
	d := Draft{
		Account: f.Account, Entity: first.Entity, Payer: b.Payer, Currency: first.Currency, IssuedOn: b.IssuedOn, TaxPoint: b.IssuedOn, DueOn: b.DueOn,
		Warnings: []string{"Issued by another system and brought over"}, Seller: seller(entity), Buyer: buyer(payer), Bank: entity.Bank,
	}
	describing := &drafting{world: w, facts: f, asOf: b.IssuedOn}
	for i, l := range b.Lines {
		line := describing.line(l.Agreement, Change{Piece: l.Piece})
		line.Amount, line.Detail = l.Amount, contracts.Detail{Unit: l.Piece.Detail.Unit}
		d.Lines = append(d.Lines, line)
		d.TaxRows = append(d.TaxRows, taxBrought(entity, i+1, l))
	}
	d.add()
	if describing.err != nil || d.Kind != entities.Invoice {
		return Document{}, ledger.Entry{}, fmt.Errorf("bring over invoice %s of %s: %w", b.Number, d.Total, describing.err)
	}
	doc, entry := Issue(d, b.Number, f.Documents+int64(n), f.Standing)
	entry.Source, entry.BookedOn, entry.Memo = "opening:invoice:"+b.Number, on, fmt.Sprintf("Invoice %s brought over, owed by %s", b.Number, payer.Name)
	return doc, entry, nil
}

// taxBrought is the tax of a line in one row: which jurisdictions it went to stands in the other system. A correction returns its
// share of it.
func taxBrought(e entities.Entity, line int, l BroughtLine) tax.Row {
	row := tax.Row{Line: line, Place: e.Country, Level: tax.Country, Name: "Tax as invoiced before", Net: l.Amount, Taxable: l.Amount, Tax: l.Tax,
		Reason: tax.StandardRated, Source: "brought over"}
	if l.Tax.IsZero() {
		row.Taxable, row.Reason = money.Zero(l.Amount.Currency()), tax.NotSubjectToTax
	} else {
		row.Rate = decimal.NewFromInt(l.Tax.Minor()).DivRound(decimal.NewFromInt(l.Amount.Minor()), 6)
	}
	return row
}

// Difference is a charge that stands billed otherwise than the contract says.
type Difference struct {
	Agreement contracts.Agreement
	Change
}

// Differences lists what the next run would charge or take back, if it ran on a day: what stands billed is held against what
// contracts let us ask for, piece by piece.
func Differences(w World, f Facts, asOf period.Date) ([]Difference, error) {
	var out []Difference
	for _, a := range f.Agreements {
		pieces, err := f.pieces(w, a, asOf)
		if err != nil {
			return nil, err
		}
		stood := f.Standing.Of(int64(a.Contract))
		for _, c := range inOrder(Plan(Asked(pieces, stood, asOf), stood), pieces) {
			if !c.Delta().IsZero() {
				out = append(out, Difference{a, c})
			}
		}
	}
	return out, nil
}
