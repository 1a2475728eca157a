package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// addRollups adds a batch's sums to the rollups: buckets, days, then
// days by dimension, each in the
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
	if len(r.combinations) > 0 {
		if err := addDimensionDays(ctx, tx, r); err != nil {
			return fmt.Errorf("add up days by dimension: %w", postgres.Fault(err))
		}
	}
	return nil
}

// rollupArrays are the columns that all rollups share.
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

func addDimensionDays(ctx context.Context, tx pgx.Tx, r rollup) error {
	var a rollupArrays
	var day []period.Date
	var dimensions []string
	for _, k := range r.dimensionKeys() {
		a.add(k.series, r.combinations[k])
		day, dimensions = append(day, k.day), append(dimensions, k.dimensions)
	}
	_, err := tx.Exec(ctx, `
		insert into usage.dimension_days as d (account_id, customer_id, meter_id, day, dimensions, quantity, events)
		select account_id, customer_id, meter_id, day, dimensions::jsonb, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @dimensions::text[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, day, dimensions, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day, dimensions)
		do update set quantity = d.quantity + excluded.quantity, events = d.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"days": day, "dimensions": dimensions, "quantities": a.quantities, "events": a.events})
	return err
}
