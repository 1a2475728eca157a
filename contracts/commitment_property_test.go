package contracts

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
)

// spender is a deal of three months over lines a and b at 1 each, with the given commitments of whole dollars or units.
func spender(t *rapid.T, commits ...Commit) deal {
	unit := catalog.Price{Model: catalog.PerUnit, Amount: one}
	d := Document{
		Contract: "C-1", Entity: "e", Customer: "c", Currency: "JPY", Term: Term{From: day("2025-01-01"), Through: day("2025-03-31")}, Billing: Billing{Align: Anniversary},
		Lines: []Line{
			{ID: "a", Product: "api", Usage: &Usage{Meter: "m1", Every: "month", Price: unit}},
			{ID: "b", Product: "api", Usage: &Usage{Meter: "m2", Every: "month", Price: unit}},
		},
		Commits: commits,
	}
	if found := d.Validate(); len(found) > 0 {
		t.Fatalf("the generator made a bad document: %v", found)
	}
	out := deal{agreement: Agreement{Number: "C-1", Customer: 7, Payer: 7, Currency: "JPY", Versions: []Version{{1, d.Start(), d}}}}
	for range rapid.IntRange(0, 8).Draw(t, "events") {
		out.events = append(out.events, event{rapid.SampledFrom([]string{"m1", "m2"}).Draw(t, "meter"), d.Term.From.AddDays(rapid.IntRange(0, 89).Draw(t, "on")), decimal.NewFromInt(int64(rapid.IntRange(1, 300).Draw(t, "quantity")))})
	}
	return out
}

// of makes a commitment of n, in money or in units at 1 each.
func (c Commit) of(n int64, inUnits bool) Commit {
	c.Product, c.Every = "api", "month"
	if inUnits {
		c.Units, c.UnitPrice = decimal.NewFromInt(n), one
	} else {
		c.Amount = decimal.NewFromInt(n)
	}
	return c
}

// used is what a meter counted in each month.
func (d deal) used(meter string) (months [3]int64) {
	for _, e := range d.events {
		if e.meter == meter {
			months[int(e.on.Month())-1] += e.quantity.IntPart()
		}
	}
	return months
}

func missing(t *rapid.T, d deal) map[string]int64 {
	out := map[string]int64{}
	for _, p := range chargeDeal(t, d, day("2025-04-01")) {
		if p.Kind == TrueUp {
			out[fmt.Sprintf("%s %d", p.Line, p.Span.Start.Month())] = p.Amount.Minor()
		}
	}
	return out
}

func owe(out map[string]int64, id string, month int, amount int64) {
	if amount > 0 {
		out[fmt.Sprintf("%s %d", id, month+1)] = amount
	}
}

func TestAWaterfallFillsOneCommitmentAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second, inUnits := rapid.Int64Range(1, 500).Draw(t, "first"), rapid.Int64Range(1, 500).Draw(t, "second"), rapid.Bool().Draw(t, "in units")
		d := spender(t,
			Commit{ID: "second", Lines: []string{"a"}, Flow: Waterfall, Priority: 2}.of(second, inUnits),
			Commit{ID: "first", Lines: []string{"a", "b"}, Flow: Waterfall, Priority: 1}.of(first, inUnits))
		want := map[string]int64{}
		a, b := d.used("m1"), d.used("m2")
		for month := range 3 {
			// Of one month's charges a, named first in the contract, is counted first.
			byA := min(a[month], first)
			owe(want, "first", month, first-byA-min(b[month], first-byA))
			owe(want, "second", month, second-(a[month]-byA))
		}
		if diff := cmp.Diff(want, missing(t, d)); diff != "" {
			t.Fatalf("(-owed +charged):\n%s", diff)
		}
	})
}

func TestACommitmentWithinAnotherCountsForBothChildFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outer, inner, inUnits := rapid.Int64Range(1, 700).Draw(t, "outer"), rapid.Int64Range(1, 400).Draw(t, "inner"), rapid.Bool().Draw(t, "in units")
		d := spender(t,
			Commit{ID: "outer", Lines: []string{"a", "b"}}.of(outer, inUnits),
			Commit{ID: "inner", Lines: []string{"b"}, Within: "outer"}.of(inner, inUnits))
		want := map[string]int64{}
		a, b := d.used("m1"), d.used("m2")
		for month := range 3 {
			short := max(0, inner-b[month])
			owe(want, "inner", month, short)
			owe(want, "outer", month, outer-a[month]-b[month]-short)
		}
		if diff := cmp.Diff(want, missing(t, d)); diff != "" {
			t.Fatalf("(-owed +charged):\n%s", diff)
		}
	})
}
