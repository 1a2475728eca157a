package reconcile

import (
	"context"
	"slices"
	"strings"

	"ratable/customers"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
)

// receivables sets what documents ask and was not paid beside accounts receivable, by document and customer.
func receivables(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	claims, err := invoicing.ClaimsOn(ctx, q, b.Entity, b.Currency, b.Month.Last())
	if err != nil {
		return Result{}, err
	}
	s := newSheet(b.Scope)
	payers := map[string]customers.ID{}
	owed := func(document string) Ref {
		return Ref{Kind: Document, Name: document, Document: document, Customer: payers[document]}
	}
	for _, c := range claims {
		part := "Invoices"
		if c.Credit {
			part = "Credit notes"
		} else {
			payers[c.Document] = c.Payer
		}
		s.left(Ref{Kind: Document, Name: c.Document, Document: c.Document, Customer: c.Payer}, part, c.Amount)
	}
	for _, r := range b.receipts {
		for _, a := range r.Applications {
			if !a.Refund() {
				s.left(owed(a.Document), "Payments applied", a.Amount.Neg())
			}
		}
	}
	b.elsewhere(ledger.AccountsReceivable, dawn, func(p ledger.Posting) {
		s.left(Ref{Kind: Document, Name: p.Document, Document: p.Document, Customer: p.Customer}, billedElsewhere, p.Amount)
	})
	for _, l := range b.losses {
		amount := b.zero()
		switch l.Kind {
		case payments.WrittenOff:
			amount = l.Amount.Neg()
		case payments.Reinstated:
			amount = l.Amount
		}
		if !amount.IsZero() {
			s.left(Ref{Kind: Document, Name: l.Document, Document: l.Document, Customer: l.Customer}, writtenOff, amount)
		}
	}
	held, err := ledger.HeldBy(ctx, q, b.Entity, b.Currency, b.days(), ledger.AccountsReceivable)
	for _, h := range held {
		s.right(Ref{Kind: Document, Name: h.Document, Document: h.Document, Customer: h.Customer}, "Accounts receivable", h.Amount)
	}
	return s.result(spec, sides("The document is open, and no receivable stands booked for it with this customer",
		"A receivable stands booked with this customer that neither a document nor a payment explains: a posting by hand, or one that names another document",
		"Document and payments leave another amount open than stands booked")), err
}

// customerBalances sets money that pays no invoice beside the account of customer balances, receipt by receipt.
func customerBalances(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, r := range b.receipts {
		s.left(receiptRef(r.Number(), r.Payer), "Received", r.Amount)
		for _, a := range r.Applications {
			part := "Applied to invoices"
			if a.Refund() {
				part = "Refunded"
			}
			s.left(receiptRef(r.Number(), r.Payer), part, a.Amount.Neg())
		}
	}
	b.elsewhere(ledger.CustomerBalance, dawn, func(p ledger.Posting) { s.left(receiptRef(p.Document, p.Customer), billedElsewhere, p.Amount.Neg()) })
	held, err := ledger.HeldBy(ctx, q, b.Entity, b.Currency, b.days(), ledger.CustomerBalance)
	for _, h := range held {
		s.right(receiptRef(h.Document, h.Customer), "Customer balances", h.Amount.Neg())
	}
	return s.result(spec, sides("Money of the receipt is left, and no customer balance stands booked for it", "A customer balance stands booked that no receipt explains",
		"Receipt and applications leave another amount than stands booked")), err
}

func receiptRef(number string, payer customers.ID) Ref {
	return Ref{Kind: Receipt, Name: number, Document: number, Customer: payer}
}

// received sets receipts and refunds of the month beside cash. What partners were paid, what came in elsewhere, between
// entities or by a journal has papers of its own.
func received(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, r := range b.receipts {
		if b.Month.Span().Contains(r.BookedOn) {
			s.left(receiptRef(r.Number(), 0), "Receipts", r.Amount)
		}
		for _, a := range r.Applications {
			if a.Refund() && b.Month.Span().Contains(a.BookedOn) {
				s.left(receiptRef(r.Number(), 0), "Refunds", a.Amount.Neg())
			}
		}
	}
	for _, l := range b.losses {
		if !b.Month.Span().Contains(l.BookedOn) {
			continue
		}
		switch l.Kind {
		case payments.Fee:
			s.left(receiptRef(l.Document, 0), "Fees kept", l.Amount.Add(l.Fee).Neg())
		case payments.Disputed:
			s.left(receiptRef(l.Document, 0), "Withdrawn by disputes, with fees", l.Amount.Add(l.Fee).Neg())
		case payments.DisputeWon:
			s.left(receiptRef(l.Document, 0), "Given back by disputes", l.Amount)
		}
	}
	moved, err := ledger.CashEntries(ctx, q, b.Entity, b.Currency, b.Month.Span())
	for _, c := range moved {
		if others := []string{"settlement:", "manual:", "subledger:", "intercompany-payment:", "cost:"}; !slices.ContainsFunc(others, func(p string) bool { return strings.HasPrefix(c.Source, p) }) {
			r := receiptRef(c.Document, 0)
			if c.Document == "" {
				r = Ref{Kind: Entry, Name: c.Source, Seq: c.Seq, Book: c.Account}
			}
			s.right(r, "Cash booked", c.Amount)
		}
	}
	return s.result(spec, sides("The receipt was recorded, and no cash was booked for it in the month", "Cash was booked, and no receipt or refund was recorded for it in the month",
		"Another amount was booked to cash than was received less refunded")), err
}

// receiptsByEntry finds the bank's word for a movement by the entry that booked it.
func (b *books) receiptsByEntry() map[Ref]payments.Receipt {
	out := map[Ref]payments.Receipt{}
	for _, r := range b.receipts {
		out[Ref{Kind: Entry, Seq: r.Entry, Book: r.Account}] = r
	}
	return out
}
