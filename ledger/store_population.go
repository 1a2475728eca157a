package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// Booked is one entry as a sample is drawn from it.
type Booked struct {
	Account customers.AccountID
	Seq     int64
	Moved   int64 // the sum of its debits, minor units
}

// Population lists the entries that a filter selects and that were known at a place in the known order, in the order in
// which they became known: the same list whenever it is asked for. Source narrows by the first words of the source.
func Population(ctx context.Context, q postgres.Querier, f Filter, source string, known int64) ([]Booked, error) {
	args := f.args()
	args["source"], args["known"] = source, known
	rows, err := q.Query(ctx, `
		select e.account_id, e.seq, coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint
		from ledger.entries e
		join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
		where (@entity::bigint = 0 or e.entity_id = @entity) and (@currency = '' or e.currency = @currency)
		  and e.booked_on between @from and @through and e.known_order <= @known and starts_with(e.source, @source)
		group by e.account_id, e.seq, e.known_order
		order by e.known_order, e.account_id, e.seq`, args)
	if err != nil {
		return nil, fmt.Errorf("list the entries to draw from: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Booked])
	if err != nil {
		return nil, fmt.Errorf("list the entries to draw from: %w", postgres.Fault(err))
	}
	return out, nil
}

// Known is the latest place in the known order that an entry has: what is drawn or replayed up to it stays the same.
func Known(ctx context.Context, q postgres.Querier) (int64, error) {
	var known int64
	if err := q.QueryRow(ctx, `select coalesce(max(known_order), 0) from ledger.entries`).Scan(&known); err != nil {
		return 0, fmt.Errorf("find the latest entry: %w", postgres.Fault(err))
	}
	return known, nil
}
