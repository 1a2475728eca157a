package revrec

import (
	"context"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/postgres"
)

// loadHeld works out what judgments hold back of the contracts of a filter, as rows of the schedule to come.
func loadHeld(ctx context.Context, q postgres.Querier, f Filter) ([]Scheduled, error) {
	accounts, err := holdingAccounts(ctx, q, f.known())
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	facts, err := LoadFacts(ctx, q, accounts, f.AsOf)
	if err != nil {
		return nil, err
	}
	var out []Scheduled
	for _, x := range facts {
		rows, err := x.heldBack(sold, f.AsOf)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if slices.ContainsFunc(x.Agreements, func(a contracts.Agreement) bool { return a.Contract == r.Contract && f.holding(a) }) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// StaleAssessments lists, over all accounts, judgments whose contract was amended after they shared its price.
func StaleAssessments(ctx context.Context, q postgres.Querier) ([]StaleAssessment, error) {
	accounts, err := assessedAccounts(ctx, q)
	if err != nil {
		return nil, err
	}
	agreed, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	assessed, err := loadAssessed(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	var out []StaleAssessment
	for _, id := range accounts {
		out = append(out, Facts{Account: id, Agreements: agreed[id], Assessed: assessed[id]}.Stale()...)
	}
	return out, nil
}
