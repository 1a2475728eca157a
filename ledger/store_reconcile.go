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

// What reconciliations read of the book: sums by the keys that other packages keep their own figures by. Each is one pass
// over the postings of an entity and currency, in the primary book.

// BookedDocument is what the entry of an issued or voided document moved.
type BookedDocument struct {
	Account customers.AccountID
	Kind    string // of the entry's source: invoice, credit_note, void
	Number  string
	Lines   money.Amount // credited to balances of contract lines: the net
}

// BookedDocuments adds up the entries of documents booked in a span.
func BookedDocuments(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span) ([]BookedDocument, error) {
	rows, err := q.Query(ctx, `
		select e.account_id, split_part(e.source, ':', 1), substr(e.source, strpos(e.source, ':') + 1),
			coalesce(-sum(p.amount) filter (where p.contract_id is not null and p.ledger_account in (1150, 1160, 2100, 2110)), 0)::bigint
		from ledger.entries e
		left join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
		where e.entity_id = @entity and e.currency = @currency and e.booked_on >= @start and e.booked_on < @end
			and split_part(e.source, ':', 1) in ('invoice', 'credit_note', 'void')
		group by e.account_id, e.source
		order by e.source`, spanArgs(entity, currency, span))
	return collectReconciled(rows, err, "add up entries of documents", func(row pgx.CollectableRow) (b BookedDocument, err error) {
		var minor int64
		err = row.Scan(&b.Account, &b.Kind, &b.Number, &minor)
		b.Lines = money.Of(minor, currency)
		return b, err
	})
}

// Held is what an account holds with a customer about a document, debit positive.
type Held struct {
	Ledger   Account
	Customer customers.ID
	Document string
	Amount   money.Amount
}

// HeldBy adds up some accounts by customer and document, of what was booked in a span.
func HeldBy(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span, accounts ...Account) ([]Held, error) {
	args := spanArgs(entity, currency, span)
	args["accounts"] = accounts
	rows, err := q.Query(ctx, `
		select ledger_account, coalesce(customer_id, 0), coalesce(document, ''), sum(amount)::bigint
		from ledger.postings
		where entity_id = @entity and currency = @currency and booked_on >= @start and booked_on < @end and book in ('', 'us_gaap')
			and ledger_account = any(@accounts::smallint[])
		group by ledger_account, customer_id, document
		having sum(amount) <> 0
		order by document, customer_id`, args)
	return collectReconciled(rows, err, "add up accounts by document", func(row pgx.CollectableRow) (h Held, err error) {
		var minor int64
		err = row.Scan(&h.Ledger, &h.Customer, &h.Document, &minor)
		h.Amount = money.Of(minor, currency)
		return h, err
	})
}

// BookedLine is where a contract line stands in the book at the end of a month. Earned is what was credited to revenue
// or, as an agent, to whom it is passed on, of what is stated: what assessments add stands against contract assets, contract
// liabilities, refund liabilities or the allocation between promises, and is Adjusted.
type BookedLine struct {
	Account  customers.AccountID
	Contract int64
	Line     string
	Deferred money.Amount // credit positive
	Unbilled money.Amount // debit positive
	Earned   money.Amount // booked through the month
	Adjusted money.Amount // revenue beside it, booked through the month
	Later    money.Amount // booked after the month, and belongs to it or to one before
	OfMonth  money.Amount // earned that belongs to the month, whenever booked
	InMonth  money.Amount // earned and adjusted, booked in the month: revenue as the trial balance shows it
}

// BookedLines adds postings of contract lines up, as of the end of a month.
func BookedLines(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, month period.Month) ([]BookedLine, error) {
	rows, err := q.Query(ctx, `
		select account_id, contract_id, line,
			coalesce(-sum(amount) filter (where ledger_account = 2100 and booked_on < @end), 0)::bigint,
			coalesce(sum(amount) filter (where ledger_account = 1150 and booked_on < @end), 0)::bigint,
			coalesce(-sum(amount) filter (where (earned or beside) and booked_on < @end), 0)::bigint,
			coalesce(sum(amount) filter (where beside and booked_on < @end), 0)::bigint,
			coalesce(-sum(amount) filter (where (earned or beside) and booked_on >= @end and belongs < @end), 0)::bigint,
			coalesce(-sum(amount) filter (where (earned or beside) and belongs = @start), 0)::bigint,
			coalesce(-sum(amount) filter (where earned and booked_on >= @start and booked_on < @end), 0)::bigint
		from (
			select p.account_id, p.contract_id, p.line, p.ledger_account, p.amount, p.booked_on,
				p.ledger_account in (2450, 3900, 4000, 4100, 4200, 4300, 4400, 4810, 4830, 4850) as earned, p.ledger_account in (1160, 2110, 2120, 2130) or p.ledger_account in (2140, 7010, 7110) and p.schedule_id is not null as beside,
				coalesce(p.month, date_trunc('month', p.booked_on)::date) as belongs
			from ledger.postings p
			join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
			where p.entity_id = @entity and p.currency = @currency and p.contract_id is not null and p.book in ('', 'us_gaap')
				and (p.ledger_account in (1150, 1160, 2100, 2110, 2120, 2130, 2450, 3900, 4000, 4100, 4200, 4300, 4400, 4810, 4830, 4850)
					or p.ledger_account in (2140, 7010, 7110) and p.schedule_id is not null)
				and not starts_with(e.source, 'manual:')) p -- a journal by hand is proved by its own paper, line by line
		group by account_id, contract_id, line
		order by contract_id, line`, spanArgs(entity, currency, month.Span()))
	return collectReconciled(rows, err, "add up contract lines", func(row pgx.CollectableRow) (b BookedLine, err error) {
		var sums [7]int64
		err = row.Scan(&b.Account, &b.Contract, &b.Line, &sums[0], &sums[1], &sums[2], &sums[3], &sums[4], &sums[5], &sums[6])
		for i, into := range []*money.Amount{&b.Deferred, &b.Unbilled, &b.Earned, &b.Adjusted, &b.Later, &b.OfMonth, &b.InMonth} {
			*into = money.Of(sums[i], currency)
		}
		return b, err
	})
}

