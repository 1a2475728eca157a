package web

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/spend"
)

func TestTheLargestLinesOfABillAndTheRestAddUpToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-1000, 1000), 3, 60).Draw(t, "amounts")
		n := rapid.IntRange(1, len(amounts)-1).Draw(t, "shown")
		lines, total := make([]spend.Line, len(amounts)), money.Zero("USD")
		for i, a := range amounts {
			lines[i] = spend.Line{Line: invoicing.Line{Customer: customers.ID(i), Amount: money.Of(a, "USD")}}
			total = total.Add(lines[i].Amount)
		}
		kept, rest := largest(lines, n)
		least, sum := int64(1000), rest
		for _, l := range kept {
			least, sum = min(least, l.Amount.Abs().Minor()), sum.Add(l.Amount)
		}
		if len(kept) != n || sum != total {
			t.Fatalf("%d lines and the rest come to %s, the bill to %s", len(kept), sum, total)
		}
		if !slices.IsSortedFunc(kept, func(a, b spend.Line) int { return int(a.Customer - b.Customer) }) {
			t.Fatal("the lines do not stand in the bill's order")
		}
		for _, l := range lines {
			if l.Amount.Abs().Minor() > least && !slices.ContainsFunc(kept, func(k spend.Line) bool { return k.Customer == l.Customer }) {
				t.Fatalf("a line of %s is left out though one of %d is shown", l.Amount, least)
			}
		}
	})
}
