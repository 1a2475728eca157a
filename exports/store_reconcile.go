package exports

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Gone is an entry that stands in a batch which was not rejected.
type Gone struct {
	Batch   int64
	Target  Target
	Account customers.AccountID
	Seq     int64
}

// GoneIn lists what went of an entity's month in a currency, to whatever target.
func GoneIn(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, month period.Month) ([]Gone, error) {
	rows, err := q.Query(ctx, `
		select b.id, b.target, m.account_id, m.entry_seq
		from exports.batches b
		join exports.batch_entries m on m.batch_id = b.id
		where b.entity_id = @entity and b.currency = @currency and b.month = @month
			and not exists (select from exports.batch_events e where e.batch_id = b.id and e.event = 'rejected')
		order by b.id, m.account_id, m.entry_seq`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "month": month.First()})
	if err != nil {
		return nil, fmt.Errorf("list what was exported: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g Gone, err error) {
		err = row.Scan(&g.Batch, &g.Target, &g.Account, &g.Seq)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what was exported: %w", postgres.Fault(err))
	}
	return out, nil
}

// FilesChanged lists the batches of a month with a file whose bytes no longer have the digest they were written with.
func FilesChanged(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, month period.Month) ([]int64, error) {
	rows, err := q.Query(ctx, `
		select distinct b.id
		from exports.batches b
		join exports.batch_files f on f.batch_id = b.id
		where b.entity_id = @entity and b.currency = @currency and b.month = @month and f.digest <> sha256(f.content)
		order by b.id`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "month": month.First()})
	if err != nil {
		return nil, fmt.Errorf("compare files with their digests: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return out, postgres.Fault(err)
}
