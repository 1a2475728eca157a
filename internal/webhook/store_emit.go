package webhook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Emit writes events inside the transaction of the facts they tell about, and a delivery to every endpoint that wants them, in one round
// trip for any number. The order of the arguments is the order of the events. Idempotent by key: the same event again is dropped, another
// one under a used key is a fault.Conflict.
func Emit(ctx context.Context, tx pgx.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	b, err := batchOf(events)
	if err != nil {
		return err
	}
	if err := b.insert(ctx, tx, 0); err != nil {
		return fmt.Errorf("emit %d events, %q first: %w", len(events), events[0].Key, err)
	}
	return nil
}

// columns are a batch as unnest reads it.
type columns struct {
	names          map[[16]byte]string // key as given, for errors
	keys, contents [][16]byte
	types          []string
	kinds, ids     []string
	accounts       []*int64
	customers      []*string
	ats            []*time.Time
	data           []string
	lanes          []int64
	locks          []int64 // lanes of objects that others may be telling about now
}

func batchOf(events []Event) (columns, error) {
	b := columns{names: make(map[[16]byte]string, len(events))}
	seen := make(map[[16]byte][16]byte, len(events))
	for _, e := range events {
		key, content, data, err := e.ready()
		if err != nil {
			return b, err
		}
		if was, twice := seen[key]; twice {
			if was != content {
				return b, otherUnder(e.Key)
			}
			continue
		}
		seen[key], b.names[key] = content, e.Key
		b.add(e, key, content, data)
	}
	// Always in the same order, so that two batches never wait for each other in a circle.
	slices.Sort(b.locks)
	b.locks = slices.Compact(b.locks)
	return b, nil
}

func (b *columns) add(e Event, key, content [16]byte, data []byte) {
	lane := e.Object.lane()
	b.keys, b.contents = append(b.keys, key), append(b.contents, content)
	b.types, b.kinds, b.ids = append(b.types, string(e.Type)), append(b.kinds, string(e.Object.Kind)), append(b.ids, e.Object.ID)
	b.accounts, b.customers = append(b.accounts, orNull(e.Account)), append(b.customers, orNull(e.Customer))
	b.ats, b.data, b.lanes = append(b.ats, orNull(e.At)), append(b.data, string(data)), append(b.lanes, lane)
	if !described[e.Type].first {
		b.locks = append(b.locks, lane)
	}
}

func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func otherUnder(key string) error {
	return fault.New(fault.Conflict, "emit %q: another event was emitted under this key", key)
}

// insert writes the batch; only names one endpoint for what is meant for nobody else.
//
// The locks come before the numbers. Whoever emits holds, until it commits, a mark of how far the sequence had come: a reader of the feed
// knows from the marks up to where nothing can appear any more (see Feed). And two transactions that tell about one object take turns, so
// that its numbers are in the order of the commits.
func (b columns) insert(ctx context.Context, tx pgx.Tx, only int64) error {
	var q pgx.Batch
	q.Queue(`select pg_advisory_xact_lock_shared(@space::int, ((last_value - (not is_called)::int) & 2147483647)::int) from webhook.sequences`,
		pgx.NamedArgs{"space": markSpace})
	if len(b.locks) > 0 {
		q.Queue(`select count(pg_advisory_xact_lock(lane)) from unnest(@lanes::bigint[]) as lane`, pgx.NamedArgs{"lanes": b.locks})
	}
	known := make(map[[16]byte][16]byte)
	fresh := 0
	q.Queue(`
		with given as materialized (
			select *
			from unnest(@keys::uuid[], @contents::uuid[], @types::text[], @kinds::text[], @ids::text[], @accounts::bigint[], @customers::text[],
				@ats::timestamptz[], @data::text[], @lanes::bigint[]) with ordinality
				as g (key, content, type, object_kind, object_id, account_id, customer, occurred_at, data, lane, position)
		), fresh as (
			insert into webhook.events (key, content, type, object_kind, object_id, account_id, customer, occurred_at, data)
			select g.key, g.content, g.type, g.object_kind, g.object_id, g.account_id, g.customer, coalesce(g.occurred_at, now()), g.data::json
			from given g
			order by g.position
			on conflict (key) do nothing
			returning sequence, key, type
		), fanned as (
			insert into webhook.deliveries (endpoint_id, sequence, lane, next_attempt_at)
			select e.id, f.sequence, g.lane, coalesce((
				-- A hint only: behind one that waits to be tried again, nobody needs to look before it is.
				select max(o.next_attempt_at) from webhook.deliveries o
				where o.endpoint_id = e.id and o.lane = g.lane and o.state in ('waiting', 'sending')), 'epoch')
			from fresh f
			join given g on g.key = f.key
			join webhook.endpoints e on e.id = @only or (@only = 0 and e.status = 'enabled' and (e.types = '{}' or f.type = any(e.types)))
			order by f.sequence
		)
		select key, content, false from webhook.events where key = any(@keys::uuid[])
		union all
		select key, null, true from fresh`, pgx.NamedArgs{
		"keys": b.keys, "contents": b.contents, "types": b.types, "kinds": b.kinds, "ids": b.ids, "accounts": b.accounts,
		"customers": b.customers, "ats": b.ats, "data": b.data, "lanes": b.lanes, "only": only,
	}).Query(func(rows pgx.Rows) error {
		var key [16]byte
		var content *[16]byte
		var inserted bool
		_, err := pgx.ForEachRow(rows, []any{&key, &content, &inserted}, func() error {
			if inserted {
				fresh++
				return nil
			}
			known[key] = *content
			return nil
		})
		return err
	})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return postgres.Fault(err)
	}
	if fresh+len(known) < len(b.keys) { // somebody committed the same meanwhile, unseen by our statement
		if err := b.look(ctx, tx, known); err != nil {
			return err
		}
	}
	for i, key := range b.keys {
		if was, before := known[key]; before && was != b.contents[i] {
			return otherUnder(b.names[key])
		}
	}
	return nil
}

// markSpace is the first half of the advisory locks that mark emitters under way: "hook" in ASCII.
const markSpace = 0x686f6f6b

func (b columns) look(ctx context.Context, tx pgx.Tx, known map[[16]byte][16]byte) error {
	rows, err := tx.Query(ctx, `select key, content from webhook.events where key = any(@keys::uuid[])`, pgx.NamedArgs{"keys": b.keys})
	if err != nil {
		return postgres.Fault(err)
	}
	own := make(map[[16]byte][16]byte, len(b.keys))
	for i, key := range b.keys {
		own[key] = b.contents[i]
	}
	var key, content [16]byte
	_, err = pgx.ForEachRow(rows, []any{&key, &content}, func() error {
		if own[key] != content {
			known[key] = content
		}
		return nil
	})
	return postgres.Fault(err)
}
