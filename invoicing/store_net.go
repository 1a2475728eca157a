package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// NetsOn adds up what documents of some accounts ask for by each contract, as issued and not voided by the end of a day.
func NetsOn(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, through period.Date) ([]Net, error) {
	rows, err := q.Query(ctx, `
		select d.account_id, case when d.kind = 'credit_note' then coalesce(l.corrects_document, d.number) else d.number end as document,
			l.contract_id, min(d.issued_on), sum(l.amount)::bigint, d.currency
		from invoicing.documents d
		join invoicing.lines l on l.account_id = d.account_id and l.seq = d.seq
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq and v.voided_on <= @through
		where d.account_id = any(@accounts) and d.issued_on <= @through and v.seq is null
		group by 1, 2, 3, d.currency
		order by 1, 2, 3`, pgx.NamedArgs{"accounts": accounts, "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up documents by contract: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Net, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&n.Account, &n.Document, &n.Contract, &n.IssuedOn, &minor, &currency)
		if err == nil {
			n.Amount = money.Of(minor, currency)
		}
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up documents by contract: %w", postgres.Fault(err))
	}
	return out, nil
}
