package usage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// BehindDays is what is behind a quantity day by day; what the days count adds up to it.
func BehindDays(ctx context.Context, q postgres.Querier, b Behind) ([]BehindPart, error) {
	return behindParts(ctx, q, b, "day")
}

// BehindHours is the same by the hour of the seller's clock. The hour that a zone repeats in autumn is two parts.
func BehindHours(ctx context.Context, q postgres.Querier, b Behind) ([]BehindPart, error) {
	return behindParts(ctx, q, b, "hour")
}

func behindParts(ctx context.Context, q postgres.Querier, b Behind, unit string) ([]BehindPart, error) {
	args, zones, err := b.args(ctx, q)
	if err != nil || args == nil {
		return nil, err
	}
	args["unit"] = unit
	rows, err := partsQuery(ctx, q, b, args)
	if err != nil {
		return nil, fmt.Errorf("add up the usage behind a quantity: %w", postgres.Fault(err))
	}
	var out []BehindPart
	var p BehindPart
	var starts time.Time
	_, err = pgx.ForEachRow(rows, []any{&p.Day, &starts, &p.Events, &p.Counts}, func() error {
		if unit == "hour" {
			p.Hour = starts.In(zones[0])
		}
		out = append(out, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add up the usage behind a quantity: %w", postgres.Fault(err))
	}
	return out, nil
}

func partsQuery(ctx context.Context, q postgres.Querier, b Behind, args pgx.NamedArgs) (pgx.Rows, error) {
	if b.additive() {
		return q.Query(ctx, `
			select (e.occurred_at at time zone w.zone)::date as day, date_trunc(@unit, e.occurred_at, w.zone) as starts_at, count(*),
			       case @aggregation::text when 'count' then count(*) else sum(e.quantity) end
			from usage.counted e
			join unnest(@customers::bigint[], @users::bigint[], @zones::text[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, user_id, zone, starts_at, ends_at)
			  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
			where e.account_id = any (@accounts::bigint[]) and e.meter_id = @meter and e.occurred_at >= @from and e.occurred_at < @until
			  and coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]
			group by 1, 2
			order by 1, 2`, args)
	}
	return q.Query(ctx, `
		with decided as (
			select (e.occurred_at at time zone w.zone)::date as day, date_trunc(@unit, e.occurred_at, w.zone) as starts_at,
			       case when @aggregation::text = 'unique' then (case when e.dimensions ? @unique_by and row_number() over early = 1 then 1 else 0 end)
			            when @aggregation::text = 'max' and row_number() over largest = 1 then e.quantity
			            when @aggregation::text = 'last' and row_number() over latest = 1 then e.quantity
			            else 0 end as counts
			from usage.counted e
			join unnest(@customers::bigint[], @users::bigint[], @zones::text[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, user_id, zone, starts_at, ends_at)
			  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
			where e.account_id = any (@accounts::bigint[]) and e.meter_id = @meter and e.occurred_at >= @from and e.occurred_at < @until
			  and coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]
			window early as (partition by w.user_id, e.dimensions ->> @unique_by order by e.occurred_at, e.event_id collate "C", e.source collate "C"),
			       largest as (partition by w.user_id order by e.quantity desc, e.occurred_at, e.event_id collate "C", e.source collate "C"),
			       latest as (partition by w.user_id order by e.occurred_at desc, e.event_id collate "C" desc, e.source collate "C" desc)
		)
		select day, starts_at, count(*), sum(counts)
		from decided
		group by 1, 2
		order by 1, 2`, args)
}

// BehindPage lists events behind a quantity in the order they occurred, after one, at most 1,000.
func BehindPage(ctx context.Context, q postgres.Querier, b Behind, after EventCursor, limit int) ([]CountedEvent, error) {
	var out []CountedEvent
	err := eachBehind(ctx, q, b, after, min(limit, 1000), func(e CountedEvent) error {
		out = append(out, e)
		return nil
	})
	return out, err
}

// BehindKnown is what a quantity came to by what was known up to a place in the order of knowing: events that had come by
// then, as they had been corrected by then. With the order of a document it is what the document could count.
func BehindKnown(ctx context.Context, q postgres.Querier, b Behind, known int64) (events int64, quantity decimal.Decimal, err error) {
	args, _, err := b.args(ctx, q)
	if err != nil || args == nil {
		return 0, quantity, err
	}
	args["known"] = known
	err = q.QueryRow(ctx, `
		with came as (
			select account_id, key, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from usage.events
			where account_id = any (@accounts::bigint[]) and occurred_at >= @from and occurred_at < @until and known_order <= @known
			union all
			select account_id, key, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from usage.held_events
			where account_id = any (@accounts::bigint[]) and occurred_at >= @from and occurred_at < @until and known_order <= @known
		), stood as (
			select customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from came e
			where not exists (select from usage.corrections c where c.account_id = e.account_id and c.key = e.key and c.known_order <= @known)
			union all
			select customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from usage.corrections c
			where account_id = any (@accounts::bigint[]) and occurred_at >= @from and occurred_at < @until and known_order <= @known and action <> 'retract'
			  and not exists (select from usage.corrections n where n.account_id = c.account_id and n.key = c.key and n.revision > c.revision and n.known_order <= @known)
		), readings as (
			select w.user_id, count(*) as events, case @aggregation::text
			         when 'sum' then sum(e.quantity) when 'count' then count(*) when 'max' then max(e.quantity) when 'unique' then count(distinct e.dimensions ->> @unique_by)
			         else (array_agg(e.quantity order by e.occurred_at desc, e.event_id collate "C" desc, e.source collate "C" desc))[1]
			       end as quantity
			from stood e
			join unnest(@customers::bigint[], @users::bigint[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, user_id, starts_at, ends_at)
			  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
			where e.meter_id = @meter and coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]
			group by 1
		)
		select coalesce(sum(events), 0)::bigint, coalesce(sum(quantity), 0) from readings`, args).Scan(&events, &quantity)
	if err != nil {
		return 0, quantity, fmt.Errorf("add up what was known of the usage behind a quantity: %w", postgres.Fault(err))
	}
	return events, quantity, nil
}

// BehindSince says what became known of the days behind a quantity after a place in the order of knowing.
func BehindSince(ctx context.Context, q postgres.Querier, b Behind, known int64) (Since, error) {
	args, _, err := b.args(ctx, q)
	if err != nil || args == nil {
		return Since{}, err
	}
	args["known"] = known
	var s Since
	var first, last *time.Time
	err = q.QueryRow(ctx, `
		with later as (
			select 'came' as what, key, customer_id, occurred_at, dimensions, recorded_at from usage.events
			where account_id = any (@accounts::bigint[]) and meter_id = @meter and occurred_at >= @from and occurred_at < @until and known_order > @known
			union all
			select 'came', key, customer_id, occurred_at, dimensions, recorded_at from usage.held_events
			where account_id = any (@accounts::bigint[]) and meter_id = @meter and occurred_at >= @from and occurred_at < @until and known_order > @known
			union all
			select 'corrected', key, customer_id, occurred_at, dimensions, recorded_at from usage.corrections
			where account_id = any (@accounts::bigint[]) and meter_id = @meter and occurred_at >= @from and occurred_at < @until and known_order > @known
		)
		select count(*) filter (where what = 'came'), count(distinct key) filter (where what = 'corrected'), min(e.recorded_at), max(e.recorded_at)
		from later e
		join unnest(@customers::bigint[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, starts_at, ends_at)
		  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
		where coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]`, args).
		Scan(&s.Arrived, &s.Corrected, &first, &last)
	if err != nil {
		return s, fmt.Errorf("find what became known since: %w", postgres.Fault(err))
	}
	if first != nil {
		s.First, s.Last = *first, *last
	}
	return s, nil
}

// EachBehind visits all events behind a quantity in the order they occurred, one row in memory at a time.
func EachBehind(ctx context.Context, q postgres.Querier, b Behind, visit func(CountedEvent) error) error {
	return eachBehind(ctx, q, b, EventCursor{}, 0, visit)
}

func eachBehind(ctx context.Context, q postgres.Querier, b Behind, after EventCursor, limit int, visit func(CountedEvent) error) error {
	args, _, err := b.args(ctx, q)
	if err != nil || args == nil {
		return err
	}
	names, err := customers.Placements(ctx, q, customerIDs(args["customers"].([]int64)))
	if err != nil {
		return fmt.Errorf("name the customers behind a quantity: %w", err)
	}
	if after.OccurredAt.IsZero() {
		after.OccurredAt = earliest.Add(-time.Second)
	}
	args["after"], args["key"], args["limit"] = after.OccurredAt, uuid(after.Key), limit
	rows, err := eventsQuery(ctx, q, b, args)
	if err != nil {
		return fmt.Errorf("list the usage behind a quantity: %w", postgres.Fault(err))
	}
	defer rows.Close()
	for rows.Next() {
		var e CountedEvent
		var key pgtype.UUID
		var customer customers.ID
		if err := rows.Scan(&key, &customer, &e.User, &e.Day, &e.OccurredAt, &e.Quantity, &e.Dimensions, &e.Source, &e.ID, &e.KnownOrder, &e.RecordedAt, &e.Counts); err != nil {
			return fmt.Errorf("list the usage behind a quantity: %w", postgres.Fault(err))
		}
		e.OccurredAt = e.OccurredAt.UTC()
		e.At = EventCursor{e.OccurredAt, key.Bytes}
		e.Customer, e.Meter = names[customer].ExternalID, b.Reading.Meter.Code
		if err := visit(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list the usage behind a quantity: %w", postgres.Fault(err))
	}
	return nil
}

func customerIDs(ids []int64) []customers.ID {
	out := make([]customers.ID, len(ids))
	for i, id := range ids {
		out[i] = customers.ID(id)
	}
	return out
}

func eventsQuery(ctx context.Context, q postgres.Querier, b Behind, args pgx.NamedArgs) (pgx.Rows, error) {
	if b.additive() {
		return q.Query(ctx, `
			select e.key, e.customer_id, w.user_id, (e.occurred_at at time zone w.zone)::date, e.occurred_at, e.quantity, e.dimensions,
			       e.source, e.event_id, e.known_order, e.recorded_at, case @aggregation::text when 'count' then 1 else e.quantity end
			from usage.counted e
			join unnest(@customers::bigint[], @users::bigint[], @zones::text[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, user_id, zone, starts_at, ends_at)
			  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
			where e.account_id = any (@accounts::bigint[]) and e.meter_id = @meter and e.occurred_at >= greatest(@from, @after::timestamptz) and e.occurred_at < @until
			  and coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]
			  and (e.occurred_at, e.key) > (@after::timestamptz, @key::uuid)
			order by e.occurred_at, e.key
			limit nullif(@limit::bigint, 0)`, args)
	}
	return q.Query(ctx, `
		with decided as (
			select e.key, e.customer_id, w.user_id, (e.occurred_at at time zone w.zone)::date as day, e.occurred_at, e.quantity, e.dimensions,
			       e.source, e.event_id, e.known_order, e.recorded_at,
			       case when @aggregation::text = 'unique' then (case when e.dimensions ? @unique_by and row_number() over early = 1 then 1 else 0 end)
			            when @aggregation::text = 'max' and row_number() over largest = 1 then e.quantity
			            when @aggregation::text = 'last' and row_number() over latest = 1 then e.quantity
			            else 0 end as counts
			from usage.counted e
			join unnest(@customers::bigint[], @users::bigint[], @zones::text[], @starts::timestamptz[], @ends::timestamptz[]) as w (customer_id, user_id, zone, starts_at, ends_at)
			  on w.customer_id = e.customer_id and e.occurred_at >= w.starts_at and e.occurred_at < w.ends_at
			where e.account_id = any (@accounts::bigint[]) and e.meter_id = @meter and e.occurred_at >= @from and e.occurred_at < @until
			  and coalesce(e.dimensions, '{}') @> @where::jsonb and not coalesce(e.dimensions, '{}') ?| @lacking::text[]
			window early as (partition by w.user_id, e.dimensions ->> @unique_by order by e.occurred_at, e.event_id collate "C", e.source collate "C"),
			       largest as (partition by w.user_id order by e.quantity desc, e.occurred_at, e.event_id collate "C", e.source collate "C"),
			       latest as (partition by w.user_id order by e.occurred_at desc, e.event_id collate "C" desc, e.source collate "C" desc)
		)
		select key, customer_id, user_id, day, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at, counts
		from decided
		where (occurred_at, key) > (@after::timestamptz, @key::uuid)
		order by occurred_at, key
		limit nullif(@limit::bigint, 0)`, args)
}

// args names who is read and on which days: every customer of the reading and, for the days that count for it, everybody
// that was merged into it. Without a customer in the account there is nothing to read: nil.
func (b Behind) args(ctx context.Context, q postgres.Querier) (pgx.NamedArgs, []*time.Location, error) {
	mergers, err := customers.LoadMergers(ctx, q, []customers.AccountID{b.Account})
	if err != nil {
		return nil, nil, fmt.Errorf("find whose usage is behind a quantity: %w", err)
	}
	who := slices.Clone(b.Reading.Customers)
	for _, id := range slices.Sorted(maps.Keys(mergers)) {
		if !slices.Contains(who, id) {
			who = append(who, id)
		}
	}
	zones, err := zonesOf(ctx, q, who)
	if err != nil {
		return nil, nil, fmt.Errorf("find the days behind a quantity: %w", err)
	}
	args := pgx.NamedArgs{"accounts": mergers.Reading([]customers.AccountID{b.Account}), "meter": b.Reading.Meter.ID, "aggregation": b.aggregation(),
		"unique_by": b.Reading.Meter.UniqueBy, "where": dimensionsObject(b.Reading.Where), "lacking": append([]string{}, b.Lacking...)}
	if b.Reading.Where == nil {
		args["where"] = `{}`
	}
	var ids, users []int64
	var names []string
	var starts, ends []time.Time
	var from, until time.Time
	var in []*time.Location
	for _, id := range who {
		zone := zones[id]
		if zone == nil {
			continue
		}
		for _, w := range b.counted(mergers, id) {
			start, end := w.days.Start.Time(zone), w.days.End.Time(zone)
			ids, users, names, starts, ends, in = append(ids, int64(id)), append(users, int64(w.user)), append(names, zone.String()), append(starts, start), append(ends, end), append(in, zone)
			if from.IsZero() || start.Before(from) {
				from = start
			}
			if end.After(until) {
				until = end
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	maps.Copy(args, pgx.NamedArgs{"customers": ids, "users": users, "zones": names, "starts": starts, "ends": ends, "from": from, "until": until})
	return args, in, nil
}

// counting is a run of days on which a customer's use counts for one that is read.
type counting struct {
	days period.Span
	user customers.ID
}

// counted are the days on which what a customer used counts, and for whom: a duplicate's begin with the merge, or its own
// end there.
func (b Behind) counted(mergers customers.Mergers, id customers.ID) (out []counting) {
	for day := b.Days.Start; day.Before(b.Days.End); day = day.AddDays(1) {
		_, user := mergers.CountsFor(b.Account, id, day)
		if !slices.Contains(b.Reading.Customers, user) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].user == user && out[n-1].days.End == day {
			out[n-1].days.End = day.AddDays(1)
		} else {
			out = append(out, counting{period.NewSpan(day, day.AddDays(1)), user})
		}
	}
	return out
}
