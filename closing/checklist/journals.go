package checklist

import (
	"context"
	"fmt"

	"ratable/closing"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/journals"
)

// JournalsPosted finds journals by hand that are dated in the month or before and not posted: drafts, those that wait for
// approval, and repeating ones that have come round.
func JournalsPosted() closing.Check {
	return closing.Check{Code: "journals", Name: "No journal by hand waits", Owner: access.Accountant, Blocking: true, Due: 4, Page: "/journals",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			found, err := journals.Pending(ctx, q, at.Entity.ID, at.Month)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, j := range found {
				out = append(out, closing.Finding{Subject: j.Number(), Text: fmt.Sprintf("is %s, dated %s, and moves %s %s: %s", j.State(), j.On, j.Total().Display(), j.Currency, j.Reason)})
			}
			return out, nil
		}}
}
