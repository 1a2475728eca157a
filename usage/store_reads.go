package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Hour is the usage of one hour of a zone's clock. The hour that a zone repeats
// in autumn is two rows, the one it skips in spring is none.
type Hour struct {
	StartsAt time.Time // in the zone
	Quantity decimal.Decimal
	Events   int64
}

// Hours adds up one customer's use of a meter by the hour, for a span of days in
// a zone. Hours without usage are not listed.
func Hours(ctx context.Context, q postgres.Querier, account customers.AccountID, customer customers.ID, meter int64, days period.Span, zone *time.Location) ([]Hour, error) {
	// In zones such as Asia/Kolkata an hour begins on the half hour of UTC: hence
	// buckets of a quarter. date_trunc keeps the offset when it cuts to the hour, so
	// the two hours of an autumn night stay apart.
	rows, err := q.Query(ctx, `
		select date_trunc('hour', bucket_at, @zone), sum(quantity), sum(events)::bigint
		from usage.quarter_hours
		where account_id = @account and customer_id = @customer and meter_id = @meter
		  and bucket_at >= @from and bucket_at < @until
		group by 1
		having sum(events) > 0
		order by 1`,
		pgx.NamedArgs{"account": int64(account), "customer": int64(customer), "meter": meter,
			"from": days.Start.Time(zone), "until": days.End.Time(zone), "zone": zone.String()})
	if err != nil {
		return nil, fmt.Errorf("read hours of usage: %w", postgres.Fault(err))
	}
	hours, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Hour, error) {
		var h Hour
		err := row.Scan(&h.StartsAt, &h.Quantity, &h.Events)
		h.StartsAt = h.StartsAt.In(zone)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("read hours of usage: %w", postgres.Fault(err))
	}
	return hours, nil
}

// EventFilter narrows a page of events. From and Until are instants, [From, Until).
type EventFilter struct {
	Account     customers.AccountID
	Customer    customers.ID
	Meter       int64 // 0: any
	All         bool  // also those that stood here and count no longer: retracted, or amended to another time, meter or user
	Gone        bool  // with All: those alone
	From, Until time.Time
	After       EventCursor // the last event of the page before
	Limit       int         // 0: 100; at most 1000
}

// EventCursor is a place in a list of events ordered by time; zero is its beginning.
type EventCursor struct {
	OccurredAt time.Time
	Key        [16]byte
}

// Recorded is an event as it counts.
type Recorded struct {
	Event
	KnownOrder int64 // the batch it came in, or was corrected in last: subject "usage batch" of the audit trail
	RecordedAt time.Time
	At         EventCursor

	Revision int   // how often it was corrected
	State    State // Counts unless all were asked for
}

// State says whether an event counts where it is listed.
type State string

const (
	Counts    State = ""
	Retracted State = "retracted"
	Moved     State = "moved" // it came with this content, and was amended to count elsewhere
)

// EventsPage lists a customer's events in the order they occurred: what a day's
// quantity on an invoice is made of.
func EventsPage(ctx context.Context, q postgres.Querier, f EventFilter) ([]Recorded, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list usage events: %w", err)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	after := f.After.OccurredAt
	if after.IsZero() {
		after = earliest.Add(-time.Second)
	}
	rows, err := q.Query(ctx, `
		with page as (
			select key, revision, '' as state, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at
			from usage.counted
			where account_id = @account and customer_id = @customer and (@meter::bigint = 0 or meter_id = @meter)
			  and occurred_at >= @from and occurred_at < @until
			union all
			select c.key, c.revision, 'retracted', c.customer_id, c.meter_id, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id, c.known_order, c.recorded_at
			from usage.corrections c
			where @all::boolean and c.action = 'retract' and c.account_id = @account and c.customer_id = @customer and (@meter::bigint = 0 or c.meter_id = @meter)
			  and c.occurred_at >= @from and c.occurred_at < @until
			  and not exists (select from usage.corrections n where n.account_id = c.account_id and n.key = c.key and n.revision > c.revision)
			union all
			select e.key, c.revision, 'moved', e.customer_id, e.meter_id, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id, c.known_order, c.recorded_at
			from (select account_id, key, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from usage.events
			      union all
			      select account_id, key, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id from usage.held_events) e
			join usage.corrections c on c.account_id = e.account_id and c.key = e.key
			where @all::boolean and e.account_id = @account and e.customer_id = @customer and (@meter::bigint = 0 or e.meter_id = @meter)
			  and e.occurred_at >= @from and e.occurred_at < @until
			  and not (c.customer_id = @customer and (@meter::bigint = 0 or c.meter_id = @meter) and c.occurred_at >= @from and c.occurred_at < @until)
			  and not exists (select from usage.corrections n where n.account_id = c.account_id and n.key = c.key and n.revision > c.revision)
		)
		select key, revision, state, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at
		from page
		where (occurred_at, key) > (@after::timestamptz, @key::uuid) and (not @gone::boolean or state <> '')
		order by occurred_at, key
		limit @limit`,
		pgx.NamedArgs{"account": int64(f.Account), "customer": int64(f.Customer), "meter": f.Meter, "all": f.All, "gone": f.Gone,
			"from": f.From, "until": f.Until, "after": after, "key": uuid(f.After.Key), "limit": min(limit, 1000)})
	if err != nil {
		return nil, fmt.Errorf("list usage events: %w", postgres.Fault(err))
	}
	var found []*kept
	page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Recorded, error) {
		var r Recorded
		k := &kept{}
		var key pgtype.UUID
		err := row.Scan(&key, &r.Revision, &r.State, &k.customer, &k.meter, &k.OccurredAt, &k.Quantity, &k.Dimensions, &k.Source, &k.ID, &r.KnownOrder, &r.RecordedAt)
		k.OccurredAt = k.OccurredAt.UTC()
		r.At = EventCursor{k.OccurredAt, key.Bytes}
		found = append(found, k)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list usage events: %w", postgres.Fault(err))
	}
	if err := nameKept(ctx, q, found, meters); err != nil {
		return nil, err
	}
	for i := range page {
		page[i].Event = found[i].Event
	}
	return page, nil
}
