package webhook

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// FeedFilter narrows the feed; zero fields do not.
type FeedFilter struct {
	Types  []Type
	Object string // its id, whatever its kind
	After  int64  // the sequence of the last event that was read
	Limit  int    // zero = 100
}

// Feed lists events in the order of their sequence, for whoever asks instead of being told. An event appears only when none can appear
// before it any more, so a reader that goes on from the last one it saw misses nothing. It asks the database as it is now: db, not a
// snapshot.
func Feed(ctx context.Context, db *postgres.DB, f FeedFilter) ([]Envelope, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	through, err := settled(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read the feed of events: %w", err)
	}
	types := make([]string, len(f.Types))
	for i, t := range f.Types {
		types[i] = string(t)
	}
	rows, err := db.Query(ctx, `
		select sequence, key, occurred_at, type, object_kind, object_id, coalesce(customer, ''), data
		from webhook.events
		where sequence > @after and sequence <= @through and type <> 'webhook.test'
			and (@types::text[] = '{}' or type = any(@types)) and (@object = '' or object_id = @object)
		order by sequence
		limit @limit`, pgx.NamedArgs{"after": f.After, "through": through, "types": types, "object": f.Object, "limit": f.Limit})
	if err != nil {
		return nil, fmt.Errorf("read the feed of events: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Envelope, error) {
		var w written
		err := row.Scan(&w.sequence, &w.key, &w.occurredAt, &w.typ, &w.object.Kind, &w.object.ID, &w.customer, &w.data)
		return w.envelope(), err
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed of events: %w", postgres.Fault(err))
	}
	return all, nil
}

// settled is the number up to which every event there will ever be can be seen. Whoever emits marks, before it takes numbers, how far
// the sequence had come (see insert), and the mark goes with its transaction. So first the sequence is read, then the marks, then, by
// a statement of its own, the events: a transaction whose number was taken before the first look either still has its mark or has
// ended. Marks hold 31 bits; a transaction is never so old that this leaves a doubt.
func settled(ctx context.Context, db *postgres.DB) (through int64, err error) {
	var come int64
	if err := db.QueryRow(ctx, `select last_value - (not is_called)::int from webhook.sequences`).Scan(&come); err != nil {
		return 0, postgres.Fault(err)
	}
	err = db.QueryRow(ctx, `
		select coalesce(min(case when marked > @come::bigint then marked - 2147483648 else marked end), @come::bigint)
		from (
			select (@come::bigint & ~2147483647::bigint) + objid::bigint as marked
			from pg_locks
			where locktype = 'advisory' and classid = @space::bigint::oid and objsubid = 2 and granted
				and database = (select oid from pg_database where datname = current_database())
		) marks`, pgx.NamedArgs{"come": come, "space": markSpace}).Scan(&through)
	return through, postgres.Fault(err)
}

// GetEvent returns one event by its webhook-id; fault.NotFound when there is none.
func GetEvent(ctx context.Context, q postgres.Querier, id string) (Envelope, error) {
	key, ok := keyOf(id)
	var w written
	err := pgx.ErrNoRows
	if ok {
		err = q.QueryRow(ctx, `
			select sequence, key, occurred_at, type, object_kind, object_id, coalesce(customer, ''), data
			from webhook.events where key = @key`, pgx.NamedArgs{"key": key}).
			Scan(&w.sequence, &w.key, &w.occurredAt, &w.typ, &w.object.Kind, &w.object.ID, &w.customer, &w.data)
	}
	if err != nil {
		return Envelope{}, fmt.Errorf("event %q: %w", id, postgres.Fault(err))
	}
	return w.envelope(), nil
}
