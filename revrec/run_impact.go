package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// impactBatch is how many accounts a preview holds at once, and closedLook how many closed months it looks back at.
const (
	impactBatch = 500
	closedLook  = 3
)

// WeighPolicy says what a policy would change of an entity's revenue: in open months, which the next run would book through the
// month of asOf (or that of the policy's day), and in the last closed months, had it counted for them. It reads one snapshot and
// replays Decide; nothing is posted.
func WeighPolicy(ctx context.Context, db *postgres.DB, v ledger.PolicyVersion, asOf period.Date) (PolicyImpact, error) {
	w := weighing{policy: v, through: later(asOf.MonthOf(), v.Effective.MonthOf()), booked: moving{}, would: moving{}}
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		var err error
		if w.catalog, err = catalog.Load(ctx, tx); err != nil {
			return err
		}
		months, err := ledger.LoadMonths(ctx, tx)
		if err != nil {
			return err
		}
		if last := months.ClosedThrough(v.Entity); !last.IsZero() {
			w.out.From = last.Add(1 - closedLook)
			w.closed = period.NewSpan(w.out.From.First(), last.End())
		}
		accounts, err := everyAccount(ctx, tx)
		if err != nil {
			return err
		}
		for from := 0; from < len(accounts); from += impactBatch {
			if err := w.batch(ctx, tx, accounts[from:min(from+impactBatch, len(accounts))]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return PolicyImpact{}, fmt.Errorf("weigh a policy of entity %d from %s: %w", v.Entity, v.Effective, err)
	}
	w.out.Booked, w.out.Closed = w.booked.list(), w.would.list()
	return w.out, nil
}

// batch weighs the accounts that a policy can concern: most have nothing that it says anything about.
func (w *weighing) batch(ctx context.Context, tx pgx.Tx, accounts []customers.AccountID) error {
	agreements, err := contracts.LoadAgreements(ctx, tx, accounts)
	if err != nil {
		return err
	}
	var touched []customers.AccountID
	for _, account := range accounts {
		for _, a := range agreements[account] {
			if concerns(a, w.policy.Entity) {
				touched = append(touched, account)
				break
			}
		}
	}
	if len(touched) == 0 {
		return nil
	}
	facts, err := LoadFacts(ctx, tx, touched, w.through)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if err := w.weigh(f); err != nil {
			return err
		}
	}
	return nil
}
