package usage

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/internal/postgres"
)

// loadDirectory looks up the customers that events name, in one query, and the
// zone of the entity that sells to each.
func loadDirectory(ctx context.Context, q postgres.Querier, events []Event) (d directory, err error) {
	m := memoryOf(q)
	if d.meters, err = m.metersFor(ctx, q, events); err != nil {
		return directory{}, err
	}
	placements, err := resolveCustomers(ctx, q, customerNames(events))
	if err != nil {
		return directory{}, err
	}
	if d.aliases, err = loadAliases(ctx, q, MeterName, unknownMeters(events, d.meters)); err != nil {
		return directory{}, err
	}
	zones, err := m.zonesFor(ctx, q, placements)
	if err != nil {
		return directory{}, err
	}
	d.places = make(map[string]place, len(placements))
	for name, p := range placements {
		d.places[name] = place{account: int64(p.Account), customer: int64(p.ID), zone: zones[p.Entity]}
	}
	return d, nil
}

func customerNames(events []Event) []string {
	var names []string
	seen := make(map[string]bool)
	for i := range events {
		if name := events[i].Customer; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// nextOrder takes the batch's place in the order of knowing: one for all its
// facts, which become known together. The lock of the order is held before the
// place is taken, so that no watermark ever lies between the two.
func nextOrder(ctx context.Context, tx pgx.Tx) (order int64, err error) {
	err = tx.QueryRow(ctx, takeOrders, pgx.NamedArgs{"n": 1}).Scan(&order)
	return order, postgres.Fault(err)
}

const takeOrders = `
	with held as materialized (select pg_advisory_xact_lock_shared(house_order_lock()))
	select nextval('known_order') from held, generate_series(1, @n::int)`

// uuid binds a digest; pgx writes pgtype.UUID a quarter faster than other uuid types.
func uuid(d digest) pgtype.UUID { return pgtype.UUID{Bytes: d, Valid: true} }

var eventColumns = []string{
	"account_id", "key", "content", "customer_id", "meter_id", "occurred_at",
	"quantity", "dimensions", "source", "event_id", "known_order",
}

// copyKeys appends the keys of events the database does not have. When another
// writer was faster with one of them, it waits for that writer and then fails on
// keys_pkey.
func copyKeys(ctx context.Context, tx pgx.Tx, fresh []staged, orders []int64) error {
	row := make([]any, 5) // one for all rows
	i := -1
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage", "keys"}, []string{"account_id", "key", "content", "occurred_at", "known_order"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if i++; i == len(fresh) {
				return nil, nil
			}
			e := &fresh[i]
			row[0], row[1], row[2], row[3], row[4] = e.account, uuid(e.key), uuid(e.content), e.OccurredAt, orders[e.part]
			return row, nil
		}))
	return postgres.Fault(err)
}

// copyEvents appends events whose keys are in. An event of a month that is not
// open fails as noMonth tells.
func copyEvents(ctx context.Context, tx pgx.Tx, fresh []staged, orders []int64) error {
	row := make([]any, len(eventColumns)) // one for all rows
	i := -1
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i == len(fresh) {
			return nil, nil
		}
		e := &fresh[i]
		row[0], row[1], row[2] = e.account, uuid(e.key), uuid(e.content)
		row[3], row[4], row[5] = e.customer, e.meter, e.OccurredAt
		row[6], row[7] = numeric(e.Quantity), dimensionsText(e.Dimensions)
		row[8], row[9], row[10] = e.Source, e.ID, orders[e.part]
		return row, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage", "events"}, eventColumns, source)
	return postgres.Fault(err)
}

// numeric binds a quantity without the detour over an interface.
func numeric(q decimal.Decimal) pgtype.Numeric {
	return pgtype.Numeric{Int: q.Coefficient(), Exp: q.Exponent(), Valid: true}
}

// dimensionsText is null when there are none: most events have none, and a null
// costs one bit.
func dimensionsText(dimensions map[string]string) *string {
	if len(dimensions) == 0 {
		return nil
	}
	s := dimensionsObject(dimensions)
	return &s
}

func dimensionsObject(dimensions map[string]string) string {
	b, err := json.Marshal(dimensions)
	if err != nil {
		panic(fmt.Sprintf("usage: a map of texts does not marshal: %v", err))
	}
	return string(b)
}
