package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// NamesKnown are the latest names of all customers as they were known at a place in the known order: an old export asked for
// again names people as it did.
func NamesKnown(ctx context.Context, q postgres.Querier, known int64) (map[ID]string, error) {
	rows, err := q.Query(ctx, `
		select distinct on (customer_id) customer_id, name
		from customers.profiles
		where known_order <= @known
		order by customer_id, starts_on desc, known_order desc`, pgx.NamedArgs{"known": known})
	if err != nil {
		return nil, fmt.Errorf("name customers as known then: %w", postgres.Fault(err))
	}
	out := make(map[ID]string)
	var id ID
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		out[id] = name
		return nil
	})
	return out, postgres.Fault(err)
}
