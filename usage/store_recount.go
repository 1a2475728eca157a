package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/postgres"
)

// Discrepancy is a rollup row that does not equal a plain count of its events.
type Discrepancy struct {
	Rollup                      string // "quarter_hours", "days" or "dimension_days"
	Customer                    customers.ID
	Meter                       int64
	At                          string // the bucket's start in UTC, or the day, with its dimensions
	Rolled, Counted             decimal.Decimal
	RolledEvents, CountedEvents int64
}

func (d Discrepancy) String() string {
	return fmt.Sprintf("usage.%s of customer %d, meter %d, %s: the rollup has %s in %d events, a recount %s in %d",
		d.Rollup, d.Customer, d.Meter, d.At, d.Rolled, d.RolledEvents, d.Counted, d.CountedEvents)
}

// Recount adds up all events of an account again, in SQL and by another way than
// Ingest, and lists where the rollups differ: nothing, or something is broken.
// It reads every event of the account, and wants a snapshot while others ingest.
// Archived months, with the days at their edges, are left to VerifyArchive.
func Recount(ctx context.Context, q postgres.Querier, account customers.AccountID) ([]Discrepancy, error) {
	customerIDs, zones, err := sellerZones(ctx, q, account)
	if err != nil {
		return nil, fmt.Errorf("recount usage of account %d: %w", account, err)
	}
	declaring, declared, err := declarations(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("recount usage of account %d: %w", account, err)
	}
	rows, err := q.Query(ctx, `
		with buckets as (
			select customer_id, meter_id, date_bin('15 minutes', occurred_at, 'epoch') as bucket_at, sum(quantity) as quantity, count(*) as events
			from usage.counted where account_id = @account group by 1, 2, 3
		), days as (
			select e.customer_id, e.meter_id, (e.occurred_at at time zone z.zone)::date as day, sum(e.quantity) as quantity, count(*) as events
			from usage.counted e
			join unnest(@customers::bigint[], @zones::text[]) as z (customer_id, zone) on z.customer_id = e.customer_id
			where e.account_id = @account group by 1, 2, 3
		), combinations as (
			select e.customer_id, e.meter_id, (e.occurred_at at time zone z.zone)::date as day, coalesce(
			       (select jsonb_object_agg(d.name, e.dimensions -> d.name)
			        from unnest(@declaring::bigint[], @declared::text[]) as d (meter_id, name)
			        where d.meter_id = e.meter_id and e.dimensions ? d.name), '{}') as dimensions,
			       sum(e.quantity) as quantity, count(*) as events
			from usage.counted e
			join unnest(@customers::bigint[], @zones::text[]) as z (customer_id, zone) on z.customer_id = e.customer_id
			where e.account_id = @account and e.meter_id = any (@declaring::bigint[]) group by 1, 2, 3, 4
		)
		select 'quarter_hours', customer_id, meter_id, to_char(bucket_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as at,
		       coalesce(r.quantity, 0), coalesce(c.quantity, 0), coalesce(r.events, 0), coalesce(c.events, 0)
		from (select customer_id, meter_id, bucket_at, quantity, events from usage.quarter_hours where account_id = @account and (events <> 0 or quantity <> 0)) r
		full join buckets c using (customer_id, meter_id, bucket_at)
		where (r.quantity is distinct from c.quantity or r.events is distinct from c.events)
		  and not exists (select from usage.archives a where bucket_at >= a.month::timestamp at time zone 'UTC' and bucket_at < (a.month + interval '1 month') at time zone 'UTC')
		union all
		select 'days', customer_id, meter_id, day::text,
		       coalesce(r.quantity, 0), coalesce(c.quantity, 0), coalesce(r.events, 0), coalesce(c.events, 0)
		from (select customer_id, meter_id, day, quantity, events from usage.days where account_id = @account and (events <> 0 or quantity <> 0)) r
		full join days c using (customer_id, meter_id, day)
		where (r.quantity is distinct from c.quantity or r.events is distinct from c.events)
		  and not exists (select from usage.archives a where day >= a.month - 1 and day <= (a.month + interval '1 month')::date)
		union all
		select 'dimension_days', customer_id, meter_id, day::text || ' ' || dimensions::text,
		       coalesce(r.quantity, 0), coalesce(c.quantity, 0), coalesce(r.events, 0), coalesce(c.events, 0)
		from (select customer_id, meter_id, day, dimensions, quantity, events from usage.dimension_days where account_id = @account and (events <> 0 or quantity <> 0)) r
		full join combinations c using (customer_id, meter_id, day, dimensions)
		where (r.quantity is distinct from c.quantity or r.events is distinct from c.events)
		  and not exists (select from usage.archives a where day >= a.month - 1 and day <= (a.month + interval '1 month')::date)
		order by 1, 2, 3, 4`,
		pgx.NamedArgs{"account": int64(account), "customers": customerIDs, "zones": zones, "declaring": declaring, "declared": declared})
	if err != nil {
		return nil, fmt.Errorf("recount usage of account %d: %w", account, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Discrepancy])
	if err != nil {
		return nil, fmt.Errorf("recount usage of account %d: %w", account, postgres.Fault(err))
	}
	return found, nil
}

// declarations are the dimensions by which meters are added up, a pair each.
func declarations(ctx context.Context, q postgres.Querier) (meters []int64, dimensions []string, err error) {
	all, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range all.Meters() {
		for _, name := range m.Dimensions {
			if m.Additive() {
				meters, dimensions = append(meters, m.ID), append(dimensions, name)
			}
		}
	}
	return meters, dimensions, nil
}

// sellerZones gives the zone that decides the days of each customer with events.
func sellerZones(ctx context.Context, q postgres.Querier, account customers.AccountID) (ids []int64, zones []string, err error) {
	rows, err := q.Query(ctx, `select distinct customer_id from usage.counted where account_id = @account`,
		pgx.NamedArgs{"account": int64(account)})
	if err != nil {
		return nil, nil, postgres.Fault(err)
	}
	used, err := pgx.CollectRows(rows, pgx.RowTo[customers.ID])
	if err != nil {
		return nil, nil, postgres.Fault(err)
	}
	found, err := zonesOf(ctx, q, used)
	if err != nil {
		return nil, nil, err
	}
	for id, zone := range found {
		ids, zones = append(ids, int64(id)), append(zones, zone.String())
	}
	return ids, zones, nil
}
