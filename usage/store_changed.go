package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// ChangedAccounts lists the accounts whose usage changed after one place in the known order and up to another: events
// that were accepted, and corrections of them.
func ChangedAccounts(ctx context.Context, q postgres.Querier, after, through int64) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select account_id from usage.keys where known_order > @after and known_order <= @through
		union
		select account_id from usage.corrections where known_order > @after and known_order <= @through
		order by account_id`, pgx.NamedArgs{"after": after, "through": through})
	if err != nil {
		return nil, fmt.Errorf("look for changed usage: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		return nil, fmt.Errorf("look for changed usage: %w", postgres.Fault(err))
	}
	return out, nil
}
