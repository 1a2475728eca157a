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
)

// Refund records that money of a receipt was sent back to its payer: what stands
// as customer balance, or a part of it; an amount of zero means all of it. What
// pays an invoice must be taken back from it first (Unapply), or freed when the
// invoice was credited after it was paid (Release).
//
// It refuses more than is left of the receipt (fault.Invalid, field "amount").
func Refund(ctx context.Context, tx pgx.Tx, receipt int64, amount money.Amount, on period.Date, reason string, by access.Actor) (Application, error) {
	doing := "refund receipt " + number(receipt)
	if err := allowed(on, by); err != nil {
		return Application{}, fmt.Errorf("%s: %w", doing, err)
	}
	var out Application
	err := retry(ctx, tx, func(tx pgx.Tx) error {
		at, err := loadReceipt(ctx, tx, receipt)
		if err != nil {
			return err
		}
		if out, err = at.receipt.DecideRefund(amount, on, reason); err != nil {
			return err
		}
		out.BookedOn, out.Entry, out.By = openDay(at.months, at.receipt.Entity, out.BookedOn), at.next, by.UserID
		return appendApplications(ctx, tx, []standing{at}, []Application{out}, by)
	})
	if err != nil {
		return Application{}, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// DecideRefund says how a refund stands among a receipt's applications: as one
// to a document of its own, which credits cash. BookedOn is the day before
// closed months are looked at; its place in the book is not given yet. Pure.
func (r Receipt) DecideRefund(amount money.Amount, on period.Date, reason string) (Application, error) {
	left := r.Unapplied()
	if amount.IsZero() {
		amount = left
	}
	var found []fault.Field
	if strings.TrimSpace(reason) == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: say why, for the audit trail"})
	}
	if amount.Sign() <= 0 || amount.Currency() != r.Currency() || amount.Cmp(left) > 0 {
		found = append(found, fault.Field{Path: "amount", Value: amount.String(),
			Message: fmt.Sprintf("must be more than zero and at most the %s %s that pay no invoice; take the rest back from its invoice first", left.Display(), r.Currency())})
	}
	if len(found) > 0 {
		return Application{}, fault.InvalidFields(found...)
	}
	n := len(r.Applications) + 1
	a := Application{Receipt: r.ID, N: n, Document: refundNumber(r.ID, n), Payer: r.Payer, Amount: amount, BookedOn: latest(on, r.BookedOn), Reason: reason}
	for _, earlier := range r.Applications { // the balance it spends must be there
		a.BookedOn = latest(a.BookedOn, earlier.BookedOn)
	}
	return a, nil
}

// refundPrefix begins the number of a refund: "RF-000123-2" is the second thing
// that became of receipt R-000123. No invoice's number begins so: those begin
// with an entity's code and a year.
const refundPrefix = "RF-"

func refundNumber(receipt int64, n int) string {
	return fmt.Sprintf("%s%06d-%d", refundPrefix, receipt, n)
}

// Refund says that the application paid no invoice: the money went back.
func (a Application) Refund() bool { return IsRefund(a.Document) }

// IsRefund tells the number of a refund from that of an invoice.
func IsRefund(document string) bool { return strings.HasPrefix(document, refundPrefix) }
