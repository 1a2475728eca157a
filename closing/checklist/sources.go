package checklist

import (
	"context"
	"fmt"

	"ratable/closing"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/payments"
	"ratable/usage"
)

// page is how many rows a check reads at a time.
const page = 500

// UsageResolved finds events of the month, or before it, whose customer or meter nobody knows.
func UsageResolved() closing.Check {
	return closing.Check{Code: "usage", Name: "Quarantined usage is resolved", Owner: access.Finance, Due: 2, Page: "/usage/quarantine",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			end, err := at.MonthEnd()
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			var after usage.Cursor
			for {
				list, err := usage.Quarantine(ctx, q, after, page)
				if err != nil {
					return nil, err
				}
				for _, w := range list {
					after = w.At
					if w.OccurredAt.Before(end) {
						out = append(out, closing.Finding{Subject: w.Source + "/" + w.ID, Page: "/usage/quarantine",
							Text: fmt.Sprintf("%s: %s of %s for %s", w.Reason, w.Quantity, w.Meter, w.Customer)})
					}
				}
				if len(list) < page {
					return out, nil
				}
			}
		}}
}

// CashReviewed finds receipts of the month, or before it, that are not applied to the last cent.
func CashReviewed() closing.Check {
	return closing.Check{Code: "cash", Name: "Unapplied cash is reviewed", Owner: access.Finance, Due: 4, Page: "/payments",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			var out []closing.Finding
			f := payments.Filter{Entity: at.Entity.ID, Unapplied: true, Through: at.Month.Last(), Limit: page}
			for {
				list, err := payments.ListReceipts(ctx, q, f)
				if err != nil {
					return nil, err
				}
				for _, r := range list {
					left := r.Amount.Sub(r.Applied)
					out = append(out, closing.Finding{Subject: r.Number(), Page: fmt.Sprintf("/payments/%d", r.ID), Amount: left,
						Text: fmt.Sprintf("%s %s of %s, received on %s, is applied to nothing", left, left.Currency(), r.Amount, r.ReceivedOn)})
				}
				if len(list) < page {
					return out, nil
				}
				f.Before = list[len(list)-1].Cursor()
			}
		}}
}
