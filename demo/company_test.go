package demo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/demo"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/revrec"
	"ratable/tax"
)

var (
	today = period.NewDate(2026, 11, 21)
	now   = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

	lastBilled = period.NewDate(2026, 11, 15) // the last billing day of the story
	nextBilled = period.NewDate(2026, 12, 1)  // November is over then: revenue and invoices
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// company is a database in which the year was lived, once for all tests.
var company = pgtest.Shared{Fill: func(ctx context.Context, db *postgres.DB) (err error) {
	if err := db.Tx(ctx, func(tx pgx.Tx) error { return tax.InstallSeed(ctx, tx) }); err != nil {
		return err
	}
	lived, err = demo.Fill(ctx, db, options(db))
	return err
}}

// lived is what the fill of company said; set once a clone was given.
var lived demo.Summary

// options fill as cmd does.
func options(db *postgres.DB) demo.Options {
	return demo.Options{Today: today, Now: now, BillingDay: func(ctx context.Context, day period.Date) error {
		_, err := billing(ctx, db, day)
		return err
	}}
}

// billing is the job of that name: recognition of the months that are over, then
// the invoices of the day. A held run is fault.Conflict.
func billing(ctx context.Context, db *postgres.DB, day period.Date) (invoicing.Result, error) {
	if err := revenue(ctx, db, day.AddDays(-1)); err != nil {
		return invoicing.Result{}, err
	}
	r, err := invoicing.Run(ctx, db, invoicing.Options{AsOf: day}, access.System("test"))
	if err != nil {
		return r, err
	}
	for _, f := range r.Failures {
		return r, fmt.Errorf("bill account %d: %w", f.Account, f.Err)
	}
	if r.Held != "" {
		return r, fault.New(fault.Conflict, "held: %s", r.Held)
	}
	return r, nil
}

func revenue(ctx context.Context, db *postgres.DB, asOf period.Date) error {
	r, err := revrec.Run(ctx, db, revrec.Options{AsOf: asOf}, access.System("test"))
	if err != nil {
		return err
	}
	for _, f := range r.Failures {
		return fmt.Errorf("recognize account %d: %w", f.Account, f.Err)
	}
	return nil
}

func seeded(t *testing.T) *postgres.DB {
	t.Helper()
	db := pgtest.New(t)
	if err := db.Tx(context.Background(), func(tx pgx.Tx) error { return tax.InstallSeed(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
	return db
}

func fill(t *testing.T, db *postgres.DB, o demo.Options) demo.Summary {
	t.Helper()
	s, err := demo.Fill(context.Background(), db, o)
	if err != nil {
		t.Fatalf("fill: %v", err)
	}
	return s
}
