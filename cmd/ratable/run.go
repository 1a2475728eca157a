package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/jobs"
	"ratable/internal/period"
)

// runCommand performs a job in this process, recorded like any other run.
type runCommand struct {
	Job  string      `arg:"" enum:"billing,invoices,revenue,remeasure,mail,sweep,usage-months" help:"billing (revenue, then invoices), invoices, revenue, remeasure, mail, sweep or usage-months."`
	AsOf period.Date `help:"The day it is for, such as 2026-03-01. Default today." placeholder:"DAY"`
}

// Help shows examples below the flags.
func (runCommand) Help() string {
	return `Examples:
  ratable run invoices --as-of 2026-03-01    issue what is due on 1 March; again changes nothing
  ratable run revenue --as-of 2026-02-28     recognize every month that ended by then
  ratable run remeasure --as-of 2026-02-28   bring what is owed in foreign currencies to the closing rates`
}

// Run performs the job and prints what it did.
func (r *runCommand) Run(ctx context.Context, c *Config) error {
	if r.AsOf.IsZero() {
		r.AsOf = today()
	}
	// A run of a day to come would issue what is due by then now, and every daily
	// run until that day would find nothing left to do.
	if r.AsOf.After(today()) {
		return fault.InvalidFields(fault.Field{Path: "--as-of", Value: r.AsOf.String(), Message: "is still to come; choose today or a day before"})
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	via, _, err := c.transport()
	if err != nil {
		return err
	}
	all, err := c.schedule(db.DB, via)
	if err != nil {
		return err
	}
	scheduler, err := jobs.New(db.DB, withProgress(all))
	if err != nil {
		return err
	}
	record, err := runWhenFree(ctx, scheduler, r.Job, r.AsOf)
	if err != nil {
		return err
	}
	fmt.Println(record.Summary.Text)
	return nil
}

// runWhenFree performs a job after the run of it that is under way, if there is
// one. By then nothing may be left to do, and that is an answer too.
func runWhenFree(ctx context.Context, s *jobs.Scheduler, job string, asOf period.Date) (jobs.Record, error) {
	for told := false; ; told = true {
		record, err := s.RunNow(ctx, job, asOf, access.System("command line"))
		if !errors.Is(err, jobs.ErrUnderWay) {
			return record, err
		}
		if !told {
			fmt.Fprintf(os.Stderr, "ratable: a run of %s is under way; waiting for it, or for %s if its process was killed\n", job, s.Lease)
		}
		select {
		case <-ctx.Done():
			return record, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// withProgress draws a bar while a job works, when somebody is watching.
func withProgress(specs []jobs.Spec) []jobs.Spec {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return specs
	}
	for i, spec := range specs {
		do := spec.Do
		specs[i].Do = func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			report := run.Progress
			draw := progress(spec.Name)
			run.Progress = func(done, total int64, note string) {
				report(done, total, note)
				draw(done, total, note)
			}
			return do(ctx, run)
		}
	}
	return specs
}

// progress draws a bar on the terminal; silent where nobody watches.
func progress(name string) func(done, total int64, note string) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(int64, int64, string) {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(name),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	return func(done, total int64, note string) {
		if total > 0 {
			bar.ChangeMax64(total)
		}
		bar.Describe(name + ": " + note)
		_ = bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}
