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

// OpenItem is what a customer still owes on a document. Negative: it was credited
// after it was paid, and we owe.
type OpenItem struct {
	Account  customers.AccountID
	Entity   entities.ID
	Customer customers.ID // the payer
	Document string
	Amount   money.Amount
}

// Open lists the open receivables of accounts by document; nil accounts are all.
// What is paid in full is not listed.
func Open(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) ([]OpenItem, error) {
	return OpenOn(ctx, q, accounts, lastDay)
}

// OpenOn is Open at the end of a day, counting what was booked by then.
func OpenOn(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, asOf period.Date) ([]OpenItem, error) {
	rows, err := q.Query(ctx, `
		select account_id, entity_id, coalesce(customer_id, 0), coalesce(document, ''), currency, sum(amount)::bigint
		from ledger.postings
		where ledger_account = 1100
		  and (@accounts::bigint[] is null or account_id = any(@accounts))
		  and booked_on <= @as_of
		  and book in ('', 'us_gaap')
		group by account_id, entity_id, customer_id, document, currency
		having sum(amount) <> 0
		order by account_id, document, entity_id, customer_id, currency`, pgx.NamedArgs{"accounts": accounts, "as_of": asOf})
	if err != nil {
		return nil, fmt.Errorf("list open receivables: %w", postgres.Fault(err))
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (OpenItem, error) {
		var o OpenItem
		var minor int64
		var currency money.Currency
		err := row.Scan(&o.Account, &o.Entity, &o.Customer, &o.Document, &currency, &minor)
		if err == nil {
			o.Amount = money.Of(minor, currency)
		}
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list open receivables: %w", postgres.Fault(err))
	}
	return items, nil
}
