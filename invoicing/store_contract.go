package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/postgres"
)

// OfContract lists the documents that hold a line of one contract, newest first.
func OfContract(ctx context.Context, q postgres.Querier, account customers.AccountID, contract contracts.ID) ([]Row, error) {
	rows, err := q.Query(ctx, `
		select d.number, d.kind, d.account_id, d.entity_id, d.payer_id, d.issued_on, d.due_on, d.po_number,
			d.net, d.tax, d.total, d.currency, v.voided_on
		from invoicing.documents d
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		where d.account_id = @account
			and d.frozen -> 'Lines' @> jsonb_build_array(jsonb_build_object('Contract', @contract::bigint))
		order by d.issued_on desc, d.number desc`, pgx.NamedArgs{"account": account, "contract": contract})
	if err != nil {
		return nil, fmt.Errorf("list documents of contract %d: %w", contract, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("list documents of contract %d: %w", contract, postgres.Fault(err))
	}
	return out, nil
}
