package payments

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// emitReceived tells of a receipt and of the invoices it paid whole. open is what was open before.
func emitReceived(ctx context.Context, tx pgx.Tx, r Receipt, open []OpenInvoice) error {
	payers, err := payersOf(ctx, tx, r)
	if err != nil {
		return err
	}
	left := make(map[string]money.Amount, len(open))
	for _, i := range open {
		left[i.Number] = i.Open
	}
	events := []webhook.Event{r.toldReceived(payers[r.Payer].ExternalID)}
	for _, a := range r.Applications {
		if clears(left[a.Document], a.Amount) {
			events = append(events, r.toldPaid(a, payers[a.Payer].ExternalID))
		}
		left[a.Document] = left[a.Document].Sub(a.Amount)
	}
	return webhook.Emit(ctx, tx, events...)
}

// emitMoved tells of applications made after the fact: money that went back, and invoices that are paid by it.
func emitMoved(ctx context.Context, tx pgx.Tx, at []standing, made []Application) error {
	var events []webhook.Event
	for i, a := range made {
		r := at[i].receipt
		r.Applications = []Application{a}
		payers, err := payersOf(ctx, tx, r)
		if err != nil {
			return err
		}
		if e, back := r.toldMoved(a, payers[r.Payer].ExternalID); back {
			events = append(events, e)
		}
		if !a.Refund() && clears(at[i].invoice.Open, a.Amount) {
			events = append(events, r.toldPaid(a, payers[a.Payer].ExternalID))
		}
	}
	return webhook.Emit(ctx, tx, events...)
}

// payersOf finds who sent a receipt, and whose invoices it pays.
func payersOf(ctx context.Context, q postgres.Querier, r Receipt) (map[customers.ID]customers.Placement, error) {
	ids := []customers.ID{r.Payer}
	for _, a := range r.Applications {
		ids = append(ids, a.Payer)
	}
	return customers.Placements(ctx, q, ids)
}

// emitLoss tells of a loss that others should know of.
func emitLoss(ctx context.Context, tx pgx.Tx, l Loss, source string) error {
	placed, err := customers.Placements(ctx, tx, []customers.ID{l.Customer})
	if err != nil {
		return err
	}
	if e, told := l.toldLoss(source, placed[l.Customer].ExternalID); told {
		return webhook.Emit(ctx, tx, e)
	}
	return nil
}
