package subledger

import (
	"context"
	"fmt"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Owed is the journal that follows from everything told of an entity in a currency, through a day: from the facts alone, so
// that it can be held against what is booked. Each entry is on the day it is owed, whatever month was open then.
func Owed(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, through period.Date) ([]ledger.Entry, error) {
	accounts, err := Accounts(ctx, q)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	policies, err := ledger.LoadPolicies(ctx, q)
	if err != nil {
		return nil, err
	}
	facts, err := loadFacts(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	groups := map[group][]Fact{}
	for _, f := range facts {
		if f.entity == entity && f.group.currency == currency {
			groups[f.group] = append(groups[f.group], f.Fact)
		}
	}
	var out []ledger.Entry
	for _, g := range sortedGroups(groups) {
		owed, err := Journal(groups[g], Setup{Currency: currency, At: func(on period.Date) ledger.Policy { return policies.Of(entity, ledger.USGAAP, on) }}, through)
		if err != nil {
			return nil, fmt.Errorf("work out what is owed of customer %d, billed elsewhere: %w", g.customer, err)
		}
		for _, e := range owed {
			if !e.On.After(through) {
				out = append(out, g.entry(e, 0))
			}
		}
	}
	return out, nil
}
