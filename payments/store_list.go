package payments

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

// Filter narrows a list of receipts. Zero fields do not filter.
type Filter struct {
	Search    string         // part of the reference, the bank's transaction or the number
	Payers    []customers.ID // with Search: or a receipt of one of these
	Account   customers.AccountID
	Payer     customers.ID
	Entity    entities.ID
	Currency  money.Currency
	Unapplied bool // only those with something left
	From      period.Date
	Through   period.Date
	Sort      Sort
	Ranked    []customers.ID // for ByCustomer: every customer in the order wanted
	Before    Cursor         // keyset: the last receipt of the page before; only its ID counts in orders other than Newest
	Limit     int            // default 50, at most 500
}

// Sort is an order of the list; "-" before it turns it round. Equals stand by number.
type Sort string

// The orders there are. Amounts of different currencies are not compared: they stand apart.
const (
	Newest      Sort = "" // by the day received and number, the latest first
	ByNumber    Sort = "number"
	ByCustomer  Sort = "customer"
	ByDay       Sort = "received"
	ByAmount    Sort = "amount"
	ByUnapplied Sort = "unapplied"
)

// Cursor is a place in the list.
type Cursor struct {
	ReceivedOn period.Date
	ID         int64
}

// Cursor is the place after the receipt.
func (r Receipt) Cursor() Cursor { return Cursor{r.ReceivedOn, r.ID} }

// ListReceipts returns receipts without their applications, in the filter's order.
func ListReceipts(ctx context.Context, q postgres.Querier, f Filter) ([]Receipt, error) {
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanReceipt)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", postgres.Fault(err))
	}
	return out, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	args := f.args()
	switch f.Sort {
	case ByNumber:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.id) > (last.id))
			order by r.id limit @limit`, args)
	case "-" + ByNumber:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.id) < (last.id))
			order by r.id desc limit @limit`, args)
	case ByDay:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.received_on, r.id) > (last.received_on, last.id))
			order by r.received_on, r.id limit @limit`, args)
	case "-" + ByDay:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.received_on, r.id) < (last.received_on, last.id))
			order by r.received_on desc, r.id desc limit @limit`, args)
	case ByAmount:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.currency, r.amount, r.id) > (last.currency, last.amount, last.id))
			order by r.currency, r.amount, r.id limit @limit`, args)
	case "-" + ByAmount:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.currency, r.amount, r.id) < (last.currency, last.amount, last.id))
			order by r.currency desc, r.amount desc, r.id desc limit @limit`, args)
	case ByUnapplied:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.currency, r.amount - paid.applied, r.id) > (last.currency, last.amount - last.applied, last.id))
			order by r.currency, r.amount - paid.applied, r.id limit @limit`, args)
	case "-" + ByUnapplied:
		return q.Query(ctx, selectReceipts+matchReceipts+`
			and (last.id is null or (r.currency, r.amount - paid.applied, r.id) < (last.currency, last.amount - last.applied, last.id))
			order by r.currency desc, r.amount - paid.applied desc, r.id desc limit @limit`, args)
	case ByCustomer:
		return q.Query(ctx, selectReceipts+rankReceipts+matchReceipts+`
			and (last.id is null or (rank.place, r.id) > ((select x.place from unnest(@ranked::bigint[]) with ordinality as x (id, place) where x.id = last.payer_id), last.id))
			order by rank.place, r.id limit @limit`, args)
	case "-" + ByCustomer:
		return q.Query(ctx, selectReceipts+rankReceipts+matchReceipts+`
			and (last.id is null or (rank.place, r.id) < ((select x.place from unnest(@ranked::bigint[]) with ordinality as x (id, place) where x.id = last.payer_id), last.id))
			order by rank.place desc, r.id desc limit @limit`, args)
	}
	return q.Query(ctx, selectReceipts+matchReceipts+`
			and (@before_day::date is null or (r.received_on, r.id) < (@before_day, @before_id))
			order by r.received_on desc, r.id desc limit @limit`, args)
}

// selectReceipts, rankReceipts and matchReceipts are what the orders have in common. `last` is the receipt that ended the
// page before.
const selectReceipts = `
		select r.id, r.account_id, r.entity_id, r.payer_id, r.currency, r.amount, r.received_on, r.reference, r.transaction, r.nth,
			r.booked_on, r.entry_seq, r.by_user, r.recorded_at, paid.applied
		from payments.receipts r
		cross join lateral (
			select coalesce(sum(a.amount), 0)::bigint as applied
			from payments.applications a
			where a.account_id = r.account_id and a.receipt_id = r.id) paid
		left join (
			select x.id, x.payer_id, x.received_on, x.currency, x.amount, (
				select coalesce(sum(a.amount), 0)::bigint
				from payments.applications a
				where a.account_id = x.account_id and a.receipt_id = x.id) as applied
			from payments.receipts x
			where x.id = @before_id) last on true`

const rankReceipts = `
		join unnest(@ranked::bigint[]) with ordinality as rank (id, place) on rank.id = r.payer_id`

const matchReceipts = `
		where (@search = '' or r.reference ilike @search or r.transaction ilike @search or 'R-' || lpad(r.id::text, 6, '0') ilike @search
				or r.payer_id = any(@payers::bigint[]))
			and (@account::bigint = 0 or r.account_id = @account)
			and (@payer::bigint = 0 or r.payer_id = @payer)
			and (@entity::bigint = 0 or r.entity_id = @entity)
			and (@currency = '' or r.currency = @currency)
			and (not @unapplied or paid.applied < r.amount)
			and (@from::date is null or r.received_on >= @from)
			and (@through::date is null or r.received_on <= @through)`

// Sum is the footer of a list: what all receipts of a currency come to.
type Sum struct {
	Receipts                   int64
	Amount, Applied, Unapplied money.Amount
}

// Sums adds up all receipts that a filter matches, by currency; the cursor and
// limit play no part.
func Sums(ctx context.Context, q postgres.Querier, f Filter) ([]Sum, error) {
	rows, err := q.Query(ctx, `
		select r.currency, count(*), sum(r.amount)::bigint, sum(paid.applied)::bigint
		from payments.receipts r
		cross join lateral (
			select coalesce(sum(a.amount), 0)::bigint as applied
			from payments.applications a
			where a.account_id = r.account_id and a.receipt_id = r.id) paid`+matchReceipts+`
		group by r.currency
		order by r.currency`, f.args())
	if err != nil {
		return nil, fmt.Errorf("add up receipts: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Sum, error) {
		var s Sum
		var c money.Currency
		var amount, applied int64
		err := row.Scan(&c, &s.Receipts, &amount, &applied)
		s.Amount, s.Applied, s.Unapplied = money.Of(amount, c), money.Of(applied, c), money.Of(amount-applied, c)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up receipts: %w", postgres.Fault(err))
	}
	return out, nil
}

func (f Filter) args() pgx.NamedArgs {
	search := f.Search
	if search != "" {
		search = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(search) + "%"
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	return pgx.NamedArgs{
		"search": search, "account": f.Account, "payer": f.Payer, "entity": f.Entity, "currency": string(f.Currency),
		"unapplied": f.Unapplied, "from": f.From, "through": f.Through,
		"before_day": f.Before.ReceivedOn, "before_id": f.Before.ID, "limit": min(limit, 500),
		"payers": f.Payers, "ranked": f.Ranked,
	}
}
