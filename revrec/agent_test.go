package revrec

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// 100.00 a quarter of 90 days, of which 70 % is the supplier's: January earns 34.44, keeps 10.33 and passes 24.11 on.
func TestAnAgentKeepsItsPartAndOwesTheRestAsItIsEarned(t *testing.T) {
	maps := fixed("maps", "platform", "1", "100", "quarter", contracts.Advance)
	maps.Role, maps.PassOnPercent, maps.Supplier = contracts.Agent, dec("70"), "maker"
	d := document(maps)
	d.Term.Through = day("2026-03-31")
	l := begin(agreement(d))
	l.bill(day("2026-01-01"), "maps", contracts.FixedFee, d.Term.Span(), eur("100.00"))
	want := map[string][]string{
		"2026-01": {"DeferredRevenue 34.44", "Revenue -10.33", "PayableToPrincipal -24.11 to 77"},
		"2026-02": {"DeferredRevenue 31.12", "Revenue -9.34", "PayableToPrincipal -21.78 to 77"},
		"2026-03": {"DeferredRevenue 34.44", "Revenue -10.33", "PayableToPrincipal -24.11 to 77"},
	}
	for _, m := range []string{"2026-01", "2026-02", "2026-03"} {
		var got []string
		for _, e := range l.run(t, m).Entries {
			for _, p := range e.Postings {
				text := p.Account.String() + " " + p.Amount.String()
				if p.Customer == maker {
					text += " to 77"
				}
				got = append(got, text)
			}
		}
		if diff := cmp.Diff(want[m], got); diff != "" {
			t.Errorf("%s (-should be +is):\n%s", m, diff)
		}
	}
	var scheduled []Scheduled
	for key, c := range l.facts.Stored.cells {
		scheduled = append(scheduled, Scheduled{Account: 1, Key: key, Column: key.Month, Amount: c.recognized.amount, PassedOn: c.recognized.passed, Recognized: true})
	}
	if sum := table(scheduled, "EUR").Sum; sum.Scheduled != eur("30.00") || sum.Recognized != eur("30.00") {
		t.Errorf("the schedule shows %s of which %s is recognized, should be the 30.00 we keep", sum.Scheduled, sum.Recognized)
	}
	billed := []ledger.BilledSum{{Account: 1, Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "maps"}, Kind: "fixed", Span: d.Term.Span()}, BookedIn: month("2026-01"), Amount: eur("100.00")}}
	if b := balances(scheduled, billed, month("2026-02"), "EUR")[0]; b.Remaining != eur("34.44") || b.Recognized.Add(b.PassedOn) != eur("65.56") || b.PassedOn != eur("45.89") {
		t.Errorf("at the end of February %+v, should be 34.44 deferred at the price", b)
	}
	if at := l.facts.Standing.Position(1, "maps"); !at.Deferred.IsZero() || at.Earned != eur("100.00") {
		t.Errorf("in the end the line stands at %+v", at)
	}
}

func TestAnotherPartForTheSupplierMovesOnlyWhatIsKept(t *testing.T) {
	maps := fixed("maps", "platform", "1", "100", "month", contracts.Advance)
	maps.Role, maps.PassOnPercent, maps.Supplier = contracts.Agent, dec("70"), "maker"
	l := begin(agreement(document(maps)))
	l.run(t, "2026-01")
	maps.PassOnPercent = dec("60")
	again := document(maps)
	l.agreement().Versions = append(l.agreement().Versions, contracts.Version{Number: 2, EffectiveOn: day("2026-01-01"), Document: again})
	p := l.run(t, "2026-01")
	sums := map[ledger.Account]money.Amount{}
	for _, e := range p.Entries {
		for _, x := range e.Postings {
			sums[x.Account] = sums[x.Account].Add(x.Amount)
		}
	}
	if len(p.Entries) != 1 || sums[ledger.Revenue] != eur("-10.00") || sums[ledger.PayableToPrincipal] != eur("10.00") || len(sums) != 2 {
		t.Errorf("a part of 60 %% instead of 70 books %v, should move 10.00", sums)
	}
	if got := PassedOn(contracts.Piece{Amount: eur("-50.00"), PassOn: dec("70"), Span: period.NewSpan(day("2026-01-01"), day("2026-02-01"))}, day("2026-02-01")); got != eur("-35.00") {
		t.Errorf("a credit of 50.00 takes %s back from the supplier, should be 35.00", got.Neg())
	}
}
