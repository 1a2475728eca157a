package entities_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

var clerk = access.System("test")

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// inc is a complete entity: every field is set, so that a field lost on the way shows.
func inc() entities.Entity {
	return entities.Entity{
		Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "CA", Postcode: "94105", City: "San Francisco",
		Lines: []string{"1 Market Street", "Suite 300"}, TimeZone: "America/Los_Angeles", Currency: "USD",
		TaxIDs: []entities.TaxID{{Kind: "us_ein", Value: "12-3456789"}, {Kind: "ca_gst", Value: "123456789RT0001"}},
		Bank: entities.Bank{Name: "First Bank", IBAN: "none", BIC: "FIRSUS66", Account: "000123", Routing: "121000248",
			Reference: "invoice number"},
		Email: "billing@ratable.example", Phone: "+1 415 555 0100", Website: "https://ratable.example", RegisterNote: "Delaware file 123",
	}
}

func create(t *testing.T, db *postgres.DB, e entities.Entity) entities.Entity {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		e, err = entities.Create(ctx, tx, e, clerk)
		return err
	})
	return e
}

func inTx(t *testing.T, db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := attempt(db, fn); err != nil {
		t.Fatal(err)
	}
}

func attempt(db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) error {
	ctx := context.Background()
	return db.Tx(ctx, func(tx pgx.Tx) error { return fn(ctx, tx) })
}

func paths(err error) []string {
	var all []string
	for _, f := range fault.Fields(err) {
		all = append(all, f.Path)
	}
	return all
}
