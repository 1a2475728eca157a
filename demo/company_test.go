package demo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/demo"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
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
	if err := quoted(ctx, db, day); err != nil {
		return invoicing.Result{}, err
	}
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

// quoted has somebody import rates after the story's last day, as a company at work does.
func quoted(ctx context.Context, db *postgres.DB, through period.Date) error {
	var rates []entities.Rate
	for on := today.AddDays(1); !on.After(through); on = on.AddDays(1) {
		for quote, rate := range map[money.Currency]string{"USD": "1.1240", "GBP": "0.8510", "CAD": "1.5630", "CHF": "0.9420", "JPY": "163.20"} {
			rates = append(rates, entities.Rate{Base: "EUR", Quote: quote, On: on, Rate: decimal.RequireFromString(rate), Source: "test"})
		}
	}
	if len(rates) == 0 {
		return nil
	}
	return db.Tx(ctx, func(tx pgx.Tx) error { return entities.RecordRates(ctx, tx, rates, access.System("test")) })
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
