package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// shiftRollups moves the rollups by a difference, which may take away. Rows are
// locked first, each table's in the order of its key as addRollups does, by adding
// nothing: a proposed row of -1 events would be refused before anybody looks
// whether there is one to add it to. A row that comes to nothing stays, with 0 events.
func shiftRollups(ctx context.Context, tx pgx.Tx, r rollup) error {
	if len(r.buckets) == 0 && len(r.days) == 0 && len(r.combinations) == 0 {
		return nil
	}
	for _, step := range []struct {
		what string
		do   func(context.Context, pgx.Tx, rollup) error
	}{{"quarter hours", shiftBuckets}, {"days", shiftDays}, {"days by dimension", shiftDimensionDays}} {
		if err := step.do(ctx, tx, r); err != nil {
			return fmt.Errorf("correct %s: %w", step.what, postgres.Fault(err))
		}
	}
	return nil
}

func shiftBuckets(ctx context.Context, tx pgx.Tx, r rollup) error {
	var a rollupArrays
	var at []int64
	for _, k := range r.bucketKeys() {
		a.add(k.series, r.buckets[k])
		at = append(at, k.at)
	}
	args := pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters, "at": at, "quantities": a.quantities, "events": a.events}
	_, err := tx.Exec(ctx, `
		insert into usage.quarter_hours as d (account_id, customer_id, meter_id, bucket_at, quantity, events)
		select account_id, customer_id, meter_id, to_timestamp(at), 0, 0
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @at::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, at, position)
		order by position
		on conflict (account_id, customer_id, meter_id, bucket_at) do update set events = d.events`, args)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update usage.quarter_hours d set quantity = d.quantity + o.quantity, events = d.events + o.events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @at::bigint[], @quantities::numeric[], @events::bigint[])
		     as o (account_id, customer_id, meter_id, at, quantity, events)
		where d.account_id = o.account_id and d.customer_id = o.customer_id and d.meter_id = o.meter_id and d.bucket_at = to_timestamp(o.at)`, args)
	return err
}

func shiftDays(ctx context.Context, tx pgx.Tx, r rollup) error {
	var a rollupArrays
	var days []period.Date
	for _, k := range r.dayKeys() {
		a.add(k.series, r.days[k])
		days = append(days, k.day)
	}
	args := pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters, "days": days, "quantities": a.quantities, "events": a.events}
	_, err := tx.Exec(ctx, `
		insert into usage.days as d (account_id, customer_id, meter_id, day, quantity, events)
		select account_id, customer_id, meter_id, day, 0, 0
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[])
		     with ordinality as o (account_id, customer_id, meter_id, day, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day) do update set events = d.events`, args)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update usage.days d set quantity = d.quantity + o.quantity, events = d.events + o.events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @quantities::numeric[], @events::bigint[])
		     as o (account_id, customer_id, meter_id, day, quantity, events)
		where d.account_id = o.account_id and d.customer_id = o.customer_id and d.meter_id = o.meter_id and d.day = o.day`, args)
	return err
}

func shiftDimensionDays(ctx context.Context, tx pgx.Tx, r rollup) error {
	if len(r.combinations) == 0 {
		return nil
	}
	var a rollupArrays
	var days []period.Date
	var dimensions []string
	for _, k := range r.dimensionKeys() {
		a.add(k.series, r.combinations[k])
		days, dimensions = append(days, k.day), append(dimensions, k.dimensions)
	}
	args := pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters, "days": days, "dimensions": dimensions, "quantities": a.quantities, "events": a.events}
	_, err := tx.Exec(ctx, `
		insert into usage.dimension_days as d (account_id, customer_id, meter_id, day, dimensions, quantity, events)
		select account_id, customer_id, meter_id, day, dimensions::jsonb, 0, 0
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @dimensions::text[])
		     with ordinality as o (account_id, customer_id, meter_id, day, dimensions, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day, dimensions) do update set events = d.events`, args)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update usage.dimension_days d set quantity = d.quantity + o.quantity, events = d.events + o.events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @dimensions::text[], @quantities::numeric[], @events::bigint[])
		     as o (account_id, customer_id, meter_id, day, dimensions, quantity, events)
		where d.account_id = o.account_id and d.customer_id = o.customer_id and d.meter_id = o.meter_id and d.day = o.day
		  and d.dimensions = o.dimensions::jsonb`, args)
	return err
}
