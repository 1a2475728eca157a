package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// KeptConflict is a conflict as the list shows it.
type KeptConflict struct {
	Conflict
	ID         int64 // its place in the list
	Account    customers.AccountID
	RecordedAt time.Time

	Now       *Event // what the event says after its corrections; nil when there are none
	Retracted bool   // the event counts no longer

	Resolution Resolution // "": open
	Reason, By string
	DecidedAt  time.Time
}

// ConflictFilter narrows a page of conflicts.
type ConflictFilter struct {
	Open, Decided bool  // neither: both
	ID            int64 // 0: any
	Before        int64 // the last ID of the page before; 0: the beginning
	Limit         int   // 0: 100; at most 1000
}

// Conflicts lists what was refused beside what stands, newest first. The next page
// asks with before set to the last ID; 0 is the beginning.
func Conflicts(ctx context.Context, q postgres.Querier, before int64, limit int) ([]KeptConflict, error) {
	return ConflictsPage(ctx, q, ConflictFilter{Before: before, Limit: limit})
}

// ConflictsPage lists conflicts, newest first.
func ConflictsPage(ctx context.Context, q postgres.Querier, f ConflictFilter) ([]KeptConflict, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", err)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	rows, err := q.Query(ctx, `
		with page as (
			select c.id, c.account_id, c.key, c.content, c.recorded_at, c.customer, c.meter, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id,
			       coalesce(d.decision, '') as decision, coalesce(d.reason, '') as reason, coalesce(d.actor, '') as actor, coalesce(d.recorded_at, c.recorded_at) as decided_at
			from usage.conflicts c
			left join usage.conflict_decisions d on d.account_id = c.account_id and d.key = c.key and d.content = c.content
			where (@before::bigint = 0 or c.id < @before) and (@id::bigint = 0 or c.id = @id)
			  and (not @open::boolean or d.key is null) and (not @decided::boolean or d.key is not null)
			order by c.id desc
			limit @limit
		)
		select c.id, c.account_id, c.recorded_at, c.decision, c.reason, c.actor, c.decided_at,
		       c.customer, c.meter, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id,
		       coalesce(e.customer_id, 0), coalesce(e.meter_id, 0), k.occurred_at, coalesce(e.quantity, 0), e.dimensions,
		       coalesce(e.source, ''), coalesce(e.event_id, ''), coalesce(a.file, ''),
		       coalesce(l.action, ''), coalesce(l.customer_id, 0), coalesce(l.meter_id, 0), coalesce(l.occurred_at, k.occurred_at), coalesce(l.quantity, 0), l.dimensions
		from page c
		join usage.keys k on k.account_id = c.account_id and k.key = c.key`+asItCame+`
		left join lateral (
			select action, customer_id, meter_id, occurred_at, quantity, dimensions from usage.corrections
			where account_id = c.account_id and key = c.key
			order by revision desc limit 1
		) l on true
		order by c.id desc`,
		pgx.NamedArgs{"before": f.Before, "id": f.ID, "open": f.Open, "decided": f.Decided, "limit": min(limit, 1000)})
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", postgres.Fault(err))
	}
	var named []*kept // two of each conflict: as it came, and as it is now
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (KeptConflict, error) {
		c, came, now, err := scanConflict(row)
		named = append(named, came, now)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", postgres.Fault(err))
	}
	if err := nameKept(ctx, q, named, meters); err != nil {
		return nil, err
	}
	for i := range list {
		came, now := named[2*i], named[2*i+1]
		list[i].Kept, list[i].Archived = came.Event, came.archived
		if now.archived == "" {
			list[i].Now = &now.Event
		}
	}
	return list, nil
}

func scanConflict(row pgx.CollectableRow) (c KeptConflict, came, now *kept, err error) {
	came, now = &kept{}, &kept{}
	var action Action
	o := &c.Offered
	err = row.Scan(&c.ID, &c.Account, &c.RecordedAt, &c.Resolution, &c.Reason, &c.By, &c.DecidedAt,
		&o.Customer, &o.Meter, &o.OccurredAt, &o.Quantity, &o.Dimensions, &o.Source, &o.ID,
		&came.customer, &came.meter, &came.OccurredAt, &came.Quantity, &came.Dimensions, &came.Source, &came.ID, &came.archived,
		&action, &now.customer, &now.meter, &now.OccurredAt, &now.Quantity, &now.Dimensions)
	o.OccurredAt, came.OccurredAt, now.OccurredAt = o.OccurredAt.UTC(), came.OccurredAt.UTC(), now.OccurredAt.UTC()
	came.sameAs(*o)
	now.Source, now.ID, c.Retracted = o.Source, o.ID, action == Retract
	if action == "" {
		now.archived = "never corrected" // nothing to name
	}
	return c, came, now, err
}

func insertResolution(ctx context.Context, tx pgx.Tx, id int64, r Resolution, reason string, order int64, by access.Actor) error {
	tag, err := tx.Exec(ctx, `
		insert into usage.conflict_decisions (account_id, key, content, decision, reason, user_id, actor, known_order)
		select account_id, key, content, @decision, @reason, @user, @actor, @order
		from usage.conflicts where id = @id
		on conflict (account_id, key, content) do nothing`,
		pgx.NamedArgs{"id": id, "decision": string(r), "reason": reason, "user": by.UserID, "actor": by.Name, "order": order})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "somebody decided about it in between")
	}
	return postgres.Fault(err)
}
