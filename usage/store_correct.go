package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// keyArrays are event keys as SQL takes them.
type keyArrays struct {
	accounts []int64
	keys     pgtype.FlatArray[pgtype.UUID]
}

func (a *keyArrays) add(k eventKey) {
	a.accounts, a.keys = append(a.accounts, k.account), append(a.keys, uuid(k.key))
}

func arraysOf(keys []eventKey) (a keyArrays) {
	for _, k := range keys {
		a.add(k)
	}
	return a
}

// turns is how many events a transaction may lock: the lock table of the server has
// room for some thousands in all.
const turns = 200

// takeTurns makes corrections of one event wait for each other, in the order of the
// events, until the one before has committed.
func takeTurns(ctx context.Context, tx pgx.Tx, keys []eventKey) error {
	if len(keys) > turns {
		return nil
	}
	a := arraysOf(keys)
	_, err := tx.Exec(ctx, `
		select count(pg_advisory_xact_lock(p.place))
		from (select distinct hashtextextended(key::text, account_id) as place
		      from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key) order by 1) p`,
		pgx.NamedArgs{"accounts": a.accounts, "keys": a.keys})
	if err != nil {
		return fmt.Errorf("wait for other corrections: %w", postgres.Fault(err))
	}
	return nil
}

// loadStandings finds events as they stand: by their last correction, else as
// they came. Events that were never accepted are not in the map.
func loadStandings(ctx context.Context, q postgres.Querier, keys []eventKey) (map[eventKey]standing, error) {
	found := make(map[eventKey]standing, len(keys))
	if err := loadCorrected(ctx, q, keys, found); err != nil {
		return nil, fmt.Errorf("look for corrected events: %w", err)
	}
	var rest []eventKey
	for _, k := range keys {
		if _, corrected := found[k]; !corrected {
			rest = append(rest, k)
		}
	}
	if err := loadOriginals(ctx, q, rest, found); err != nil {
		return nil, err
	}
	return found, nil
}

func loadCorrected(ctx context.Context, q postgres.Querier, keys []eventKey, into map[eventKey]standing) error {
	a := arraysOf(keys)
	rows, err := q.Query(ctx, `
		select c.account_id, c.key, c.revision, c.action, coalesce(c.request, ''), c.customer_id, c.meter_id, c.occurred_at, c.quantity, c.dimensions, c.source, c.event_id
		from (select distinct account_id, key from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)) o
		join usage.corrections c on c.account_id = o.account_id and c.key = o.key
		order by c.account_id, c.key, c.revision`,
		pgx.NamedArgs{"accounts": a.accounts, "keys": a.keys})
	if err != nil {
		return postgres.Fault(err)
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var s standing
		var action Action
		var request string
		var key pgtype.UUID
		err := row.Scan(&s.account, &key, &s.revision, &action, &request, &s.customer, &s.meter, &s.at, &s.quantity, &s.dimensions, &s.source, &s.id)
		s.key, s.at, s.retracted = key.Bytes, s.at.UTC(), action == Retract
		s.requests = into[s.eventKey].requests // of the revisions before
		if request != "" {
			if s.requests == nil {
				s.requests = make(map[string]answer)
			}
			s.requests[request] = answer{action, s.content}
		}
		into[s.eventKey] = s
		return struct{}{}, err
	})
	return postgres.Fault(err)
}

// loadOriginals reads events that nobody has corrected. Their time, by which they
// are found, stands with their key.
func loadOriginals(ctx context.Context, q postgres.Querier, keys []eventKey, into map[eventKey]standing) error {
	if len(keys) == 0 {
		return nil
	}
	a := arraysOf(keys)
	rows, err := q.Query(ctx, `
		select k.account_id, k.key, to_char(k.occurred_at at time zone 'UTC', 'YYYY-MM'),
		       coalesce(e.customer_id, 0), coalesce(e.meter_id, 0), k.occurred_at, coalesce(e.quantity, 0), e.dimensions, coalesce(e.source, ''), coalesce(e.event_id, '')
		from (select distinct account_id, key from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)) o
		join usage.keys k on k.account_id = o.account_id and k.key = o.key
		left join lateral (
			select customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id
			from usage.events where account_id = k.account_id and occurred_at = k.occurred_at and key = k.key
			union all
			select customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id
			from usage.held_events where account_id = k.account_id and key = k.key
			limit 1
		) e on true`,
		pgx.NamedArgs{"accounts": a.accounts, "keys": a.keys})
	if err != nil {
		return fmt.Errorf("look for events: %w", postgres.Fault(err))
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var s standing
		var key pgtype.UUID
		var month string
		err := row.Scan(&s.account, &key, &month, &s.customer, &s.meter, &s.at, &s.quantity, &s.dimensions, &s.source, &s.id)
		s.key, s.at = key.Bytes, s.at.UTC()
		if s.customer == 0 {
			s.archived = month
		}
		into[s.eventKey] = s
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("look for events: %w", postgres.Fault(err))
	}
	return nil
}

var correctionColumns = []string{
	"account_id", "key", "revision", "action", "customer_id", "meter_id", "occurred_at",
	"quantity", "dimensions", "source", "event_id", "reason", "request", "user_id", "actor", "known_order",
}

// copyCorrections appends revisions. When somebody was faster with one of them it
// waits for them, and then fails on corrections_pkey.
func copyCorrections(ctx context.Context, tx pgx.Tx, changes []change, order int64, by access.Actor) error {
	if len(changes) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage", "corrections"}, correctionColumns, pgx.CopyFromSlice(len(changes), func(i int) ([]any, error) {
		c := changes[i]
		s := c.after
		var request *string
		if c.Request != "" {
			request = &c.Request
		}
		return []any{
			s.account, uuid(s.key), s.revision, string(c.Action), s.customer, s.meter, s.at,
			numeric(s.quantity), dimensionsText(s.dimensions), s.source, s.id, c.Reason, request, by.UserID, by.Name, order,
		}, nil
	}))
	return postgres.Fault(err)
}
