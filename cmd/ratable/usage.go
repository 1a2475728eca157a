package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"ratable/internal/access"
	"ratable/usage"
)

type usageCommand struct {
	Correct  usageCorrect  `cmd:"" help:"Amend, retract or restore accepted events from CSV."`
	Backfill usageBackfill `cmd:"" help:"Replace a stretch of a customer's usage by the events of a file."`
	Archive  usageArchive  `cmd:"" help:"Move the events of old months into files; what they came to stays. Or verify such a file."`
	Hold     usageHold     `cmd:"" help:"Bring the events of a meter back from an archive, for a price that needs them one by one."`
}

// Help shows the two ways to correct usage below the commands.
func (usageCommand) Help() string {
	return `What came first is kept for ever; what is billed follows by itself. Examples:
  ratable usage correct fixes.csv --customer acme
     source,id,action,quantity,occurred_at,reason
     gw,e-1,amend,3,,counted twice
     gw,e-2,retract,,,a test of ours
  ratable usage backfill march.csv --customer acme --meter api.calls --from 2026-03-01T00:00:00Z --until 2026-04-01T00:00:00Z \
     --reason "the gateway's log was read again" --dry-run`
}

type usageCorrect struct {
	File     string `arg:"" help:"CSV file: source,id,action[,customer,quantity,occurred_at,meter,user,reason,request,dim.*]; - is standard input."`
	Customer string `help:"External id of anybody in the paying family, where the file has no column customer."`
	Reason   string `help:"Why, where the file has no column reason."`
}

// Run makes the corrections of a file, all or none.
func (u *usageCorrect) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, u.File, func(file io.Reader, db *database) error {
		corrections, err := usage.ParseCorrections(file, u.Customer, u.Reason)
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(u.File), err)
		}
		done, err := usage.Correct(ctx, db.DB, corrections, time.Now(), access.System("command line"))
		if err != nil {
			return err
		}
		changed := 0
		for _, d := range done {
			if d.Changed {
				changed++
			}
		}
		fmt.Printf("%d corrected, %d said nothing new\n", changed, len(done)-changed)
		return nil
	})
}

type usageBackfill struct {
	File     string    `arg:"" help:"Events as CSV (as for ratable import usage) or CloudEvents (.json); - is CSV on standard input."`
	Customer string    `required:"" help:"External id of the customer."`
	Meter    string    `required:"" help:"Code of the meter."`
	Source   string    `help:"Replace only what this source sent."`
	From     time.Time `required:"" help:"The first instant that is replaced, such as 2026-03-01T00:00:00Z."`
	Until    time.Time `required:"" help:"The first instant that is not."`
	Reason   string    `required:"" help:"Why: it stands beside every correction."`
	DryRun   bool      `help:"Say what would happen and change nothing."`
}

// Run says what the backfill does, day by day.
func (u *usageBackfill) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, u.File, func(file io.Reader, db *database) error {
		events, err := usage.ParseSet(file)
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(u.File), err)
		}
		b := usage.Backfill{Stretch: usage.Stretch{Customer: u.Customer, Meter: u.Meter, Source: u.Source, From: u.From, Until: u.Until}, Reason: u.Reason, Events: events}
		if u.DryRun {
			r, err := usage.PlanBackfill(ctx, db.DB, b, time.Now())
			if err == nil {
				writeReplacement(os.Stdout, r, "would be ")
			}
			return err
		}
		id, r, err := usage.ReplaceStretch(ctx, db.DB, b, time.Now(), access.System("command line"))
		if err == nil {
			writeReplacement(os.Stdout, r, "")
			fmt.Printf("It is backfill %d.\n", id)
		}
		return err
	})
}

func writeReplacement(w io.Writer, r usage.Replacement, verb string) {
	fmt.Fprintf(w, "%d %sadded, %d amended, %d retracted, %d unchanged\n", r.Added, verb, r.Amended, r.Retracted, r.Unchanged)
	for _, d := range r.Days {
		fmt.Fprintf(w, "%s %s: %s in %d events, was %s in %d\n", d.Day, d.Meter, d.After, d.EventsAfter, d.Before, d.EventsBefore)
	}
}
