package subledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Batch is what one file brought.
type Batch struct {
	Source      string
	At          time.Time // it was taken up
	ByUser      int64
	Facts       int
	Documents   int
	First, Last period.Date // on which it happened
}

// Batches lists what was taken up, latest first.
func Batches(ctx context.Context, q postgres.Querier, limit int) ([]Batch, error) {
	rows, err := q.Query(ctx, `
		select source, recorded_at, by_user, count(*), count(distinct nullif(told ->> 'document', '')), min(happened_on), max(happened_on)
		from subledger.facts
		group by source, recorded_at, by_user
		order by recorded_at desc, source
		limit @limit`, pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list imports of what was billed elsewhere: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Batch, err error) {
		err = row.Scan(&b.Source, &b.At, &b.ByUser, &b.Facts, &b.Documents, &b.First, &b.Last)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("list imports of what was billed elsewhere: %w", postgres.Fault(err))
	}
	return out, nil
}

// TakenUp is one fact of a batch, as it was told.
type TakenUp struct {
	Account  customers.AccountID
	Customer customers.ID
	Entity   entities.ID
	Told     Told
}

// BatchFacts lists what a batch brought, from an offset on, in order.
func BatchFacts(ctx context.Context, q postgres.Querier, source string, at time.Time, offset, limit int) ([]TakenUp, error) {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, entity_id, told
		from subledger.facts
		where source = @source and recorded_at = @at
		order by known_order
		offset @offset limit @limit`, pgx.NamedArgs{"source": source, "at": at, "offset": offset, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list what %s billed: %w", source, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f TakenUp, err error) {
		var told []byte
		if err := row.Scan(&f.Account, &f.Customer, &f.Entity, &told); err != nil {
			return f, err
		}
		return f, json.Unmarshal(told, &f.Told)
	})
	if err != nil {
		return nil, fmt.Errorf("list what %s billed: %w", source, postgres.Fault(err))
	}
	return out, nil
}
