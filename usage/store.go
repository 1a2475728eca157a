package usage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// loadDirectory looks up the customers that events name, in one query, and the
// zone of the entity that sells to each.
func loadDirectory(ctx context.Context, q postgres.Querier, events []Event) (directory, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return directory{}, err
	}
	sellers, err := entities.Load(ctx, q)
	if err != nil {
		return directory{}, err
	}
	placements, err := customers.Resolve(ctx, q, customerNames(events))
	if err != nil {
		return directory{}, err
	}
	d := directory{places: make(map[string]place, len(placements)), meters: meters}
	zones := make(map[entities.ID]*time.Location)
	for name, p := range placements {
		zone := zones[p.Entity]
		if zone == nil {
			seller, ok := sellers.ByID(p.Entity)
			if !ok {
				panic(fmt.Sprintf("usage: customer %d is sold to by entity %d, which does not exist", p.ID, p.Entity))
			}
			zone = seller.Location()
			zones[p.Entity] = zone
		}
		d.places[name] = place{account: int64(p.Account), customer: int64(p.ID), zone: zone}
	}
	return d, nil
}

func customerNames(events []Event) []string {
	var names []string
	seen := make(map[string]bool)
	for i := range events {
		if name := events[i].Customer; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// nextOrder takes the batch's place in the order of knowing: one for all its
// facts, which become known together.
func nextOrder(ctx context.Context, tx pgx.Tx) (order int64, err error) {
	err = tx.QueryRow(ctx, `select nextval('known_order')`).Scan(&order)
	return order, postgres.Fault(err)
}

// loadStored finds which keys of a batch the database has, with their content.
func loadStored(ctx context.Context, q postgres.Querier, batch []staged) (map[eventKey]digest, error) {
	accounts := make([]int64, len(batch))
	keys := make(pgtype.FlatArray[pgtype.UUID], len(batch))
	for i := range batch {
		accounts[i], keys[i] = batch[i].account, uuid(batch[i].key)
	}
	rows, err := q.Query(ctx, `
		select e.account_id, e.key, e.content
		from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)
		join usage.events e on e.account_id = o.account_id and e.key = o.key`,
		pgx.NamedArgs{"accounts": accounts, "keys": keys})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found := make(map[eventKey]digest)
	var account int64
	var key, content pgtype.UUID
	_, err = pgx.ForEachRow(rows, []any{&account, &key, &content}, func() error {
		found[eventKey{account, key.Bytes}] = content.Bytes
		return nil
	})
	return found, postgres.Fault(err)
}

// uuid binds a digest; pgx writes pgtype.UUID a quarter faster than other uuid types.
func uuid(d digest) pgtype.UUID { return pgtype.UUID{Bytes: d, Valid: true} }

var eventColumns = []string{
	"account_id", "key", "content", "customer_id", "meter_id", "occurred_at",
	"quantity", "dimensions", "source", "event_id", "known_order",
}

// copyEvents appends events the database does not have. When another writer was
// faster with one of them, it waits for that writer and then fails on events_pkey.
func copyEvents(ctx context.Context, tx pgx.Tx, fresh []staged, order int64) error {
	if len(fresh) == 0 {
		return nil
	}
	row := make([]any, len(eventColumns)) // one for all rows
	i := -1
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i == len(fresh) {
			return nil, nil
		}
		e := &fresh[i]
		row[0], row[1], row[2] = e.account, uuid(e.key), uuid(e.content)
		row[3], row[4], row[5] = e.customer, e.meter, e.OccurredAt
		row[6], row[7] = numeric(e.Quantity), dimensionsText(e.Dimensions)
		row[8], row[9], row[10] = e.Source, e.ID, order
		return row, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage", "events"}, eventColumns, source)
	return postgres.Fault(err)
}

// numeric binds a quantity without the detour over an interface.
func numeric(q decimal.Decimal) pgtype.Numeric {
	return pgtype.Numeric{Int: q.Coefficient(), Exp: q.Exponent(), Valid: true}
}

// dimensionsText is null when there are none: most events have none, and a null
// costs one bit.
func dimensionsText(dimensions map[string]string) *string {
	if len(dimensions) == 0 {
		return nil
	}
	b, err := json.Marshal(dimensions)
	if err != nil {
		panic(fmt.Sprintf("usage: a map of texts does not marshal: %v", err))
	}
	s := string(b)
	return &s
}

// addRollups adds a batch's sums to the rollups: buckets, then days, each in the
// order of its key. They come last in a transaction, as the current bucket of a
// busy customer is where writers queue.
func addRollups(ctx context.Context, tx pgx.Tx, r rollup) error {
	if len(r.buckets) == 0 {
		return nil
	}
	if err := addBuckets(ctx, tx, r); err != nil {
		return fmt.Errorf("add up quarter hours: %w", postgres.Fault(err))
	}
	if err := addDays(ctx, tx, r); err != nil {
		return fmt.Errorf("add up days: %w", postgres.Fault(err))
	}
	return nil
}

// rollupArrays are the columns both rollups share.
type rollupArrays struct {
	accounts, customers, meters, events []int64
	quantities                          pgtype.FlatArray[pgtype.Numeric]
}

func (a *rollupArrays) add(s series, t *tally) {
	a.accounts = append(a.accounts, s.account)
	a.customers = append(a.customers, s.customer)
	a.meters = append(a.meters, s.meter)
	a.quantities = append(a.quantities, numeric(t.quantity))
	a.events = append(a.events, t.events)
}

func addBuckets(ctx context.Context, tx pgx.Tx, r rollup) error {
	var a rollupArrays
	var at []time.Time
	for _, k := range r.bucketKeys() {
		a.add(k.series, r.buckets[k])
		at = append(at, time.Unix(k.at, 0).UTC())
	}
	_, err := tx.Exec(ctx, `
		insert into usage.quarter_hours as q (account_id, customer_id, meter_id, bucket_at, quantity, events)
		select account_id, customer_id, meter_id, bucket_at, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @at::timestamptz[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, bucket_at, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, bucket_at)
		do update set quantity = q.quantity + excluded.quantity, events = q.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"at": at, "quantities": a.quantities, "events": a.events})
	return err
}

func addDays(ctx context.Context, tx pgx.Tx, r rollup) error {
	var a rollupArrays
	var day []period.Date
	for _, k := range r.dayKeys() {
		a.add(k.series, r.days[k])
		day = append(day, k.day)
	}
	_, err := tx.Exec(ctx, `
		insert into usage.days as d (account_id, customer_id, meter_id, day, quantity, events)
		select account_id, customer_id, meter_id, day, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, day, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day)
		do update set quantity = d.quantity + excluded.quantity, events = d.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"days": day, "quantities": a.quantities, "events": a.events})
	return err
}
