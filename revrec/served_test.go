package revrec

import (
	"testing"

	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

func installments(id string, list ...contracts.Installment) contracts.Line {
	return contracts.Line{ID: id, Product: "platform", Fixed: &contracts.Fixed{Every: "term", Installments: list}}
}

func TestInstallmentsAreEarnedOverTheYearTheyPayFor(t *testing.T) {
	a := agreement(document(installments("license", contracts.Installment{On: day("2025-12-01"), Amount: dec("365")}, contracts.Installment{On: day("2026-07-01"), Amount: dec("730")})))
	pieces, err := contracts.Charges(a, book, nil, day("2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pieces { // both by days, before and after the day they are asked for
		if got, want := Earned(p, day("2026-02-01")), money.SpreadTo(p.Amount, 31, 365); got != want {
			t.Errorf("%s had earned %s by February, not %s", p.Amount, got, want)
		}
	}
	if got := len(Schedule(1, pieces, month("2026-01"))); got != 24 {
		t.Errorf("two installments are scheduled in %d rows, not for 12 months each", got)
	}
}

func TestAnExtensionEarnsTheRestOverWhatIsLeftNow(t *testing.T) {
	first := document(fixed("license", "platform", "1", "1000", "term", contracts.Advance))
	longer := first
	longer.Term.Through, longer.Effective = day("2027-12-31"), day("2026-07-01")
	pieces, err := contracts.Charges(agreement(first, longer), book, nil, day("2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{
		"2026-07-01": "495.89", // 181 of 365 days, as it was
		"2027-01-01": "664.84", // and 184 of 549 of the rest
		"2028-01-01": "1000.00",
	} {
		sum := eur("0.00")
		for _, p := range pieces {
			sum = sum.Add(Earned(p, day(on)))
		}
		if sum != eur(want) {
			t.Errorf("by %s %s were earned, not %s", on, sum, want)
		}
	}
}

func TestWhatIsKeptWithoutRefundIsEarnedByTheEnd(t *testing.T) {
	first := document(fixed("seats", "platform", "1", "910", "quarter", contracts.Advance))
	ended := first
	ended.Term.Through, ended.Effective = day("2026-05-02"), day("2026-04-20")
	ended.Ending = &contracts.Ending{Cause: contracts.Convenience, Refund: contracts.NoRefund}
	pieces, err := contracts.Charges(agreement(first, ended), book, nil, day("2026-05-03"))
	if err != nil {
		t.Fatal(err)
	}
	sum := eur("0.00")
	for _, p := range pieces {
		sum = sum.Add(Earned(p, day("2026-05-03")))
	}
	if sum != eur("1820.00") {
		t.Errorf("by the end %s were earned; 1820.00 were paid and kept", sum)
	}
}

func TestTheScheduleOfAPieceAddsUpToItsAmountWhateverItServes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := func(label string) period.Span {
			start := day("2026-01-01").AddDays(rapid.IntRange(0, 700).Draw(t, label))
			return period.NewSpan(start, start.AddDays(rapid.IntRange(1, 500).Draw(t, label+" days")))
		}
		p := contracts.Piece{
			Line: "a", Kind: rapid.SampledFrom([]contracts.Kind{contracts.FixedFee, contracts.OneTime}).Draw(t, "kind"),
			Span: span("span"), Amount: money.Of(rapid.Int64Range(-1e9, 1e9).Draw(t, "amount"), "EUR"), Closed: true,
			Recognition: rapid.SampledFrom([]catalog.Recognition{catalog.Ratable, catalog.AsUsed, catalog.PointInTime}).Draw(t, "recognition"),
		}
		if rapid.Bool().Draw(t, "served otherwise") {
			p.Service = span("service")
		}
		sum := eur("0.00")
		for _, row := range Schedule(1, []contracts.Piece{p}, month("2026-01")) {
			sum = sum.Add(row.Amount)
		}
		if sum != p.Amount {
			t.Fatalf("%s %s for %s, served %s, is scheduled with %s", p.Kind, p.Amount, p.Span, p.Service, sum)
		}
	})
}
