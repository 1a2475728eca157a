package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// SharedID is an event id seen under more than one account: two events by our
// rule, and more likely one that was sent for the wrong customer.
type SharedID struct {
	Source, ID string
	Accounts   []customers.AccountID // ascending
}

// SharedIDs lists up to limit ids seen under more than one account. It reads all
// events: for a nightly check, not for a page.
func SharedIDs(ctx context.Context, q postgres.Querier, limit int) ([]SharedID, error) {
	rows, err := q.Query(ctx, `
		select min(source), min(event_id), array_agg(account_id order by account_id)
		from usage.events
		group by key
		having count(*) > 1
		order by 1, 2
		limit @limit`,
		pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("look for shared usage ids: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SharedID])
	if err != nil {
		return nil, fmt.Errorf("look for shared usage ids: %w", postgres.Fault(err))
	}
	return list, nil
}
