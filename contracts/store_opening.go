package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// Holders finds in whose account contracts are, by number. Unknown ones are not in the map.
func Holders(ctx context.Context, q postgres.Querier, numbers []string) (map[string]customers.AccountID, error) {
	rows, err := q.Query(ctx, `select number, account_id from contracts.numbers where number = any(@numbers::text[])`, pgx.NamedArgs{"numbers": numbers})
	if err != nil {
		return nil, fmt.Errorf("find contracts: %w", postgres.Fault(err))
	}
	out := make(map[string]customers.AccountID, len(numbers))
	var number string
	var account customers.AccountID
	if _, err = pgx.ForEachRow(rows, []any{&number, &account}, func() error { out[number] = account; return nil }); err != nil {
		return nil, fmt.Errorf("find contracts: %w", postgres.Fault(err))
	}
	return out, nil
}
