package contracts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/usage"
)

// BenchmarkCharges prices three years with ten lines and usage on every day:
// what a run does for each contract, every day.
func BenchmarkCharges(b *testing.B) {
	var text strings.Builder
	text.WriteString(head + "term: {from: 2026-01-01, through: 2028-12-31}\nlines:\n")
	for i := range 4 {
		fmt.Fprintf(&text, "  - {id: seats-%d, product: platform, fixed: {quantity: 25, unit_price: 39.90, every: month}}\n", i)
	}
	for i := range 6 {
		fmt.Fprintf(&text, "  - {id: calls-%d, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: graduated, tiers: [{up_to: 5000, unit: 0.013}, {up_to: 20000, unit: 0.011}, {unit: 0.009}]}}}\n", i)
	}
	terms := map[string]string{
		"plain":      "",
		"commitment": "commitments: [{id: minimum, product: prepaid, lines: [calls-0, calls-1, calls-2], amount: 12000, every: year}]\n",
		"capped":     "prepaid: [{id: cap, product: prepaid, lines: [calls-0, calls-1, calls-2, calls-3, calls-4, calls-5], amount: 9000, every: year, overage: {factor: 1.2}}]\n",
	}
	terms["reduced"] = terms["commitment"] + "caps: [{id: top, kind: hard, lines: [calls-0, calls-1], amount: 9000, every: quarter}]\n" +
		"discounts: [{id: off, percent: 15}, {id: flat, amount: 100, every: month}]\ncredits: [{id: gift, kind: goodwill, amount: 5000, reason: outage}]\n"
	for _, name := range []string{"plain", "commitment", "capped", "reduced"} {
		d, err := Parse([]byte(text.String() + terms[name]))
		if err != nil {
			b.Fatal(err)
		}
		a := Agreement{Account: 1, Contract: 1, Number: "C-1", Entity: 1, Customer: 7, Payer: 7, Currency: "USD", Versions: []Version{{1, d.Start(), d}}}
		var days usage.Days
		for on, i := a.Term().Start, int64(0); on.Before(a.Term().End); on, i = on.AddDays(1), i+1 {
			days.Add(usage.Key{Customer: 7, Meter: "api.calls"}, on, decimal.New(100_000+i*37%90_000, -2))
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Charges(a, sold, &days, a.Term().End); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
