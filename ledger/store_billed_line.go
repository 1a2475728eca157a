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

// BilledOfLine lists what was asked for, credited and voided for one line of a contract, in the order of the book.
func BilledOfLine(ctx context.Context, q postgres.Querier, account customers.AccountID, key LineKey) ([]Billed, error) {
	rows, err := q.Query(ctx, `
		select event, kind, starts_on, ends_on, amount, currency, document, document_line, booked_on, due_on
		from ledger.billed
		where account_id = @account and contract_id = @contract and line = @line
		order by entry_seq, n`, pgx.NamedArgs{"account": account, "contract": key.Contract, "line": key.Line})
	if err != nil {
		return nil, fmt.Errorf("list what was billed for line %s: %w", key.Line, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Billed, error) {
		b := Billed{Contract: key.Contract, Line: key.Line}
		var start, end period.Date
		var minor int64
		var currency money.Currency
		err := row.Scan(&b.Event, &b.Kind, &start, &end, &minor, &currency, &b.Document, &b.DocumentLine, &b.BookedOn, &b.DueOn)
		b.Span, b.Amount = period.NewSpan(start, end), money.Of(minor, currency)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what was billed for line %s: %w", key.Line, postgres.Fault(err))
	}
	return out, nil
}
