package revrec

import (
	"slices"
	"testing"

	"ratable/catalog"
	"ratable/contracts"
)

// Ten seats at 100.00 a month, which is their observable price. What is agreed on 1 July is classified by the rules.
func TestAnAmendmentIsClassifiedByWhatItAddsAndAtWhatPrice(t *testing.T) {
	products := slices.Clone(sold)
	products[0].Standalone = []catalog.Standalone{{Currency: "EUR", Every: "month", Price: dec("100")}}
	listed := catalog.New(products, metered, nil)
	for name, x := range map[string]struct {
		change func(*contracts.Document)
		want   Treatment
		added  string
		alone  string
	}{
		"five seats at list": {func(d *contracts.Document) { d.Lines[0].Fixed.Quantity = dec("15") }, SeparateContract, "3000.00", "3000"},
		"five seats more and all of them cheaper": {func(d *contracts.Document) {
			d.Lines[0].Fixed.Quantity, d.Lines[0].Fixed.UnitPrice = dec("15"), dec("80")
		}, Prospective, "1200.00", "3000"},
		"five seats fewer": {func(d *contracts.Document) { d.Lines[0].Fixed.Quantity = dec("5") }, Prospective, "-3000.00", "-3000"},
		"half a year more": {func(d *contracts.Document) { d.Term.Through = day("2027-06-30") }, SeparateContract, "6000.00", "6000"},
		"another line that is not in the library": {func(d *contracts.Document) {
			d.Lines = append(d.Lines, once("setup", "setup", "500", "2026-07-01"))
		}, Prospective, "500.00", "0"},
	} {
		l := begin(agreement(document(fixed("seats", "platform", "10", "100", "month", contracts.Advance))))
		l.amend("2026-07-01", x.change)
		got, err := l.facts.Suggest(listed, 1, 2, dec("5"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Treatment != x.want || got.Added != eur(x.added) || !got.Standalone.Equal(dec(x.alone)) {
			t.Errorf("%s: %s, adds %s and sells for %s alone (%v); should be %s, %s and %s", name, got.Treatment, got.Added, got.Standalone, got.Reasons, x.want, x.added, x.alone)
		}
	}
	l := begin(agreement(document(fixed("seats", "platform", "10", "100", "month", contracts.Advance))))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: r\nallocation: relative\npromises: [{line: seats, standalone: 12000, satisfied: percent}]\n")
	l.amend("2026-07-01", func(d *contracts.Document) { d.Lines[0].Fixed.Quantity = dec("12") })
	if got, err := l.facts.Suggest(listed, 1, 2, dec("5")); err != nil || got.Treatment != CumulativeCatchUp {
		t.Errorf("what is met by progress and grows is %s (%v), should be caught up", got.Treatment, err)
	}
	if stale := l.facts.Stale(); len(stale) != 1 || stale[0].Judged != 1 || stale[0].Version != 2 {
		t.Errorf("an amendment came after the judgment: %+v", stale)
	}
	if _, err := l.facts.Suggest(listed, 1, 1, dec("5")); err == nil {
		t.Error("the first version amends nothing and was classified")
	}
}
