package customers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Get returns a customer as it stands on a day, or fault.NotFound.
func Get(ctx context.Context, q postgres.Querier, id ID, asOf period.Date) (Customer, error) {
	found, err := LoadMany(ctx, q, []ID{id}, asOf)
	if err != nil {
		return Customer{}, err
	}
	c, ok := found[id]
	if !ok {
		return Customer{}, fault.New(fault.NotFound, "there is no customer %d", id)
	}
	return c, nil
}

// ByExternalID returns the customer other systems know by this name, or fault.NotFound.
func ByExternalID(ctx context.Context, q postgres.Querier, externalID string, asOf period.Date) (Customer, error) {
	if found := fault.Printable("external_id", externalID, 100); len(found) > 0 {
		return Customer{}, fault.InvalidFields(found...)
	}
	var id ID
	err := q.QueryRow(ctx, `select id from customers.customers where external_id = @external_id`,
		pgx.NamedArgs{"external_id": externalID}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Customer{}, fault.New(fault.NotFound, "there is no customer %q", externalID)
	}
	if err != nil {
		return Customer{}, fmt.Errorf("find customer %q: %w", externalID, postgres.Fault(err))
	}
	return Get(ctx, q, id, asOf)
}

// Members returns every customer of an account as it stands on a day, parents before their children.
func Members(ctx context.Context, q postgres.Querier, account AccountID, asOf period.Date) ([]Customer, error) {
	// By id is by age, and a parent is older than its child.
	ids, err := collectIDs(q.Query(ctx, `select id from customers.customers where account_id = @account order by id`,
		pgx.NamedArgs{"account": int64(account)}))
	if err != nil {
		return nil, fmt.Errorf("load family of account %d: %w", account, err)
	}
	return inOrder(ctx, q, ids, asOf)
}

// List returns the customers that match, in the filter's order; the page after begins after the last one's ID.
func List(ctx context.Context, q postgres.Querier, f Filter, asOf period.Date) ([]Customer, error) {
	found := append(fault.Printable("search", f.Search, 200), fault.Printable("country", f.Country, 2)...)
	if len(found) > 0 {
		return nil, fmt.Errorf("list customers: %w", fault.InvalidFields(found...))
	}
	ids, err := collectIDs(f.query(ctx, q, f.args(asOf)))
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return inOrder(ctx, q, ids, asOf)
}

func (f Filter) args(asOf period.Date) pgx.NamedArgs {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	args := pgx.NamedArgs{
		"after": int64(f.After), "entity": int64(f.Entity), "country": f.Country, "as_of": asOf,
		"search": "", "tax_id": "", "duplicates": f.Duplicates, "limit": min(limit, 500),
	}
	if text := fold(f.Search); text != "" {
		args["search"] = pattern(text)
		// Nothing but punctuation is no tax identity; as a pattern it would match them all.
		if bare := squeeze(f.Search); bare != "" {
			args["tax_id"] = pattern(bare)
		}
	}
	return args
}

func collectIDs(rows pgx.Rows, err error) ([]ID, error) {
	if err != nil {
		return nil, postgres.Fault(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	return ids, postgres.Fault(err)
}

func inOrder(ctx context.Context, q postgres.Querier, ids []ID, asOf period.Date) ([]Customer, error) {
	byID, err := LoadMany(ctx, q, ids, asOf)
	if err != nil {
		return nil, err
	}
	all := make([]Customer, 0, len(ids))
	for _, id := range ids {
		all = append(all, byID[id])
	}
	return all, nil
}
