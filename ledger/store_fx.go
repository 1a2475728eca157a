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

// foreignAccounts are the accounts with something monetary in another currency than the entity's at the end of a day, and
// those currencies.
func foreignAccounts(ctx context.Context, q postgres.Querier, entity entities.Entity, through period.Date) (accounts []customers.AccountID, currencies []money.Currency, err error) {
	rows, err := q.Query(ctx, `
		select distinct account_id, currency
		from (
			select account_id, currency
			from ledger.postings
			where entity_id = @entity and currency <> @home and ledger_account = any(@monetary::smallint[]) and booked_on <= @through
			group by account_id, currency, book, ledger_account, customer_id, contract_id, line, document
			having sum(amount) <> 0 or sum(functional) <> 0
		) standing
		order by account_id, currency`,
		pgx.NamedArgs{"entity": entity.ID, "home": string(entity.Currency), "monetary": accountsMeasured(monetary), "through": through})
	if err != nil {
		return nil, nil, fmt.Errorf("look for what is in foreign currencies: %w", postgres.Fault(err))
	}
	var account customers.AccountID
	var currency money.Currency
	seen := map[money.Currency]bool{}
	_, err = pgx.ForEachRow(rows, []any{&account, &currency}, func() error {
		if len(accounts) == 0 || accounts[len(accounts)-1] != account {
			accounts = append(accounts, account)
		}
		if !seen[currency] {
			seen[currency], currencies = true, append(currencies, currency)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look for what is in foreign currencies: %w", postgres.Fault(err))
	}
	return accounts, currencies, nil
}

// Difference is what exchange rates gained or lost on an item.
type Difference struct {
	Entity   entities.ID
	Account  Account // what it arose on
	Currency money.Currency
	Customer customers.ID
	LineKey
	Document string

	Realized   money.Amount // when it was settled; in the entity's currency, a gain positive
	Unrealized money.Amount // at months' ends
}

// Differences lists gains and losses on exchange that were booked on the days of a filter, by item. In all they are the
// trial balance's FxGain and FxLoss.
func Differences(ctx context.Context, q postgres.Querier, f Filter) ([]Difference, error) {
	home, err := entities.Currencies(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list differences of exchange: %w", err)
	}
	args := f.args()
	args["followed"] = append(accountsMeasured(monetary), accountsMeasured(historic)...)
	// The account is that of the posting of the same entry that is about the same thing.
	rows, err := q.Query(ctx, `
		select p.entity_id, coalesce(of.ledger_account, 0::smallint), p.currency, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0), coalesce(p.line, ''), coalesce(p.document, ''),
		       coalesce(-sum(p.functional) filter (where not starts_with(e.source, 'remeasure:')), 0)::bigint,
		       coalesce(-sum(p.functional) filter (where starts_with(e.source, 'remeasure:')), 0)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		left join lateral (
			select x.ledger_account from ledger.postings x
			where x.account_id = p.account_id and x.entry_seq = p.entry_seq and x.ledger_account = any(@followed::smallint[])
			  and (x.customer_id, x.contract_id, x.line, x.document) is not distinct from (p.customer_id, p.contract_id, p.line, p.document)
			order by abs(p.n - x.n) limit 1) of on true
		where p.ledger_account in (7000, 7100)
		  and (@entity::bigint = 0 or p.entity_id = @entity)
		  and (@currency = '' or p.currency = @currency)
		  and p.book in ('', @book)
		  and p.booked_on >= @from and p.booked_on <= @through
		group by 1, 2, 3, 4, 5, 6, 7
		order by 1, 3, 2, 7, 5, 6, 4`, args)
	if err != nil {
		return nil, fmt.Errorf("list differences of exchange: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Difference, err error) {
		var realized, unrealized int64
		err = row.Scan(&d.Entity, &d.Account, &d.Currency, &d.Customer, &d.Contract, &d.Line, &d.Document, &realized, &unrealized)
		d.Realized, d.Unrealized = money.Of(realized, home[d.Entity]), money.Of(unrealized, home[d.Entity])
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list differences of exchange: %w", postgres.Fault(err))
	}
	return out, nil
}

// CurrenciesBooked are those that a filter's entries are in, entries that only remeasure included: they are in no trial
// balance but that of the entity's own currency.
func CurrenciesBooked(ctx context.Context, q postgres.Querier, f Filter) ([]money.Currency, error) {
	rows, err := q.Query(ctx, `
		select distinct e.currency
		from ledger.entries e
		join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq and p.n = 1
		where (@entity::bigint = 0 or e.entity_id = @entity)
		  and (@currency = '' or e.currency = @currency)
		  and e.book in ('', @book)
		  and e.booked_on >= @from and e.booked_on <= @through
		order by e.currency`, f.args())
	if err != nil {
		return nil, fmt.Errorf("list the currencies that are booked in: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[money.Currency])
	if err != nil {
		return nil, fmt.Errorf("list the currencies that are booked in: %w", postgres.Fault(err))
	}
	return out, nil
}
