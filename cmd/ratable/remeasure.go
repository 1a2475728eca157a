package main

import (
	"context"
	"fmt"

	"ratable/entities"
	"ratable/internal/jobs"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// remeasure ends the open months that are over, of every entity, the earliest first: a difference that is found late in
// one is carried into the next.
func remeasure(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		through := run.AsOf.AddDays(1).MonthOf().Prev()
		s := jobs.Summary{Counts: map[string]int64{"entries": 0}}
		directory, err := entities.Load(ctx, db)
		if err != nil {
			return s, err
		}
		states, err := ledger.LoadMonths(ctx, db)
		if err != nil {
			return s, err
		}
		for _, e := range directory.All() {
			month, err := ledger.FirstMonth(ctx, db, e.ID)
			if err != nil {
				return s, err
			}
			if closed := states.ClosedThrough(e.ID); !closed.IsZero() && !closed.Before(month) {
				month = closed.Next()
			}
			for ; !month.IsZero() && !month.After(through); month = month.Next() {
				done, err := ledger.RemeasureMonth(ctx, db, e.ID, month, run.By)
				if err != nil {
					return s, err
				}
				s.Counts["entries"] += int64(done.Entries)
			}
		}
		s.Text = fmt.Sprintf("remeasured through %s: %s", through, counted(int(s.Counts["entries"]), "entry", "entries"))
		return s, nil
	}
}
