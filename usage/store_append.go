package usage

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/postgres"
)

// fewEvents are written by statements that travel with the others of their
// transaction; more of them are cheaper by COPY, each of which is two trips.
const fewEvents = 600

// send runs the statements that wait, in one trip.
func (w *writer) send(ctx context.Context) error {
	if w.waiting.Len() == 0 {
		return nil
	}
	err := w.tx.SendBatch(ctx, &w.waiting).Close()
	w.waiting = pgx.Batch{}
	return postgres.Fault(err)
}

// appendEvents appends the keys of events that the database does not have, and
// then the events. When another writer was faster with one of them, it waits for
// that writer and then fails on keys_pkey. An event of a month that is not open
// fails as noMonth tells.
func (w *writer) appendEvents(ctx context.Context, fresh []staged) error {
	switch {
	case len(fresh) == 0:
		return nil
	case len(fresh) <= fewEvents:
		w.queueEvents(fresh)
		return nil
	}
	if err := copyKeys(ctx, w.tx, fresh, w.orders); err != nil {
		return err
	}
	return copyEvents(ctx, w.tx, fresh, w.orders)
}

func (w *writer) queueEvents(fresh []staged) {
	n := len(fresh)
	accounts, customers, meters, orders := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	keys, contents := make(pgtype.FlatArray[pgtype.UUID], n), make(pgtype.FlatArray[pgtype.UUID], n)
	occurred, quantities := make([]time.Time, n), make(pgtype.FlatArray[pgtype.Numeric], n)
	dimensions, sources, ids := make([]*string, n), make([]string, n), make([]string, n)
	for i := range fresh {
		e := &fresh[i]
		accounts[i], customers[i], meters[i], orders[i] = e.account, e.customer, e.meter, w.orders[e.part]
		keys[i], contents[i] = uuid(e.key), uuid(e.content)
		occurred[i], quantities[i] = e.OccurredAt, numeric(e.Quantity)
		dimensions[i], sources[i], ids[i] = dimensionsText(e.Dimensions), e.Source, e.ID
	}
	w.waiting.Queue(`
		insert into usage.keys (account_id, key, content, occurred_at, known_order)
		select account_id, key, content, occurred_at, known_order
		from unnest(@accounts::bigint[], @keys::uuid[], @contents::uuid[], @occurred::timestamptz[], @orders::bigint[]) as o (account_id, key, content, occurred_at, known_order)`,
		pgx.NamedArgs{"accounts": accounts, "keys": keys, "contents": contents, "occurred": occurred, "orders": orders})
	w.waiting.Queue(`
		insert into usage.events (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order)
		select account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions::jsonb, source, event_id, known_order
		from unnest(@accounts::bigint[], @keys::uuid[], @contents::uuid[], @customers::bigint[], @meters::bigint[], @occurred::timestamptz[],
		            @quantities::numeric[], @dimensions::text[], @sources::text[], @ids::text[], @orders::bigint[])
		     as o (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order)`,
		pgx.NamedArgs{"accounts": accounts, "keys": keys, "contents": contents, "customers": customers, "meters": meters, "occurred": occurred,
			"quantities": quantities, "dimensions": dimensions, "sources": sources, "ids": ids, "orders": orders})
}
