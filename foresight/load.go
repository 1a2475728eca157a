package foresight

import (
	"context"
	"errors"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
)

// Load reads what decides the documents of a contract's account, from one snapshot.
func Load(ctx context.Context, q postgres.Querier, c contracts.Contract, today period.Date) (w invoicing.World, f invoicing.Facts, err error) {
	if w, err = invoicing.LoadWorld(ctx, q, today); err != nil {
		return w, f, err
	}
	var draft contracts.Agreement
	for _, r := range c.History {
		draft.Versions = append(draft.Versions, r.Version)
	}
	all, err := invoicing.LoadFacts(ctx, q, []customers.AccountID{c.Account}, today, draft)
	if err != nil {
		return w, f, err
	}
	if len(all) == 0 {
		return w, f, errors.New("the account of the contract has no books")
	}
	f = all[0]
	if f.Customers, err = customers.LoadMany(ctx, q, []customers.ID{c.Customer, c.Payer}, today); err != nil {
		return w, f, err
	}
	f.Originals, err = invoicing.LoadOriginals(ctx, q, c.Account)
	return w, f, err
}

// AgreedOrProposed is the agreement of a contract; one that nobody has approved is taken as if somebody had.
func AgreedOrProposed(c contracts.Contract) contracts.Agreement {
	a, _ := c.Agreement()
	pending, ok := c.Pending()
	if !ok && len(a.Versions) > 0 {
		return a
	}
	a.Versions = append(slices.Clone(a.Versions), pending.Version)
	return a
}
