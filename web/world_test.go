package web_test

import (
	"context"
	"strings"
	"testing"
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
	"ratable/web/webtest"
)

// world is a small company with something in every room.
type world struct {
	customer customers.Customer
	contract string // approved and billed
	waiting  string // submitted by sales
	invoice  string
}

const northwind = `contract: C-2026-001
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

func furnish(site *webtest.Site) world {
	site.T.Helper()
	w := world{contract: "C-2026-001", waiting: "C-2026-002"}
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
		w.customer, err = customers.Create(ctx, tx, customers.New{
			ExternalID: "northwind", Name: "Northwind Analytics", LegalName: "Northwind Analytics LLC", Kind: customers.Business, Entity: us.ID, Currency: "USD",
			Billing:  customers.Address{Lines: []string{"500 Howard St"}, City: "San Francisco", Region: "CA", Postcode: "94105", Country: "US"},
			Contacts: []customers.Contact{{Role: customers.Payable, Name: "Ana Payable", Email: "ap@northwind.example"}},
			TaxIDs:   []customers.TaxID{{Kind: "us_ein", Value: "12-3456789", Country: "US"}}, SignedUpOn: period.NewDate(2025, time.December, 1),
		}, system)
		return err
	})
	w.enter(site, northwind, sales)
	w.enter(site, strings.Replace(northwind, w.contract, w.waiting, 1), sales)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.Approve(ctx, tx, w.contract, "", finance) })
	for month := time.January; month <= time.April; month++ {
		result, err := invoicing.Run(site.T.Context(), site.DB, invoicing.Options{AsOf: period.NewDate(2026, month, 1)}, system)
		if err != nil || len(result.Failures) > 0 || result.Held != "" {
			site.T.Fatalf("invoice run of %s: %v %v %s", month, err, result.Failures, result.Held)
		}
	}
	issued, err := invoicing.List(site.T.Context(), site.DB, invoicing.Filter{})
	if err != nil || len(issued) == 0 {
		site.T.Fatalf("no invoices: %v", err)
	}
	w.invoice = issued[0].Number
	return w
}

// enter prepares a document and submits it.
func (w world) enter(site *webtest.Site, document string, by access.Actor) {
	site.T.Helper()
	d, err := contracts.Parse([]byte(document))
	if err != nil {
		site.T.Fatal(err)
	}
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := contracts.Prepare(ctx, tx, d, webtest.Today, by); err != nil {
			return err
		}
		return contracts.Submit(ctx, tx, d.Contract, "", by)
	})
}

// address fills the parts of a route with names that exist.
func (w world) address(path string) string {
	return strings.NewReplacer("/customers/:id", "/customers/1", "/contracts/:number", "/contracts/"+w.contract, "/invoices/:number", "/invoices/"+w.invoice,
		":id", "1", ":number", w.contract).Replace(path)
}

func TestACustomersPageTellsTheWholeStory(t *testing.T) {
	site := webtest.New(t)
	furnish(site)
	b := site.Login(access.Support)
	p := b.Get("/customers?q=north").Want(200, "Northwind Analytics", "San Francisco, US", "4,000.00")
	if rows := p.Table("Customers"); len(rows) != 2 { // one customer and the sum
		t.Errorf("the list shows %q", rows)
	}
	p = b.Get("/customers/1").Want(200, "Northwind Analytics LLC", "500 Howard St", "ap@northwind.example", "12-3456789", "C-2026-001", "C-2026-002", "Contract C-2026-001, version 1 entered")
	if rows := p.Table("Invoices"); len(rows) != 4 || rows[3][0] != "RUS-2026-000001" || rows[3][1] != "Overdue" || rows[3][5] != "1,000.00 USD" {
		t.Errorf("the invoices are %q", rows)
	}
	b.Get("/customers/77").Want(404, "There is no customer 77.")
	b.Get("/customers/x").Want(404)
	b.Get("/customers?q=nobody").Want(200, "No customer matches")
	file := b.Get("/customers?q=north&format=csv")
	if !strings.HasPrefix(file.Body, "id,number,name") || strings.Count(file.Body, "\r\n") != 2 {
		t.Errorf("the file is %q", file.Body)
	}
}
