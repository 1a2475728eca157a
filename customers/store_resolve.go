package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/postgres"
)

// Placement is the part of a customer that never changes: where its facts belong.
type Placement struct {
	ID         ID
	Account    AccountID
	ExternalID string
	Entity     entities.ID // the seller
}

// Resolve finds customers by external id, in one query. Unknown ones are not in the map.
func Resolve(ctx context.Context, q postgres.Querier, externalIDs []string) (map[string]Placement, error) {
	rows, err := q.Query(ctx, `
		select id, account_id, external_id, entity_id
		from customers.customers
		where external_id = any (@names::text[])`,
		pgx.NamedArgs{"names": externalIDs})
	if err != nil {
		return nil, fmt.Errorf("resolve customers: %w", postgres.Fault(err))
	}
	found := make(map[string]Placement, len(externalIDs))
	var p Placement
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Account, &p.ExternalID, &p.Entity}, func() error {
		found[p.ExternalID] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("resolve customers: %w", postgres.Fault(err))
	}
	return found, nil
}

// Placements is Resolve by key.
func Placements(ctx context.Context, q postgres.Querier, ids []ID) (map[ID]Placement, error) {
	keys := make([]int64, len(ids))
	for i, id := range ids {
		keys[i] = int64(id)
	}
	rows, err := q.Query(ctx, `
		select id, account_id, external_id, entity_id
		from customers.customers
		where id = any (@ids::bigint[])`,
		pgx.NamedArgs{"ids": keys})
	if err != nil {
		return nil, fmt.Errorf("place customers: %w", postgres.Fault(err))
	}
	found := make(map[ID]Placement, len(ids))
	var p Placement
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Account, &p.ExternalID, &p.Entity}, func() error {
		found[p.ID] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("place customers: %w", postgres.Fault(err))
	}
	return found, nil
}
