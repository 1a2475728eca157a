package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/customers"
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
		r.result.add(plans)
	}
	return err
}

// decide reads accounts in one snapshot and decides them in parallel. Accounts
// with nothing to do are left out; the first that fails fails the batch.
func (r *running) decide(ctx context.Context, accounts []customers.AccountID) ([]accountPlan, error) {
	var facts []Facts
	err := r.db.Snapshot(ctx, func(tx pgx.Tx) (err error) {
		facts, err = LoadFacts(ctx, tx, accounts, r.result.Through)
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
			all[i].account = f.Account
			all[i].plan, err = Decide(r.catalog, f, r.result.Through)
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
