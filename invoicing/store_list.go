package invoicing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Filter narrows a list of documents. Zero fields do not filter.
type Filter struct {
	Search   string         // number or PO number, by its beginning
	Payers   []customers.ID // with Search: or a document to one of these
	Account  customers.AccountID
	Payer    customers.ID
	Entity   entities.ID
	Kind     Kind
	Currency money.Currency
	Run      int64
	From     period.Date // issued on or after
	Through  period.Date // issued on or before
	Sort     Sort
	Ranked   []customers.ID // for ByCustomer: every customer in the order wanted
	Before   Cursor         // keyset of the order Newest: documents that come after this one in the list
	After    string         // keyset of the other orders: the number of the last document of the page before
	Limit    int            // default 50
}

// Sort is an order of the list; "-" before it turns it round. Equals stand by number.
type Sort string

// The orders there are. Amounts of different currencies are not compared: they stand apart.
const (
	Newest     Sort = "" // by issue day and number, the latest first
	ByNumber   Sort = "number"
	ByCustomer Sort = "customer"
	ByIssueDay Sort = "issued"
	ByDueDay   Sort = "due"
	ByTotal    Sort = "total"
)

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
	VoidedOn        period.Date // zero when it stands
}

// Cursor is the place after the row.
func (r Row) Cursor() Cursor { return Cursor{r.IssuedOn, r.Number} }

// List returns documents in the filter's order.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Row, error) {
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	return out, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	args := f.args()
	args["before_day"], args["before_number"], args["after"], args["ranked"] = f.Before.IssuedOn, f.Before.Number, f.After, f.Ranked
	if args["limit"] = f.Limit; f.Limit == 0 {
		args["limit"] = 50
	}
	switch f.Sort {
	case ByNumber:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.number) > (last.number))
			order by d.number limit @limit`, args)
	case "-" + ByNumber:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.number) < (last.number))
			order by d.number desc limit @limit`, args)
	case ByIssueDay:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.issued_on, d.number) > (last.issued_on, last.number))
			order by d.issued_on, d.number limit @limit`, args)
	case "-" + ByIssueDay:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.issued_on, d.number) < (last.issued_on, last.number))
			order by d.issued_on desc, d.number desc limit @limit`, args)
	case ByDueDay:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.due_on, d.number) > (last.due_on, last.number))
			order by d.due_on, d.number limit @limit`, args)
	case "-" + ByDueDay:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.due_on, d.number) < (last.due_on, last.number))
			order by d.due_on desc, d.number desc limit @limit`, args)
	case ByTotal:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.currency, d.total, d.number) > (last.currency, last.total, last.number))
			order by d.currency, d.total, d.number limit @limit`, args)
	case "-" + ByTotal:
		return q.Query(ctx, selectDocuments+matchDocuments+`
			and (last.number is null or (d.currency, d.total, d.number) < (last.currency, last.total, last.number))
			order by d.currency desc, d.total desc, d.number desc limit @limit`, args)
	case ByCustomer:
		return q.Query(ctx, selectDocuments+rankDocuments+matchDocuments+`
			and (last.number is null or (rank.place, d.number) > ((select r.place from unnest(@ranked::bigint[]) with ordinality as r (id, place) where r.id = last.payer_id), last.number))
			order by rank.place, d.number limit @limit`, args)
	case "-" + ByCustomer:
		return q.Query(ctx, selectDocuments+rankDocuments+matchDocuments+`
			and (last.number is null or (rank.place, d.number) < ((select r.place from unnest(@ranked::bigint[]) with ordinality as r (id, place) where r.id = last.payer_id), last.number))
			order by rank.place desc, d.number desc limit @limit`, args)
	}
	// The order most asked for takes its place from the address, so that the index of days is walked and no more.
	return q.Query(ctx, selectDocuments+matchDocuments+`
			and (@before_day::date is null or (d.issued_on, d.number) < (@before_day, @before_number))
			order by d.issued_on desc, d.number desc limit @limit`, args)
}

// selectDocuments, rankDocuments and matchDocuments are what the orders have in common. `last` is the document that ended the
// page before.
const selectDocuments = `
		select d.number, d.kind, d.account_id, d.entity_id, d.payer_id, d.issued_on, d.due_on, d.po_number,
			d.net, d.tax, d.total, d.currency, v.voided_on
		from invoicing.documents d
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		left join (
			select x.number, x.payer_id, x.issued_on, x.due_on, x.currency, x.total
			from invoicing.numbers n
			join invoicing.documents x on x.account_id = n.account_id and x.seq = n.seq
			where n.number = @after) last on true`

const rankDocuments = `
		join unnest(@ranked::bigint[]) with ordinality as rank (id, place) on rank.id = d.payer_id`

const matchDocuments = `
		where (@search = '' or d.number ilike @search || '%' or d.po_number ilike @search || '%' or d.payer_id = any(@payers::bigint[]))
			and (@account::bigint = 0 or d.account_id = @account)
			and (@payer::bigint = 0 or d.payer_id = @payer)
			and (@entity::bigint = 0 or d.entity_id = @entity)
			and (@kind = '' or d.kind = @kind)
			and (@currency = '' or d.currency = @currency)
			and (@run::bigint = 0 or d.run_id = @run)
			and (@from::date is null or d.issued_on >= @from)
			and (@through::date is null or d.issued_on <= @through)`

// Sums counts and adds up all documents that a filter matches, by currency; the order, cursor and limit play no part.
func Sums(ctx context.Context, q postgres.Querier, f Filter) ([]Sum, error) {
	rows, err := q.Query(ctx, `
		select d.currency, count(*), sum(d.net)::bigint, sum(d.tax)::bigint, sum(d.total)::bigint
		from invoicing.documents d`+matchDocuments+`
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
		"search": strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Search), "account": f.Account, "payer": f.Payer, "entity": f.Entity, "kind": string(f.Kind),
		"currency": string(f.Currency), "run": f.Run, "from": f.From, "through": f.Through, "payers": f.Payers,
	}
}

func scanRow(row pgx.CollectableRow) (Row, error) {
	var r Row
	var net, taxes, total int64
	var c money.Currency
	err := row.Scan(&r.Number, &r.Kind, &r.Account, &r.Entity, &r.Payer, &r.IssuedOn, &r.DueOn, &r.PONumber, &net, &taxes, &total, &c, &r.VoidedOn)
	if err != nil {
		return r, err
	}
	r.Voided = !r.VoidedOn.IsZero()
	r.Net, r.Tax, r.Total = money.Of(net, c), money.Of(taxes, c), money.Of(total, c)
	return r, nil
}
