package checklist

import (
	"context"
	"fmt"

	"ratable/closing"
	"ratable/entities"
	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// trial is the trial balance of the month, which several checks look at.
func trial(ctx context.Context, q postgres.Querier, at *closing.At) (ledger.Trial, error) {
	return closing.Once(at, "trial", func() (ledger.Trial, error) {
		return ledger.TrialBalance(ctx, q, ledger.Filter{Entity: at.Entity.ID, From: at.Month.First(), Through: at.Month.Last()})
	})
}

// RatesThere finds currencies with balances that have no rate of exchange by the month's end.
func RatesThere() closing.Check {
	return closing.Check{Code: "rates", Name: "Rates of exchange are there", Owner: access.Accountant, Blocking: true, Due: 1,
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			t, err := trial(ctx, q, at)
			if err != nil {
				return nil, err
			}
			rates, err := entities.LoadRates(ctx, q, at.Month.Last())
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, sum := range t.Totals() {
				if sum.Currency == at.Entity.Currency || flat(t, sum.Currency) {
					continue
				}
				if _, err := rates.Quote(sum.Currency, at.Entity.Currency, at.Month.Last()); err != nil {
					out = append(out, closing.Finding{Subject: string(sum.Currency), Text: err.Error()})
				}
			}
			return out, nil
		}}
}

// flat says that nothing stands in a currency at the end.
func flat(t ledger.Trial, c money.Currency) bool {
	for _, r := range t.Rows {
		if r.Currency == c && !r.Closing.IsZero() {
			return false
		}
	}
	return true
}

// Mapped finds accounts with postings that no rule maps to the general ledger. Without any mapping no other ledger is fed.
func Mapped() closing.Check {
	return closing.Check{Code: "mapped", Name: "Every account is mapped to the general ledger", Owner: access.Accountant, Blocking: true, Due: 5, Page: "/exports/mapping",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			m, err := exports.LoadMapping(ctx, q, 0)
			if err != nil {
				return nil, err
			}
			rules := m.On(at.Month.Last())
			if len(rules) == 0 {
				return nil, nil
			}
			t, err := trial(ctx, q, at)
			if err != nil {
				return nil, err
			}
			mapped := map[ledger.Account]bool{}
			for _, r := range rules {
				if (r.When.Entity == "" || r.When.Entity == at.Entity.Code) && r.When.Account != 0 {
					mapped[r.When.Account] = true
				}
			}
			var out []closing.Finding
			for _, r := range t.Rows {
				if moved := r.Debit.Add(r.Credit); !moved.IsZero() && !mapped[r.Account] {
					out = append(out, closing.Finding{Subject: r.Account.Info().Name, Page: "/exports/mapping", Amount: moved,
						Text: fmt.Sprintf("%s %s posted in %s and no rule maps the account", moved, r.Currency, at.Month)})
				}
			}
			return out, nil
		}}
}

// Acknowledged finds batches of months before that the general ledger has not acknowledged.
func Acknowledged() closing.Check {
	return closing.Check{Code: "exports", Name: "Exports of earlier months are acknowledged", Owner: access.Accountant, Due: 6, Page: "/exports",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			var out []closing.Finding
			f := exports.Filter{Entity: at.Entity.ID, Limit: page}
			for {
				list, err := exports.List(ctx, q, f)
				if err != nil {
					return nil, err
				}
				for _, b := range list {
					f.Before = b.ID
					if state := b.State(); b.Month.Before(at.Month) && (state == exports.Prepared || state == exports.Exported) {
						out = append(out, closing.Finding{Subject: fmt.Sprintf("Batch %d", b.ID), Page: fmt.Sprintf("/exports/%d", b.ID), Amount: b.Debit,
							Text: fmt.Sprintf("%s of %s for %s is %s", b.Currency, b.Month, b.Target, state)})
					}
				}
				if len(list) < page {
					return out, nil
				}
			}
		}}
}

// SealsHold finds the first closed month that is not as it was sealed.
func SealsHold() closing.Check {
	return closing.Check{Code: "seals", Name: "The month before stands as it was closed", Owner: access.Accountant, Blocking: true, Due: 6, Page: "/close",
		Run: func(ctx context.Context, q postgres.Querier, at *closing.At) ([]closing.Finding, error) {
			v, err := closing.Verify(ctx, q, at.Entity.ID, at.Month.Prev())
			if err != nil {
				return nil, err
			}
			var out []closing.Finding
			for _, b := range v.Broken {
				f := closing.Finding{Subject: b.Month.String(), Text: b.Text}
				if b.Entry != nil {
					f.Page = fmt.Sprintf("/ledger/entries/%d/%d", b.Entry.Account, b.Entry.Seq)
				}
				out = append(out, f)
			}
			return out, nil
		}}
}
