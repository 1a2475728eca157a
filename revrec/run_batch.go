package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// batch loads, decides and appends some accounts in one transaction.
func (r *running) batch(ctx context.Context, accounts []customers.AccountID) error {
	plans, err := r.decide(ctx, accounts)
	if err != nil || len(plans) == 0 {
		return err
	}
	err = r.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := appendPlans(ctx, tx, plans); err != nil {
			return err
		}
		return access.AuditMany(ctx, tx, r.by, trail(plans, r.result.Through))
	})
	if err == nil {
		r.mu.Lock()
		r.result.add(plans)
		r.mu.Unlock()
	}
	return err
}

// decide reads accounts in one snapshot and decides them in parallel. Accounts
// with nothing to do are left out; the first that fails fails the batch.
func (r *running) decide(ctx context.Context, accounts []customers.AccountID) ([]accountPlan, error) {
	var facts []Facts
	var months *ledger.Months
	err := r.db.Snapshot(ctx, func(tx pgx.Tx) (err error) {
		if facts, err = LoadFacts(ctx, tx, accounts, r.result.Through); err != nil || r.options.Adjusting == 0 {
			return err
		}
		months, err = ledger.LoadMonths(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]accountPlan, len(facts))
	var g errgroup.Group
	g.SetLimit(r.options.Workers)
	for i, f := range facts {
		g.Go(func() (err error) {
			if months != nil {
				f.FirstOpen = adjustable(months, r.options.Adjusting)
			}
			all[i].account = f.Account
			all[i].plan, err = Decide(r.catalog, f, r.result.Through)
			if months != nil {
				adjust(all[i].plan.Entries, months)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	plans := all[:0]
	for _, p := range all {
		if !p.plan.Empty() {
			plans = append(plans, p)
		}
	}
	return plans, nil
}

// adjustable lets the soft-closed months of one entity take entries.
func adjustable(months *ledger.Months, entity entities.ID) func(entities.ID, period.Month) period.Month {
	return func(e entities.ID, m period.Month) period.Month {
		if e == entity {
			return months.FirstAdjustable(e, m)
		}
		return months.FirstOpen(e, m)
	}
}

// adjust marks what is booked in a soft-closed month.
func adjust(entries []ledger.Entry, months *ledger.Months) {
	for i, e := range entries {
		entries[i].Adjusting = months.State(e.Entity, e.BookedOn.MonthOf()) == ledger.MonthSoftClosed
	}
}

func (r *Result) add(plans []accountPlan) {
	for _, p := range plans {
		r.Rows += len(p.plan.Rows)
		r.Entries += len(p.plan.Entries)
		for currency, amount := range earned(p.plan.Entries) {
			r.Revenue[currency] = r.Revenue[currency].Add(amount)
		}
	}
}

// earned adds up the revenue of entries.
func earned(entries []ledger.Entry) map[money.Currency]money.Amount {
	out := map[money.Currency]money.Amount{}
	for _, e := range entries {
		for _, p := range e.Postings {
			if isRevenue(p.Account) {
				out[e.Currency] = out[e.Currency].Sub(p.Amount)
			}
		}
	}
	return out
}

// trail is one audit line for each account that something was booked for.
func trail(plans []accountPlan, through period.Month) []access.Entry {
	var out []access.Entry
	for _, p := range plans {
		if len(p.plan.Entries) == 0 {
			continue
		}
		after := map[string]string{"through": through.String(), "entries": fmt.Sprint(len(p.plan.Entries))}
		for currency, amount := range earned(p.plan.Entries) {
			after["revenue "+string(currency)] = amount.String()
		}
		out = append(out, access.Entry{
			Action: "revenue.recognize", After: after,
			Subject: access.Subject{Kind: "account", Key: fmt.Sprint(p.account), Account: int64(p.account)},
		})
	}
	return out
}
