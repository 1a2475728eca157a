package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// NamesOf maps some customers' keys to their newest names, for a page that names
// a few.
func NamesOf(ctx context.Context, q postgres.Querier, ids []ID) (map[ID]string, error) {
	keys := make([]int64, len(ids))
	for i, id := range ids {
		keys[i] = int64(id)
	}
	rows, err := q.Query(ctx, `
		select distinct on (customer_id) customer_id, name
		from customers.profiles
		where customer_id = any(@ids::bigint[])
		order by customer_id, starts_on desc, known_order desc`, pgx.NamedArgs{"ids": keys})
	if err != nil {
		return nil, fmt.Errorf("name customers: %w", postgres.Fault(err))
	}
	out := make(map[ID]string, len(ids))
	var id ID
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		out[id] = name
		return nil
	})
	return out, postgres.Fault(err)
}
