// Package invoicingtest sets up a small company on a test's database: two legal
// entities, a catalog, customers on both sides of the Atlantic, people who may
// sign. It goes through the public verbs only, so what a test builds on is what
// the product would have written.
//
// It owns no assertions about documents. It is for tests of whatever comes after
// a contract: invoicing, revrec, payments, web.
package invoicingtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/usage"
)

// Company is the fixture. US is "rtus" (USD, New York), EU is "rteu" (EUR,
// Amsterdam).
type Company struct {
	DB        *postgres.DB
	US, EU    entities.Entity
	Customers map[string]customers.Customer // by external id

	// Sales prepares, Finance approves and bills, Accountant closes.
	Sales, Finance, Accountant access.Actor

	mu     sync.Mutex // of Customers, while a crowd joins
	events int
}

// New fills an empty database.
func New(t testing.TB, db *postgres.DB) *Company {
	t.Helper()
	c := &Company{DB: db, Customers: map[string]customers.Customer{}}
	c.do(t, func(ctx context.Context, tx pgx.Tx) error {
		for _, step := range []func(context.Context, pgx.Tx) error{c.hire, c.incorporate, c.stock, c.meet, c.quote} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	c.register(t)
	return c
}

func (c *Company) do(t testing.TB, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := c.DB.Tx(ctx, func(tx pgx.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatalf("set up the company: %v", err)
	}
}

// Sign takes a contract document (YAML) all the way: prepared and submitted by
// sales, approved by finance. The same contract number again is an amendment.
func (c *Company) Sign(t testing.TB, documents ...string) {
	t.Helper()
	c.do(t, func(ctx context.Context, tx pgx.Tx) error {
		for _, source := range documents {
			if err := c.sign(ctx, tx, source); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Company) sign(ctx context.Context, tx pgx.Tx, source string) error {
	d, err := contracts.Parse([]byte(source))
	if err != nil {
		return err
	}
	if _, err := contracts.Prepare(ctx, tx, d, d.Start(), c.Sales); err != nil {
		return err
	}
	if err := contracts.Submit(ctx, tx, d.Contract, "please", c.Sales); err != nil {
		return err
	}
	return contracts.Approve(ctx, tx, d.Contract, "", c.Finance)
}

// Use reports usage at noon in New York, which is the same day in Amsterdam.
func (c *Company) Use(t testing.TB, customer, meter, on, quantity string) {
	t.Helper()
	if err := c.TryUse(t.Context(), customer, meter, Day(on), decimal.RequireFromString(quantity)); err != nil {
		t.Fatalf("report usage: %v", err)
	}
}

// TryUse is Use for where a test may not be stopped.
func (c *Company) TryUse(ctx context.Context, customer, meter string, on period.Date, quantity decimal.Decimal) error {
	c.events++
	at := on.Time(c.US.Location()).Add(12 * time.Hour)
	_, err := usage.Ingest(ctx, c.DB, []usage.Event{{
		Source: "fixture", ID: decimal.NewFromInt(int64(c.events)).String(), Customer: customer, Meter: meter, OccurredAt: at, Quantity: quantity,
	}}, at.AddDate(0, 0, 1), access.System("fixture"))
	return err
}

// Bill runs the invoices of a day and fails the test when the run is held or an
// account fails.
func (c *Company) Bill(t testing.TB, asOf string) invoicing.Result {
	t.Helper()
	r, err := invoicing.Run(t.Context(), c.DB, invoicing.Options{AsOf: Day(asOf)}, c.Finance)
	if err != nil {
		t.Fatal(err)
	}
	if r.Held != "" {
		t.Fatalf("the run of %s is held: %s", asOf, r.Held)
	}
	for _, f := range r.Failures {
		t.Errorf("account %d cannot be billed on %s: %v", f.Account, asOf, f.Err)
	}
	return r
}

// Documents lists every document issued to an account, oldest first.
func (c *Company) Documents(t testing.TB, account customers.AccountID) []invoicing.Issued {
	t.Helper()
	rows, err := invoicing.List(t.Context(), c.DB, invoicing.Filter{Account: account, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]invoicing.Issued, len(rows))
	for _, r := range rows {
		d, err := invoicing.Get(t.Context(), c.DB, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		out[d.Seq-1] = d
	}
	return out
}

// Account is the paying account of a customer.
func (c *Company) Account(external string) customers.AccountID { return c.Customers[external].Account }

// Day reads an ISO day; a typo in a test panics.
func Day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}
