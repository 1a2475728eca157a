package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Now is the place in the known order that nothing has reached yet: what is known by then is all that is known.
const Now int64 = 1<<63 - 1

// KnownAt is the place in the known order at which a month was closed last: what came before it is what was known then.
// False when the month was never closed.
func KnownAt(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (int64, bool, error) {
	var known int64
	err := q.QueryRow(ctx, `
		select known_order
		from ledger.month_events
		where entity_id = @entity and month = @month::date and event = 'closed'
		order by known_order desc limit 1`, pgx.NamedArgs{"entity": entity, "month": month}).Scan(&known)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for the close of %s: %w", month, postgres.Fault(err))
	}
	return known, true, nil
}

// BilledKnown is BilledByMonth as it stood at a place in the known order.
func BilledKnown(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, contract int64, through period.Month, known int64) ([]BilledSum, error) {
	rows, err := q.Query(ctx, `
		select b.account_id, b.contract_id, b.line, b.kind, b.starts_on, b.ends_on, date_trunc('month', b.booked_on)::date, sum(b.amount)::bigint
		from ledger.billed b
		join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
		where e.entity_id = @entity and b.currency = @currency and b.booked_on < @end::date and e.known_order <= @known
			and (@contract::bigint = 0 or b.contract_id = @contract)
		group by 1, 2, 3, 4, 5, 6, 7
		order by 1, 2, 3, 4, 5, 6, 7`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "contract": contract, "end": through.End(), "known": known})
	if err != nil {
		return nil, fmt.Errorf("add up what was billed as known then: %w", postgres.Fault(err))
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
		return nil, fmt.Errorf("add up what was billed as known then: %w", postgres.Fault(err))
	}
	return out, nil
}

// EachBilled goes through the records that BilledKnown adds up, one by one and in no order: for reports that look at many.
func EachBilled(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, contract int64, through period.Month, known int64, each func(BilledSum)) error {
	rows, err := q.Query(ctx, `
		select b.account_id, b.contract_id, b.line, b.kind, b.starts_on, b.ends_on, b.booked_on, b.amount
		from ledger.billed b
		join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
		where e.entity_id = @entity and b.currency = @currency and b.booked_on < @end::date and e.known_order <= @known
			and (@contract::bigint = 0 or b.contract_id = @contract)`,
		pgx.NamedArgs{"entity": entity, "currency": string(currency), "contract": contract, "end": through.End(), "known": known})
	if err != nil {
		return fmt.Errorf("go through what was billed: %w", postgres.Fault(err))
	}
	var b BilledSum
	var start, end, booked period.Date
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&b.Account, &b.Contract, &b.Line, &b.Kind, &start, &end, &booked, &minor}, func() error {
		b.Span, b.Amount, b.BookedIn = period.NewSpan(start, end), money.Of(minor, currency), booked.MonthOf()
		each(b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("go through what was billed: %w", postgres.Fault(err))
	}
	return nil
}
