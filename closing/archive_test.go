package closing

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/usage"
)

// A seal covers what makes usage count, not the events themselves: those may leave the database later.
func TestASealHoldsWhenTheUsageOfItsMonthIsArchived(t *testing.T) {
	b := open(t)
	by := access.System("test")
	b.do(func(tx pgx.Tx) error {
		if _, err := catalog.AddMeter(ctx, tx, catalog.Meter{Code: "calls", Name: "Calls", Unit: "call", Aggregation: catalog.Sum}, by); err != nil {
			return err
		}
		_, err := customers.Create(ctx, tx, customers.New{ExternalID: "acme", Name: "Acme", Kind: customers.Business, Entity: b.us.ID, Currency: "USD", SignedUpOn: day("2026-01-01"),
			Billing: customers.Address{Lines: []string{"Street 1"}, City: "Berlin", Postcode: "10115", Country: "DE"}}, by)
		return err
	})
	at := time.Date(2026, time.January, 10, 12, 0, 0, 0, time.UTC)
	use := func(id string, quantity int64) usage.Receipt {
		r, err := usage.Ingest(ctx, b.db, []usage.Event{{Source: "edge", ID: id, Customer: "acme", Meter: "calls", OccurredAt: at, Quantity: decimal.NewFromInt(quantity)}}, at, by)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	use("1", 5)
	b.book("2026-01-10", 1000)
	b.closed("2026-01")
	if _, err := usage.ArchiveBefore(ctx, b.db, month("2026-02"), t.TempDir(), nil, by, nil); err != nil {
		t.Fatal(err)
	}
	if v := b.verify(); v.Months != 1 || len(v.Broken) > 0 {
		t.Errorf("a closed month whose usage was archived: %+v", v)
	}
	b.tamper("usage.keys", `update usage.keys set content = key`)
	if v := b.verify(); len(v.Broken) != 1 || v.Broken[0].Text != "facts of usage.keys were changed: 1 were known then, 1 stand now" {
		t.Errorf("an event that says something else is told as %v", v.Broken)
	}
}
