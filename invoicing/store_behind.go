package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// knownOrder is a document's place in the order of knowing: what became known later, it could not count.
func knownOrder(ctx context.Context, q postgres.Querier, account customers.AccountID, seq int64) (known int64, err error) {
	err = q.QueryRow(ctx, `select known_order from invoicing.documents where account_id = @account and seq = @seq`,
		pgx.NamedArgs{"account": int64(account), "seq": seq}).Scan(&known)
	if err != nil {
		return 0, fmt.Errorf("find when document %d of account %d was known: %w", seq, account, postgres.Fault(err))
	}
	return known, nil
}
