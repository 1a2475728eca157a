package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// PostingsPage lists postings in the filter's order: the drill from a balance to
// what it is made of. The next page asks with After set to the last one's Cursor.
func PostingsPage(ctx context.Context, q postgres.Querier, f PostingFilter) ([]Posted, error) {
	home, err := entities.Currencies(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", err)
	}
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", postgres.Fault(err))
	}
	page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Posted, error) {
		var p Posted
		var minor figures
		var currency money.Currency
		err := row.Scan(append([]any{&p.Book, &p.Seq, &p.N, &p.Entity, &p.Source, &p.BookedOn, &p.Memo, &p.Rules, &currency}, p.columns(&minor)...)...)
		if err == nil {
			p.Amount, p.Functional = minor.in(currency, home[p.Entity])
		}
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", postgres.Fault(err))
	}
	return page, nil
}

func (f PostingFilter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	args := f.args()
	switch f.Sort {
	case "-" + ByDay:
		return q.Query(ctx, selectPostings+matchPostings+latestPostings, args)
	case ByAmount:
		return q.Query(ctx, selectPostings+lastPosting+matchPostings+smallestPostings, args)
	case "-" + ByAmount:
		return q.Query(ctx, selectPostings+lastPosting+matchPostings+largestPostings, args)
	}
	return q.Query(ctx, selectPostings+matchPostings+earliestPostings, args)
}

const selectPostings = `
	select p.account_id, p.entry_seq, p.n, p.entity_id, e.source, p.booked_on, e.memo, p.book, p.currency,
	       p.ledger_account, p.amount, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
	       coalesce(p.line, ''), p.month, coalesce(p.document, ''), coalesce(p.schedule_id, 0), p.functional
	from ledger.postings p
	join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq`

// lastPosting is the one that ended the page before.
const lastPosting = `
	left join ledger.postings last on last.account_id = @after_account::bigint and last.entry_seq = @after_seq::bigint and last.n = @after_n::smallint`

const matchPostings = `
	where (@entity::bigint = 0 or p.entity_id = @entity)
	  and (@currency = '' or p.currency = @currency)
	  and p.book in ('', @book)
	  and p.booked_on >= @from and p.booked_on <= @through
	  and (@account::bigint = 0 or p.account_id = @account)
	  and (@customer::bigint = 0 or p.customer_id = @customer)
	  and (cardinality(@ledgers::smallint[]) = 0 or p.ledger_account = any(@ledgers::smallint[]))
	  and (@contract::bigint = 0 or p.contract_id = @contract)
	  and (@line = '' or p.line = @line)
	  and (@document = '' or p.document = @document)`

const earliestPostings = `
	  and (p.booked_on, p.account_id, p.entry_seq, p.n) > (@after_day::date, @after_account::bigint, @after_seq::bigint, @after_n::smallint)
	order by p.booked_on, p.account_id, p.entry_seq, p.n
	limit @limit`

const latestPostings = `
	  and (p.booked_on, p.account_id, p.entry_seq, p.n) < (@after_day::date, @after_account::bigint, @after_seq::bigint, @after_n::smallint)
	order by p.booked_on desc, p.account_id desc, p.entry_seq desc, p.n desc
	limit @limit`

const smallestPostings = `
	  and (last.n is null or (p.currency, p.amount, p.account_id, p.entry_seq, p.n) > (last.currency, last.amount, last.account_id, last.entry_seq, last.n))
	order by p.currency, p.amount, p.account_id, p.entry_seq, p.n
	limit @limit`

const largestPostings = `
	  and (last.n is null or (p.currency, p.amount, p.account_id, p.entry_seq, p.n) < (last.currency, last.amount, last.account_id, last.entry_seq, last.n))
	order by p.currency desc, p.amount desc, p.account_id desc, p.entry_seq desc, p.n desc
	limit @limit`

// PostingSums adds up all postings that a filter matches, by currency; its order,
// cursor and limit play no part. Functional adds up what they come to in the
// currencies of their entities.
func PostingSums(ctx context.Context, q postgres.Querier, f PostingFilter) ([]Sum, error) {
	if f.Functional {
		return functionalSums(ctx, q, f)
	}
	rows, err := q.Query(ctx, `
	select p.currency, count(*),
	       coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint, coalesce(-sum(p.amount) filter (where p.amount < 0), 0)::bigint
	from ledger.postings p`+matchPostings+`
	group by p.currency
	order by p.currency`, f.args())
	if err != nil {
		return nil, fmt.Errorf("add up postings: %w", postgres.Fault(err))
	}
	return collectSums(rows)
}

func (f PostingFilter) args() pgx.NamedArgs {
	args := f.Filter.args()
	after := f.After
	if after == (PostingCursor{}) && f.Sort == "-"+ByDay {
		after.BookedOn = lastDay
	}
	if after == (PostingCursor{}) {
		after.BookedOn = firstDay
	}
	for name, value := range map[string]any{
		"account": f.Account, "customer": f.Customer, "ledgers": f.accounts(), "contract": f.Contract, "line": f.Line, "document": f.Document,
		"after_day": after.BookedOn, "after_account": after.Account, "after_seq": after.Seq, "after_n": after.N, "limit": pageSize(f.Limit),
	} {
		args[name] = value
	}
	return args
}

// accounts are those the filter wants; none means any.
func (f PostingFilter) accounts() []Account {
	if f.Ledger != 0 {
		return []Account{f.Ledger}
	}
	switch f.Type {
	case OnExchange:
		return []Account{FxGain, FxLoss}
	case Income:
		return NetRevenue()
	}
	out := []Account{}
	for _, i := range Chart {
		if i.Type == f.Type {
			out = append(out, i.Account)
		}
	}
	return out
}
