package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Filter narrows a list of contracts. Zero fields do not filter.
type Filter struct {
	Search  string         // the beginning of a number
	Parties []customers.ID // with Search: or a contract that one of these uses or pays for
	Party   customers.ID   // used or paid for by this customer
	Account customers.AccountID
	Waiting bool // its latest version waits for a decision
	Before  ID   // keyset: contracts entered before this one
	Limit   int  // default 50
}

// List returns contracts with all their versions, the one entered last first.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Contract, error) {
	if bad := fault.Printable("search", f.Search, 200); len(bad) > 0 {
		return nil, fmt.Errorf("list contracts: %w", fault.InvalidFields(bad...))
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	rows, err := q.Query(ctx, `
		select c.account_id, c.id
		from contracts.contracts c
		where (@search = '' or starts_with(lower(c.number), lower(@search))
				or c.customer_id = any(@parties::bigint[]) or c.payer_id = any(@parties::bigint[]))
			and (@party::bigint = 0 or c.customer_id = @party or c.payer_id = @party)
			and (@account::bigint = 0 or c.account_id = @account)
			and (@before::bigint = 0 or c.id < @before)
			and (not @waiting or 'submitted' = (
				select d.event
				from contracts.decisions d
				where d.account_id = c.account_id and d.contract_id = c.id
				order by d.version desc, d.seq desc
				limit 1))
		order by c.id desc
		limit @limit`, pgx.NamedArgs{
		"search": f.Search, "parties": f.Parties, "party": f.Party, "account": f.Account, "waiting": f.Waiting,
		"before": f.Before, "limit": min(limit, 1000),
	})
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
