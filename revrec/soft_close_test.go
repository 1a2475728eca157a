package revrec

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/ledger"
)

func TestLateUsageOfASoftClosedMonthIsBookedInTheNextUnlessAnAccountantCatchesUp(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.bill(t, w.accounts[0], "2026-01-01", "RDE-1", "seats", contracts.FixedFee, year2026, eur("1200"))
	w.run(t, "2026-02-01")
	w.tx(t, func(tx pgx.Tx) error { return ledger.SoftCloseMonth(ctx, tx, w.entity, month("2026-01"), w.anna) })
	booked := func() (in []string) {
		rows, err := ContractRows(ctx, w.db, w.accounts[0], w.contract[w.accounts[0]].ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.Line == "calls" {
				in = append(in, r.Month.String()+" in "+r.BookedIn.String())
			}
		}
		return in
	}

	w.use(t, 0, "2026-01-31", "700")
	w.run(t, "2026-02-01")
	if got := booked(); len(got) != 1 || got[0] != "2026-01 in 2026-02" {
		t.Fatalf("the engine books late usage of a soft-closed month as %v", got)
	}
	w.use(t, 0, "2026-01-30", "300")
	result, err := Run(ctx, w.db, Options{AsOf: day("2026-01-31"), Adjusting: w.entity}, w.anna)
	if err != nil || result.Entries != 1 {
		t.Fatalf("the catch-up: %+v, %v", result, err)
	}
	if got := booked(); len(got) != 2 || got[1] != "2026-01 in 2026-01" {
		t.Errorf("an accountant's catch-up is booked as %v", got)
	}
	page, err := ledger.EntriesPage(ctx, w.db, ledger.EntryFilter{Entity: w.entity, Source: "revenue"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page {
		// Of the three bookings of January only the one after the soft close and in it is an adjustment.
		if want := e.Source == "revenue:C-0:2026-01:3"; e.Adjusting != want {
			t.Errorf("%s, booked on %s: adjusting is %t", e.Source, e.BookedOn, e.Adjusting)
		}
	}
	w.tx(t, func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.entity, month("2026-01"), w.anna) })
	w.use(t, 0, "2026-01-29", "100")
	if result, err = Run(ctx, w.db, Options{AsOf: day("2026-01-31"), Adjusting: w.entity}, w.anna); err != nil || result.Entries != 1 {
		t.Fatalf("the catch-up after the close: %+v, %v", result, err)
	}
	if got := booked(); len(got) != 3 || got[2] != "2026-01 in 2026-02" {
		t.Errorf("a closed month takes a catch-up: %v", got)
	}
}
