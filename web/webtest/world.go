package webtest

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/tax"
)

// World is a small company with something in every room.
type World struct {
	Customer customers.Customer
	Contract string // approved and billed
	Waiting  string // submitted by sales
	Invoice  string
}

// Document is the contract that Furnish bills.
const Document = `contract: C-2026-001
title: Platform and usage
entity: rus
customer: northwind
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30}
lines:
  - {id: seats, product: platform, clause: § 2.1, fixed: {quantity: 25, unit_price: 40.00, every: month}}
  - id: calls
    product: api
    usage:
      meter: api.calls
      included: 1000
      every: month
      price:
        model: graduated
        tiers:
          - {up_to: 10000, unit: 0.01}
          - {unit: 0.005}
`

// Furnish makes the company: a customer, a contract billed from January to April, another one that waits for approval.
func Furnish(site *Site) World {
	site.T.Helper()
	w := World{Contract: "C-2026-001", Waiting: "C-2026-002"}
	system := access.System("test")
	sales, finance := site.User("Sales", access.Sales), site.User("Finance", access.Finance)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		if err := tax.InstallSeed(ctx, tx); err != nil {
			return err
		}
		us, err := entities.Create(ctx, tx, entities.Entity{Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "NY", Postcode: "10001", City: "New York",
			Lines: []string{"1 Main St"}, TimeZone: "America/New_York", Currency: "USD", Email: "billing@ratable.example"}, system)
		if err != nil {
			return err
		}
		since := period.NewDate(2020, time.January, 1)
		for _, p := range []catalog.Product{
			{Code: "platform", StartsOn: since, Name: "Platform", Unit: "seat", TaxCode: "saas_b2b", Recognition: catalog.Ratable},
			{Code: "api", StartsOn: since, Name: "API calls", Unit: "call", TaxCode: "api_usage", Recognition: catalog.AsUsed},
		} {
			if _, err := catalog.AddProductVersion(ctx, tx, p, system); err != nil {
				return err
			}
		}
		if _, err := catalog.AddMeter(ctx, tx, catalog.Meter{Code: "api.calls", Name: "API calls", Unit: "call", Aggregation: catalog.Sum}, system); err != nil {
			return err
		}
		w.Customer, err = customers.Create(ctx, tx, customers.New{
			ExternalID: "northwind", Name: "Northwind Analytics", LegalName: "Northwind Analytics LLC", Kind: customers.Business, Entity: us.ID, Currency: "USD",
			Billing:  customers.Address{Lines: []string{"500 Howard St"}, City: "San Francisco", Region: "CA", Postcode: "94105", Country: "US"},
			Contacts: []customers.Contact{{Role: customers.Payable, Name: "Ana Payable", Email: "ap@northwind.example"}},
			TaxIDs:   []customers.TaxID{{Kind: "us_ein", Value: "12-3456789", Country: "US"}}, SignedUpOn: period.NewDate(2025, time.December, 1),
		}, system)
		return err
	})
	w.Enter(site, Document, sales)
	w.Enter(site, strings.Replace(Document, w.Contract, w.Waiting, 1), sales)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.Approve(ctx, tx, w.Contract, "", finance) })
	for month := time.January; month <= time.April; month++ {
		Bill(site, period.NewDate(2026, month, 1))
	}
	issued, err := invoicing.List(site.T.Context(), site.DB, invoicing.Filter{})
	if err != nil || len(issued) == 0 {
		site.T.Fatalf("no invoices: %v", err)
	}
	w.Invoice = issued[0].Number
	return w
}

// Enter prepares a document and submits it.
func (w World) Enter(site *Site, document string, by access.Actor) {
	site.T.Helper()
	d, err := contracts.Parse([]byte(document))
	if err != nil {
		site.T.Fatal(err)
	}
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := contracts.Prepare(ctx, tx, d, Today, by); err != nil {
			return err
		}
		return contracts.Submit(ctx, tx, d.Contract, "", by)
	})
}

// Address fills the parts of a route with names that exist.
func (w World) Address(path string) string {
	return strings.NewReplacer("/customers/:id", "/customers/1", "/contracts/:number", "/contracts/"+w.Contract, "/invoices/:number", "/invoices/"+w.Invoice,
		":id", "1", ":number", w.Contract).Replace(path)
}

// Bill runs the invoice run of a day.
func Bill(site *Site, asOf period.Date) {
	site.T.Helper()
	result, err := invoicing.Run(site.T.Context(), site.DB, invoicing.Options{AsOf: asOf}, access.System("test"))
	if err != nil || len(result.Failures) > 0 || result.Held != "" {
		site.T.Fatalf("invoice run of %s: %v %v %s", asOf, err, result.Failures, result.Held)
	}
}
