package reconcile

import (
	"context"
	"strings"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
)

func documentRef(number string) Ref { return Ref{Kind: Document, Name: number, Document: number} }

// billing sets the net of documents beside what their entries moved on contract lines.
func billing(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, d := range b.asked {
		s.left(documentRef(d.Number), askedAs(d), d.Net)
	}
	for _, e := range b.booked {
		s.right(documentRef(e.Number), map[string]string{"invoice": "Entries of invoices", "credit_note": "Entries of credit notes", "void": "Entries of voids"}[e.Kind], e.Lines)
	}
	return s.result(spec, sides("The document has no entry in the month: it was issued and not booked, or booked in another month",
		"There is an entry of the document, and no document of that number was issued or voided in the month",
		"The entry moves another amount on contract lines than the lines of the document come to")), nil
}

func askedAs(d invoicing.AskedDocument) string {
	switch {
	case d.Void:
		return "Voids"
	case d.Kind == entities.CreditNote:
		return "Credit notes"
	}
	return "Invoices"
}

// taxes sets the tax rows of documents beside tax payable.
func taxes(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, d := range b.asked {
		s.left(documentRef(d.Number), askedAs(d), d.Tax)
	}
	b.elsewhere(ledger.TaxLiability, b.Month.First(), func(p ledger.Posting) { s.left(documentRef(p.Document), billedElsewhere, p.Amount.Neg()) })
	if err := b.taxLost(ctx, q, s); err != nil {
		return Result{}, err
	}
	held, err := ledger.HeldBy(ctx, q, b.Entity, b.Currency, b.Month.Span(), ledger.TaxLiability)
	for _, h := range held {
		s.right(documentRef(h.Document), "Tax payable", h.Amount.Neg())
	}
	return s.result(spec, sides("The document has tax rows, and nothing was booked to tax payable for it",
		"Tax was booked for a document that has no tax rows in the month: a posting by hand, or a document of another month",
		"The tax rows of the document add up to another amount than was booked")), err
}

// taxLost is the tax on what was written off or reinstated in the month, where the policy of then takes it back from the state.
func (b *books) taxLost(ctx context.Context, q postgres.Querier, s *sheet) error {
	var numbers []string
	for _, l := range b.losses {
		numbers = append(numbers, l.Document)
	}
	documents, err := invoicing.Rows(ctx, q, numbers)
	if err != nil {
		return err
	}
	for _, l := range b.losses {
		d, known := documents[l.Document]
		relieved := strings.HasSuffix(l.Policy, ","+string(ledger.Yes))
		if !known || !relieved || d.Total.IsZero() || !b.Month.Span().Contains(l.BookedOn) {
			continue
		}
		tax := money.SpreadToExact(l.Amount, d.Tax.Exact(), d.Total.Exact())
		switch l.Kind {
		case payments.WrittenOff:
			s.left(documentRef(l.Document), writtenOff, tax.Neg())
		case payments.Reinstated:
			s.left(documentRef(l.Document), writtenOff, tax)
		}
	}
	return nil
}

// billedRecord sets documents beside the record of what was billed that billing and recognition share.
func billedRecord(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for k, amount := range b.nets {
		s.left(b.lineRef(k), "Documents", amount)
	}
	for _, l := range b.position.Lines {
		s.right(b.lineRef(keyOf(l.Contract, l.Line)), "Recorded as billed", l.Billed)
	}
	return s.result(spec, sides("Documents ask for the line, and no record says it was billed", "The line is recorded as billed, and no document asks for it",
		"Documents and the record of what was billed disagree: the next run would bill or credit the difference")), nil
}

// waterfallRows sets each row of the waterfall, taken apart, beside the documents of its month.
func waterfallRows(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, row := range b.position.Waterfall.Rows {
		if row.Billed.IsZero() {
			continue // earned and not billed: no document has it yet
		}
		r := monthRef(row.Billed)
		s.left(r, "Earned before the month", row.Before)
		s.left(r, "Earned in the month", money.Sum(row.Cells...))
		i := s.left(r, "Earned after the month", row.Beyond)
		if sum := row.Before.Add(money.Sum(row.Cells...)).Add(row.Beyond); !sum.Sub(row.Total).IsZero() {
			i.Unequal, i.Why = true, "The parts of the row come to "+sum.Display()+", and it shows "+row.Total.Display()+" in all"
		}
	}
	nets, err := invoicing.MonthNets(ctx, q, b.Entity, b.Currency, b.Month.Last())
	for _, n := range nets {
		s.right(monthRef(n.Month), "Documents", n.Amount)
	}
	return s.result(spec, sides("The waterfall has a row for a month without documents", "Documents were issued in the month, and the waterfall has no row for it",
		"The row spreads another amount than documents asked in the month")), err
}

func monthRef(m period.Month) Ref { return Ref{Kind: Month, Name: m.String()} }
