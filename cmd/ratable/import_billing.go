package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/postgres"
	"ratable/revrec/subledger"
)

type importBilling struct {
	File   string `arg:"" help:"JSON lines or CSV; - is standard input."`
	Source string `default:"billing" help:"A short name of the billing system it comes from: its ids count once under it."`
	DryRun bool   `help:"Say what would happen and change nothing."`
}

// Help shows what a row looks like.
func (importBilling) Help() string {
	return `Each row is one thing that happened: an invoice, payment, credit, void, refund, dispute, usage, a prepaid balance,
an opening balance. The next billing run books it. Examples:
  {"id":"in_1","kind":"invoice","customer":"acme","on":"2026-01-01","currency":"USD","document":"A-1",
   "lines":[{"amount":90,"tax":9,"from":"2026-01-01","through":"2026-03-31"}]}
  {"id":"p_1","kind":"payment","customer":"acme","on":"2026-01-20","currency":"USD","document":"A-1","amount":99,"fee":2.50}
As CSV the keys are columns; rows of one id are the lines of one invoice:
  id,kind,customer,on,currency,document,amount,tax,from,through,earned`
}

// Run takes up each row once; a bad one is refused alone and named by its line.
func (i *importBilling) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		r, err := subledger.Import(ctx, db.DB, file, i.Source, i.DryRun, today(), access.System("command line"))
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(i.File), err)
		}
		for _, row := range r.Rows {
			if row.Outcome == subledger.Refused {
				fmt.Fprintf(os.Stderr, "line %d: %v\n", row.Line, row.Err)
			}
		}
		verb := "recorded"
		if i.DryRun {
			verb = "would be recorded"
		}
		fmt.Printf("%d %s, %d known already, %d refused\n", r.Count(subledger.Recorded), verb, r.Count(subledger.Repeated), r.Count(subledger.Refused))
		if r.Count(subledger.Refused) > 0 {
			return errors.New("some rows were refused; correct them and import the file again, what is recorded is not recorded twice")
		}
		return nil
	})
}

// billedElsewhere books what was imported.
func billedElsewhere(db *postgres.DB) job {
	return func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
		r, err := subledger.Run(ctx, db, run.AsOf, run.By)
		return jobs.Summary{Text: fmt.Sprintf("billed elsewhere, through %s: %s", r.Through, counted(r.Entries, "entry", "entries")), Counts: map[string]int64{"entries": int64(r.Entries)}}, err
	}
}
