package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadMonths reads the state of the months of all entities, by going through what happened.
func LoadMonths(ctx context.Context, q postgres.Querier) (*Months, error) {
	rows, err := q.Query(ctx, `
		select entity_id, month, seq, event, by_user, reason, known_order, recorded_at
		from ledger.month_events
		order by known_order`)
	if err != nil {
		return nil, fmt.Errorf("load accounting months: %w", postgres.Fault(err))
	}
	events, err := pgx.CollectRows(rows, scanMonthEvent)
	if err != nil {
		return nil, fmt.Errorf("load accounting months: %w", postgres.Fault(err))
	}
	m := NewMonths()
	for _, e := range events {
		m.apply(e)
	}
	return m, nil
}

// FirstOpen is the first month of an entity on or after a month that takes new
// facts. It is a look, not a lock: when the month closes before the entry is
// appended, Append fails with fault.Closed.
func FirstOpen(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (period.Month, error) {
	is, err := loadStanding(ctx, q, entity)
	if err != nil {
		return period.Month{}, fmt.Errorf("look for the open month of entity %d: %w", entity, err)
	}
	return after(is.soft, month), nil
}

// FirstAdjustable is FirstOpen for what an accountant decides to book: a soft-closed month takes it.
func FirstAdjustable(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (period.Month, error) {
	is, err := loadStanding(ctx, q, entity)
	if err != nil {
		return period.Month{}, fmt.Errorf("look for the month of entity %d that takes adjustments: %w", entity, err)
	}
	return after(is.through, month), nil
}

func loadStanding(ctx context.Context, q postgres.Querier, entity entities.ID) (is standing, err error) {
	err = q.QueryRow(ctx, `
		select ledger.closed_through(@entity), ledger.soft_through(@entity), ledger.opened_through(@entity)`,
		pgx.NamedArgs{"entity": entity}).Scan(&is.through, &is.soft, &is.opened)
	return is, postgres.Fault(err)
}

// MonthEvents lists what happened to the months of an entity, latest first.
func MonthEvents(ctx context.Context, q postgres.Querier, entity entities.ID) ([]MonthEvent, error) {
	rows, err := q.Query(ctx, `
		select entity_id, month, seq, event, by_user, reason, known_order, recorded_at
		from ledger.month_events
		where entity_id = @entity
		order by known_order desc`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list the closings of entity %d: %w", entity, postgres.Fault(err))
	}
	events, err := pgx.CollectRows(rows, scanMonthEvent)
	if err != nil {
		return nil, fmt.Errorf("list the closings of entity %d: %w", entity, postgres.Fault(err))
	}
	return events, nil
}

func scanMonthEvent(row pgx.CollectableRow) (MonthEvent, error) {
	var e MonthEvent
	err := row.Scan(&e.Entity, &e.Month, &e.Seq, &e.Event, &e.ByUser, &e.Reason, &e.KnownOrder, &e.RecordedAt)
	return e, err
}

// LockMonths waits until no booking of the entity is under way, and keeps new
// ones waiting until tx ends. The other half is ledger.refuse_closed.
func LockMonths(ctx context.Context, tx pgx.Tx, entity entities.ID) error {
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

func insertMonthEvent(ctx context.Context, tx pgx.Tx, c change, user int64) error {
	_, err := tx.Exec(ctx, `
		insert into ledger.month_events (entity_id, month, seq, event, by_user, reason)
		select @entity, @month::date, coalesce(max(seq), 0) + 1, @event, @user, @reason
		from ledger.month_events
		where entity_id = @entity and month = @month::date`,
		pgx.NamedArgs{"entity": c.entity, "month": c.month, "event": string(c.event), "user": user, "reason": c.reason})
	return postgres.Fault(err)
}

// LastCloser is who closed a month last.
func LastCloser(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (user int64, err error) {
	err = q.QueryRow(ctx, `
		select by_user from ledger.month_events
		where entity_id = @entity and month = @month::date and event = 'closed'
		order by seq desc limit 1`, pgx.NamedArgs{"entity": entity, "month": month}).Scan(&user)
	return user, postgres.Fault(err)
}

// LastEvent is the last thing that happened to a month.
func LastEvent(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (MonthEvent, error) {
	rows, err := q.Query(ctx, `
		select entity_id, month, seq, event, by_user, reason, known_order, recorded_at
		from ledger.month_events
		where entity_id = @entity and month = @month::date
		order by seq desc limit 1`, pgx.NamedArgs{"entity": entity, "month": month})
	if err != nil {
		return MonthEvent{}, postgres.Fault(err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanMonthEvent)
	return e, postgres.Fault(err)
}
