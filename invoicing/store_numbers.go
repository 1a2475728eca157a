package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Rows returns the list rows of some documents by number, in one query. Numbers
// that were never issued are not in the map.
func Rows(ctx context.Context, q postgres.Querier, numbers []string) (map[string]Row, error) {
	rows, err := q.Query(ctx, `
		select d.number, d.kind, d.account_id, d.entity_id, d.payer_id, d.issued_on, d.due_on, d.po_number,
			d.net, d.tax, d.total, d.currency, v.voided_on
		from invoicing.numbers n
		join invoicing.documents d on d.account_id = n.account_id and d.seq = n.seq
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		where n.number = any(@numbers)`, pgx.NamedArgs{"numbers": numbers})
	if err != nil {
		return nil, fmt.Errorf("find %d documents: %w", len(numbers), postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("find %d documents: %w", len(numbers), postgres.Fault(err))
	}
	out := make(map[string]Row, len(found))
	for _, r := range found {
		out[r.Number] = r
	}
	return out, nil
}
