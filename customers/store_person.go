package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Known is under which names a person or a customer stands here, and in whose account.
type Known struct {
	Names     []string
	Customers []ID
	Accounts  []AccountID
}

// KnownByEmail says of whom somebody is or was a contact, and under which names. Nobody's contact is an empty Known.
func KnownByEmail(ctx context.Context, q postgres.Querier, email string) (Known, error) {
	return known(q.Query(ctx, `
		select coalesce(array_agg(distinct k.name) filter (where k.name <> ''), '{}'), coalesce(array_agg(distinct c.id), '{}'), coalesce(array_agg(distinct c.account_id), '{}')
		from customers.contacts k
		join customers.customers c on c.id = k.customer_id
		where k.email_key = lower(@email)`, pgx.NamedArgs{"email": email}))
}

// KnownAs gives the words by which a consumer can be told: every name the customer and its contacts ever had, streets and
// tax numbers.
func KnownAs(ctx context.Context, q postgres.Querier, id ID) (Known, error) {
	return known(q.Query(ctx, `
		select array_agg(distinct n.name) filter (where n.name <> ''), array_agg(distinct c.id), array_agg(distinct c.account_id)
		from customers.customers c
		cross join lateral (
			select p.name from customers.profiles p where p.customer_id = c.id
			union select p.legal_name from customers.profiles p where p.customer_id = c.id
			union select k.name from customers.contacts k where k.customer_id = c.id
			union select l.line from customers.addresses a cross join lateral unnest(a.lines) as l (line) where a.customer_id = c.id
			union select t.value from customers.tax_ids t where t.customer_id = c.id) n
		where c.id = @id`, pgx.NamedArgs{"id": int64(id)}))
}

func known(rows pgx.Rows, err error) (k Known, _ error) {
	if err != nil {
		return k, fmt.Errorf("look a person up: %w", postgres.Fault(err))
	}
	k, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Known])
	if err != nil {
		return k, fmt.Errorf("look a person up: %w", postgres.Fault(err))
	}
	return k, nil
}
