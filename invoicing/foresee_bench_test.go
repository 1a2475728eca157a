package invoicing

import (
	"fmt"
	"strings"
	"testing"

	"ratable/contracts"
)

// BenchmarkForeseeing prices three years of ten lines once and decides on the first
// of each month, as the preview of a contract does.
func BenchmarkForeseeing(b *testing.B) {
	var source strings.Builder
	source.WriteString("contract: C-1\nentity: rtus\ncustomer: BRW-0417\ncurrency: USD\nterm: {from: 2026-01-01, through: 2028-12-31}\nlines:\n")
	for i := range 5 {
		fmt.Fprintf(&source, "  - {id: seats-%d, product: platform, fixed: {quantity: 25, unit_price: 39.90, every: month}}\n", i)
		fmt.Fprintf(&source, "  - {id: calls-%d, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}\n", i)
	}
	for b.Loop() {
		x := newBook(brandywine)
		x.sign(b, source.String())
		a := x.facts.Agreements[0]
		first, end := a.Term().Start, a.Term().End
		for month := range 36 {
			x.use("BRW-0417", "api.calls", first.AddMonths(month).String(), 12_345)
		}
		pieces, err := contracts.Charges(a, x.world.Catalog, x.facts.Usage, end)
		if err != nil {
			b.Fatal(err)
		}
		x.facts.Priced = map[contracts.ID][]contracts.Piece{a.Contract: pieces}
		for month := range 37 {
			if _, err := x.run(first.AddMonths(month)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
