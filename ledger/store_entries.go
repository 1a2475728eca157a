package ledger

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// Get reads one entry with its postings and billed lines.
func Get(ctx context.Context, q postgres.Querier, account customers.AccountID, seq int64) (Recorded, error) {
	rows, err := q.Query(ctx, `
		select account_id, seq, entity_id, source, booked_on, currency, memo, book, coalesce(rate, 0), rate_on, known_order, recorded_at, adjusting
		from ledger.entries
		where account_id = @account and seq = @seq`, pgx.NamedArgs{"account": account, "seq": seq})
	found, err := collectEntries(ctx, q, rows, err)
	if err != nil {
		return Recorded{}, fmt.Errorf("read entry %d of account %d: %w", seq, account, err)
	}
	if len(found) == 0 {
		return Recorded{}, fault.New(fault.NotFound, "there is no entry %d of account %d", seq, account)
	}
	return found[0], nil
}

// EntriesPage lists entries with their postings and billed lines, in the filter's
// order. The next page asks with After set to the last one's Cursor.
func EntriesPage(ctx context.Context, q postgres.Querier, f EntryFilter) ([]Recorded, error) {
	rows, err := f.query(ctx, q)
	page, err := collectEntries(ctx, q, rows, err)
	if err != nil {
		return nil, fmt.Errorf("list entries: %w", err)
	}
	return page, nil
}

// collectEntries reads entries and then, in two queries for all of them, what
// they hold.
func collectEntries(ctx context.Context, q postgres.Querier, rows pgx.Rows, err error) ([]Recorded, error) {
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Recorded, error) {
		var r Recorded
		err := row.Scan(&r.Account, &r.Seq, &r.Entity, &r.Source, &r.BookedOn, &r.Currency, &r.Memo, &r.Book, &r.Rate, &r.RateOn, &r.KnownOrder, &r.RecordedAt, &r.Adjusting)
		return r, err
	})
	if err != nil || len(found) == 0 {
		return nil, postgres.Fault(err)
	}
	at := newIndex(found)
	if at.home, err = entities.Currencies(ctx, q); err != nil {
		return nil, err
	}
	if err := loadPostings(ctx, q, at); err != nil {
		return nil, postgres.Fault(err)
	}
	return found, postgres.Fault(loadBilled(ctx, q, at))
}

// index finds entries that were read by their place.
type index struct {
	entry    map[place]*Entry
	accounts []customers.AccountID
	seqs     []int64
	home     map[entities.ID]money.Currency
}

type place struct {
	account customers.AccountID
	seq     int64
}

func newIndex(found []Recorded) index {
	at := index{entry: make(map[place]*Entry, len(found))}
	for i := range found {
		e := &found[i].Entry
		at.entry[place{e.Account, e.Seq}] = e
		at.accounts, at.seqs = append(at.accounts, e.Account), append(at.seqs, e.Seq)
	}
	return at
}

func loadPostings(ctx context.Context, q postgres.Querier, at index) error {
	rows, err := q.Query(ctx, `
		select p.account_id, p.entry_seq, p.ledger_account, p.amount, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
		       coalesce(p.line, ''), p.month, coalesce(p.document, ''), coalesce(p.schedule_id, 0), p.functional
		from unnest(@accounts::bigint[], @seqs::bigint[]) as w (account_id, seq)
		join ledger.postings p on p.account_id = w.account_id and p.entry_seq = w.seq
		order by p.account_id, p.entry_seq, p.n`, pgx.NamedArgs{"accounts": at.accounts, "seqs": at.seqs})
	if err != nil {
		return err
	}
	var k place
	var p Posting
	var f figures
	_, err = pgx.ForEachRow(rows, append([]any{&k.account, &k.seq}, p.columns(&f)...), func() error {
		e := at.entry[k]
		p.Amount, p.Functional = f.in(e.Currency, at.home[e.Entity])
		e.Postings = append(e.Postings, p)
		return nil
	})
	return err
}

// columns are where ledger_account, amount, customer_id, contract_id, line,
// month, document, schedule_id and functional are read to.
func (p *Posting) columns(f *figures) []any {
	return []any{&p.Account, &f.amount, &p.Customer, &p.Contract, &p.Line, &p.Month, &p.Document, &p.Schedule, &f.functional}
}

// figures are a posting's two amounts as they are read, in minor units.
type figures struct{ amount, functional int64 }

// in gives them their currencies. An entity that is not there keeps its ledger in whatever it books.
func (f figures) in(c, home money.Currency) (amount, functional money.Amount) {
	return money.Of(f.amount, c), money.Of(f.functional, cmp.Or(home, c))
}

func loadBilled(ctx context.Context, q postgres.Querier, at index) error {
	rows, err := q.Query(ctx, `
		select b.account_id, b.entry_seq, b.event, b.contract_id, b.line, b.kind, b.starts_on, b.ends_on, b.amount,
		       b.document, b.document_line, b.booked_on, b.due_on
		from unnest(@accounts::bigint[], @seqs::bigint[]) as w (account_id, seq)
		join ledger.billed b on b.account_id = w.account_id and b.entry_seq = w.seq
		order by b.account_id, b.entry_seq, b.n`, pgx.NamedArgs{"accounts": at.accounts, "seqs": at.seqs})
	if err != nil {
		return err
	}
	var k place
	var b Billed
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&k.account, &k.seq, &b.Event, &b.Contract, &b.Line, &b.Kind, &b.Span.Start, &b.Span.End,
		&minor, &b.Document, &b.DocumentLine, &b.BookedOn, &b.DueOn}, func() error {
		e := at.entry[k]
		b.Amount = money.Of(minor, e.Currency)
		e.Billed = append(e.Billed, b)
		return nil
	})
	return err
}
