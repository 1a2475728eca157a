package journals

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// PostedLine is a line of a journal that was approved and became an entry: what the journal says, not what the ledger has.
type PostedLine struct {
	Book     customers.AccountID // whose book the entry stands in
	Seq      int64               // its place there
	Number   string
	Account  ledger.Account
	Customer customers.ID
	Document string
	Amount   money.Amount // debit positive; taken back, the other way round
}

// PostedLines lists what journals of an entity and currency posted in a span, in the primary book.
func PostedLines(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span) ([]PostedLine, error) {
	rows, err := q.Query(ctx, `
		select p.account_id, p.entry_seq, p.number, l.account, coalesce(l.customer_id, 0), coalesce(l.document, ''),
			case when p.part = 'reversal' then -l.amount else l.amount end
		from journals.journals j
		join journals.posted p on p.journal_id = j.id
		join journals.lines l on l.journal_id = j.id
		where j.entity_id = @entity and j.currency = @currency and j.book in ('', 'us_gaap') and p.booked_on >= @start and p.booked_on < @end
		order by p.number, l.n`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "start": span.Start, "end": span.End})
	if err != nil {
		return nil, fmt.Errorf("list journals to reconcile: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l PostedLine, err error) {
		var minor int64
		err = row.Scan(&l.Book, &l.Seq, &l.Number, &l.Account, &l.Customer, &l.Document, &minor)
		l.Amount = money.Of(minor, currency)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("list journals to reconcile: %w", postgres.Fault(err))
	}
	return out, nil
}
