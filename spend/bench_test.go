package spend

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// BenchmarkManyLines prices a customer with 300 usage lines, each used on every day of a year, as its pages do: what is
// read, the running bill, the forecast.
func BenchmarkManyLines(b *testing.B) {
	const lines, days = 300, 330
	c := invoicingtest.New(b, pgtest.New(b))
	var source strings.Builder
	source.WriteString("contract: BIG\nentity: rtus\ncustomer: acme\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-12-31}\nlines:\n")
	if err := c.DB.Tx(b.Context(), func(tx pgx.Tx) error {
		for n := range lines {
			code := fmt.Sprintf("sku.%03d", n)
			if _, err := catalog.AddMeter(b.Context(), tx, catalog.Meter{Code: code, Name: code, Unit: "unit", Aggregation: catalog.Sum}, robot); err != nil {
				return err
			}
			fmt.Fprintf(&source, "  - {id: l%03d, product: api, usage: {meter: %s, every: month, included: 100, price: {model: graduated, tiers: [{up_to: 500, unit: 0.02}, {unit: 0.01}]}}}\n", n, code)
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	source.WriteString("caps:\n  - {id: ceiling, kind: customer, lines: [l000, l001, l002], amount: 50.00, every: month, then: warn}\n")
	c.Sign(b, source.String())
	var events []usage.Event
	for d := range days {
		at := day("2026-01-01").AddDays(d).Time(c.US.Location()).Add(12 * time.Hour)
		for n := range lines {
			events = append(events, usage.Event{Source: "bench", ID: fmt.Sprintf("%d-%d", d, n), Customer: "acme", Meter: fmt.Sprintf("sku.%03d", n), OccurredAt: at, Quantity: decimal.NewFromInt(int64(10 + (d*n)%7))})
		}
	}
	if _, err := usage.Ingest(b.Context(), c.DB, events, events[len(events)-1].OccurredAt.Add(time.Hour), robot); err != nil {
		b.Fatal(err)
	}
	for month := 1; month <= 11; month++ {
		c.Bill(b, fmt.Sprintf("2026-%02d-01", month))
	}
	on := day("2026-11-26")
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			load(b, c.DB, c.Account("acme"), on)
		}
	})
	x := load(b, c.DB, c.Account("acme"), on)
	b.Run("bill", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Running(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("forecast", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Forecast(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("look/nothing", func(b *testing.B) {
		if _, err := Alerts(context.Background(), c.DB, on, "", robot); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := Alerts(context.Background(), c.DB, on, "", robot); err != nil {
				b.Fatal(err)
			}
		}
	})
}
