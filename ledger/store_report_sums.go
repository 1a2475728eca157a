package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// This file adds postings up for reports: always in the database, by what the report is laid out by, so that what comes
// over is as long as the report and not as the journal.

// Of lists the accounts of some types.
func Of(types ...Type) []Account {
	var out []Account
	for _, i := range Chart {
		for _, t := range types {
			if i.Type == t {
				out = append(out, i.Account)
			}
		}
	}
	return out
}

// MonthSum is what was booked on an account in a month, debit positive.
type MonthSum struct {
	Account Account
	Month   period.Month
	Amount  money.Amount
}

// MonthSums adds up some accounts by month of booking, for the one currency of the filter.
func MonthSums(ctx context.Context, q postgres.Querier, f Filter, accounts []Account) ([]MonthSum, error) {
	args := f.args()
	args["ledgers"] = accounts
	rows, err := q.Query(ctx, `
		select ledger_account, date_trunc('month', booked_on)::date as month, sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book)
		  and booked_on >= @from and booked_on <= @through and ledger_account = any(@ledgers::smallint[])
		group by 1, 2 -- not by name: postings have a month of their own
		order by 1, 2`, args)
	if err != nil {
		return nil, fmt.Errorf("add up accounts by month: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (MonthSum, error) {
		var s MonthSum
		var minor int64
		err := row.Scan(&s.Account, &s.Month, &minor)
		s.Amount = money.Of(minor, f.Currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up accounts by month: %w", postgres.Fault(err))
	}
	return out, nil
}

// Move is what one kind of entry did to an account of a contract line, debit positive. Cause is the first word of the
// entries' source ("invoice", "revenue"), and empty for all that was booked before the filter's first day.
type Move struct {
	Book     customers.AccountID // 0 in what no contract is named for
	Contract int64               // 0: none
	Line     string
	Ledger   Account
	Cause    string
	Amount   money.Amount
}

// Moves lists how accounts came from their opening to their closing balance: the sum of a line's moves is its balance at
// the end of the filter's last day. Only entries within the filter's days are asked for their source.
func Moves(ctx context.Context, q postgres.Querier, f Filter, accounts []Account) ([]Move, error) {
	args := f.args()
	args["ledgers"] = accounts
	rows, err := q.Query(ctx, `
		select case when contract_id is null then 0 else account_id end as book, coalesce(contract_id, 0) as contract, coalesce(line, '') as line,
			ledger_account, '' as cause, sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on < @from and ledger_account = any(@ledgers::smallint[])
		group by 1, 2, 3, 4
		having sum(amount) <> 0
		union all
		select case when p.contract_id is null then 0 else p.account_id end as book, coalesce(p.contract_id, 0) as contract, coalesce(p.line, '') as line,
			p.ledger_account, split_part(e.source, ':', 1) as cause, sum(p.amount)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		where (@entity::bigint = 0 or p.entity_id = @entity) and p.currency = @currency and p.book in ('', @book)
		  and p.booked_on >= @from and p.booked_on <= @through and p.ledger_account = any(@ledgers::smallint[])
		group by 1, 2, 3, 4, 5
		order by 1, 2, 3, 4, 5`, args)
	if err != nil {
		return nil, fmt.Errorf("add up moves of accounts: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Move, error) {
		var m Move
		var minor int64
		err := row.Scan(&m.Book, &m.Contract, &m.Line, &m.Ledger, &m.Cause, &minor)
		m.Amount = money.Of(minor, f.Currency)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up moves of accounts: %w", postgres.Fault(err))
	}
	return out, nil
}

// ContractSum is what stands on an account for a contract at the end of a day.
type ContractSum struct {
	Contract int64 // 0: none
	Ledger   Account
	Amount   money.Amount // debit positive
}

// ContractSums adds up accounts by contract through the filter's last day; what comes to nothing is left out.
func ContractSums(ctx context.Context, q postgres.Querier, f Filter, accounts []Account) ([]ContractSum, error) {
	args := f.args()
	delete(args, "from")
	args["ledgers"] = accounts
	rows, err := q.Query(ctx, `
		select coalesce(contract_id, 0) as contract, ledger_account, sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on <= @through and ledger_account = any(@ledgers::smallint[])
		group by 1, 2
		having sum(amount) <> 0
		order by 1, 2`, args)
	if err != nil {
		return nil, fmt.Errorf("add up accounts by contract: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ContractSum, error) {
		var s ContractSum
		var minor int64
		err := row.Scan(&s.Contract, &s.Ledger, &minor)
		s.Amount = money.Of(minor, f.Currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up accounts by contract: %w", postgres.Fault(err))
	}
	return out, nil
}
