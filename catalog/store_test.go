package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var clerk = access.System("test")

func inTx(db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) error {
	ctx := context.Background()
	return db.Tx(ctx, func(tx pgx.Tx) error { return fn(ctx, tx) })
}

func addProduct(t *testing.T, db *postgres.DB, p catalog.Product) catalog.Product {
	t.Helper()
	err := inTx(db, func(ctx context.Context, tx pgx.Tx) (err error) {
		p, err = catalog.AddProductVersion(ctx, tx, p, clerk)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func api() catalog.Product {
	return catalog.Product{Code: "api", StartsOn: day("2026-01-01"), Name: "API calls 🚀", TaxCode: "saas_b2b", Unit: "call",
		Recognition: catalog.AsUsed, Standalone: []catalog.Standalone{{Currency: "EUR", Price: decimal.RequireFromString("0.01")}}}
}

func TestTheCatalogComesBackAsItWasAdded(t *testing.T) {
	db := pgtest.New(t)
	first := addProduct(t, db, api())
	next := api()
	next.StartsOn, next.Name = day("2026-07-01"), "API requests"
	second := addProduct(t, db, next)
	seats := addProduct(t, db, catalog.Product{Code: "seats", StartsOn: day("2026-01-01"), Name: "Seats", TaxCode: "saas_b2b", Unit: "seat", Recognition: catalog.Ratable, Method: catalog.MidMonth, Rounding: catalog.LastAbsorbs})
	meter := catalog.Meter{Code: "calls", Name: "Calls", Unit: "call", Aggregation: catalog.Sum}
	// Key order and spacing of an approved document are kept.
	plan := catalog.Plan{Code: "starter", StartsOn: day("2026-01-01"), Name: "Starter", Document: json.RawMessage(`{"b": 1,  "a": "5.00"}`)}
	err := inTx(db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if meter, err = catalog.AddMeter(ctx, tx, meter, clerk); err != nil {
			return err
		}
		plan, err = catalog.AddPlanVersion(ctx, tx, plan, clerk)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	c, err := catalog.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	if first.ID != second.ID || first.Version != 1 || second.Version != 2 {
		t.Errorf("the versions are %d of product %d and %d of product %d, should be 1 and 2 of one", first.Version, first.ID, second.Version, second.ID)
	}
	if diff := cmp.Diff([]catalog.Product{first, second, seats}, c.Products(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("products changed on their way (-added +loaded):\n%s", diff)
	}
	if diff := cmp.Diff([]catalog.Meter{meter}, c.Meters()); diff != "" {
		t.Errorf("meters changed on their way (-added +loaded):\n%s", diff)
	}
	if diff := cmp.Diff([]catalog.Plan{plan}, c.Plans()); diff != "" {
		t.Errorf("plans changed on their way (-added +loaded):\n%s", diff)
	}
}

func TestAddingTheSameAgainChangesNothing(t *testing.T) {
	db := pgtest.New(t)
	first := addProduct(t, db, api())
	if again := addProduct(t, db, api()); again.Version != first.Version {
		t.Errorf("the same product again became version %d", again.Version)
	}
	dearer := api()
	dearer.Standalone = []catalog.Standalone{{Currency: "EUR", Price: decimal.RequireFromString("0.02")}}
	if changed := addProduct(t, db, dearer); changed.Version != 2 {
		t.Errorf("another price became version %d, should be 2", changed.Version)
	}
	plan := catalog.Plan{Code: "starter", StartsOn: day("2026-01-01"), Name: "Starter", Document: json.RawMessage(`{}`)}
	for range 2 {
		err := inTx(db, func(ctx context.Context, tx pgx.Tx) error {
			p, err := catalog.AddPlanVersion(ctx, tx, plan, clerk)
			if err == nil && p.Version != 1 {
				t.Errorf("the same plan again became version %d", p.Version)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAMeterNeverChangesItsMeaning(t *testing.T) {
	db := pgtest.New(t)
	add := func(unit string) (m catalog.Meter, err error) {
		err = inTx(db, func(ctx context.Context, tx pgx.Tx) error {
			m, err = catalog.AddMeter(ctx, tx, catalog.Meter{Code: "traffic", Name: "Traffic", Unit: unit, Aggregation: catalog.Sum}, clerk)
			return err
		})
		return m, err
	}
	first, err := add("GB")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := add("GB"); err != nil || !cmp.Equal(again, first) {
		t.Errorf("the same meter again gives %v (%v), should be %v", again, err, first)
	}
	if _, err := add("GiB"); !errors.Is(err, fault.Conflict) {
		t.Errorf("the same meter in another unit: %v, should be a conflict", err)
	}
}

func TestTwoPeopleCannotAddTheSameVersion(t *testing.T) {
	db := pgtest.New(t)
	addProduct(t, db, api())
	second, third := api(), api()
	second.Name, third.Name = "by Ann", "by Ben"
	add := func(p catalog.Product, before func()) chan error {
		done := make(chan error, 1)
		go func() {
			done <- inTx(db, func(ctx context.Context, tx pgx.Tx) error {
				_, err := catalog.AddProductVersion(ctx, tx, p, clerk)
				before()
				return err
			})
		}()
		return done
	}
	annAdded, annMayCommit := make(chan bool), make(chan bool)
	ann := add(second, func() { close(annAdded); <-annMayCommit })
	<-annAdded
	ben := add(third, func() {})
	// Ben has read the same newest version as Ann, and now waits for hers to be committed or not.
	for waiting := 0; waiting == 0; {
		err := db.QueryRow(context.Background(), `select count(*) from pg_locks where not granted and locktype = 'transactionid' and pid in (select pid from pg_stat_activity where datname = current_database())`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	close(annMayCommit)
	if err := <-ann; err != nil {
		t.Errorf("Ann was first and got %v", err)
	}
	if err := <-ben; !errors.Is(err, fault.Conflict) {
		t.Errorf("Ben got %v, should be told of the conflict", err)
	}
	c, err := catalog.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := c.Product("api", day("2026-02-01")); p.Name != "by Ann" || len(c.Products()) != 2 {
		t.Errorf("%d versions stand and %q is in force, should be 2 and Ann's", len(c.Products()), p.Name)
	}
}

func TestABadProductIsRefusedFieldByField(t *testing.T) {
	db := pgtest.New(t)
	bad := catalog.Product{Code: "a b", Name: "broken \xff", TaxCode: "", Recognition: "sometimes", Standalone: []catalog.Standalone{{Currency: "XYZ"}}}
	err := inTx(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := catalog.AddProductVersion(ctx, tx, bad, clerk)
		return err
	})
	var paths []string
	for _, f := range fault.Fields(err) {
		paths = append(paths, f.Path)
	}
	want := []string{"code", "name", "starts_on", "tax_code", "recognition", "standalone[0].currency", "standalone[0].price"}
	if !errors.Is(err, fault.Invalid) || !slices.Equal(paths, want) {
		t.Errorf("refused at %v (%v), should be at %v", paths, err, want)
	}
}

func TestACatalogVersionIsNeverEdited(t *testing.T) {
	db := pgtest.New(t)
	addProduct(t, db, api())
	for _, sql := range []string{`update catalog.product_versions set name = 'other'`, `delete from catalog.product_versions`, `update catalog.meters set unit = 'other'`} {
		if _, err := db.Exec(context.Background(), sql); !errors.Is(postgres.Fault(err), fault.Denied) {
			t.Errorf("%s: %v, should be denied", sql, err)
		}
	}
}
