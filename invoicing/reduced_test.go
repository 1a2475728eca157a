package invoicing

import (
	"testing"

	"ratable/contracts"
	"ratable/internal/money"
)

// What stands on documents is what the contract asks for, month by month or all
// at once, also when usage of a capped and credited month arrives late.
func TestReducedChargesStandOnceHoweverTheyAreBilled(t *testing.T) {
	monthly, atOnce := newBook(brandywine), newBook(brandywine)
	for _, b := range []*book{monthly, atOnce} {
		b.sign(t, loweredContract)
		b.use("BRW-0417", "api.calls", "2026-01-14", 900_000)
		b.use("BRW-0417", "storage.gb", "2026-01-31", 18_240)
	}
	for _, on := range []string{"2026-01-01", "2026-02-01"} {
		monthly.bill(t, on)
	}
	for _, b := range []*book{monthly, atOnce} {
		b.use("BRW-0417", "api.calls", "2026-01-20", 2_600_000) // late: January reaches its cap, and takes of the credit what February's seats had
		b.use("BRW-0417", "storage.gb", "2026-02-20", 21_000)
	}
	for _, on := range []string{"2026-03-01", "2026-04-01"} {
		monthly.bill(t, on)
	}
	atOnce.bill(t, "2026-04-01")
	pieces, err := contracts.Charges(monthly.facts.Agreements[0], monthly.world.Catalog, monthly.facts.Usage, date("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"seats", "support", "calls", "storage", "floor"} {
		owed := money.Zero("USD")
		for _, p := range Due(pieces, date("2026-04-01")) {
			if p.Line == line {
				owed = owed.Add(p.Amount)
			}
		}
		if m, a := monthly.stands(line), atOnce.stands(line); m != owed || a != owed {
			t.Errorf("%s: owed are %s, billed %s month by month and %s at once", line, owed, m, a)
		}
	}
	if again := monthly.bill(t, "2026-04-01"); len(again) > 0 {
		t.Errorf("a second run makes %d documents", len(again))
	}
}
