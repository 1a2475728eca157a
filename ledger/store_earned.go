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

// EarnedLine is the revenue of a contract line in the month it belongs to, credit positive.
type EarnedLine struct {
	Account  customers.AccountID
	Contract int64
	Line     string
	Month    period.Month
	Amount   money.Amount
}

// EarnedLines adds up revenue by contract line and the month it belongs to. Entity 0 is every entity, no accounts are all.
// What names no contract, and what other books than the primary one have of their own, is left out.
func EarnedLines(ctx context.Context, q postgres.Querier, entity entities.ID, accounts []customers.AccountID, through period.Month) ([]EarnedLine, error) {
	if accounts == nil {
		accounts = []customers.AccountID{}
	}
	rows, err := q.Query(ctx, `
		select account_id, contract_id, line, currency, month, -sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and (cardinality(@accounts::bigint[]) = 0 or account_id = any(@accounts::bigint[]))
		  and ledger_account = any(@ledgers::smallint[]) and contract_id is not null and month is not null and month <= @through::date and book in ('', 'us_gaap')
		group by account_id, contract_id, line, currency, month
		order by account_id, contract_id, line, currency, month`,
		pgx.NamedArgs{"entity": entity, "accounts": accounts, "ledgers": NetRevenue(), "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up revenue by line: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e EarnedLine, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&e.Account, &e.Contract, &e.Line, &currency, &e.Month, &minor)
		e.Amount = money.Of(minor, currency)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up revenue by line: %w", postgres.Fault(err))
	}
	return out, nil
}

// DocumentSum is what an account of an entity has under a document, by month of booking; debit positive.
type DocumentSum struct {
	Entity   entities.ID
	Ledger   Account
	Document string
	Month    period.Month
	Amount   money.Amount
}

// DocumentSums adds up some accounts by entity, document and month of booking.
func DocumentSums(ctx context.Context, q postgres.Querier, ledgers []Account, f Filter) ([]DocumentSum, error) {
	args := f.args()
	args["ledgers"] = ledgers
	rows, err := q.Query(ctx, `
		select entity_id, ledger_account, coalesce(document, ''), date_trunc('month', booked_on)::date as booked, currency, sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and (@currency = '' or currency = @currency)
		  and booked_on >= @from and booked_on <= @through and ledger_account = any(@ledgers::smallint[])
		group by 1, 2, 3, 4, 5
		order by 1, 2, 3, 4, 5`, args)
	if err != nil {
		return nil, fmt.Errorf("add up accounts by document: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s DocumentSum, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&s.Entity, &s.Ledger, &s.Document, &s.Month, &currency, &minor)
		s.Amount = money.Of(minor, currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up accounts by document: %w", postgres.Fault(err))
	}
	return out, nil
}
