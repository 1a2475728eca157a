package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
	"ratable/invoicing"
	"ratable/partners"
	"ratable/revrec"
	"ratable/web/api"
)

// schedule is every job there is, in the order they are looked at. Times are
// UTC: at 09:15 the day before is over in every zone our entities bill from.
func schedule(db *postgres.DB, via mail.Transport, site mail.Site) []jobs.Spec {
	return append([]jobs.Spec{
		{Name: "billing", Cron: "15 9 * * *", CatchUp: jobs.EachMissed,
			Help: "Renews contracts that do so by themselves, recognizes months that are over, then issues the invoices due, accrues commissions, and books contract costs, charges between entities and repeating journals.", Do: billing(db)},
		{Name: "renewals", CatchUp: jobs.LatestOnly,
			Help: "Renews contracts that do so by themselves. By hand only: billing does it every day.", Do: renewals(db)},
		{Name: "revenue", CatchUp: jobs.LatestOnly,
			Help: "Recognizes revenue of months that are over. By hand only: billing does it every day.", Do: revenue(db)},
		{Name: "invoices", CatchUp: jobs.LatestOnly,
			Help: "Issues the invoices due on a day. By hand only: billing does it every day.", Do: invoices(db)},
		{Name: "screening", Cron: "45 4 * * *", CatchUp: jobs.LatestOnly,
			Help: "Screens customers who are new, changed a name, or have not met the newest list.", Do: screening(db)},
		{Name: "commissions", CatchUp: jobs.LatestOnly,
			Help: "Accrues what referral partners earned. By hand only: billing does it every day.", Do: commissions(db)},
		{Name: "remeasure", Cron: "45 9 1-5 * *", CatchUp: jobs.LatestOnly,
			Help: "Brings what is owed in foreign currencies to the closing rates of open months that are over. Needs their rates: ratable import rates.", Do: remeasure(db)},
		{Name: "mail", Cron: "* * * * *", CatchUp: jobs.LatestOnly,
			Help: "Sends what waits in the outbox.", Do: deliver(db, via)},
		{Name: "alerts", Cron: "* * * * *", CatchUp: jobs.LatestOnly,
			Help: "Tells customers whose running bill, usage, cap or balance passed a threshold. Looks at accounts whose usage changed, once a day at all.", Do: alerts(db, site)},
		{Name: "sweep", Cron: "30 3 * * *", CatchUp: jobs.LatestOnly,
			Help: "Removes expired sessions, old sign-in attempts and kept answers, and what webhooks said more than 30 days ago.", Do: sweep(db)},
	}, bookJobs(db)...)
}

type job = func(context.Context, jobs.Run) (jobs.Summary, error)

// billing keeps the fixed order of a billing day: further terms begin before they
// are billed, and what was earned before the day is booked before the day's
// invoices, so that they clear unbilled receivables.
func billing(db *postgres.DB) job {
	renew, recognize, issue, accrue, follow := renewals(db), revenue(db), invoices(db), commissions(db), following(db)
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		renewed, stuck := renew(ctx, run)
		if stuck != nil && renewed.Counts["failed"] == 0 {
			return renewed, stuck
		}
		before := run
		before.AsOf = run.AsOf.AddDays(-1)
		earned, unearned := recognize(ctx, before)
		if unearned != nil && earned.Counts["failed"] == 0 {
			return earned, unearned
		}
		// Accounts that cannot be recognized must not keep the others from their invoices.
		issued, err := issue(ctx, run)
		issued.Text = earned.Text + "; " + issued.Text
		if renewed.Counts["renewed"] > 0 {
			issued.Text = renewed.Text + "; " + issued.Text
		}
		// What partners earned follows from the money, whatever became of the invoices.
		accrued, unpaid := accrue(ctx, run)
		if accrued.Counts["entries"] > 0 {
			issued.Text += "; " + accrued.Text
		}
		followed, unfollowed := follow(ctx, before)
		issued.Text += followed.Text
		issued.Counts["failed"] += earned.Counts["failed"] + renewed.Counts["failed"] + accrued.Counts["failed"] + followed.Counts["failed"]
		return issued, errors.Join(stuck, unearned, err, unpaid, unfollowed)
	}
}

