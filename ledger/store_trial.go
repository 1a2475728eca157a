package ledger

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// TrialBalance adds up all postings in one query.
func TrialBalance(ctx context.Context, q postgres.Querier, f Filter) (Trial, error) {
	if f.Functional {
		return functionalBalance(ctx, q, f)
	}
	// Without a first day nothing is "before": an empty opening.
	rows, err := q.Query(ctx, `
		select ledger_account, currency,
		       coalesce(sum(amount) filter (where booked_on < @from), 0)::bigint,
		       coalesce(sum(amount) filter (where amount > 0 and booked_on >= @from), 0)::bigint,
		       coalesce(-sum(amount) filter (where amount < 0 and booked_on >= @from), 0)::bigint,
		       sum(amount)::bigint
		from ledger.postings p
		where (@entity::bigint = 0 or entity_id = @entity)
		  and (@currency = '' or currency = @currency)
		  and book in ('', @book)
		  and booked_on <= @through and amount <> 0 -- not what moves value only
		  and (@known::bigint = 9223372036854775807 or exists (
			select from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.known_order <= @known))
		group by ledger_account, currency
		order by currency, ledger_account`, f.args())
	if err != nil {
		return Trial{}, fmt.Errorf("draw up the trial balance: %w", postgres.Fault(err))
	}
	t := Trial{Filter: f}
	var opening, debit, credit, closing int64
	var row TrialRow
	_, err = pgx.ForEachRow(rows, []any{&row.Account, &row.Currency, &opening, &debit, &credit, &closing}, func() error {
		row.Opening, row.Debit = money.Of(opening, row.Currency), money.Of(debit, row.Currency)
		row.Credit, row.Closing = money.Of(credit, row.Currency), money.Of(closing, row.Currency)
		t.Rows = append(t.Rows, row)
		return nil
	})
	if err != nil {
		return Trial{}, fmt.Errorf("draw up the trial balance: %w", postgres.Fault(err))
	}
	return t, nil
}

// args names the filter's fields for SQL; open ends become days that no entry reaches.
func (f Filter) args() pgx.NamedArgs {
	from, through := f.From, f.Through
	if from.IsZero() {
		from = firstDay
	}
	if through.IsZero() {
		through = lastDay
	}
	known := f.Known
	if known == 0 {
		known = Now
	}
	return pgx.NamedArgs{"known": known, "entity": f.Entity, "currency": string(f.Currency), "from": from, "through": through, "book": string(cmp.Or(f.Book, Primary))}
}

// The ends of package period's calendar.
var (
	firstDay = period.NewDate(1, 1, 1)
	lastDay  = period.NewDate(9999, 12, 31)
)
