package main

import (
	"context"
	"fmt"

	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/spend"
)

// alerts tells customers what passed a threshold: whose usage changed since the last look, and once a day everybody.
func alerts(db *postgres.DB, site mail.Site) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		l, err := spend.Alerts(ctx, db, run.AsOf, site, run.By)
		return jobs.Summary{
			Text:   fmt.Sprintf("%s looked at: %s fired, %s", counted(l.Accounts, "account", "accounts"), counted(l.Fired, "alert", "alerts"), counted(l.Mails, "message", "messages")),
			Counts: map[string]int64{"accounts": int64(l.Accounts), "fired": int64(l.Fired), "messages": int64(l.Mails)},
		}, err
	}
}
