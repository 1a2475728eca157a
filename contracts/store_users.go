package contracts

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// loadUsers looks up everybody whom some version names besides customer and payer: whose usage a line counts, partners and
// suppliers. One query for all contracts, none when nobody is named.
func loadUsers(ctx context.Context, q postgres.Querier, _ pgx.NamedArgs, into map[ID]*Contract) error {
	var names []string
	for _, c := range into {
		for _, r := range c.History {
			names = append(names, r.Document.named()...)
		}
	}
	if len(names) == 0 {
		return nil
	}
	known, err := customers.Resolve(ctx, q, names)
	if err != nil {
		return err
	}
	for _, c := range into {
		for _, r := range c.History {
			for _, external := range r.Document.named() {
				if user, ok := known[external]; ok {
					if c.Users == nil {
						c.Users = make(map[string]customers.ID)
					}
					c.Users[external] = user.ID
				}
			}
		}
	}
	return nil
}
