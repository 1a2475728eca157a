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
	"ratable/ledger"
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
		if out, err = at.receipt.DecideRefund(amount, on, reason, at.months, at.next); err != nil {
			return err
		}
		out.By = by.UserID
		return appendApplications(ctx, tx, []standing{at}, []Application{out}, by)
	})
	if err != nil {
		return Application{}, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// DecideRefund says how a refund stands among a receipt's applications: as one
// to a document of its own, which credits cash, booked at place next of the
// account's book on the first open day. Pure: Refund stores it, simulate keeps
// it in memory.
func (r Receipt) DecideRefund(amount money.Amount, on period.Date, reason string, months *ledger.Months, next int64) (Application, error) {
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
	day := latest(on, r.BookedOn)
	for _, earlier := range r.Applications { // the balance it spends must be there
		day = latest(day, earlier.BookedOn)
	}
	n := len(r.Applications) + 1
	return Application{
		Receipt: r.ID, N: n, Document: refundNumber(r.ID, n), Payer: r.Payer, Amount: amount,
		BookedOn: openDay(months, r.Entity, day), Entry: next, Reason: reason,
	}, nil
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
