package entities

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/postgres"
)

// Currencies is the currency that each entity keeps its ledger in. It is asked for with every booking, so it reads
// nothing else.
func Currencies(ctx context.Context, q postgres.Querier) (map[ID]money.Currency, error) {
	rows, err := q.Query(ctx, `select id, currency from entities.entities`)
	if err != nil {
		return nil, fmt.Errorf("load the currencies of entities: %w", postgres.Fault(err))
	}
	out := map[ID]money.Currency{}
	var id ID
	var currency money.Currency
	_, err = pgx.ForEachRow(rows, []any{&id, &currency}, func() error {
		out[id] = currency
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the currencies of entities: %w", postgres.Fault(err))
	}
	return out, nil
}
