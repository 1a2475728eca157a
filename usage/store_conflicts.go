package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/postgres"
)

// eventArrays are the columns that usage.conflicts and usage.quarantine share:
// an event as the sender wrote it.
type eventArrays struct {
	keys, contents    pgtype.FlatArray[pgtype.UUID]
	customers, meters []string
	occurred          []time.Time
	quantities        pgtype.FlatArray[pgtype.Numeric]
	dimensions        []*string // JSON
	sources, ids      []string
}

func (a *eventArrays) add(s *staged) {
	a.keys = append(a.keys, uuid(s.key))
	a.contents = append(a.contents, uuid(s.content))
	a.customers = append(a.customers, s.Customer)
	a.meters = append(a.meters, s.Meter)
	a.occurred = append(a.occurred, s.OccurredAt)
	a.quantities = append(a.quantities, numeric(s.Quantity))
	a.dimensions = append(a.dimensions, dimensionsText(s.Dimensions))
	a.sources = append(a.sources, s.Source)
	a.ids = append(a.ids, s.ID)
}

func (a *eventArrays) args(more pgx.NamedArgs) pgx.NamedArgs {
	more["keys"], more["contents"], more["customers"], more["meters"] = a.keys, a.contents, a.customers, a.meters
	more["occurred"], more["quantities"], more["dimensions"] = a.occurred, a.quantities, a.dimensions
	more["sources"], more["ids"] = a.sources, a.ids
	return more
}

// insertConflicts keeps the refused contents, each once. It gives how many are new.
func insertConflicts(ctx context.Context, tx pgx.Tx, conflicts []clash, order int64) (int64, error) {
	if len(conflicts) == 0 {
		return 0, nil
	}
	var a eventArrays
	accounts := make([]int64, len(conflicts))
	for i := range conflicts {
		a.add(&conflicts[i].offered)
		accounts[i] = conflicts[i].offered.account
	}
	tag, err := tx.Exec(ctx, `
		insert into usage.conflicts
			(account_id, key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, known_order)
		select account_id, key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, @order
		from unnest(@accounts::bigint[], @keys::uuid[], @contents::uuid[], @customers::text[], @meters::text[], @occurred::timestamptz[],
		            @quantities::numeric[], @dimensions::jsonb[], @sources::text[], @ids::text[])
		     as o (account_id, key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id)
		order by account_id, key, content
		on conflict (account_id, key, content) do nothing`,
		a.args(pgx.NamedArgs{"accounts": accounts, "order": order}))
	if err != nil {
		return 0, fmt.Errorf("keep %d conflicts: %w", len(conflicts), postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}

// fillKept reads what stands in the database for conflicts that do not know it.
func fillKept(ctx context.Context, q postgres.Querier, conflicts []clash, meters *catalog.Catalog) error {
	var accounts []int64
	var keys pgtype.FlatArray[pgtype.UUID]
	for _, c := range conflicts {
		if c.kept == nil {
			accounts, keys = append(accounts, c.offered.account), append(keys, uuid(c.offered.key))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
		select distinct e.account_id, e.key, e.customer_id, e.meter_id, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id
		from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)
		join usage.events e on e.account_id = o.account_id and e.key = o.key`,
		pgx.NamedArgs{"accounts": accounts, "keys": keys})
	if err != nil {
		return fmt.Errorf("read events in conflict: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return fmt.Errorf("read events in conflict: %w", postgres.Fault(err))
	}
	if err := nameKept(ctx, q, found, meters); err != nil {
		return err
	}
	byKey := make(map[eventKey]*Event, len(found))
	for _, k := range found {
		byKey[k.eventKey] = &k.Event
	}
	for i := range conflicts {
		if conflicts[i].kept == nil {
			conflicts[i].kept = byKey[conflicts[i].offered.eventKey()]
		}
	}
	return nil
}

// kept is a row of usage.events; the names of its customer and meter come apart.
type kept struct {
	eventKey
	customer customers.ID
	meter    int64
	Event
}

func scanKept(row pgx.CollectableRow) (*kept, error) {
	var k kept
	var key pgtype.UUID
	err := row.Scan(&k.account, &key, &k.customer, &k.meter, &k.OccurredAt, &k.Quantity, &k.Dimensions, &k.Source, &k.ID)
	k.key = key.Bytes
	k.OccurredAt = k.OccurredAt.UTC()
	return &k, err
}

// nameKept gives rows the external id and meter code people know them by.
func nameKept(ctx context.Context, q postgres.Querier, rows []*kept, meters *catalog.Catalog) error {
	var ids []customers.ID
	for _, k := range rows {
		ids = append(ids, k.customer)
	}
	parties, err := customers.Placements(ctx, q, ids)
	if err != nil {
		return err
	}
	for _, k := range rows {
		meter, ok := meters.MeterByID(k.meter)
		if !ok {
			panic(fmt.Sprintf("usage: an event counts on meter %d, which does not exist", k.meter))
		}
		k.Customer, k.Meter = parties[k.customer].ExternalID, meter.Code
	}
	return nil
}

// KeptConflict is a conflict as the list shows it.
type KeptConflict struct {
	Conflict
	ID         int64 // its place in the list
	Account    customers.AccountID
	RecordedAt time.Time
}

// Conflicts lists what was refused beside what stands, newest first. The next page
// asks with before set to the last ID; 0 is the beginning.
func Conflicts(ctx context.Context, q postgres.Querier, before int64, limit int) ([]KeptConflict, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", err)
	}
	rows, err := q.Query(ctx, `
		select c.id, c.account_id, c.recorded_at,
		       c.customer, c.meter, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id,
		       e.customer_id, e.meter_id, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id
		from usage.conflicts c
		join usage.events e on e.account_id = c.account_id and e.key = c.key
		where @before::bigint = 0 or c.id < @before
		order by c.id desc
		limit @limit`,
		pgx.NamedArgs{"before": before, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", postgres.Fault(err))
	}
	var stand []*kept
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (KeptConflict, error) {
		var c KeptConflict
		k, o := &kept{}, &c.Offered
		err := row.Scan(&c.ID, &c.Account, &c.RecordedAt,
			&o.Customer, &o.Meter, &o.OccurredAt, &o.Quantity, &o.Dimensions, &o.Source, &o.ID,
			&k.customer, &k.meter, &k.OccurredAt, &k.Quantity, &k.Dimensions, &k.Source, &k.ID)
		o.OccurredAt, k.OccurredAt = o.OccurredAt.UTC(), k.OccurredAt.UTC()
		stand = append(stand, k)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list usage conflicts: %w", postgres.Fault(err))
	}
	if err := nameKept(ctx, q, stand, meters); err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Kept = stand[i].Event
	}
	return list, nil
}
