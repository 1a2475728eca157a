package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Filter narrows a list of contracts. Zero fields do not filter.
type Filter struct {
	Search   string         // the beginning of a number
	Parties  []customers.ID // with Search: or a contract that one of these uses or pays for
	Party    customers.ID   // used or paid for by this customer
	Account  customers.AccountID
	Entity   entities.ID
	Currency money.Currency
	Waiting  bool        // its latest version waits for a decision
	Ending   period.Span // its term ends in these days, or the last day for notice against its renewal lies in them
	Sort     Sort
	Ranked   []customers.ID // for ByCustomer: every customer in the order wanted
	Before   ID             // keyset: the last contract of the page before; in the order Newest, contracts entered before it
	Limit    int            // default 50
}

// Sort is an order of the list; "-" before it turns it round. Equals stand by number.
type Sort string

// The orders there are. Days are those of the latest version.
const (
	Newest     Sort = "" // the one entered last first
	ByNumber   Sort = "number"
	ByCustomer Sort = "customer" // who uses it
	ByStart    Sort = "from"
	ByEnd      Sort = "through"
)

// List returns contracts with all their versions, in the filter's order.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Contract, error) {
	if bad := fault.Printable("search", f.Search, 200); len(bad) > 0 {
		return nil, fmt.Errorf("list contracts: %w", fault.InvalidFields(bad...))
	}
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list contracts: %w", postgres.Fault(err))
	}
	var order []ID
	var accounts []customers.AccountID
	var account customers.AccountID
	var id ID
	if _, err := pgx.ForEachRow(rows, []any{&account, &id}, func() error {
		order, accounts = append(order, id), append(accounts, account)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list contracts: %w", postgres.Fault(err))
	}
	found, err := load(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("list contracts: %w", err)
	}
	if err := loadNotices(ctx, q, found); err != nil {
		return nil, fmt.Errorf("list contracts: %w", err)
	}
	byID := make(map[ID]Contract, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	out := make([]Contract, 0, len(order))
	for _, id := range order {
		out = append(out, byID[id])
	}
	return out, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	args := pgx.NamedArgs{
		"search": f.Search, "parties": f.Parties, "party": f.Party, "account": f.Account, "waiting": f.Waiting,
		"before": f.Before, "limit": min(limit, 1000), "ranked": f.Ranked,
		"entity": f.Entity, "currency": string(f.Currency),
		"ending_from": f.Ending.Start, "ending_until": f.Ending.End,
	}
	switch f.Sort {
	case ByNumber:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (c.number) > (last.number))
			order by c.number limit @limit`, args)
	case "-" + ByNumber:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (c.number) < (last.number))
			order by c.number desc limit @limit`, args)
	case ByStart:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (term.starts_on, c.number) > (last.starts_on, last.number))
			order by term.starts_on, c.number limit @limit`, args)
	case "-" + ByStart:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (term.starts_on, c.number) < (last.starts_on, last.number))
			order by term.starts_on desc, c.number desc limit @limit`, args)
	case ByEnd:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (term.ends_on, c.number) > (last.ends_on, last.number))
			order by term.ends_on, c.number limit @limit`, args)
	case "-" + ByEnd:
		return q.Query(ctx, selectContracts+matchContracts+`
			and (last.id is null or (term.ends_on, c.number) < (last.ends_on, last.number))
			order by term.ends_on desc, c.number desc limit @limit`, args)
	case ByCustomer:
		return q.Query(ctx, selectContracts+rankContracts+matchContracts+`
			and (last.id is null or (rank.place, c.number) > ((select r.place from unnest(@ranked::bigint[]) with ordinality as r (id, place) where r.id = last.customer_id), last.number))
			order by rank.place, c.number limit @limit`, args)
	case "-" + ByCustomer:
		return q.Query(ctx, selectContracts+rankContracts+matchContracts+`
			and (last.id is null or (rank.place, c.number) < ((select r.place from unnest(@ranked::bigint[]) with ordinality as r (id, place) where r.id = last.customer_id), last.number))
			order by rank.place desc, c.number desc limit @limit`, args)
	}
	return q.Query(ctx, selectContracts+matchContracts+`
			and (@before::bigint = 0 or c.id < @before)
			order by c.id desc limit @limit`, args)
}

// selectContracts, rankContracts and matchContracts are what the orders have in common. `last` is the contract that ended
// the page before, with the term it has now.
const selectContracts = `
		select c.account_id, c.id
		from contracts.contracts c
		cross join lateral (
			select v.starts_on, v.ends_on, v.document -> 'renewal' as renewal
			from contracts.versions v
			where v.account_id = c.account_id and v.contract_id = c.id
			order by v.version desc
			limit 1) term
		left join (
			select x.id, x.number, x.customer_id, v.starts_on, v.ends_on
			from contracts.contracts x
			join contracts.versions v on v.account_id = x.account_id and v.contract_id = x.id
			where x.id = @before
			order by v.version desc
			limit 1) last on true`

const rankContracts = `
		join unnest(@ranked::bigint[]) with ordinality as rank (id, place) on rank.id = c.customer_id`

const matchContracts = `
		where (@search = '' or starts_with(lower(c.number), lower(@search))
				or c.customer_id = any(@parties::bigint[]) or c.payer_id = any(@parties::bigint[]))
			and (@party::bigint = 0 or c.customer_id = @party or c.payer_id = @party or exists (
				select 1 from contracts.payers p
				where p.account_id = c.account_id and p.contract_id = c.id and p.payer_id = @party))
			and (@account::bigint = 0 or c.account_id = @account)
			and (@entity::bigint = 0 or c.entity_id = @entity)
			and (@currency = '' or c.currency = @currency)
			and (@ending_from::date is null or term.ends_on - 1 >= @ending_from and term.ends_on - 1 < @ending_until
				or term.renewal ->> 'auto' = 'true' and term.ends_on - 1 - coalesce((term.renewal ->> 'notice_days')::integer, 0) >= @ending_from
				and term.ends_on - 1 - coalesce((term.renewal ->> 'notice_days')::integer, 0) < @ending_until)
			and (not @waiting or (
				select d.event
				from contracts.decisions d
				where d.account_id = c.account_id and d.contract_id = c.id
				order by d.version desc, d.seq desc
				limit 1) in ('submitted', 'endorsed'))`
