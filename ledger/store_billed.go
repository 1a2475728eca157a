package ledger

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

// BilledSum is what was billed for a piece in one month: issued, credited and
// voided taken together.
type BilledSum struct {
	Account customers.AccountID
	Piece
	BookedIn period.Month
	Amount   money.Amount // before tax
}

// BilledByMonth adds up billed records by piece and month of booking, for one
// legal entity and currency, as booked through the end of a month. Contract 0 is
// all contracts.
func BilledByMonth(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, contract int64, through period.Month) ([]BilledSum, error) {
	rows, err := q.Query(ctx, `
		select b.account_id, b.contract_id, b.line, b.kind, b.starts_on, b.ends_on, date_trunc('month', b.booked_on)::date, sum(b.amount)::bigint
		from ledger.billed b
		join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
		where e.entity_id = @entity and b.currency = @currency and b.booked_on < @end::date
			and (@contract::bigint = 0 or b.contract_id = @contract)
		group by 1, 2, 3, 4, 5, 6, 7
		order by 1, 2, 3, 4, 5, 6, 7`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "contract": contract, "end": through.End()})
	if err != nil {
		return nil, fmt.Errorf("add up what is billed: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (BilledSum, error) {
		var b BilledSum
		var start, end period.Date
		var minor int64
		err := row.Scan(&b.Account, &b.Contract, &b.Line, &b.Kind, &start, &end, &b.BookedIn, &minor)
		b.Span, b.Amount = period.NewSpan(start, end), money.Of(minor, currency)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up what is billed: %w", postgres.Fault(err))
	}
	return out, nil
}
