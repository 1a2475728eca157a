package tax_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/tax"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// installed is the seed and, as of 2020, a seller registered in five states.
func installed(t *testing.T) *postgres.DB {
	t.Helper()
	db := pgtest.New(t)
	ctx := context.Background()
	must(t, db.Tx(ctx, func(tx pgx.Tx) error {
		if err := tax.InstallSeed(ctx, tx); err != nil {
			return err
		}
		for _, r := range registrations(t) {
			if err := tax.Register(ctx, tx, r, access.System("test")); err != nil {
				return err
			}
		}
		return nil
	}))
	return db
}

func registrations(t *testing.T) (all []tax.Registration) {
	t.Helper()
	for _, place := range []string{"US-CA", "US-NY", "US-TX", "US-WA", "US-PA"} {
		all = append(all, tax.Registration{Entity: "RAT-US", Place: place, Scheme: "local", StartsOn: on(t, "2020-01-01")})
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func loaded(t *testing.T, db *postgres.DB) *tax.Tables {
	t.Helper()
	tables, err := tax.Load(context.Background(), db)
	must(t, err)
	return tables
}

func on(t *testing.T, s string) period.Date {
	t.Helper()
	d, err := period.ParseDate(s)
	must(t, err)
	return d
}

func amount(t *testing.T, s string) money.Amount {
	t.Helper()
	a, err := money.ParseAmount(s, "USD")
	must(t, err)
	return a
}

// saleIn is a sale of RAT-US for 1000.00.
func saleIn(t *testing.T, customer customers.ID, region, postcode, day string) tax.Sale {
	t.Helper()
	return tax.Sale{Seller: tax.Seller{Code: "RAT-US", Country: "US", Region: "CA"}, On: on(t, day), Currency: "USD",
		Buyer: tax.Buyer{Customer: customer, Kind: customers.Business, Address: customers.Address{Country: "US", Region: region, Postcode: postcode}},
		Lines: []tax.Line{{ID: 1, TaxCode: "saas_b2b", Net: amount(t, "1000.00")}}}
}

func determine(t *testing.T, tables *tax.Tables, s tax.Sale) tax.Result {
	t.Helper()
	found, err := tax.Determine(tables, s)
	must(t, err)
	return found
}

func TestTheDatabaseTaxesAsTheSeedDoes(t *testing.T) {
	tables := loaded(t, installed(t))
	seed, err := tax.Seed().With(registrations(t), nil)
	must(t, err)
	for _, c := range []struct{ region, postcode, day string }{
		{"NY", "10001", "2026-11-15"}, {"TX", "77002", "2026-11-15"}, {"CA", "94105", "2026-12-31"}, {"CA", "94105", "2027-01-01"},
		{"WA", "98101", "2025-12-31"}, {"PA", "19103", "2026-11-15"}, {"MN", "55401", "2026-11-15"}, {"IL", "60601", "2026-11-15"}, {"WA", "99201", "2026-11-15"},
	} {
		s := saleIn(t, 1, c.region, c.postcode, c.day)
		if diff := cmp.Diff(determine(t, seed, s), determine(t, tables, s)); diff != "" {
			t.Errorf("%s on %s, seed and database differ: %s", c.region, c.day, diff)
		}
	}
}

func TestInstallingTheSeedAgainChangesNothing(t *testing.T) {
	db := installed(t)
	count := func() (n int) {
		must(t, db.QueryRow(context.Background(), `
			select (select count(*) from tax.rates) + (select count(*) from tax.taxability) + (select count(*) from tax.places)
				+ (select count(*) from tax.postcodes) + (select count(*) from tax.cities) + (select count(*) from tax.registrations)`).Scan(&n))
		return n
	}
	before := count()
	must(t, db.Tx(context.Background(), func(tx pgx.Tx) error { return tax.InstallSeed(context.Background(), tx) }))
	if after := count(); after != before || before == 0 {
		t.Errorf("%d rows became %d", before, after)
	}
}

func TestTwoRatesAreNeverLiveOnOneDay(t *testing.T) {
	db := installed(t)
	_, err := db.Exec(context.Background(), `
		insert into tax.rates (place, tax, class, rate, starts_on, source, confidence)
		values ('US-NY', 'sales', 'standard', 0.05, '2026-01-01', 'general', 'low')`)
	if err = postgres.Fault(err); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "rates_never_two_live") {
		t.Errorf("a second live rate of New York: %v", err)
	}
}

func TestARateIsEndedOnceAndNeverRewritten(t *testing.T) {
	db := installed(t)
	ctx := context.Background()
	_, err := db.Exec(ctx, `update tax.rates set ends_on = '2027-01-01' where place = 'US-NY'`)
	must(t, err)
	for what, sql := range map[string]string{
		"ended again": `update tax.rates set ends_on = '2028-01-01' where place = 'US-NY'`,
		"changed":     `update tax.rates set rate = 0.01 where place = 'US-PA'`,
	} {
		if _, err := db.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "may be ended once, never changed") {
			t.Errorf("a rate was %s: %v", what, err)
		}
	}
	if _, err := db.Exec(ctx, `delete from tax.rates where place = 'US-PA'`); err == nil {
		t.Error("a rate was deleted by the serving role")
	}
}

