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

// touches says that the filter wants a posting, not only an entry.
func (f EntryFilter) touches() bool {
	return f.Contract != 0 || f.Line != "" || f.Document != "" || f.Ledger != 0
}

// query picks the statement of the filter's order. Those that want a posting are
// statements of their own: as one with "or", the second condition would be tried on
// every entry instead of being looked up.
func (f EntryFilter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	args := f.args()
	if f.touches() {
		return f.queryTouching(ctx, q, args)
	}
	switch f.Sort {
	case ByDay:
		return q.Query(ctx, selectEntries+matchEntries+earliestEntries, args)
	case ByAmount:
		return q.Query(ctx, selectEntries+weighEntries+matchEntries+smallestEntries, args)
	case "-" + ByAmount:
		return q.Query(ctx, selectEntries+weighEntries+matchEntries+largestEntries, args)
	}
	return q.Query(ctx, selectEntries+matchEntries+latestEntries, args)
}

func (f EntryFilter) queryTouching(ctx context.Context, q postgres.Querier, args pgx.NamedArgs) (pgx.Rows, error) {
	switch f.Sort {
	case ByDay:
		return q.Query(ctx, selectEntries+matchEntries+touchingEntries+earliestEntries, args)
	case ByAmount:
		return q.Query(ctx, selectEntries+weighEntries+matchEntries+touchingEntries+smallestEntries, args)
	case "-" + ByAmount:
		return q.Query(ctx, selectEntries+weighEntries+matchEntries+touchingEntries+largestEntries, args)
	}
	return q.Query(ctx, selectEntries+matchEntries+touchingEntries+latestEntries, args)
}

const selectEntries = `
	select e.account_id, e.seq, e.entity_id, e.source, e.booked_on, e.currency, e.memo, e.book, coalesce(e.rate, 0), e.rate_on, e.known_order, e.recorded_at, e.adjusting
	from ledger.entries e`

// weighEntries adds what each entry moves (its debits), and the entry that ended
// the page before as `last`.
const weighEntries = `
	cross join lateral (
		select coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint as moved
		from ledger.postings p
		where p.account_id = e.account_id and p.entry_seq = e.seq) weight
	left join (
		select x.currency, x.booked_on, x.known_order, (
			select coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint
			from ledger.postings p
			where p.account_id = x.account_id and p.entry_seq = x.seq) as moved
		from ledger.entries x
		where x.booked_on = @after_day::date and x.known_order = @after_order::bigint) last on true`

const matchEntries = `
	where (@entity::bigint = 0 or e.entity_id = @entity)
	  and (@account::bigint = 0 or e.account_id = @account)
	  and (@source = '' or e.source = @source or starts_with(e.source, @source || ':'))
	  and e.book in ('', @book)
	  and e.booked_on >= @from and e.booked_on < @until`

// A document of 0.00 has billed lines and no postings, and is found by them.
const touchingEntries = `
	  and (e.account_id, e.seq) in (
		select account_id, entry_seq from ledger.postings
		where (@account::bigint = 0 or account_id = @account)
		  and (@contract::bigint = 0 or contract_id = @contract)
		  and (@line = '' or line = @line)
		  and (@document = '' or document = @document)
		  and (@ledger::smallint = 0 or ledger_account = @ledger)
		union all
		select account_id, entry_seq from ledger.billed
		where @ledger::smallint = 0
		  and (@account::bigint = 0 or account_id = @account)
		  and (@contract::bigint = 0 or contract_id = @contract)
		  and (@line = '' or line = @line)
		  and (@document = '' or document = @document))`

const latestEntries = `
	  and (e.booked_on, e.known_order) < (@after_day::date, @after_order::bigint)
	order by e.booked_on desc, e.known_order desc
	limit @limit`

const earliestEntries = `
	  and (e.booked_on, e.known_order) > (@after_day::date, @after_order::bigint)
	order by e.booked_on, e.known_order
	limit @limit`

const smallestEntries = `
	  and (last.known_order is null
	       or (e.currency, weight.moved, e.booked_on, e.known_order) > (last.currency, last.moved, last.booked_on, last.known_order))
	order by e.currency, weight.moved, e.booked_on, e.known_order
	limit @limit`

const largestEntries = `
	  and (last.known_order is null
	       or (e.currency, weight.moved, e.booked_on, e.known_order) < (last.currency, last.moved, last.booked_on, last.known_order))
	order by e.currency desc, weight.moved desc, e.booked_on desc, e.known_order desc
	limit @limit`

func (f EntryFilter) args() pgx.NamedArgs {
	days := period.Span{Start: firstDay, End: lastDay}
	if !f.Month.IsZero() {
		days = f.Month.Span()
	}
	after := f.After
	if after == (EntryCursor{}) && f.Sort != ByDay {
		after.BookedOn = lastDay
	}
	if after == (EntryCursor{}) {
		after.BookedOn = firstDay
	}
	return pgx.NamedArgs{
		"entity": f.Entity, "account": f.Account, "source": f.Source, "from": days.Start, "until": days.End,
		"contract": f.Contract, "line": f.Line, "document": f.Document, "ledger": f.Ledger, "book": string(cmp.Or(f.Book, Primary)),
		"after_day": after.BookedOn, "after_order": after.KnownOrder, "limit": pageSize(f.Limit),
	}
}

// Sum is the footer of a list in one currency: how many entries or postings match
// and their debits and credits, both positive.
type Sum struct {
	Count         int64
	Debit, Credit money.Amount
}

// EntrySums adds up all entries that a filter matches, by currency; its order,
// cursor and limit play no part. Debit is what the list calls moved.
func EntrySums(ctx context.Context, q postgres.Querier, f EntryFilter) ([]Sum, error) {
	rows, err := f.querySums(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("add up entries: %w", postgres.Fault(err))
	}
	return collectSums(rows)
}

func (f EntryFilter) querySums(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	if f.touches() {
		return q.Query(ctx, selectEntrySums+matchEntries+touchingEntries+`
	group by e.currency
	order by e.currency`, f.args())
	}
	return q.Query(ctx, selectEntrySums+matchEntries+`
	group by e.currency
	order by e.currency`, f.args())
}

const selectEntrySums = `
	select e.currency, count(distinct (e.account_id, e.seq)),
	       coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint, coalesce(-sum(p.amount) filter (where p.amount < 0), 0)::bigint
	from ledger.entries e
	left join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq`

func collectSums(rows pgx.Rows) ([]Sum, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Sum, error) {
		var s Sum
		var c money.Currency
		var debit, credit int64
		err := row.Scan(&c, &s.Count, &debit, &credit)
		if err == nil {
			s.Debit, s.Credit = money.Of(debit, c), money.Of(credit, c)
		}
		return s, err
	})
}
