package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// OpenOf is what is still to be paid of one document: its receivable less what
// was paid and credited. An unknown document has nothing open.
func OpenOf(ctx context.Context, q postgres.Querier, account customers.AccountID, document string) (money.Amount, error) {
	rows, err := q.Query(ctx, `
		select currency, sum(amount)::bigint
		from ledger.postings
		where account_id = @account and document = @document and ledger_account = @receivable and book in ('', 'us_gaap')
		group by currency`, pgx.NamedArgs{"account": account, "document": document, "receivable": AccountsReceivable})
	if err != nil {
		return money.Amount{}, fmt.Errorf("open balance of %s: %w", document, postgres.Fault(err))
	}
	var open money.Amount
	var currency money.Currency
	var sum int64
	_, err = pgx.ForEachRow(rows, []any{&currency, &sum}, func() error {
		open = money.Of(sum, currency)
		return nil
	})
	return open, postgres.Fault(err)
}
