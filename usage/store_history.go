package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Revision is what an event said from some moment on.
type Revision struct {
	Event
	Number     int    // 0 is the event as it came
	Action     Action // "" of number 0
	Reason, By string
	KnownOrder int64
	RecordedAt time.Time
	Archived   string // of number 0: the file that says the rest, when it is kept nowhere else
}

// History is everything an event ever said, as it came first, its last
// correction last. Without an event of that source and id it is fault.NotFound.
func History(ctx context.Context, q postgres.Querier, account customers.AccountID, source, id string) ([]Revision, error) {
	doing := fmt.Sprintf("read the history of event %q of source %q", id, source)
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	var h hasher
	rows, err := q.Query(ctx, `
		with came as (
			select k.occurred_at, k.known_order, e.customer_id, e.meter_id, e.quantity, e.dimensions, coalesce(e.recorded_at, 'epoch') as recorded_at, coalesce(a.file, '') as file
			from usage.keys k
			left join lateral (
				select customer_id, meter_id, quantity, dimensions, recorded_at from usage.events
				where account_id = k.account_id and occurred_at = k.occurred_at and key = k.key
				union all
				select customer_id, meter_id, quantity, dimensions, recorded_at from usage.held_events
				where account_id = k.account_id and key = k.key
			) e on true
			left join lateral (
				select file from usage.archives
				where e.customer_id is null and month = date_trunc('month', k.occurred_at at time zone 'UTC')::date and through_order >= k.known_order
				order by part limit 1
			) a on true
			where k.account_id = @account and k.key = @key
		)
		select 0 as revision, '' as action, coalesce(customer_id, 0), coalesce(meter_id, 0), occurred_at, coalesce(quantity, 0), dimensions, '' as reason, '' as actor, known_order, recorded_at, file
		from came
		union all
		select revision, action, customer_id, meter_id, occurred_at, quantity, dimensions, reason, actor, known_order, recorded_at, ''
		from usage.corrections where account_id = @account and key = @key
		order by revision`, pgx.NamedArgs{"account": int64(account), "key": uuid(h.key(source, id))})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	var found []*kept
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Revision, error) {
		var r Revision
		k := &kept{}
		err := row.Scan(&r.Number, &r.Action, &k.customer, &k.meter, &k.OccurredAt, &k.Quantity, &k.Dimensions, &r.Reason, &r.By, &r.KnownOrder, &r.RecordedAt, &k.archived)
		k.Source, k.ID, k.OccurredAt = source, id, k.OccurredAt.UTC()
		found = append(found, k)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.NotFound, "it was never accepted"))
	}
	if err := nameKept(ctx, q, found, meters); err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Event, out[i].Archived = found[i].Event, found[i].archived
	}
	return out, nil
}

// Standing is what an event says now, and whether it counts: the last of its
// history.
func Standing(history []Revision) (now Revision, counts bool) {
	now = history[len(history)-1]
	return now, now.Action != Retract
}
