package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Countries maps customers to the country they are served in on a day; those without an address yet are left out.
func Countries(ctx context.Context, q postgres.Querier, ids []ID, asOf period.Date) (map[ID]string, error) {
	rows, err := q.Query(ctx, `
		select distinct on (customer_id) customer_id, country
		from customers.addresses
		where customer_id = any(@ids::bigint[]) and starts_on <= @as_of
		-- 'service' sorts after 'billing': the fallback comes last
		order by customer_id, role desc, starts_on desc, known_order desc`, pgx.NamedArgs{"ids": ids, "as_of": asOf})
	if err != nil {
		return nil, fmt.Errorf("look where customers are: %w", postgres.Fault(err))
	}
	out := make(map[ID]string, len(ids))
	var id ID
	var country string
	_, err = pgx.ForEachRow(rows, []any{&id, &country}, func() error {
		out[id] = country
		return nil
	})
	return out, postgres.Fault(err)
}
