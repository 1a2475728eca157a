package ledger

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// Stream hands entries over one by one as they arrive from the database, in the
// order of day, account and place, which never changes: an export of a closed
// month is the same bytes for ever. Entries without postings (billed for 0.00)
// are left out, and Billed is not read.
//
// It holds a connection until the loop ends. Inside db.Snapshot an export agrees
// with a trial balance of the same filter.
func Stream(ctx context.Context, q postgres.Querier, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		home, err := entities.Currencies(ctx, q)
		if err != nil {
			yield(Entry{}, fmt.Errorf("stream entries: %w", err))
			return
		}
		args := f.args()
		if f.Functional {
			args["currency"] = "" // narrows what is shown, in entries of any currency
		}
		rows, err := q.Query(ctx, `
			select e.account_id, e.seq, e.entity_id, e.source, e.booked_on, e.currency, e.memo, e.adjusting, e.book, coalesce(e.rate, 0), e.rate_on,
			       p.ledger_account, p.amount, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
			       coalesce(p.line, ''), p.month, coalesce(p.document, ''), coalesce(p.schedule_id, 0), p.functional
			from ledger.entries e
			join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
			where (@entity::bigint = 0 or e.entity_id = @entity)
			  and (@currency = '' or e.currency = @currency)
			  and e.book in ('', @book)
			  and e.booked_on >= @from and e.booked_on <= @through and e.known_order <= @known
			order by e.booked_on, e.account_id, e.seq, p.n`, args)
		if err != nil {
			yield(Entry{}, fmt.Errorf("stream entries: %w", postgres.Fault(err)))
			return
		}
		defer rows.Close()
		stream(rows, home, f.each(yield))
	}
}

// each shows entries as the filter wants them; those with nothing to show are left out.
func (f Filter) each(yield func(Entry, error) bool) func(Entry, error) bool {
	if !f.Functional {
		return yield
	}
	return func(e Entry, err error) bool {
		if err != nil {
			return yield(e, err)
		}
		if e = f.shown(e); len(e.Postings) == 0 || f.Currency != "" && e.Currency != f.Currency {
			return true
		}
		return yield(e, nil)
	}
}

// stream puts the postings of each entry together again.
func stream(rows pgx.Rows, home map[entities.ID]money.Currency, yield func(Entry, error) bool) {
	var next, current Entry
	var p Posting
	var minor figures
	into := append([]any{&next.Account, &next.Seq, &next.Entity, &next.Source, &next.BookedOn, &next.Currency, &next.Memo, &next.Adjusting, &next.Book, &next.Rate, &next.RateOn}, p.columns(&minor)...)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			yield(Entry{}, fmt.Errorf("stream entries: %w", err))
			return
		}
		if next.Account != current.Account || next.Seq != current.Seq {
			if current.Seq != 0 && !yield(current, nil) {
				return
			}
			current = next
		}
		p.Amount, p.Functional = minor.in(current.Currency, home[current.Entity])
		current.Postings = append(current.Postings, p)
	}
	if err := rows.Err(); err != nil {
		yield(Entry{}, fmt.Errorf("stream entries: %w", postgres.Fault(err)))
		return
	}
	if current.Seq != 0 {
		yield(current, nil)
	}
}
