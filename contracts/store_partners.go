package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// AccountsWith lists the paying accounts with contracts that name a third party, in order: a reseller of some kind, or a
// line's supplier.
func AccountsWith(ctx context.Context, q postgres.Querier, kinds ...ResellerKind) ([]customers.AccountID, error) {
	wanted := make([]string, len(kinds))
	for i, k := range kinds {
		wanted[i] = string(k)
	}
	rows, err := q.Query(ctx, `
		select distinct account_id
		from contracts.versions
		where document -> 'reseller' ->> 'kind' = any(@kinds::text[])
			or cardinality(@kinds::text[]) = 0 and (document ? 'reseller' or document @? '$.lines[*].supplier')
		order by account_id`, pgx.NamedArgs{"kinds": wanted})
	if err != nil {
		return nil, fmt.Errorf("list accounts with partners: %w", postgres.Fault(err))
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		return nil, fmt.Errorf("list accounts with partners: %w", postgres.Fault(err))
	}
	return accounts, nil
}
