package checklist

import (
	"cmp"
	"context"
	"fmt"

	"ratable/closing"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/revrec"
)

// ours are the contracts of the legal entity by id, with their numbers.
func ours(ctx context.Context, q postgres.Querier, at *closing.At) (map[contracts.ID]string, error) {
	return closing.Once(at, "ours", func() (map[contracts.ID]string, error) {
		sales, err := contracts.Sales(ctx, q, at.Entity.ID)
		out := make(map[contracts.ID]string, len(sales))
		for _, s := range sales {
			out[s.Contract] = s.Number
		}
		return out, err
	})
}

func judgmentPage(number string) string { return "/contracts/" + number + "/judgment" }

// Judged finds judgments that count from the month, or before it, and wait for a second person.
func Judged() closing.Check {
	return closing.Check{Code: "judged", Name: "No judgment waits", Owner: access.Accountant, Due: 3, Page: "/approvals",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			waiting, err := revrec.WaitingAssessments(ctx, q)
			if err != nil {
				return nil, err
			}
			mine, err := ours(ctx, q, at)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, j := range waiting {
				if number, ok := mine[j.Lead]; ok && !j.Effective.After(at.Month.Last()) {
					out = append(out, closing.Finding{Subject: number, Page: judgmentPage(number), Text: fmt.Sprintf("assessment %d, effective %s, waits for approval: %s", j.Number, j.Effective, j.Assessment.Reason)})
				}
			}
			return out, nil
		}}
}

// Stale finds contracts that were amended after their price was shared over their promises.
func Stale() closing.Check {
	return closing.Check{Code: "stale", Name: "Judgments are looked at again after amendments", Owner: access.Accountant, Due: 3,
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			stale, err := revrec.StaleAssessments(ctx, q)
			if err != nil {
				return nil, err
			}
			mine, err := ours(ctx, q, at)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, s := range stale {
				if _, ok := mine[s.Contract]; ok && !s.Effective.After(at.Month.Last()) {
					out = append(out, closing.Finding{Subject: s.Number, Page: judgmentPage(s.Number), Text: fmt.Sprintf("version %d counts from %s, after assessment %d shared the price", s.Version, s.Effective, s.Judged)})
				}
			}
			return out, nil
		}}
}

// HeldRevenue names what judgments keep from being recognized, and who it waits for.
func HeldRevenue() closing.Check {
	return closing.Check{Code: "held_revenue", Name: "What is held from recognition is still to be held", Owner: access.Accountant, Due: 4, Page: "/reports/unreleased",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			held, err := revrec.HeldFromRecognition(ctx, q, at.Month.Last())
			if err != nil {
				return nil, err
			}
			mine, err := ours(ctx, q, at)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, h := range held {
				if number, ok := mine[h.Contract]; ok {
					out = append(out, closing.Finding{Subject: number, Page: judgmentPage(number), Text: fmt.Sprintf("line %s is held from %s: %s; it waits for %s", cmp.Or(h.Line, "(all)"), h.From, h.Reason, h.Owner)})
				}
			}
			return out, nil
		}}
}

// Unsupported finds lines of products in the library of stand-alone prices that were sold outside it. What it has no price of at
// all has to be estimated, which the report lists.
func Unsupported() closing.Check {
	return closing.Check{Code: "standalone", Name: "Prices lie within the library of stand-alone prices", Owner: access.Accountant, Due: 4, Page: "/reports/standalone-prices",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			t, err := trial(ctx, q, at)
			if err != nil {
				return nil, err
			}
			mine, err := ours(ctx, q, at)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, sum := range t.Totals() {
				found, err := revrec.PriceFindings(ctx, q, at.Entity.ID, sum.Currency, at.Month.Last())
				if err != nil {
					return nil, err
				}
				for _, f := range found {
					if number := mine[f.Contract]; f.Kept() {
						out = append(out, closing.Finding{Subject: number, Page: judgmentPage(number), Text: fmt.Sprintf("line %s sells %s at %s %s: %s", f.Line, f.PricedLine.Product, f.Price, sum.Currency, f.Finding)})
					}
				}
			}
			return out, nil
		}}
}

// Overbilled finds lines that were billed for more than their whole price.
func Overbilled() closing.Check {
	return closing.Check{Code: "overbilled", Name: "No order is billed beyond its price", Owner: access.Finance, Due: 4, Page: "/invoices",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			t, err := trial(ctx, q, at)
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, sum := range t.Totals() {
				found, err := revrec.ListOverbilled(ctx, q, revrec.Filter{Entity: at.Entity.ID, Currency: sum.Currency, AsOf: at.Month})
				if err != nil {
					return nil, err
				}
				for _, o := range found {
					out = append(out, closing.Finding{Subject: o.Number, Page: "/contracts/" + o.Number, Amount: o.Billed.Sub(o.Price),
						Text: fmt.Sprintf("line %s is billed for %s %s, its price is %s", o.Line, o.Billed, sum.Currency, o.Price)})
				}
			}
			return out, nil
		}}
}
