package main

import (
	"context"
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/usage"
)

// leastRetention are the months whose events always stay: what is billed is not touched by an archive.
const leastRetention = 3

// opensAhead is how many months are open for usage before they begin.
const opensAhead = 2

// schedule is every job there is, with what the configuration says about them.
func (c *Config) schedule(db *postgres.DB, via mail.Transport) ([]jobs.Spec, error) {
	if n := c.UsageRetention; n != 0 && n < leastRetention {
		return nil, fault.InvalidFields(fault.Field{Path: "RATABLE_USAGE_RETENTION", Value: fmt.Sprint(n),
			Message: fmt.Sprintf("is too short: events stay for %d months at least; 0 keeps them for ever", leastRetention)})
	}
	folder, err := c.archives("")
	if err != nil {
		return nil, err
	}
	site, err := mail.ParseSite(c.URL)
	if err != nil {
		return nil, err
	}
	return append(schedule(db, via, site), jobs.Spec{Name: "usage-months", Cron: "20 2 * * *", CatchUp: jobs.LatestOnly,
		Help: "Makes room for the usage of the coming months, and archives the events of months past retention.", Do: usageMonths(db, folder, c.UsageRetention)}), nil
}

func usageMonths(db *postgres.DB, folder string, retention int) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		month := run.AsOf.MonthOf()
		s := jobs.Summary{Text: fmt.Sprintf("room for usage through %s", month.Add(opensAhead))}
		if err := usage.OpenAhead(ctx, db, month, opensAhead); err != nil || retention == 0 {
			return s, err
		}
		all, err := archiveBefore(ctx, db, month.Add(-retention), folder, run.By)
		if len(all) > 0 {
			s.Text += fmt.Sprintf(", archived %s", counted(len(all), "month", "months"))
		}
		s.Counts = map[string]int64{"archived": int64(len(all))}
		return s, err
	}
}
