package invoicing

import (
	"fmt"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/ledger"
)

// Issue gives a draft its number and place, and books it. The standing moves on,
// so that the next document of the account sees this one.
//
// The entry (ledger event table): debit the receivable with the gross, credit
// tax, debit what a marketplace keeps, and credit each contract line's net to unbilled receivable as far as it
// was earned, to deferred revenue for the rest; ledger.Settle decides. A credit
// note lowers the receivable of the invoices it corrects, so that their open
// balance shows it.
func Issue(d Draft, number string, seq int64, s *ledger.Standing) (Document, ledger.Entry) {
	doc := Document{Number: number, Seq: seq, Draft: d}
	entry := ledger.Entry{
		Account: d.Account, Seq: s.Next, Entity: d.Entity, Source: string(d.Kind) + ":" + number,
		BookedOn: d.IssuedOn, Currency: d.Currency,
		Memo: fmt.Sprintf("%s %s to %s", kindName(d.Kind), number, d.Buyer.Name),
	}
	entry.Postings = append(append(doc.receivable(), doc.kept()...), doc.taxes()...)
	entry.Postings = append(entry.Postings, doc.settle(s)...)
	for i, l := range d.Lines {
		entry.Billed = append(entry.Billed, doc.billed(i+1, l))
	}
	s.Book(entry)
	return doc, entry
}

func kindName(k Kind) string {
	if k == entities.CreditNote {
		return "Credit note"
	}
	return "Invoice"
}

// receivable debits an invoice's total to its own number. A credit note's total
// is split over the documents it corrects, by what each line gives back.
func (d Document) receivable() []ledger.Posting {
	if d.Kind == entities.Invoice {
		return d.open(ledger.Debit(ledger.AccountsReceivable, d.Total), d.Number)
	}
	gross := make(map[int]money.Amount, len(d.Lines))
	for _, r := range d.TaxRows {
		gross[r.Line] = gross[r.Line].Add(r.Tax)
	}
	sums := map[string]money.Amount{}
	var order []string
	for i, l := range d.Lines {
		document := d.Number
		if l.Corrects != nil {
			document = l.Corrects.Document
		}
		if _, seen := sums[document]; !seen {
			order = append(order, document)
		}
		sums[document] = sums[document].Add(l.Amount).Add(gross[i+1]).Sub(l.Fee)
	}
	var out []ledger.Posting
	for _, document := range order {
		out = append(out, d.open(ledger.Debit(ledger.AccountsReceivable, sums[document]), document)...)
	}
	return out
}

// open completes a posting with who it is with and for which document; one of
// zero is left out.
func (d Document) open(p ledger.Posting, document string) []ledger.Posting {
	if p.Amount.IsZero() {
		return nil
	}
	p.Customer, p.Document = d.Payer, document
	return []ledger.Posting{p}
}

func (d Document) taxes() []ledger.Posting {
	return d.open(ledger.Credit(ledger.TaxLiability, d.Tax), d.Number)
}

// settle credits what the lines bill, line of contract by line of contract.
func (d Document) settle(s *ledger.Standing) []ledger.Posting {
	sums := map[ledger.LineKey]money.Amount{}
	var order []ledger.LineKey
	for _, l := range d.Lines {
		key := ledger.LineKey{Contract: int64(l.Contract), Line: l.Line}
		if _, seen := sums[key]; !seen {
			order = append(order, key)
		}
		sums[key] = sums[key].Add(l.Amount)
	}
	var out []ledger.Posting
	for _, key := range order {
		deferred, unbilled := ledger.Settle(s.Lines[key], sums[key], money.Zero(d.Currency))
		for _, p := range append(d.open(ledger.Credit(ledger.UnbilledReceivable, unbilled.Neg()), d.Number),
			d.open(ledger.Credit(ledger.DeferredRevenue, deferred), d.Number)...) {
			p.Contract, p.Line = key.Contract, key.Line
			out = append(out, p)
		}
	}
	return out
}

func (d Document) billed(n int, l Line) ledger.Billed {
	event := ledger.Issue
	if l.Amount.Sign() < 0 || l.Kind == contracts.Concession {
		event = ledger.Credited
	}
	return ledger.Billed{
		Event: event, Contract: int64(l.Contract), Line: l.Line, Kind: string(l.Kind), Span: l.Span,
		Amount: l.Amount, Document: d.Number, DocumentLine: n, BookedOn: d.IssuedOn, DueOn: d.DueOn,
	}
}
