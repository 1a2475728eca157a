package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/postgres"
)

// insertStrays puts events in quarantine, each content once. It gives how many are new.
func insertStrays(ctx context.Context, tx pgx.Tx, strays []stray, order int64) (int64, error) {
	if len(strays) == 0 {
		return 0, nil
	}
	var a eventArrays
	var reasons []string
	var positions []int32
	for i := range strays {
		a.add(&strays[i].staged)
		reasons = append(reasons, strays[i].reason)
		positions = append(positions, int32(strays[i].position))
	}
	tag, err := tx.Exec(ctx, `
		insert into usage.quarantine
			(key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position, known_order)
		select key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position, @order
		from unnest(@keys::uuid[], @contents::uuid[], @customers::text[], @meters::text[], @occurred::timestamptz[],
		            @quantities::numeric[], @dimensions::jsonb[], @sources::text[], @ids::text[], @reasons::text[], @positions::integer[])
		     as o (key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position)
		order by key, content, position
		on conflict (key, content) do nothing`,
		a.args(pgx.NamedArgs{"reasons": reasons, "positions": positions, "order": order}))
	if err != nil {
		return 0, fmt.Errorf("quarantine %d events: %w", len(strays), postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}

// Cursor is a place in a list ordered by when things became known; the zero
// value is its beginning.
type Cursor struct {
	KnownOrder int64
	Position   int32
}

// Quarantined is an event that waits for its customer or meter to be known.
type Quarantined struct {
	Event
	Reason     string // "unknown customer", "unknown meter", "unknown customer and meter"
	RecordedAt time.Time
	At         Cursor
}

// Quarantine lists events that still wait, oldest first, after a cursor.
func Quarantine(ctx context.Context, q postgres.Querier, after Cursor, limit int) ([]Quarantined, error) {
	rows, err := q.Query(ctx, `
		select w.customer, w.meter, w.occurred_at, w.quantity, w.dimensions, w.source, w.event_id,
		       w.reason, w.recorded_at, w.known_order, w.position
		from usage.quarantine w
		where (w.known_order, w.position) > (@order::bigint, @position::integer)
		  and not exists (select from usage.releases r where r.key = w.key and r.content = w.content)
		order by w.known_order, w.position
		limit @limit`,
		pgx.NamedArgs{"order": after.KnownOrder, "position": after.Position, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list quarantined usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Quarantined, error) {
		var w Quarantined
		err := row.Scan(&w.Customer, &w.Meter, &w.OccurredAt, &w.Quantity, &w.Dimensions, &w.Source, &w.ID,
			&w.Reason, &w.RecordedAt, &w.At.KnownOrder, &w.At.Position)
		w.OccurredAt = w.OccurredAt.UTC()
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("list quarantined usage: %w", postgres.Fault(err))
	}
	return list, nil
}

// release records what became of events that left the quarantine. Two replays at
// once may both try: the first one's word stands.
func release(ctx context.Context, tx pgx.Tx, outcomes []outcome, order int64) error {
	var keys, contents pgtype.FlatArray[pgtype.UUID]
	var accounts []int64
	var words []string
	for _, o := range outcomes {
		keys, contents = append(keys, uuid(o.key)), append(contents, uuid(o.content))
		accounts, words = append(accounts, o.account), append(words, o.word)
	}
	_, err := tx.Exec(ctx, `
		insert into usage.releases (key, content, account_id, outcome, known_order)
		select key, content, account_id, outcome, @order
		from unnest(@keys::uuid[], @contents::uuid[], @accounts::bigint[], @outcomes::text[])
		     as o (key, content, account_id, outcome)
		order by key, content
		on conflict (key, content) do nothing`,
		pgx.NamedArgs{"keys": keys, "contents": contents, "accounts": accounts, "outcomes": words, "order": order})
	if err != nil {
		return fmt.Errorf("release %d events from quarantine: %w", len(outcomes), postgres.Fault(err))
	}
	return nil
}

// outcome is the word a replay has for one event.
type outcome struct {
	staged
	word string
}

func (v *verdict) outcomes() []outcome {
	var all []outcome
	for _, e := range v.fresh {
		all = append(all, outcome{e, "accepted"})
	}
	for _, e := range v.repeated {
		all = append(all, outcome{e, "repeated"})
	}
	for _, c := range v.conflicts {
		all = append(all, outcome{c.offered, "conflict"})
	}
	return all
}
