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
	line := make([]any, 16)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "postings"},
		[]string{"account_id", "entry_seq", "n", "ledger_account", "amount", "currency", "entity_id", "booked_on",
			"customer_id", "contract_id", "line", "month", "document", "schedule_id", "book", "functional"},
		rowsOf(entries, func(e Entry) []Posting { return e.Postings }, func(e Entry, n int16, p Posting) []any {
			return append(line[:0], e.Account, e.Seq, n, p.Account, p.Amount.Minor(), string(e.Currency),
				e.Entity, e.BookedOn, orNull(p.Customer), orNull(p.Contract), orNull(p.Line), monthOrNull(p.Month), orNull(p.Document), orNull(p.Schedule), string(e.Book), p.worth().Minor())
		}))
	return err
}

func copyBilled(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	line := make([]any, 15)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "billed"},
		[]string{"account_id", "entry_seq", "n", "event", "contract_id", "line", "kind", "starts_on", "ends_on",
			"amount", "currency", "document", "document_line", "booked_on", "due_on"},
		rowsOf(entries, func(e Entry) []Billed { return e.Billed }, func(e Entry, n int16, b Billed) []any {
			return append(line[:0], e.Account, e.Seq, n, string(b.Event), b.Contract, b.Line, b.Kind,
				b.Span.Start, b.Span.End, b.Amount.Minor(), string(e.Currency), b.Document, int32(b.DocumentLine), b.BookedOn, b.DueOn)
		}))
	return err
}

// rowsOf hands a COPY the parts of entries one by one, numbered from 1. A row may share its memory with the one before: it
// has been written by then.
func rowsOf[T any](entries []Entry, parts func(Entry) []T, row func(Entry, int16, T) []any) pgx.CopyFromSource {
	at, n := 0, 0
	return pgx.CopyFromFunc(func() ([]any, error) {
		for at < len(entries) && n == len(parts(entries[at])) {
			at, n = at+1, 0
		}
		if at == len(entries) {
			return nil, nil
		}
		n++
		return row(entries[at], int16(n), parts(entries[at])[n-1]), nil
	})
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
