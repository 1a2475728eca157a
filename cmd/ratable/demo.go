package main

import (
	"context"
	"fmt"
	"time"

	"ratable/demo"
	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web"
)

type demoCommand struct {
	FillOnly bool `help:"Fill the database and stop."`
}

// Run fills the demo company when it is not there yet, and serves it.
func (d *demoCommand) Run(ctx context.Context, c *Config) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	if err := c.fill(ctx, db); err != nil {
		return err
	}
	if d.FillOnly {
		return nil
	}
	shown := site{worker: true, environment: "Demo"}
	for _, l := range demo.Logins {
		shown.logins = append(shown.logins, web.DemoLogin{Role: string(l.Role), Email: l.Email, Password: l.Password})
	}
	return c.serve(ctx, db, shown, func(address string) {
		fmt.Printf("\nRatable is at %s\n\n", address)
		for _, l := range demo.Logins {
			fmt.Printf("  %-11s %-34s %s\n", l.Role, l.Email, l.Password)
		}
		fmt.Printf("\nCtrl-C stops it; `make run` again finds everything as it was.\n")
	})
}

// fill lives the company's year: facts in, billing days in their order, mail out.
func (c *Config) fill(ctx context.Context, db *database) error {
	via, _, err := c.transport()
	if err != nil {
		return err
	}
	by := access.System("demo")
	summary, err := demo.Fill(ctx, db.DB, demo.Options{
		Today: today(), Now: time.Now(),
		BillingDay: func(ctx context.Context, day period.Date) error {
			_, err := billingDay(ctx, db.DB, day, by)
			return err
		},
		Progress: progress("demo"),
	})
	if err != nil {
		return fmt.Errorf("fill the demo company: %w", err)
	}
	if summary.Filled {
		fmt.Println(summary.Text)
	}
	renderers := map[string]mail.Renderer{"invoice": invoicing.Renderer()}
	_, err = mail.Deliver(ctx, db.DB, via, renderers, time.Now(), 2000)
	return err
}
