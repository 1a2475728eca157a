package invoicing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Issued is a document with what happened to it since.
type Issued struct {
	Document
	Run        int64 // 0: issued by a person
	RecordedAt time.Time
	Voided     *Voided
}

// Voided is the fact that an invoice was taken back.
type Voided struct {
	On     period.Date
	Reason string
	By     int64
}

// Get returns a document by number.
func Get(ctx context.Context, q postgres.Querier, number string) (Issued, error) {
	var d Issued
	var frozen []byte
	var run, by *int64
	var on period.Date
	var reason *string
	err := q.QueryRow(ctx, `
		select d.frozen, d.run_id, d.recorded_at, v.voided_on, v.reason, v.by_user
		from invoicing.numbers n
		join invoicing.documents d on d.account_id = n.account_id and d.seq = n.seq
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		where n.number = @number`, pgx.NamedArgs{"number": number}).Scan(&frozen, &run, &d.RecordedAt, &on, &reason, &by)
	if err != nil {
		return d, fmt.Errorf("find document %s: %w", number, postgres.Fault(err))
	}
	if run != nil {
		d.Run = *run
	}
	if reason != nil {
		d.Voided = &Voided{on, *reason, *by}
	}
	return d, json.Unmarshal(frozen, &d.Document)
}

// latestDocument is the document an account got last.
func latestDocument(ctx context.Context, q postgres.Querier, account customers.AccountID) (Document, error) {
	rows, err := q.Query(ctx, `
		select frozen
		from invoicing.documents
		where account_id = @account
		order by seq desc
		limit 1`, pgx.NamedArgs{"account": account})
	if err != nil {
		return Document{}, postgres.Fault(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanFrozen)
	return d, postgres.Fault(err)
}

// Filter narrows a list of documents. Zero fields do not filter.
type Filter struct {
	Search   string // number or PO number, by its beginning
	Account  customers.AccountID
	Payer    customers.ID
	Entity   entities.ID
	Kind     Kind
	Currency money.Currency
	Run      int64
	From     period.Date // issued on or after
	Through  period.Date // issued on or before
	Before   Cursor      // keyset: documents that come after this one in the list
	Limit    int         // default 50
}

// Cursor is a place in a list that is ordered by issue day and number, newest
// first.
type Cursor struct {
	IssuedOn period.Date
	Number   string
}

// Row is a document in a list.
type Row struct {
	Number          string
	Kind            Kind
	Account         customers.AccountID
	Entity          entities.ID
	Payer           customers.ID
	IssuedOn, DueOn period.Date
	PONumber        string
	Net, Tax, Total money.Amount
	Voided          bool
}

// Cursor is the place after the row.
func (r Row) Cursor() Cursor { return Cursor{r.IssuedOn, r.Number} }

// List returns documents, newest first.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Row, error) {
	if f.Limit == 0 {
		f.Limit = 50
	}
	args := f.args()
	args["before_day"], args["before_number"], args["limit"] = f.Before.IssuedOn, f.Before.Number, f.Limit
	rows, err := q.Query(ctx, `
		select d.number, d.kind, d.account_id, d.entity_id, d.payer_id, d.issued_on, d.due_on, d.po_number,
			d.net, d.tax, d.total, d.currency, v.seq is not null
		from invoicing.documents d
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		where (@search = '' or d.number ilike @search || '%' or d.po_number ilike @search || '%')
			and (@account::bigint = 0 or d.account_id = @account)
			and (@payer::bigint = 0 or d.payer_id = @payer)
			and (@entity::bigint = 0 or d.entity_id = @entity)
			and (@kind = '' or d.kind = @kind)
			and (@currency = '' or d.currency = @currency)
			and (@run::bigint = 0 or d.run_id = @run)
			and (@from::date is null or d.issued_on >= @from)
			and (@through::date is null or d.issued_on <= @through)
			and (@before_day::date is null or (d.issued_on, d.number) < (@before_day, @before_number))
		order by d.issued_on desc, d.number desc
		limit @limit`, args)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	return out, nil
}

// Sums counts and adds up all documents that a filter matches, by currency; the
// cursor and limit play no part.
func Sums(ctx context.Context, q postgres.Querier, f Filter) ([]Sum, error) {
	rows, err := q.Query(ctx, `
		select d.currency, count(*), sum(d.net)::bigint, sum(d.tax)::bigint, sum(d.total)::bigint
		from invoicing.documents d
		where (@search = '' or d.number ilike @search || '%' or d.po_number ilike @search || '%')
			and (@account::bigint = 0 or d.account_id = @account)
			and (@payer::bigint = 0 or d.payer_id = @payer)
			and (@entity::bigint = 0 or d.entity_id = @entity)
			and (@kind = '' or d.kind = @kind)
			and (@currency = '' or d.currency = @currency)
			and (@run::bigint = 0 or d.run_id = @run)
			and (@from::date is null or d.issued_on >= @from)
			and (@through::date is null or d.issued_on <= @through)
		group by d.currency
		order by d.currency`, f.args())
	if err != nil {
		return nil, fmt.Errorf("add up documents: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Sum, error) {
		var s Sum
		var c money.Currency
		var net, taxes, total int64
		if err := row.Scan(&c, &s.Documents, &net, &taxes, &total); err != nil {
			return s, err
		}
		s.Net, s.Tax, s.Total = money.Of(net, c), money.Of(taxes, c), money.Of(total, c)
		return s, nil
	})
	return out, postgres.Fault(err)
}

// Sum is the footer of a list: what all matching documents of a currency come to.
type Sum struct {
	Documents       int64
	Net, Tax, Total money.Amount
}

func (f Filter) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"search": f.Search, "account": f.Account, "payer": f.Payer, "entity": f.Entity, "kind": string(f.Kind),
		"currency": string(f.Currency), "run": f.Run, "from": f.From, "through": f.Through,
	}
}

func scanRow(row pgx.CollectableRow) (Row, error) {
	var r Row
	var net, taxes, total int64
	var c money.Currency
	err := row.Scan(&r.Number, &r.Kind, &r.Account, &r.Entity, &r.Payer, &r.IssuedOn, &r.DueOn, &r.PONumber, &net, &taxes, &total, &c, &r.Voided)
	if err != nil {
		return r, err
	}
	r.Net, r.Tax, r.Total = money.Of(net, c), money.Of(taxes, c), money.Of(total, c)
	return r, nil
}
