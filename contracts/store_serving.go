package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// LoadServing is LoadAgreements with what was said about their renewal.
func LoadServing(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Serving, error) {
	found, err := load(ctx, q, accounts)
	if err == nil {
		err = loadNotices(ctx, q, found)
	}
	if err != nil {
		return nil, fmt.Errorf("load what is served: %w", err)
	}
	out := make(map[customers.AccountID][]Serving)
	for _, c := range found {
		if a, ok := c.Agreement(); ok {
			_, lapses := c.Notice()
			out[c.Account] = append(out[c.Account], Serving{a, lapses})
		}
	}
	return out, nil
}

// AccountsServing lists the accounts with contracts that some customers use. A reseller's end customers may be of other
// families; who is named by a line is of the family itself.
func AccountsServing(ctx context.Context, q postgres.Querier, users []customers.ID) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select distinct account_id
		from contracts.contracts
		where customer_id = any(@users::bigint[])
		order by account_id`, pgx.NamedArgs{"users": users})
	if err != nil {
		return nil, fmt.Errorf("find who serves customers: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		return nil, fmt.Errorf("find who serves customers: %w", postgres.Fault(err))
	}
	return out, nil
}
