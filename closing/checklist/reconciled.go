package checklist

import (
	"context"
	"fmt"
	"slices"

	"ratable/closing"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/reconcile"
)

// outside are the comparisons with other programs: what differs there may be theirs to put right.
var outside = []string{"cash", "exports", "bookings"}

// Reconciled finds what does not agree inside the books: documents, payments, schedule, contracts and ledger.
func Reconciled() closing.Check {
	return closing.Check{Code: "reconciled", Name: "Reconciliations are at zero", Owner: access.Accountant, Blocking: true, Due: 5, Page: "/reconciliations",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return differing(ctx, q, at, func(code string) bool { return !slices.Contains(outside, code) })
		}}
}

// ReconciledOutside finds what does not agree with the files of other programs; what was not loaded is not looked at.
func ReconciledOutside() closing.Check {
	return closing.Check{Code: "reconciled_outside", Name: "Loaded files of other programs agree", Owner: access.Accountant, Due: 6, Page: "/reconciliations",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return differing(ctx, q, at, func(code string) bool { return slices.Contains(outside, code) })
		}}
}

// differing is a finding for each comparison that differs, with the largest of its items.
func differing(ctx context.Context, q postgres.Querier, at *closing.At, wants func(code string) bool) ([]closing.Finding, error) {
	all, err := closing.Once(at, "reconciled", func() ([]reconcile.Result, error) {
		return reconcile.All(ctx, q, at.Entity.ID, at.Month)
	})
	if err != nil {
		return nil, err
	}
	var out []closing.Finding
	for _, r := range all {
		if r.State != reconcile.Difference || !wants(r.Code) {
			continue
		}
		amount := r.Variance()
		if amount.IsZero() { // items that make up for each other are off all the same
			amount = r.Gross()
		}
		first := r.Items[0]
		out = append(out, closing.Finding{
			Subject: fmt.Sprintf("%s, %s", r.Name, r.Currency), Amount: amount,
			Page: fmt.Sprintf("/reconciliations/%s?entity=%d&currency=%s&month=%s", r.Code, r.Entity, r.Currency, r.Month),
			Text: fmt.Sprintf("%d of %d differ, by %s in all; the largest is %s, %s: %s", len(r.Items), r.Compared, r.Variance().Display(), first.Name, first.Variance().Display(), first.Why),
		})
	}
	return out, nil
}
