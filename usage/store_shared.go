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
// keys: for a nightly check, not for a page. Of archived events the id is no
// longer known here; those are left out.
func SharedIDs(ctx context.Context, q postgres.Querier, limit int) ([]SharedID, error) {
	rows, err := q.Query(ctx, `
		select min(e.source), min(e.event_id), s.accounts
		from (select key, array_agg(account_id order by account_id) as accounts, array_agg(occurred_at order by account_id) as times
		      from usage.keys group by key having count(*) > 1) s
		cross join unnest(s.accounts, s.times) as k (account_id, occurred_at)
		cross join lateral (
			select source, event_id from usage.events where account_id = k.account_id and occurred_at = k.occurred_at and key = s.key
			union all
			select source, event_id from usage.held_events where account_id = k.account_id and key = s.key
		) e
		group by s.key, s.accounts
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
