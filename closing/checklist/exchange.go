package checklist

import (
	"context"
	"errors"
	"fmt"

	"ratable/closing"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Remeasured finds balances in foreign currencies that are not brought to the closing rate of the month.
func Remeasured() closing.Check {
	return closing.Check{Code: "remeasured", Name: "Foreign balances are remeasured", Owner: access.Accountant, Due: 4,
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			entries, err := ledger.Unremeasured(ctx, q, at.Entity.ID, at.Month)
			if errors.Is(err, fault.Invalid) { // a rate is missing, which RatesThere says, too
				return []closing.Finding{{Text: err.Error()}}, nil
			}
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, e := range entries {
				moved := money.Zero(at.Entity.Currency)
				for _, p := range e.Postings {
					if p.Functional.Sign() > 0 {
						moved = moved.Add(p.Functional)
					}
				}
				out = append(out, closing.Finding{Subject: fmt.Sprintf("Account %d", e.Account), Amount: moved, Text: e.Memo})
			}
			return out, nil
		}}
}
