package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Append books entries in three COPYs, with what they come to in the currency of
// their entity. It fails with fault.Conflict when an entry's place or source is
// taken, with fault.Closed when its month is, and with fault.Invalid when a rate
// of exchange is missing.
func Append(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
	}
	entries, err := convertAll(ctx, tx, entries)
	if err != nil {
		return fmt.Errorf("book %d entries: %w", len(entries), postgres.Fault(err))
	}
	return appendConverted(ctx, tx, entries)
}

// appendConverted books entries that have their functional amounts.
func appendConverted(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	for _, copying := range []func(context.Context, pgx.Tx, []Entry) error{copyEntries, copyPostings, copyBilled} {
		if err := copying(ctx, tx, entries); err != nil {
			return fmt.Errorf("book %d entries: %w", len(entries), postgres.Fault(err))
		}
	}
	return nil
}

func copyEntries(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{e.Account, e.Seq, e.Entity, e.Source, e.BookedOn, string(e.Currency), e.Memo, e.Adjusting,
			string(e.Book), rateOrNull(e.Rate), orNull(e.RateOn)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "entries"},
		[]string{"account_id", "seq", "entity_id", "source", "booked_on", "currency", "memo", "adjusting", "book", "rate", "rate_on"}, pgx.CopyFromRows(rows))
	return err
}

func copyPostings(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	var rows [][]any
	for _, e := range entries {
		for i, p := range e.Postings {
			rows = append(rows, []any{e.Account, e.Seq, int16(i + 1), p.Account, p.Amount.Minor(), string(e.Currency),
				e.Entity, e.BookedOn, orNull(p.Customer), orNull(p.Contract), orNull(p.Line), monthOrNull(p.Month), orNull(p.Document), orNull(p.Schedule), string(e.Book), p.worth().Minor()})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "postings"},
		[]string{"account_id", "entry_seq", "n", "ledger_account", "amount", "currency", "entity_id", "booked_on",
			"customer_id", "contract_id", "line", "month", "document", "schedule_id", "book", "functional"}, pgx.CopyFromRows(rows))
	return err
}

func copyBilled(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	var rows [][]any
	for _, e := range entries {
		for i, b := range e.Billed {
			rows = append(rows, []any{e.Account, e.Seq, int16(i + 1), string(b.Event), b.Contract, b.Line, b.Kind,
				b.Span.Start, b.Span.End, b.Amount.Minor(), string(e.Currency), b.Document, int32(b.DocumentLine), b.BookedOn, b.DueOn})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "billed"},
		[]string{"account_id", "entry_seq", "n", "event", "contract_id", "line", "kind", "starts_on", "ends_on",
			"amount", "currency", "document", "document_line", "booked_on", "due_on"}, pgx.CopyFromRows(rows))
	return err
}

// worth is the functional amount; in the entity's own currency it need not be given.
func (p Posting) worth() money.Amount {
	if p.Functional.Currency() == "" {
		return p.Amount
	}
	return p.Functional
}

// orNull keeps "none" out of the tables as 0 or "".
func orNull[T comparable](v T) any {
	var none T
	if v == none {
		return nil
	}
	return v
}

func rateOrNull(rate decimal.Decimal) any {
	if rate.IsZero() {
		return nil
	}
	return rate
}

func monthOrNull(m period.Month) any {
	if m == (period.Month{}) {
		return nil
	}
	return m.First()
}
