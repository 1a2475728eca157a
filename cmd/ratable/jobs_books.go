package main

import (
	"context"
	"fmt"

	"ratable/internal/jobs"
	"ratable/internal/postgres"
	"ratable/journals"
	"ratable/revrec/cost"
)

// bookJobs are what follows in the books from revenue and from what people wrote; billing does each every day.
func bookJobs(db *postgres.DB) []jobs.Spec {
	return []jobs.Spec{
		{Name: "subledger", CatchUp: jobs.LatestOnly,
			Help: "Books what was billed elsewhere and imported. By hand only: billing does it every day.", Do: billedElsewhere(db)},
		{Name: "costs", CatchUp: jobs.LatestOnly,
			Help: "Amortizes and writes off costs of contracts. By hand only: billing does it every day.", Do: contractCosts(db)},
		{Name: "intercompany", CatchUp: jobs.LatestOnly,
			Help: "Charges between our entities for months that are over. By hand only: billing does it every day.", Do: intercompany(db)},
		{Name: "journals", CatchUp: jobs.LatestOnly,
			Help: "Posts approved journals that repeat and have come round. By hand only: billing does it every day.", Do: repeatingJournals(db)},
	}
}

// following are the steps of a billing day after its invoices and commissions.
func following(db *postgres.DB) job {
	steps := []job{billedElsewhere(db), contractCosts(db), intercompany(db), repeatingJournals(db)}
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		all := jobs.Summary{Counts: map[string]int64{}}
		var failed error
		for _, step := range steps {
			s, err := step(ctx, run)
			if s.Counts["entries"] > 0 {
				all.Text += "; " + s.Text
			}
			all.Counts["failed"] += s.Counts["failed"]
			if failed == nil {
				failed = err
			}
		}
		return all, failed
	}
}

func contractCosts(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := cost.Run(ctx, db, run.AsOf, run.By)
		s := jobs.Summary{Text: fmt.Sprintf("contract costs as of %s: %s", run.AsOf, counted(r.Entries, "entry", "entries")), Counts: map[string]int64{"entries": int64(r.Entries), "failed": int64(len(r.Failures))}}
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("%d accounts failed; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}

func intercompany(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := journals.ChargeEntities(ctx, db, run.AsOf, run.By)
		return jobs.Summary{Text: fmt.Sprintf("charged between entities through %s: %s", r.Through, counted(r.Charges, "booking", "bookings")), Counts: map[string]int64{"entries": int64(r.Charges)}}, err
	}
}

func repeatingJournals(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := journals.PostDue(ctx, db, run.AsOf, run.By)
		s := jobs.Summary{Text: fmt.Sprintf("repeating journals as of %s: %s", run.AsOf, counted(r.Entries, "entry", "entries")), Counts: map[string]int64{"entries": int64(r.Entries), "failed": int64(len(r.Failures))}}
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("%d journals failed; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}
