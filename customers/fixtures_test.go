package customers_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var clerk = access.System("test")

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// open returns a database with one of our entities in it.
func open(t *testing.T) (*postgres.DB, entities.ID) {
	t.Helper()
	db := pgtest.New(t)
	var e entities.Entity
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		e, err = entities.Create(ctx, tx, entities.Entity{Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "CA", TimeZone: "UTC", Currency: "USD"}, clerk)
		return err
	})
	return db, e.ID
}

// acme is a complete customer: every field is set, so that a field lost on the way shows.
func acme(seller entities.ID) customers.New {
	return customers.New{
		ExternalID: "cus_acme", Name: "Ácme 🚀 Rockets", LegalName: "ACME Raketenbau GmbH", Kind: customers.Business, Entity: seller, Currency: "EUR",
		Billing: customers.Address{Lines: []string{"Straße 1", "Hinterhof"}, City: "Zürich", Region: "ZH", Postcode: "8001", Country: "CH"},
		Service: customers.Address{Lines: []string{"500 Main St"}, City: "New York", Region: "NY", Postcode: "10001-1234", Country: "US"},
		Contacts: []customers.Contact{
			{Role: customers.Payable, Name: "Ann Payable", Email: "AP@acme.example"},
			{Role: customers.Technical, Name: "Ted", Email: "ted@acme.example"},
		},
		TaxIDs:     []customers.TaxID{{Kind: "eu_vat", Value: "DE 123.456.789", Country: "DE", VerifiedOn: day("2026-01-15")}, {Kind: "ch_vat", Value: "CHE-111", Country: "CH"}},
		PORequired: true, SignedUpOn: day("2026-01-10"),
	}
}

// plain is as little as a customer can be.
func plain(seller entities.ID, externalID string) customers.New {
	return customers.New{ExternalID: externalID, Name: externalID, Kind: customers.Business, Entity: seller, Currency: "USD",
		Billing: customers.Address{Country: "DE"}, SignedUpOn: day("2026-01-10")}
}

func create(t *testing.T, db *postgres.DB, n customers.New) customers.Customer {
	t.Helper()
	var c customers.Customer
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		c, err = customers.Create(ctx, tx, n, clerk)
		return err
	})
	return c
}

func amend(t *testing.T, db *postgres.DB, id customers.ID, a customers.Amendment) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return customers.Amend(ctx, tx, id, a, clerk) })
}

func get(t *testing.T, db *postgres.DB, id customers.ID, asOf string) customers.Customer {
	t.Helper()
	c, err := customers.Get(context.Background(), db, id, day(asOf))
	if err != nil {
		t.Fatal(err)
	}
	return c
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
