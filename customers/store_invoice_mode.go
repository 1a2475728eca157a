package customers

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

func appendInvoiceMode(ctx context.Context, tx pgx.Tx, id ID, startsOn period.Date, own bool) error {
	_, err := tx.Exec(ctx, `
		insert into customers.invoice_modes (customer_id, starts_on, own_invoice)
		values (@customer, @starts_on, @own)`, pgx.NamedArgs{"customer": int64(id), "starts_on": startsOn, "own": own})
	return postgres.Fault(err)
}
