package payments

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Apply pays a document with what is left of a receipt; an amount of zero means
// as much as fits. It refuses more than the receipt has left or the document has
// open (fault.Invalid, field "amount"). It is booked on the first open day on or
// after `on`, the receipt's day and the document's day.
func Apply(ctx context.Context, tx pgx.Tx, receipt int64, document string, amount money.Amount, on period.Date, by access.Actor) (Application, error) {
	doing := fmt.Sprintf("apply receipt %s to %s", number(receipt), document)
	return change(ctx, tx, doing, receipt, document, on, by, func(at standing) (money.Amount, string, error) {
		amount, err := at.receipt.fit(at.invoice, at.receipt.Unapplied(), amount)
		return amount, "", err
	})
}

// Unapply takes back what a receipt paid of a document, with a reason; an amount
// of zero means all of it. The money is the customer's balance again, and the
// document is open again.
func Unapply(ctx context.Context, tx pgx.Tx, receipt int64, document string, amount money.Amount, on period.Date, reason string, by access.Actor) (Application, error) {
	doing := fmt.Sprintf("take receipt %s back from %s", number(receipt), document)
	return change(ctx, tx, doing, receipt, document, on, by, func(at standing) (money.Amount, string, error) {
		applied := at.receipt.appliedTo(document)
		if strings.TrimSpace(reason) == "" {
			return amount, "", fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why, for the audit trail"})
		}
		if amount.IsZero() {
			amount = applied
		}
		if amount.Sign() <= 0 || amount.Currency() != at.receipt.Currency() || amount.Cmp(applied) > 0 {
			return amount, "", fault.InvalidFields(fault.Field{Path: "amount", Value: amount.String(),
				Message: fmt.Sprintf("must be more than zero and at most the %s %s applied", applied.Display(), at.receipt.Currency())})
		}
		return amount.Neg(), reason, nil
	})
}

// appliedTo is what a receipt pays of one document at present.
func (r Receipt) appliedTo(document string) money.Amount {
	sum := money.Zero(r.Currency())
	for _, a := range r.Applications {
		if a.Document == document {
			sum = sum.Add(a.Amount)
		}
	}
	return sum
}

// standing is what decides an application: the receipt with what it pays and the
// document with what is open, both read after the place in the book.
type standing struct {
	next    int64
	months  *ledger.Months
	receipt Receipt
	invoice OpenInvoice
}

// change loads, lets decide say how much, and appends, again when somebody else
// booked in between.
func change(ctx context.Context, tx pgx.Tx, doing string, receipt int64, document string, on period.Date, by access.Actor,
	decide func(standing) (money.Amount, string, error)) (Application, error) {
	if err := allowed(on, by); err != nil {
		return Application{}, fmt.Errorf("%s: %w", doing, err)
	}
	var out Application
	err := retry(ctx, tx, func(tx pgx.Tx) error {
		at, err := loadStanding(ctx, tx, receipt, document)
		if err != nil {
			return err
		}
		amount, reason, err := decide(at)
		if err != nil {
			return err
		}
		out = at.application(amount, on, reason, by)
		return appendApplications(ctx, tx, []standing{at}, []Application{out}, by)
	})
	if err != nil {
		return Application{}, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

func allowed(on period.Date, by access.Actor) error {
	if err := by.Require(desks...); err != nil {
		return err
	}
	if on.IsZero() {
		return fault.InvalidFields(fault.Field{Path: "on", Message: "is missing: write the day it counts from"})
	}
	return nil
}

func loadStanding(ctx context.Context, q postgres.Querier, receipt int64, document string) (at standing, err error) {
	if at, err = loadReceipt(ctx, q, receipt); err != nil {
		return at, err
	}
	at.invoice, err = openOf(ctx, q, document)
	return at, err
}

// loadReceipt reads the receipt after the place in its account's book.
func loadReceipt(ctx context.Context, q postgres.Querier, receipt int64) (at standing, err error) {
	account, err := accountOf(ctx, q, receipt)
	if err != nil {
		return at, err
	}
	if at.next, err = nextPlace(ctx, q, account); err != nil {
		return at, err
	}
	if at.months, err = ledger.LoadMonths(ctx, q); err != nil {
		return at, err
	}
	at.receipt, err = ReceiptByID(ctx, q, receipt)
	return at, err
}

// application is the next one of the receipt. Nothing is booked before what it
// builds on.
func (at standing) application(amount money.Amount, on period.Date, reason string, by access.Actor) Application {
	day := latest(on, at.receipt.BookedOn, at.invoice.IssuedOn)
	for _, a := range at.receipt.Applications {
		if a.Document == at.invoice.Number {
			day = latest(day, a.BookedOn)
		}
	}
	return Application{
		Receipt: at.receipt.ID, N: len(at.receipt.Applications) + 1, Document: at.invoice.Number, Payer: at.invoice.Payer,
		Amount: amount, BookedOn: openDay(at.months, at.receipt.Entity, day), Entry: at.next, Reason: reason, By: by.UserID,
	}
}

func appendApplications(ctx context.Context, tx pgx.Tx, at []standing, made []Application, by access.Actor) error {
	var entries []ledger.Entry
	var trail []access.Entry
	for i, a := range made {
		entries = append(entries, Move(at[i].receipt, a))
		action := "receipt.apply"
		switch {
		case a.Refund():
			action = "receipt.refund"
		case a.Amount.Sign() < 0:
			action = "receipt.unapply"
		}
		trail = append(trail, access.Entry{Action: action, Subject: at[i].receipt.subject(), Reason: a.Reason,
			After: map[string]string{a.Document: a.Amount.String() + " " + string(a.Amount.Currency()), "booked_on": a.BookedOn.String()}})
	}
	if err := ledger.Append(ctx, tx, entries); err != nil {
		return err
	}
	if err := insertApplications(ctx, tx, at[0].receipt.Account, made, by); err != nil {
		return err
	}
	if err := access.AuditMany(ctx, tx, by, trail); err != nil {
		return err
	}
	return emitMoved(ctx, tx, at, made)
}
