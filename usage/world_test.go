package usage

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var (
	tester = access.System("usage test")
	now    = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
)

// world is a database with three sellers, some customers and two meters:
//
//	ber  Europe/Berlin     acme, with its child acme-lab in one account
//	nyc  America/New_York  bolt
//	kol  Asia/Kolkata      chai
type world struct {
	db       *postgres.DB
	customer map[string]customers.Customer
	meter    map[string]catalog.Meter
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{db: pgtest.New(t), customer: make(map[string]customers.Customer), meter: make(map[string]catalog.Meter)}
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		for _, s := range []struct{ code, zone, customer string }{
			{"ber", "Europe/Berlin", "acme"}, {"nyc", "America/New_York", "bolt"}, {"kol", "Asia/Kolkata", "chai"},
		} {
			seller, err := entities.Create(context.Background(), tx, entities.Entity{
				Code: s.code, Name: s.code, Country: "DE", City: "Berlin", TimeZone: s.zone, Currency: "EUR",
			}, tester)
			if err != nil {
				return err
			}
			if err := w.sellTo(tx, s.customer, seller.ID, 0); err != nil {
				return err
			}
		}
		return w.sellTo(tx, "acme-lab", w.customer["acme"].Entity, w.customer["acme"].ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.addMeter(t, "calls")
	w.addMeter(t, "storage")
	return w
}

func (w *world) sellTo(tx pgx.Tx, name string, seller entities.ID, parent customers.ID) error {
	c, err := customers.Create(context.Background(), tx, customers.New{
		ExternalID: name, Name: name, Kind: customers.Business, Parent: parent, Entity: seller, Currency: "EUR",
		Billing:    customers.Address{Lines: []string{"Street 1"}, City: "Berlin", Postcode: "10115", Country: "DE"},
		SignedUpOn: period.NewDate(2025, time.January, 1),
	}, tester)
	w.customer[name] = c
	return err
}

func (w *world) addCustomer(t testing.TB, name, like string) {
	t.Helper()
	if err := w.db.Tx(context.Background(), func(tx pgx.Tx) error { return w.sellTo(tx, name, w.customer[like].Entity, 0) }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) addMeter(t testing.TB, code string) {
	t.Helper()
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) (err error) {
		w.meter[code], err = catalog.AddMeter(context.Background(), tx, catalog.Meter{
			Code: code, Name: code, Unit: "unit", Aggregation: catalog.Sum,
		}, tester)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ingest expects that the events can be taken in.
func (w *world) ingest(t testing.TB, events ...Event) Receipt {
	t.Helper()
	r, err := Ingest(context.Background(), w.db, events, now, tester)
	if err != nil {
		t.Fatalf("ingest %d events: %v", len(events), err)
	}
	return r
}

// proveRollups holds the rollups of every account to a plain recount.
func (w *world) proveRollups(t testing.TB) {
	t.Helper()
	for name, c := range w.customer {
		found, err := Recount(context.Background(), w.db, c.Account)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			t.Errorf("account of %s: %s", name, d)
		}
	}
}

// counts says what is in the tables, for a look at what a call left behind.
func (w *world) counts(t testing.TB) string {
	t.Helper()
	var events, buckets, days, conflicts, quarantine, releases, audits int
	err := w.db.QueryRow(context.Background(), `
		select (select count(*) from usage.events), (select count(*) from usage.quarter_hours), (select count(*) from usage.days),
		       (select count(*) from usage.conflicts), (select count(*) from usage.quarantine), (select count(*) from usage.releases),
		       (select count(*) from access.audit where subject_kind = 'usage batch')`).
		Scan(&events, &buckets, &days, &conflicts, &quarantine, &releases, &audits)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d events, %d buckets, %d days, %d conflicts, %d quarantined, %d released, %d audited",
		events, buckets, days, conflicts, quarantine, releases, audits)
}

// day is the quantity the rollups have for a customer and meter on a day.
func (w *world) day(t testing.TB, customer, meter, date string) string {
	t.Helper()
	c := w.customer[customer]
	day := mustDate(t, date)
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{c.Account}, day, day.AddDays(1))
	if err != nil {
		t.Fatal(err)
	}
	return all[c.Account].Quantity(Key{c.ID, meter}, period.NewSpan(day, day.AddDays(1))).String()
}

func mustDate(t testing.TB, s string) period.Date {
	t.Helper()
	d, err := period.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// used is an event of source "test".
func used(id, customer, meter, at, quantity string) Event {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return Event{Source: "test", ID: id, Customer: customer, Meter: meter, OccurredAt: t.UTC(), Quantity: decimal.RequireFromString(quantity)}
}
