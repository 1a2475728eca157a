package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
)

// expect notes how the invoices of a day will be paid.
func (f *filling) expect(rows []invoicing.Row) {
	habits := make(map[customers.ID]habit, len(f.story.customers))
	for _, c := range f.story.customers {
		habits[f.customers[c.ID].ID] = c.Pays
	}
	for _, r := range rows {
		f.due = append(f.due, transfers(r, habits[r.Payer])...)
	}
}

// receive books the bank transfers that came in up to a day, in one transaction:
// a bank statement.
func (f *filling) receive(ctx context.Context, through period.Date) error {
	var arrived, later []transfer
	for _, t := range f.due {
		if t.on.After(through) {
			later = append(later, t)
		} else {
			arrived = append(arrived, t)
		}
	}
	f.due = later
	if len(arrived) == 0 {
		return nil
	}
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		items, err := ledger.Open(ctx, tx, nil)
		if err != nil {
			return err
		}
		open := make(map[string]money.Amount, len(items))
		for _, i := range items {
			open[i.Document] = i.Amount
		}
		for _, t := range arrived {
			if err := f.record(ctx, tx, t, open); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *filling) record(ctx context.Context, tx pgx.Tx, t transfer, open map[string]money.Amount) error {
	amount := t.amount(open[t.row.Number])
	if amount.IsZero() { // voided, or paid before this fill was interrupted
		return nil
	}
	r, err := payments.Record(ctx, tx, payments.Receipt{
		Entity: t.row.Entity, Payer: t.row.Payer, Amount: amount, ReceivedOn: t.on, Reference: t.reference(), Transaction: t.transaction(),
	}, f.people["farah"])
	if err != nil {
		return fmt.Errorf("transfer for %s: %w", t.row.Number, err)
	}
	if !r.Repeated {
		open[t.row.Number] = open[t.row.Number].Sub(r.Applied)
	}
	return nil
}

// openMonth leaves what a person has to look into: money that names no invoice.
func (f *filling) openMonth(ctx context.Context) error {
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := payments.Record(ctx, tx, payments.Receipt{
			Payer: f.customers["acorn-labs"].ID, Amount: money.Of(41_250, "USD"), ReceivedOn: f.Today,
			Reference: "Acorn Labs, thank you", Transaction: "BT-UNKNOWN-1",
		}, f.people["farah"])
		return err
	})
}
