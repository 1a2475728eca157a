package payments

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// overpaid is the reason that a release leaves in the record.
const overpaid = "overpaid: credited after it was paid"

// Release frees what was paid too much on a document that was credited after it
// was paid: its receipts give the excess back, the latest first, so that the
// document's open balance is zero and the money can be applied again. A document
// that is not overpaid is fault.Conflict.
func Release(ctx context.Context, tx pgx.Tx, document string, on period.Date, by access.Actor) ([]Application, error) {
	doing := "release what was paid too much on " + document
	if err := allowed(on, by); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	var out []Application
	err := retry(ctx, tx, func(tx pgx.Tx) (err error) {
		var at []standing
		if at, out, err = decideRelease(ctx, tx, document, on, by); err != nil {
			return err
		}
		if err := appendApplications(ctx, tx, at, out, by); err != nil {
			return err
		}
		subject := access.Subject{Kind: "invoice", Key: document, Account: int64(at[0].receipt.Account)}
		return access.Audit(ctx, tx, by, "invoice.release", subject, nil, nil, overpaid)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// decideRelease reads the place in the book first and the balance after it, as
// every writer here does.
func decideRelease(ctx context.Context, tx pgx.Tx, document string, on period.Date, by access.Actor) (at []standing, out []Application, err error) {
	invoice, err := openOf(ctx, tx, document)
	if err != nil {
		return nil, nil, err
	}
	next, err := nextPlace(ctx, tx, invoice.Account)
	if err != nil {
		return nil, nil, err
	}
	if invoice, err = openOf(ctx, tx, document); err != nil {
		return nil, nil, err
	}
	if invoice.Open.Sign() >= 0 {
		return nil, nil, fault.New(fault.Conflict, "it is not overpaid: %s %s is open", invoice.Open.Display(), invoice.Total.Currency())
	}
	receipts, err := payers(ctx, tx, invoice)
	if err != nil {
		return nil, nil, err
	}
	excess := invoice.Open.Neg()
	for _, id := range receipts {
		s, err := loadStanding(ctx, tx, id, document)
		if err != nil {
			return nil, nil, err
		}
		amount := smaller(excess, s.receipt.appliedTo(document))
		if amount.Sign() <= 0 {
			continue
		}
		excess = excess.Sub(amount)
		s.next = next + int64(len(out))
		at, out = append(at, s), append(out, s.application(amount.Neg(), on, overpaid, by))
	}
	if len(out) == 0 {
		return nil, nil, fault.New(fault.Conflict, "no receipt is applied to it that could give back %s %s", excess.Display(), excess.Currency())
	}
	return at, out, nil
}

// payers lists the receipts that were applied to a document, the latest first.
func payers(ctx context.Context, q postgres.Querier, invoice OpenInvoice) ([]int64, error) {
	applied, err := AppliedTo(ctx, q, invoice.Account, invoice.Number)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, a := range slices.Backward(applied) {
		if !slices.Contains(out, a.Receipt) {
			out = append(out, a.Receipt)
		}
	}
	return out, nil
}
