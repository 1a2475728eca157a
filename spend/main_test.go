package spend

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var robot = access.System("test")

func day(s string) period.Date { return invoicingtest.Day(s) }

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// load prices an account in one snapshot, as the pages do.
func load(t testing.TB, db *postgres.DB, account customers.AccountID, on period.Date) *Account {
	t.Helper()
	var x *Account
	err := db.Snapshot(t.Context(), func(tx pgx.Tx) (err error) {
		x, err = Load(t.Context(), tx, account, on)
		return err
	})
	if err != nil {
		t.Fatalf("price account %d on %s: %v", account, on, err)
	}
	return x
}

// deal writes a contract over 2026 with chance deciding what is in it.
func deal(chance *rand.Rand, number, entity, customer, currency string) string {
	pick := func(words ...string) string { return words[chance.IntN(len(words))] }
	var b strings.Builder
	cycle := pick("month", "month", "quarter")
	longer := map[string]string{"month": pick("month", "quarter"), "quarter": "quarter"}[cycle]
	from := pick("2026-01-01", "2026-01-01", "2026-01-12")
	fmt.Fprintf(&b, "contract: %s\nentity: %s\ncustomer: %s\ncurrency: %s\nterm: {from: %s, through: 2026-12-31}\nlines:\n", number, entity, customer, currency, from)
	fmt.Fprintf(&b, "  - {id: seats, product: platform, fixed: {quantity: %d, unit_price: %s, every: %s, in: %s}}\n", 1+chance.IntN(20), pick("39.90", "12.35", "100"), pick("month", "quarter"), pick("advance", "arrears"))
	fmt.Fprintf(&b, "  - {id: calls, product: api, usage: {meter: api.calls, every: %s, included: %d, price: %s}}\n", cycle, chance.IntN(3)*500,
		pick("{model: per_unit, amount: 0.013}", "{model: graduated, tiers: [{up_to: 2000, unit: 0.02}, {unit: 0.007, flat: 5}]}", "{model: volume, tiers: [{up_to: 3000, unit: 0.02}, {unit: 0.01}]}"))
	fmt.Fprintf(&b, "  - {id: store, product: storage, usage: {meter: storage.gb, every: month, price: {model: per_unit, amount: %s}}}\n", pick("0.11", "0.097"))
	if chance.IntN(2) == 0 {
		fmt.Fprintf(&b, "caps:\n  - {id: ceiling, kind: %s, lines: [calls, store], amount: %d.00, every: %s, then: %s}\n", "customer", 20+chance.IntN(60), longer, pick("warn", "throttle", "stop"))
	}
	if chance.IntN(3) == 0 {
		fmt.Fprintf(&b, "prepaid:\n  - {id: pot, product: prepaid, lines: [calls], amount: %d.00, every: %s, overage: {factor: %s}}\n", 15+chance.IntN(40), pick("month", "quarter", "term"), pick("1", "1.5"))
	}
	if chance.IntN(3) == 0 {
		fmt.Fprintf(&b, "commitments:\n  - {id: promise, product: prepaid, lines: [calls, store], amount: %d.00, every: %s}\n", 30+chance.IntN(100), longer)
	}
	if chance.IntN(3) == 0 {
		fmt.Fprintf(&b, "discounts:\n  - {id: launch, percent: %d, through: 2026-05-15}\n", 5+chance.IntN(30))
	}
	if chance.IntN(3) == 0 {
		fmt.Fprintf(&b, "credits:\n  - {id: welcome, kind: promotional, amount: %d.00, through: 2026-06-30, reason: Welcome}\n", 20+chance.IntN(100))
	}
	return b.String()
}
