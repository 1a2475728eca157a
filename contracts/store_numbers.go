package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Numbers maps every contract's key to its number, for exports and lists that
// name many contracts at once.
func Numbers(ctx context.Context, q postgres.Querier) (map[int64]string, error) {
	rows, err := q.Query(ctx, `select contract_id, number from contracts.numbers`)
	if err != nil {
		return nil, fmt.Errorf("name contracts: %w", postgres.Fault(err))
	}
	out := make(map[int64]string)
	var id int64
	var number string
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		out[id] = number
		return nil
	})
	return out, postgres.Fault(err)
}

// NumbersOf maps some contracts' keys to their numbers, for a page that names a
// few.
func NumbersOf(ctx context.Context, q postgres.Querier, ids []int64) (map[int64]string, error) {
	rows, err := q.Query(ctx, `select contract_id, number from contracts.numbers where contract_id = any(@ids::bigint[])`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, fmt.Errorf("name contracts: %w", postgres.Fault(err))
	}
	out := make(map[int64]string, len(ids))
	var id int64
	var number string
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		out[id] = number
		return nil
	})
	return out, postgres.Fault(err)
}
