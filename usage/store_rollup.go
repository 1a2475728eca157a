package usage

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/period"
)

// queueRollups adds a batch's sums to the rollups: buckets, days, then days by
// dimension, each in the order of its key. They come last in a transaction, as the
// current bucket of a busy customer is where writers queue.
func queueRollups(batch *pgx.Batch, r rollup) {
	if len(r.buckets) == 0 {
		return
	}
	queueBuckets(batch, r)
	queueDays(batch, r)
	if len(r.combinations) > 0 {
		queueDimensionDays(batch, r)
	}
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

func queueBuckets(batch *pgx.Batch, r rollup) {
	var a rollupArrays
	var at []time.Time
	for _, k := range r.bucketKeys() {
		a.add(k.series, r.buckets[k])
		at = append(at, time.Unix(k.at, 0).UTC())
	}
	batch.Queue(`
		insert into usage.quarter_hours as q (account_id, customer_id, meter_id, bucket_at, quantity, events)
		select account_id, customer_id, meter_id, bucket_at, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @at::timestamptz[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, bucket_at, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, bucket_at)
		do update set quantity = q.quantity + excluded.quantity, events = q.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"at": at, "quantities": a.quantities, "events": a.events})
}

func queueDays(batch *pgx.Batch, r rollup) {
	var a rollupArrays
	var day []period.Date
	for _, k := range r.dayKeys() {
		a.add(k.series, r.days[k])
		day = append(day, k.day)
	}
	batch.Queue(`
		insert into usage.days as d (account_id, customer_id, meter_id, day, quantity, events)
		select account_id, customer_id, meter_id, day, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, day, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day)
		do update set quantity = d.quantity + excluded.quantity, events = d.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"days": day, "quantities": a.quantities, "events": a.events})
}

func queueDimensionDays(batch *pgx.Batch, r rollup) {
	var a rollupArrays
	var day []period.Date
	var dimensions []string
	for _, k := range r.dimensionKeys() {
		a.add(k.series, r.combinations[k])
		day, dimensions = append(day, k.day), append(dimensions, k.dimensions)
	}
	batch.Queue(`
		insert into usage.dimension_days as d (account_id, customer_id, meter_id, day, dimensions, quantity, events)
		select account_id, customer_id, meter_id, day, dimensions::jsonb, quantity, events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[], @dimensions::text[], @quantities::numeric[], @events::bigint[])
		     with ordinality as o (account_id, customer_id, meter_id, day, dimensions, quantity, events, position)
		order by position
		on conflict (account_id, customer_id, meter_id, day, dimensions)
		do update set quantity = d.quantity + excluded.quantity, events = d.events + excluded.events`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters,
			"days": day, "dimensions": dimensions, "quantities": a.quantities, "events": a.events})
}
