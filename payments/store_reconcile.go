package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// What reconciliations read of receipts: what was recorded, never the ledger's.

// ReceiptsThrough lists an entity's receipts booked by the end of a day, with the applications booked by then. Of these
// only document, amount and day are read.
func ReceiptsThrough(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, through period.Date) ([]Receipt, error) {
	args := pgx.NamedArgs{"entity": entity, "currency": string(currency), "through": through}
	rows, err := q.Query(ctx, `
		select account_id, id, entity_id, payer_id, amount, received_on, booked_on, reference, transaction, entry_seq
		from payments.receipts
		where entity_id = @entity and currency = @currency and booked_on <= @through
		order by account_id, id`, args)
	if err != nil {
		return nil, fmt.Errorf("list receipts to reconcile: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Receipt, err error) {
		var minor int64
		err = row.Scan(&r.Account, &r.ID, &r.Entity, &r.Payer, &minor, &r.ReceivedOn, &r.BookedOn, &r.Reference, &r.Transaction, &r.Entry)
		r.Amount, r.Applied = money.Of(minor, currency), money.Zero(currency)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list receipts to reconcile: %w", postgres.Fault(err))
	}
	return out, fillApplied(ctx, q, out, args)
}

func fillApplied(ctx context.Context, q postgres.Querier, receipts []Receipt, args pgx.NamedArgs) error {
	at := make(map[int64]*Receipt, len(receipts))
	for i := range receipts {
		at[receipts[i].ID] = &receipts[i]
	}
	rows, err := q.Query(ctx, `
		select a.receipt_id, a.n, a.document, a.amount, a.booked_on, a.entry_seq
		from payments.receipts r
		join payments.applications a on a.account_id = r.account_id and a.receipt_id = r.id
		where r.entity_id = @entity and r.currency = @currency and r.booked_on <= @through and a.booked_on <= @through
		order by a.receipt_id, a.n`, args)
	if err != nil {
		return fmt.Errorf("list applications to reconcile: %w", postgres.Fault(err))
	}
	var a Application
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&a.Receipt, &a.N, &a.Document, &minor, &a.BookedOn, &a.Entry}, func() error {
		r := at[a.Receipt]
		a.Amount = money.Of(minor, r.Currency())
		r.Applications, r.Applied = append(r.Applications, a), r.Applied.Add(a.Amount)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list applications to reconcile: %w", postgres.Fault(err))
	}
	return nil
}
