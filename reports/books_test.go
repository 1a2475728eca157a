package reports_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/demo"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/reports"
	"ratable/revrec"
	"ratable/tax"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	ctx   = context.Background()
	today = period.NewDate(2026, 11, 21)
	over  = period.NewMonth(2026, 10) // the last month that is over
)

// company is a year that the engines lived, once for all tests.
var company = pgtest.Shared{Fill: func(ctx context.Context, db *postgres.DB) error {
	if err := db.Tx(ctx, func(tx pgx.Tx) error { return tax.InstallSeed(ctx, tx) }); err != nil {
		return err
	}
	_, err := demo.Fill(ctx, db, demo.Options{Today: today, Now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), BillingDay: func(ctx context.Context, day period.Date) error { return bill(ctx, db, day) }})
	return err
}}

func earn(ctx context.Context, db *postgres.DB, asOf period.Date) error {
	earned, err := revrec.Run(ctx, db, revrec.Options{AsOf: asOf}, access.System("test"))
	if err != nil {
		return err
	}
	for _, f := range earned.Failures {
		return fmt.Errorf("recognize account %d: %w", f.Account, f.Err)
	}
	return nil
}

func bill(ctx context.Context, db *postgres.DB, day period.Date) error {
	if err := earn(ctx, db, day.AddDays(-1)); err != nil {
		return err
	}
	r, err := invoicing.Run(ctx, db, invoicing.Options{AsOf: day}, access.System("test"))
	if err != nil {
		return err
	}
	for _, f := range r.Failures {
		return fmt.Errorf("bill account %d: %w", f.Account, f.Err)
	}
	if r.Held != "" {
		return fault.New(fault.Conflict, "held: %s", r.Held)
	}
	return nil
}

// book is one entity's books in one currency.
type book struct {
	entity   entities.Entity
	currency money.Currency
}

func (b book) String() string { return b.entity.Code + " " + string(b.currency) }

func (b book) scope(month period.Month) reports.Scope {
	return reports.Scope{Entity: b.entity, Currency: b.currency, Month: month}
}

// books are all there are.
func books(t *testing.T, q postgres.Querier) (out []book) {
	t.Helper()
	directory, err := entities.Load(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range directory.All() {
		trial, err := ledger.TrialBalance(ctx, q, ledger.Filter{Entity: e.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, sum := range trial.Totals() {
			out = append(out, book{e, sum.Currency})
		}
	}
	if len(out) < 3 {
		t.Fatalf("only %d books found: the test looks at the wrong company", len(out))
	}
	return out
}

func draw(t *testing.T, q postgres.Querier, code string, s reports.Scope) reports.Drawn {
	t.Helper()
	r, err := reports.Find(code)
	if err != nil {
		t.Fatal(err)
	}
	d, err := reports.Draw(ctx, q, r, s)
	if err != nil {
		t.Fatalf("%s of %s %s in %s: %v", code, s.Entity.Code, s.Currency, s.Month, err)
	}
	return d
}

// each draws every report there is, laid out in every way, for a month.
func each(t *testing.T, q postgres.Querier, month period.Month, visit func(d reports.Drawn)) {
	t.Helper()
	for _, b := range books(t, q) {
		for _, r := range reports.All {
			ways := []string{""}
			for _, c := range r.By {
				ways = append(ways, c.Value)
			}
			for _, by := range ways {
				s := b.scope(month)
				s.By = by
				visit(draw(t, q, r.Code, s))
			}
		}
	}
}
