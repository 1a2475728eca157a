package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/postgres"
)

// look reads in one trip what a batch is judged by: which of its keys the database
// has, with their content, and whether anybody refuses late usage. It takes the
// places of its parts in the order of knowing, unless they have some.
//
// Plans are kept to the indexes: one that is made and cached while a table is
// empty would read it as a whole, and go on so through the first million events. Small
// tables are read as a whole all the same, at the price of the forbidden: PostgreSQL must
// not take that for a reason to compile the statement, which takes longer than the batch.
func (w *writer) look(ctx context.Context, batch []staged) (stored map[eventKey]digest, deadlines bool, err error) {
	accounts := make([]int64, len(batch))
	keys := make(pgtype.FlatArray[pgtype.UUID], len(batch))
	for i := range batch {
		accounts[i], keys[i] = batch[i].account, uuid(batch[i].key)
	}
	var q pgx.Batch
	q.Queue(`select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)`)
	stored = make(map[eventKey]digest)
	q.Queue(`
		select k.account_id, k.key, k.content
		from unnest(@accounts::bigint[], @keys::uuid[]) as o (account_id, key)
		join usage.keys k on k.account_id = o.account_id and k.key = o.key`,
		pgx.NamedArgs{"accounts": accounts, "keys": keys}).Query(func(rows pgx.Rows) error {
		var account int64
		var key, content pgtype.UUID
		_, err := pgx.ForEachRow(rows, []any{&account, &key, &content}, func() error {
			stored[eventKey{account, key.Bytes}] = content.Bytes
			return nil
		})
		return err
	})
	q.Queue(`select exists (select from usage.deadlines)`).QueryRow(func(row pgx.Row) error { return row.Scan(&deadlines) })
	if w.orders == nil {
		q.Queue(takeOrders, pgx.NamedArgs{"n": max(1, w.parts)}).Query(func(rows pgx.Rows) (err error) {
			w.orders, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	}
	if err := w.tx.SendBatch(ctx, &q).Close(); err != nil {
		return nil, false, fmt.Errorf("look for known events: %w", postgres.Fault(err))
	}
	return stored, deadlines, nil
}
