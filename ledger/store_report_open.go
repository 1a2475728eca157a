package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Accrual is what was added to a line's unbilled receivable and contract asset for a month of service, debit positive. No
// month is what bills took off.
type Accrual struct {
	LineKey
	Month  period.Month
	Amount money.Amount
}

// OpenAccruals lists the accruals of lines with anything unbilled at the end of the filter's last day. Lines that were billed
// whole, nearly all of them in a long book, are left out by the database.
func OpenAccruals(ctx context.Context, q postgres.Querier, f Filter) ([]Accrual, error) {
	args := f.args()
	delete(args, "from")
	rows, err := q.Query(ctx, `
		with open as (
			select account_id, contract_id, line
			from ledger.postings
			where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on <= @through and ledger_account in (1150, 1160)
				and contract_id is not null
			group by account_id, contract_id, line
			having sum(amount) <> 0
		)
		select p.contract_id, p.line, p.month, sum(p.amount)::bigint
		from open o
		join ledger.postings p on p.account_id = o.account_id and p.contract_id = o.contract_id and p.line = o.line
		where p.ledger_account in (1150, 1160) and p.booked_on <= @through and (@entity::bigint = 0 or p.entity_id = @entity) and p.currency = @currency and p.book in ('', @book)
		group by 1, 2, 3
		having sum(p.amount) <> 0
		order by 1, 2, 3 nulls last`, args)
	if err != nil {
		return nil, fmt.Errorf("list what is accrued and not billed: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Accrual, err error) {
		var minor int64
		err = row.Scan(&a.Contract, &a.Line, &a.Month, &minor)
		a.Amount = money.Of(minor, f.Currency)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is accrued and not billed: %w", postgres.Fault(err))
	}
	return out, nil
}

// Sides is an account of a contract over the filter's days: what stood before, and what was debited and credited.
type Sides struct {
	Contract               int64
	Ledger                 Account
	Opening, Debit, Credit money.Amount // opening is debit positive; both sides are positive
}

// SidesOf adds accounts up by contract, both sides for themselves.
func SidesOf(ctx context.Context, q postgres.Querier, f Filter, accounts []Account) ([]Sides, error) {
	args := f.args()
	args["ledgers"] = accounts
	rows, err := q.Query(ctx, `
		select coalesce(contract_id, 0) as contract, ledger_account,
			coalesce(sum(amount) filter (where booked_on < @from), 0)::bigint,
			coalesce(sum(amount) filter (where amount > 0 and booked_on >= @from), 0)::bigint,
			coalesce(-sum(amount) filter (where amount < 0 and booked_on >= @from), 0)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on <= @through and ledger_account = any(@ledgers::smallint[])
		group by 1, 2
		order by 1, 2`, args)
	if err != nil {
		return nil, fmt.Errorf("add up both sides of accounts: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Sides, err error) {
		var opening, debit, credit int64
		err = row.Scan(&s.Contract, &s.Ledger, &opening, &debit, &credit)
		s.Opening, s.Debit, s.Credit = money.Of(opening, f.Currency), money.Of(debit, f.Currency), money.Of(credit, f.Currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up both sides of accounts: %w", postgres.Fault(err))
	}
	return out, nil
}

// EarnedByContract is the revenue of the filter's days by contract, credit positive.
func EarnedByContract(ctx context.Context, q postgres.Querier, f Filter) (map[int64]money.Amount, error) {
	args := f.args()
	args["ledgers"] = NetRevenue()
	rows, err := q.Query(ctx, `
		select coalesce(contract_id, 0) as contract, -sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on >= @from and booked_on <= @through
			and ledger_account = any(@ledgers::smallint[])
		group by 1`, args)
	if err != nil {
		return nil, fmt.Errorf("add up revenue by contract: %w", postgres.Fault(err))
	}
	out := map[int64]money.Amount{}
	var contract, minor int64
	_, err = pgx.ForEachRow(rows, []any{&contract, &minor}, func() error {
		out[contract] = money.Of(minor, f.Currency)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add up revenue by contract: %w", postgres.Fault(err))
	}
	return out, nil
}
