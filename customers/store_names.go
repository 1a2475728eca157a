package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Names maps every customer's key to its newest name, for exports and lists that
// name many customers at once.
func Names(ctx context.Context, q postgres.Querier) (map[ID]string, error) {
	rows, err := q.Query(ctx, `
		select distinct on (customer_id) customer_id, name
		from customers.profiles
		order by customer_id, starts_on desc, known_order desc`)
	if err != nil {
		return nil, fmt.Errorf("name customers: %w", postgres.Fault(err))
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
