package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadMonths reads the state of the months of all entities.
func LoadMonths(ctx context.Context, q postgres.Querier) (*Months, error) {
	rows, err := q.Query(ctx, `
		select e.entity_id, ledger.closed_through(e.entity_id)
		from (select distinct entity_id from ledger.month_events) e
		where ledger.closed_through(e.entity_id) is not null`)
	if err != nil {
		return nil, fmt.Errorf("load accounting months: %w", postgres.Fault(err))
	}
	m := NewMonths()
	var entity entities.ID
	var through period.Month
	_, err = pgx.ForEachRow(rows, []any{&entity, &through}, func() error {
		m.through[entity] = through
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load accounting months: %w", postgres.Fault(err))
	}
	return m, nil
}

// FirstOpen is the first open month of an entity on or after a month. It is a
// look, not a lock: when the month closes before the entry is appended, Append
// fails with fault.Closed.
func FirstOpen(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (period.Month, error) {
	through, err := closedThrough(ctx, q, entity)
	if err != nil {
		return period.Month{}, err
	}
	m := Months{through: map[entities.ID]period.Month{entity: through}}
	return m.FirstOpen(entity, month), nil
}

func closedThrough(ctx context.Context, q postgres.Querier, entity entities.ID) (through period.Month, err error) {
	err = q.QueryRow(ctx, `select ledger.closed_through(@entity)`, pgx.NamedArgs{"entity": entity}).Scan(&through)
	if err != nil {
		return through, fmt.Errorf("look for the open month of entity %d: %w", entity, postgres.Fault(err))
	}
	return through, nil
}

// MonthEvents lists the closings and reopenings of an entity, latest first.
func MonthEvents(ctx context.Context, q postgres.Querier, entity entities.ID) ([]MonthEvent, error) {
	rows, err := q.Query(ctx, `
		select entity_id, month, seq, event, by_user, reason, recorded_at
		from ledger.month_events
		where entity_id = @entity
		order by known_order desc`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list the closings of entity %d: %w", entity, postgres.Fault(err))
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (MonthEvent, error) {
		var e MonthEvent
		err := row.Scan(&e.Entity, &e.Month, &e.Seq, &e.Event, &e.ByUser, &e.Reason, &e.RecordedAt)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the closings of entity %d: %w", entity, postgres.Fault(err))
	}
	return events, nil
}

// lockMonths waits until no booking of the entity is under way, and keeps new
// ones waiting until tx ends. The other half is ledger.refuse_closed.
func lockMonths(ctx context.Context, tx pgx.Tx, entity entities.ID) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(ledger.months_lock(@entity))`, pgx.NamedArgs{"entity": entity})
	return postgres.Fault(err)
}

// firstBooked is the month of the entity's earliest entry; no month without one.
func firstBooked(ctx context.Context, q postgres.Querier, entity entities.ID) (period.Month, error) {
	var first period.Date
	err := q.QueryRow(ctx, `select min(booked_on) from ledger.entries where entity_id = @entity`, pgx.NamedArgs{"entity": entity}).Scan(&first)
	if err != nil || first.IsZero() {
		return period.Month{}, postgres.Fault(err)
	}
	return first.MonthOf(), nil
}

func insertMonthEvent(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, event string, user int64, reason string) error {
	_, err := tx.Exec(ctx, `
		insert into ledger.month_events (entity_id, month, seq, event, by_user, reason)
		select @entity, @month::date, coalesce(max(seq), 0) + 1, @event, @user, @reason
		from ledger.month_events
		where entity_id = @entity and month = @month::date`,
		pgx.NamedArgs{"entity": entity, "month": month, "event": event, "user": user, "reason": reason})
	return postgres.Fault(err)
}

// lastCloser is who closed a month last.
func lastCloser(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (user int64, err error) {
	err = q.QueryRow(ctx, `
		select by_user from ledger.month_events
		where entity_id = @entity and month = @month::date and event = 'closed'
		order by seq desc limit 1`, pgx.NamedArgs{"entity": entity, "month": month}).Scan(&user)
	return user, postgres.Fault(err)
}