// PostedEntry is an entry by its place, with the sums of its two sides, both positive.
type PostedEntry struct {
	Account       customers.AccountID
	Seq           int64
	Source        string
	BookedOn      period.Date
	Debit, Credit money.Amount
}

// PostedEntries lists the entries booked in a span that have postings.
func PostedEntries(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span) ([]PostedEntry, error) {
	rows, err := q.Query(ctx, `
		select p.account_id, p.entry_seq, e.source, e.booked_on,
			coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint, coalesce(-sum(p.amount) filter (where p.amount < 0), 0)::bigint
		from ledger.entries e
		join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
		where e.entity_id = @entity and e.currency = @currency and e.booked_on >= @start and e.booked_on < @end and e.book in ('', 'us_gaap')
		group by p.account_id, p.entry_seq, e.source, e.booked_on
		order by e.booked_on, p.account_id, p.entry_seq`, spanArgs(entity, currency, span))
	return collectReconciled(rows, err, "list entries", func(row pgx.CollectableRow) (e PostedEntry, err error) {
		var debit, credit int64
		err = row.Scan(&e.Account, &e.Seq, &e.Source, &e.BookedOn, &debit, &credit)
		e.Debit, e.Credit = money.Of(debit, currency), money.Of(credit, currency)
		return e, err
	})
}

// ClosingKnown adds accounts up to the end of a month by what was known when the month was last closed: an entry that
// slipped in afterwards is not in it. False when no closing covers the month.
func ClosingKnown(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, month period.Month) (map[Account]money.Amount, bool, error) {
	args := spanArgs(entity, currency, month.Span())
	var known *int64
	err := q.QueryRow(ctx, `
		select (select m.known_order
			from (select distinct on (e.month) e.month, e.event, e.known_order from ledger.month_events e
				where e.entity_id = @entity and e.month >= @start and e.event in ('closed', 'reopened')
				order by e.month, e.seq desc) m
			where m.event = 'closed' order by m.month limit 1)`, args).Scan(&known)
	if err != nil || known == nil {
		return nil, false, postgres.Fault(err)
	}
	args["known"] = *known
	rows, err := q.Query(ctx, `
		select p.ledger_account, sum(p.amount)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		where p.entity_id = @entity and p.currency = @currency and p.booked_on < @end and e.known_order < @known and p.book in ('', 'us_gaap')
		group by p.ledger_account`, args)
	if err != nil {
		return nil, false, fmt.Errorf("add up the closing of %s: %w", month, postgres.Fault(err))
	}
	out := map[Account]money.Amount{}
	var account Account
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&account, &minor}, func() error {
		out[account] = money.Of(minor, currency)
		return nil
	})
	return out, true, postgres.Fault(err)
}

func spanArgs(entity entities.ID, currency money.Currency, span period.Span) pgx.NamedArgs {
	return pgx.NamedArgs{"entity": entity, "currency": string(currency), "start": span.Start, "end": span.End}
}

func collectReconciled[T any](rows pgx.Rows, err error, doing string, scan func(pgx.CollectableRow) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return out, nil
}

// BookedBy adds up, by account, the entries of a span whose source begins with a word.
func BookedBy(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span, source string) (map[Account]money.Amount, error) {
	args := spanArgs(entity, currency, span)
	args["source"] = source + ":"
	rows, err := q.Query(ctx, `
		select p.ledger_account, sum(p.amount)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		where p.entity_id = @entity and p.currency = @currency and p.booked_on >= @start and p.booked_on < @end and p.book in ('', 'us_gaap')
			and starts_with(e.source, @source)
		group by p.ledger_account
		having sum(p.amount) <> 0`, args)
	if err != nil {
		return nil, fmt.Errorf("add up entries by their source: %w", postgres.Fault(err))
	}
	out := map[Account]money.Amount{}
	var account Account
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&account, &minor}, func() error {
		out[account] = money.Of(minor, currency)
		return nil
	})
	return out, postgres.Fault(err)
}

// CashEntry is what an entry moved in cash.
type CashEntry struct {
	Account  customers.AccountID
	Seq      int64
	Source   string
	BookedOn period.Date
	Document string
	Customer customers.ID
	Amount   money.Amount // in positive, out negative
}

// CashEntries lists what was booked to cash, and to cash under way, in a span.
func CashEntries(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span) ([]CashEntry, error) {
	rows, err := q.Query(ctx, `
		select p.account_id, p.entry_seq, e.source, p.booked_on, coalesce(p.document, ''), coalesce(p.customer_id, 0), sum(p.amount)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		where p.entity_id = @entity and p.currency = @currency and p.booked_on >= @start and p.booked_on < @end and p.ledger_account in (1010, 1020) and p.book in ('', 'us_gaap')
		group by p.account_id, p.entry_seq, e.source, p.booked_on, p.document, p.customer_id
		having sum(p.amount) <> 0
		order by p.booked_on, p.account_id, p.entry_seq`, spanArgs(entity, currency, span))
	return collectReconciled(rows, err, "list cash", func(row pgx.CollectableRow) (c CashEntry, err error) {
		var minor int64
		err = row.Scan(&c.Account, &c.Seq, &c.Source, &c.BookedOn, &c.Document, &c.Customer, &minor)
		c.Amount = money.Of(minor, currency)
		return c, err
	})
}
