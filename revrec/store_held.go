package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// holdingAccounts lists accounts with an approved judgment that holds something: from whatever day, because the schedule of a
// month before is without what is held after it.
func holdingAccounts(ctx context.Context, q postgres.Querier, known int64) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select distinct a.account_id
		from revrec.assessments a
		join revrec.assessment_decisions d using (account_id, contract_id, number)
		where d.event = 'approved' and d.known_order <= @known and jsonb_array_length(coalesce(a.document -> 'holds', '[]')) > 0
		order by 1`, pgx.NamedArgs{"known": known})
	if err != nil {
		return nil, fmt.Errorf("list accounts with held revenue: %w", postgres.Fault(err))
	}
	return pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
}

// assessedAccounts lists accounts with an approved judgment.
func assessedAccounts(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select distinct account_id
		from revrec.assessment_decisions
		where event = 'approved'
		order by 1`)
	if err != nil {
		return nil, fmt.Errorf("list accounts that were judged: %w", postgres.Fault(err))
	}
	return pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
}
