package usage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Total is what a meter came to for a customer over some days.
type Total struct {
	Customer customers.ID
	Meter    int64
	Quantity decimal.Decimal
}

// Totals reads everybody's meters over a span of days. Who used nothing is not
// listed.
func Totals(ctx context.Context, q postgres.Querier, days period.Span) ([]Total, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("add up usage of %s: %w", days, err)
	}
	var singly, counted []catalog.Meter
	for _, m := range meters.Meters() {
		if !m.Additive() {
			singly = append(singly, m)
		} else if m.Aggregation == catalog.Count {
			counted = append(counted, m)
		}
	}
	rows, err := q.Query(ctx, `
		select customer_id, meter_id, case when meter_id = any (@counted::bigint[]) then sum(events) else sum(quantity) end as total
		from usage.days
		where day >= @from::date and day < @end::date and meter_id <> all (@singly::bigint[])
		group by customer_id, meter_id
		having sum(events) > 0 and (sum(quantity) <> 0 or meter_id = any (@counted::bigint[]))`,
		pgx.NamedArgs{"from": days.Start, "end": days.End, "counted": ids(counted), "singly": ids(singly)})
	if err != nil {
		return nil, fmt.Errorf("add up usage of %s: %w", days, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Total])
	if err != nil {
		return nil, fmt.Errorf("add up usage of %s: %w", days, postgres.Fault(err))
	}
	read, err := singleTotals(ctx, q, days, singly)
	if err != nil {
		return nil, fmt.Errorf("read usage of %s from its events: %w", days, err)
	}
	out = append(out, read...)
	slices.SortFunc(out, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Meter, b.Meter))
	})
	return out, nil
}

// singleTotals reads meters that do not add up from their events. The days are
// those of each seller's zone.
func singleTotals(ctx context.Context, q postgres.Querier, days period.Span, meters []catalog.Meter) ([]Total, error) {
	if len(meters) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		select distinct customer_id from usage.days
		where day >= @from::date and day < @end::date and meter_id = any (@meters::bigint[]) and events > 0`,
		pgx.NamedArgs{"from": days.Start, "end": days.End, "meters": ids(meters)})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[customers.ID])
	if err != nil {
		return nil, postgres.Fault(err)
	}
	zones, err := zonesOf(ctx, q, users)
	if err != nil {
		return nil, err
	}
	var who []int64
	var where, how, by []string
	for id, zone := range zones {
		who, where = append(who, int64(id)), append(where, zone.String())
	}
	for _, m := range meters {
		how, by = append(how, m.Aggregation), append(by, m.UniqueBy)
	}
	rows, err = q.Query(ctx, `
		select e.customer_id, e.meter_id, case m.aggregation
		         when 'max' then max(e.quantity)
		         when 'unique' then count(distinct e.dimensions ->> m.unique_by)
		         else (array_agg(e.quantity order by e.occurred_at desc, e.event_id collate "C" desc, e.source collate "C" desc))[1]
		       end as total
		from usage.counted e
		join unnest(@meters::bigint[], @aggregations::text[], @uniques::text[]) as m (id, aggregation, unique_by) on m.id = e.meter_id
		join unnest(@customers::bigint[], @zones::text[]) as z (customer_id, zone) on z.customer_id = e.customer_id
		where e.occurred_at >= @after and e.occurred_at < @before
		  and (e.occurred_at at time zone z.zone)::date >= @from::date and (e.occurred_at at time zone z.zone)::date < @end::date
		group by e.customer_id, e.meter_id, m.aggregation`,
		pgx.NamedArgs{"meters": ids(meters), "aggregations": how, "uniques": by, "customers": who, "zones": where, "from": days.Start, "end": days.End,
			"after": days.Start.AddDays(-1).Time(time.UTC), "before": days.End.AddDays(1).Time(time.UTC)})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Total])
	return slices.DeleteFunc(out, func(t Total) bool { return t.Quantity.IsZero() }), postgres.Fault(err)
}

// zonesOf gives the zone that decides the days of each customer: its seller's.
func zonesOf(ctx context.Context, q postgres.Querier, users []customers.ID) (map[customers.ID]*time.Location, error) {
	parties, err := customers.Placements(ctx, q, users)
	if err != nil {
		return nil, err
	}
	sellers, err := entities.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make(map[customers.ID]*time.Location, len(parties))
	for id, p := range parties {
		seller, ok := sellers.ByID(p.Entity)
		if !ok {
			return nil, fmt.Errorf("customer %d is sold to by entity %d, which does not exist", id, p.Entity)
		}
		out[id] = seller.Location()
	}
	return out, nil
}

func ids(meters []catalog.Meter) []int64 {
	out := make([]int64, len(meters))
	for i, m := range meters {
		out[i] = m.ID
	}
	return out
}