// customer creates a customer to hold a certificate.
func customer(t *testing.T, db *postgres.DB) (c customers.Customer) {
	t.Helper()
	ctx := context.Background()
	address := customers.Address{Lines: []string{"1 Market St"}, City: "Philadelphia", Region: "PA", Postcode: "19103", Country: "US"}
	must(t, db.Tx(ctx, func(tx pgx.Tx) error {
		seller, err := entities.Create(ctx, tx, entities.Entity{Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "CA", Postcode: "94105",
			City: "San Francisco", Lines: []string{"1 Main St"}, TimeZone: "America/Los_Angeles", Currency: "USD", Email: "ar@ratable.example"}, access.System("test"))
		if err != nil {
			return err
		}
		c, err = customers.Create(ctx, tx, customers.New{ExternalID: "school", Name: "School", Kind: customers.Nonprofit, Entity: seller.ID, Currency: "USD",
			Billing: address, SignedUpOn: on(t, "2025-01-01")}, access.System("test"))
		return err
	}))
	return c
}

func TestACertificateCountsOnceSomebodyVerifiedItAndUntilItIsRevoked(t *testing.T) {
	db := installed(t)
	ctx, by := context.Background(), access.System("test")
	c := customer(t, db)
	sale := saleIn(t, c.ID, "PA", "19103", "2026-05-10")
	expect := func(when, want string) {
		t.Helper()
		if got := determine(t, loaded(t, db), sale).Total(); got.String() != want {
			t.Errorf("%s: %s charged, should be %s", when, got, want)
		}
	}
	var e tax.Exemption
	must(t, db.Tx(ctx, func(tx pgx.Tx) (err error) {
		e, err = tax.RecordExemption(ctx, tx, tax.Exemption{Account: c.Account, Customer: c.ID, Place: "US-PA", Form: "REV-1220", Reason: "nonprofit",
			Number: "75-1", StartsOn: on(t, "2026-01-01")}, by)
		return err
	}))
	expect("uploaded, not reviewed", "80.00")
	decide := func(v tax.Verdict, day string) {
		must(t, db.Tx(ctx, func(tx pgx.Tx) error { return tax.Decide(ctx, tx, c.Account, e.ID, v, on(t, day), by) }))
	}
	decide(tax.Verified, "2026-06-01")
	expect("verified", "0.00")
	decide(tax.Revoked, "2026-05-11")
	expect("revoked the day after", "0.00")
	decide(tax.Revoked, "2026-05-10")
	expect("revoked on the day", "80.00")
	decide(tax.Rejected, "2026-07-01")
	expect("rejected", "80.00")
}

func TestANewRegistrationBeginsToCollectOnItsDay(t *testing.T) {
	db := installed(t)
	ctx := context.Background()
	must(t, db.Tx(ctx, func(tx pgx.Tx) error {
		return tax.Register(ctx, tx, tax.Registration{Entity: "RAT-US", Place: "US-TN", Scheme: "local", StartsOn: on(t, "2026-10-01")}, access.System("test"))
	}))
	for day, want := range map[string]string{"2026-09-30": "0.00", "2026-10-01": "70.00"} {
		if got := determine(t, loaded(t, db), saleIn(t, 1, "TN", "37201", day)).Total(); got.String() != want {
			t.Errorf("on %s Tennessee gets %s, should get %s", day, got, want)
		}
	}
}
