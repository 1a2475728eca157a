package invoicing

import (
	"context"
	"fmt"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Planned is what a run of a day would issue if it ran now.
type Planned struct {
	Totals    Totals
	Largest   []Draft     // by net, at most Sample of them
	LeftOut   []RunHold   // what holds keep back
	Failures  []Failure   // accounts that cannot be decided
	Before    Totals      // the run a month before; no documents when there was none
	Strays    string      // why the run would be held; empty when it would not
	Overtaken period.Date // a later day whose run has issued what was due by then
}

// Sample is how many documents a preview of a run lists.
const Sample = 20

// Preview decides a run without appending anything: the same functions on the
// same facts, and no number is taken.
func Preview(ctx context.Context, db *postgres.DB, o Options) (Planned, error) {
	r := &running{db: db, options: o.withDefaults()}
	var out Planned
	last, err := latestFinished(ctx, db)
	if err != nil || last.After(o.AsOf) {
		out.Overtaken = last
		return out, err
	}
	if err := r.prepare(ctx); err != nil {
		return out, fmt.Errorf("preview the invoice run of %s: %w", o.AsOf, err)
	}
	var withheld []Withheld
	err = r.batches("planning", func(accounts []customers.AccountID) error {
		decided, err := loadAndDecide(ctx, db, r.world, accounts, r.options)
		for _, d := range decided {
			if d.err != nil {
				out.Failures = append(out.Failures, Failure{d.facts.Account, d.err})
				continue
			}
			out.Totals.add(d.Drafts)
			withheld = append(withheld, d.Withheld...)
			out.Largest = largest(append(out.Largest, d.Drafts...))
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("preview the invoice run of %s: %w", o.AsOf, err)
	}
	out.LeftOut = leftOut(withheld)
	out.Before, out.Strays, err = stray(ctx, db, o.AsOf, out.Totals, r.world.Rates)
	if err != nil {
		return out, fmt.Errorf("preview the invoice run of %s: %w", o.AsOf, err)
	}
	return out, nil
}
