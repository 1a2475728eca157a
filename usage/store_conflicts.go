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
func fillKept(ctx context.Context, q postgres.Querier, conflicts []clash) error {
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
		select k.account_id, k.key, coalesce(e.customer_id, 0), coalesce(e.meter_id, 0), k.occurred_at, coalesce(e.quantity, 0), e.dimensions,
		       coalesce(e.source, ''), coalesce(e.event_id, ''), coalesce(a.file, '')
		from (select distinct account_id, key from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)) o
		join usage.keys k on k.account_id = o.account_id and k.key = o.key`+asItCame,
		pgx.NamedArgs{"accounts": accounts, "keys": keys})
	if err != nil {
		return fmt.Errorf("read events in conflict: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return fmt.Errorf("read events in conflict: %w", postgres.Fault(err))
	}
	meters, err := catalog.LoadMeters(ctx, q) // what stands may be of a newer one than the batch
	if err != nil {
		return err
	}
	if err := nameKept(ctx, q, found, meters); err != nil {
		return err
	}
	byKey := make(map[eventKey]*kept, len(found))
	for _, k := range found {
		byKey[k.eventKey] = k
	}
	for i := range conflicts {
		if c := &conflicts[i]; c.kept == nil {
			k := byKey[c.offered.eventKey()]
			k.sameAs(*c.offered.Event)
			c.kept, c.archived = &k.Event, k.archived
		}
	}
	return nil
}

// asItCame adds to keys k the event e that came under each, wherever it is kept,
// and the archive a that has it when it is kept nowhere else.
const asItCame = `
		left join lateral (
			select customer_id, meter_id, quantity, dimensions, source, event_id from usage.events
			where account_id = k.account_id and occurred_at = k.occurred_at and key = k.key
			union all
			select customer_id, meter_id, quantity, dimensions, source, event_id from usage.held_events
			where account_id = k.account_id and key = k.key
		) e on true
		left join lateral (
			select file from usage.archives
			where e.source is null and month = date_trunc('month', k.occurred_at at time zone 'UTC')::date and through_order >= k.known_order
			order by part limit 1
		) a on true`

// kept is an event as it came; the names of its customer and meter come apart.
type kept struct {
	eventKey
	customer customers.ID
	meter    int64
	archived string // the file, when the event is nowhere else
	Event
}

// sameAs names an archived event as the one that was offered again: the key of
// both is made of source and id.
func (k *kept) sameAs(offered Event) {
	if k.archived != "" {
		k.Source, k.ID = offered.Source, offered.ID
	}
}

func scanKept(row pgx.CollectableRow) (*kept, error) {
	var k kept
	var key pgtype.UUID
	err := row.Scan(&k.account, &key, &k.customer, &k.meter, &k.OccurredAt, &k.Quantity, &k.Dimensions, &k.Source, &k.ID, &k.archived)
	k.key = key.Bytes
	k.OccurredAt = k.OccurredAt.UTC()
	return &k, err
}

// nameKept gives rows the external id and meter code people know them by.
func nameKept(ctx context.Context, q postgres.Querier, rows []*kept, meters *catalog.Catalog) error {
	var ids []customers.ID
	for _, k := range rows {
		if k.archived == "" {
			ids = append(ids, k.customer)
		}
	}
	parties, err := customers.Placements(ctx, q, ids)
	if err != nil {
		return err
	}
	for _, k := range rows {
		if k.archived != "" {
			continue
		}
		meter, ok := meters.MeterByID(k.meter)
		if !ok {
			panic(fmt.Sprintf("usage: an event counts on meter %d, which does not exist", k.meter))
		}
		k.Customer, k.Meter = parties[k.customer].ExternalID, meter.Code
	}
	return nil
}