func renewals(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := contracts.RenewDue(ctx, db, run.AsOf)
		if err == nil {
			// What did not renew is over: others are told, once.
			_, err = contracts.TellEnded(ctx, db, run.AsOf)
		}
		s := jobs.Summary{
			Text:   fmt.Sprintf("%s renewed as of %s", counted(len(r.Renewed), "contract", "contracts"), run.AsOf),
			Counts: map[string]int64{"renewed": int64(len(r.Renewed)), "held": int64(len(r.Held)), "failed": int64(len(r.Failures))},
		}
		if len(r.Held) > 0 {
			s.Text += fmt.Sprintf(", %d held while a version waits for a decision", len(r.Held))
		}
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("%d contracts could not renew; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func revenue(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := revrec.Run(ctx, db, revrec.Options{AsOf: run.AsOf, Progress: run.Progress}, run.By)
		s := jobs.Summary{
			Text:   fmt.Sprintf("revenue through %s: %s", r.Through, counted(r.Entries, "entry", "entries")),
			Counts: map[string]int64{"entries": int64(r.Entries), "failed": int64(len(r.Failures))},
		}
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("%d accounts failed; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}

func invoices(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := invoicing.Run(ctx, db, invoicing.Options{AsOf: run.AsOf, Progress: run.Progress}, run.By)
		s := jobs.Summary{
			Text:   fmt.Sprintf("%s issued as of %s", counted(r.Issued.Documents, "document", "documents"), run.AsOf),
			Counts: map[string]int64{"documents": int64(r.Issued.Documents), "failed": int64(len(r.Failures))},
		}
		if n := len(r.LeftOut); n > 0 {
			s.Text += fmt.Sprintf("; held bills left out for %s", counted(n, "payer", "payers"))
			s.Counts["left out"] = int64(n)
		}
		switch {
		case err != nil:
		case !r.Overtaken.IsZero():
			s.Text = fmt.Sprintf("nothing as of %s: the run of %s has issued what was due", run.AsOf, r.Overtaken)
		case r.Held != "":
			// Trying again cannot mend it: a person must look.
			err = jobs.NoRetry(fault.New(fault.Conflict, "held before anything was issued: %s", r.Held))
		case len(r.Failures) > 0:
			err = fmt.Errorf("%d accounts failed, the others are billed; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}

func commissions(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := partners.Run(ctx, db, run.AsOf, run.By)
		s := jobs.Summary{
			Text:   fmt.Sprintf("commissions as of %s: %s", run.AsOf, counted(r.Entries, "entry", "entries")),
			Counts: map[string]int64{"entries": int64(r.Entries), "failed": int64(len(r.Failures))},
		}
		if err == nil && len(r.Failures) > 0 {
			err = fmt.Errorf("%d accounts failed; the first: %w", len(r.Failures), r.Failures[0].Err)
		}
		return s, err
	}
}

// mailBatch is how many messages one look at the outbox sends before it looks
// again.
const mailBatch = 200

func deliver(db *postgres.DB, via mail.Transport) job {
	renderers := map[string]mail.Renderer{"invoice": invoicing.Renderer()}
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		var total mail.Summary
		for {
			s, err := mail.Deliver(ctx, db, via, renderers, time.Now(), mailBatch, invoicing.EmitSent)
			total.Sent, total.Later, total.Failed, total.Lost = total.Sent+s.Sent, total.Later+s.Later, total.Failed+s.Failed, total.Lost+s.Lost
			if err != nil || s.Sent == 0 {
				return jobs.Summary{
					Text:   fmt.Sprintf("%d sent, %d to be tried again, %d failed", total.Sent, total.Later, total.Failed),
					Counts: map[string]int64{"sent": int64(total.Sent), "failed": int64(total.Failed)},
				}, err
			}
			run.Progress(int64(total.Sent), 0, "sending")
		}
	}
}

func screening(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		done, err := customers.ScreenAll(ctx, db, run.AsOf, run.By, func(n int) { run.Progress(int64(n), 0, "screening") })
		return jobs.Summary{
			Text:   fmt.Sprintf("%s screened, %d possible matches", counted(done.Compared, "customer", "customers"), done.Possible),
			Counts: map[string]int64{"screened": int64(done.Compared), "possible": int64(done.Possible)},
		}, err
	}
}

func sweep(db *postgres.DB) job {
	return func(ctx context.Context, _ jobs.Run) (jobs.Summary, error) {
		var n int64
		err := db.Tx(ctx, func(tx pgx.Tx) (err error) {
			if n, err = access.Sweep(ctx, tx, time.Now()); err != nil {
				return err
			}
			answers, err := api.Sweep(ctx, tx, time.Now())
			n += answers
			if err != nil {
				return err
			}
			told, err := webhook.Sweep(ctx, tx, time.Now())
			n += told
			return err
		})
		return jobs.Summary{Text: fmt.Sprintf("%d rows removed or emptied", n)}, err
	}
}

// billingDay is billing outside the scheduler, as the demo lives its year.
func billingDay(ctx context.Context, db *postgres.DB, on period.Date, by access.Actor) (jobs.Summary, error) {
	return billing(db)(ctx, jobs.Run{AsOf: on, By: by, Progress: func(int64, int64, string) {}})
}
