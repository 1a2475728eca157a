package checklist

import (
	"context"
	"fmt"

	"ratable/closing"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/revrec"
)

// exceptions are what recognition and billing would still do; two checks look at them.
func exceptions(ctx context.Context, q postgres.Querier, at *closing.At) ([]revrec.Exception, error) {
	return closing.Once(at, "exceptions", func() ([]revrec.Exception, error) {
		// What a person holds is earned, and waits as unbilled: it keeps no month open.
		held, err := invoicing.HeldContracts(ctx, q, at.AsOf)
		if err != nil {
			return nil, err
		}
		return revrec.Exceptions(ctx, q, at.Entity.ID, at.Month, held...)
	})
}

// Recognized finds revenue of the month, or of one before it, that is not booked.
func Recognized() closing.Check {
	return closing.Check{Code: "recognized", Name: "Everything earned is recognized", Owner: access.Accountant, Blocking: true, Due: 2, Page: "/runs/new",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return exceptionsOf(ctx, q, at, revrec.Unrecognized, revrec.Undecided)
		}}
}

// Billed finds charges that were due by the month's end and stand on no invoice.
func Billed() closing.Check {
	return closing.Check{Code: "billed", Name: "Everything due is billed", Owner: access.Finance, Blocking: true, Due: 3, Page: "/runs/new",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			return exceptionsOf(ctx, q, at, revrec.Unbilled)
		}}
}

func exceptionsOf(ctx context.Context, q postgres.Querier, at *closing.At, kinds ...revrec.ExceptionKind) ([]closing.Finding, error) {
	all, err := exceptions(ctx, q, at)
	if err != nil {
		return nil, err
	}
	var out []closing.Finding
	for _, x := range all {
		for _, kind := range kinds {
			if x.Kind != kind {
				continue
			}
			f := closing.Finding{Subject: fmt.Sprintf("Account %d", x.Account), Text: x.Problem, Amount: x.Amount}
			if x.Contract != "" {
				f.Subject, f.Page, f.Text = x.Contract, "/revenue/contracts/"+x.Contract, "line "+x.Line+": "+x.Problem
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// RunsDecided finds invoice runs of the month that a person holds and nobody released.
func RunsDecided() closing.Check {
	return closing.Check{Code: "held_runs", Name: "Held invoice runs are decided", Owner: access.Finance, Due: 3, Page: "/runs/invoices",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			runs, err := invoicing.Runs(ctx, q, at.Month.End(), 500)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, r := range runs {
				if r.State() == "held" {
					out = append(out, closing.Finding{Subject: "Run of " + r.AsOf.String(), Page: "/runs/invoices/" + r.AsOf.String(), Text: r.Events[len(r.Events)-1].Reason})
				}
			}
			return out, nil
		}}
}
