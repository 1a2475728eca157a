package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier, args pgx.NamedArgs) (pgx.Rows, error) {
	switch f.Sort {
	case ByName:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (lower(p.name), c.id) > (lower(last.name), last.id))
			order by lower(p.name), c.id limit @limit`, args)
	case "-" + ByName:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (lower(p.name), c.id) < (lower(last.name), last.id))
			order by lower(p.name) desc, c.id desc limit @limit`, args)
	case ByNumber:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (c.external_id, c.id) > (last.external_id, last.id))
			order by c.external_id, c.id limit @limit`, args)
	case "-" + ByNumber:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (c.external_id, c.id) < (last.external_id, last.id))
			order by c.external_id desc, c.id desc limit @limit`, args)
	case BySignup:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (c.signed_up_on, c.id) > (last.signed_up_on, last.id))
			order by c.signed_up_on, c.id limit @limit`, args)
	case "-" + BySignup:
		return q.Query(ctx, listCustomers+`
			and (last.id is null or (c.signed_up_on, c.id) < (last.signed_up_on, last.id))
			order by c.signed_up_on desc, c.id desc limit @limit`, args)
	}
	return q.Query(ctx, listCustomers+`
			and c.id > @after
			order by c.id limit @limit`, args)
}

// listCustomers is what every order has in common. `last` is the customer that ended the page before, as it stands now: a
// page begins after where that one would be.
const listCustomers = `
	select c.id
	from customers.customers as c
	cross join lateral (
		select name from customers.profiles
		where customer_id = c.id and starts_on <= @as_of
		order by starts_on desc, known_order desc limit 1) as p
	left join (
		select x.id, x.external_id, x.signed_up_on, y.name
		from customers.customers as x
		cross join lateral (
			select name from customers.profiles
			where customer_id = x.id and starts_on <= @as_of
			order by starts_on desc, known_order desc limit 1) as y
		where x.id = @after) as last on true
	where (@entity::bigint = 0 or c.entity_id = @entity)
	  and (@country = '' or @country = (
		select a.country from customers.addresses as a
		where a.customer_id = c.id and a.role = 'billing' and a.starts_on <= @as_of
		order by a.starts_on desc, a.known_order desc
		limit 1))
	  and (@duplicates or not exists (select 1 from customers.duplicates as x where x.duplicate_id = c.id))
	  and (@search = '' or c.id in (
		select unnest(array[t.customer_id, x.into_id])
		from customers.search_terms as t
		left join customers.duplicates as x on x.duplicate_id = t.customer_id
		where t.term like @search or (t.kind = 'tax_id' and t.term like @tax_id)))`

// Matching is the keys of all customers that match; the filter's order, cursor and limit play no part.
func Matching(ctx context.Context, q postgres.Querier, f Filter, asOf period.Date) ([]ID, error) {
	if found := fault.Printable("search", f.Search, 200); len(found) > 0 {
		return nil, fmt.Errorf("find customers: %w", fault.InvalidFields(found...))
	}
	f.After = 0
	ids, err := collectIDs(q.Query(ctx, listCustomers, f.args(asOf)))
	if err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	return ids, nil
}

// InOrderOfNames is every customer's key, sorted by newest name: with it other packages sort what they keep by customer.
func InOrderOfNames(ctx context.Context, q postgres.Querier) ([]ID, error) {
	ids, err := collectIDs(q.Query(ctx, `
		select customer_id
		from (
			select distinct on (customer_id) customer_id, name
			from customers.profiles
			order by customer_id, starts_on desc, known_order desc) as newest
		order by lower(name), customer_id`))
	if err != nil {
		return nil, fmt.Errorf("sort customers by name: %w", err)
	}
	return ids, nil
}
