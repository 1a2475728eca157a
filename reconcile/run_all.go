package reconcile

import (
	"context"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// All draws up every comparison of an entity's month, currency by currency in order, each in the order of Specs. Call it
// inside one snapshot.
func All(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) ([]Result, error) {
	currencies, err := Currencies(ctx, q, entity, month)
	if err != nil {
		return nil, fmt.Errorf("reconcile %s: %w", month, err)
	}
	var out []Result
	for _, c := range currencies {
		found, err := Of(ctx, q, Scope{entity, c, month})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// Currencies lists what an entity has booked in through a month, and its own currency.
func Currencies(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) ([]money.Currency, error) {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	trial, err := ledger.TrialBalance(ctx, q, ledger.Filter{Entity: entity, Through: month.Last()})
	if err != nil {
		return nil, err
	}
	var out []money.Currency
	for _, sum := range trial.Totals() {
		out = append(out, sum.Currency)
	}
	if e, ok := directory.ByID(entity); ok && !slices.Contains(out, e.Currency) {
		out = append(out, e.Currency)
	}
	slices.Sort(out)
	return out, nil
}

// Of draws up the comparisons of one scope; codes narrow them, none are all.
func Of(ctx context.Context, q postgres.Querier, s Scope, codes ...string) ([]Result, error) {
	numbers, err := contracts.Numbers(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("reconcile %s: %w", s.Month, err)
	}
	all, err := price(ctx, q, s)
	if err != nil {
		return nil, fmt.Errorf("reconcile %s: %w", s.Month, err)
	}
	b, err := loadBooks(ctx, q, s, all, numbers)
	if err != nil {
		return nil, fmt.Errorf("reconcile %s: %w", s.Month, err)
	}
	var out []Result
	for _, spec := range Specs {
		if len(codes) > 0 && !slices.Contains(codes, spec.Code) {
			continue
		}
		r, err := drawUp[spec.Code](ctx, q, b, spec)
		if err != nil {
			return nil, fmt.Errorf("reconcile %s of %s: %w", spec.Code, s.Month, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// drawUp is how each comparison is made.
var drawUp = map[string]func(context.Context, postgres.Querier, *books, Spec) (Result, error){
	"billing": billing, "usage": used, "cash": cash, "receivables": receivables, "deferred": deferred, "unbilled": unbilled,
	"prepaid": prepaid, "balances": customerBalances, "tax": taxes, "price": transactionPrice, "obligations": remaining,
	"exports": exported, "bookings": booked, "opening": opening,
	"balanced": balanced, "billed": billedRecord, "journals": byJournals, "elsewhere": toldElsewhere, "receipts": received, "column": column, "rows": waterfallRows,
	"rollforward": rollForward, "netting": netting,
}
