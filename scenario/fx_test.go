package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/money"
	"ratable/ledger"
)

// A year sold in euro by a company that keeps its books in dollars, played in memory: the advance is earned at its own
// rate, the receivable follows the month's end and the day it is paid (ASC 830-20; published case FX-ADVANCE).
const inEuro = `
title: A year in euro
entity: {code: us, name: Northwind, country: US, region: DE, city: Dover, currency: USD, time_zone: UTC}
customers:
  - {id: muster, name: Muster GmbH, postcode: "10119", city: Berlin, country: DE}
catalog:
  products: [{code: platform, name: Platform, tax_code: saas_b2b, recognition: ratable, method: monthly_even}]
rates:
  - {base: EUR, quote: USD, on: 2025-01-01, rate: 1.10}
  - {base: EUR, quote: USD, on: 2025-01-31, rate: 1.08}
  - {base: EUR, quote: USD, on: 2025-02-14, rate: 1.09}
  - {base: EUR, quote: USD, on: 2025-02-28, rate: 1.30}
  - {base: EUR, quote: USD, on: 2025-03-31, rate: 0.70}
contracts:
  - contract: E-1
    entity: us
    customer: muster
    currency: EUR
    term: {from: 2025-01-01, through: 2025-12-31}
    lines: [{id: platform, product: platform, fixed: {quantity: 1, unit_price: 12000.00, every: year}}]
facts:
  - pay: {on: 2025-02-15, customer: muster, amount: 12000.00, currency: EUR, reference: US-2025-000001}
through: 2025-03-31
`

func TestAnAdvanceInAForeignCurrencyIsPlayedWithItsRates(t *testing.T) {
	s, err := Parse([]byte(inEuro))
	if err != nil {
		t.Fatal(err)
	}
	o, err := Play(s)
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ month, account string }
	got := map[key]string{}
	sums := map[key]money.Amount{}
	for _, e := range o.Entries {
		for _, p := range e.Postings {
			k := key{e.BookedOn.MonthOf().String(), p.Account.String()}
			sums[k] = sums[k].Add(p.Functional)
			got[k] = sums[k].String()
		}
	}
	want := map[key]string{
		{"2025-01", "AccountsReceivable"}: "12960.00", {"2025-01", "DeferredRevenue"}: "-12100.00", {"2025-01", "Revenue"}: "-1100.00", {"2025-01", "FxLoss"}: "240.00",
		{"2025-02", "AccountsReceivable"}: "-12960.00", {"2025-02", "Cash"}: "13080.00", {"2025-02", "FxGain"}: "-120.00", {"2025-02", "DeferredRevenue"}: "1100.00", {"2025-02", "Revenue"}: "-1100.00",
		{"2025-03", "DeferredRevenue"}: "1100.00", {"2025-03", "Revenue"}: "-1100.00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by month, in dollars (-want +played):\n%s", diff)
	}
	home, err := ledger.Tally(ledger.Each(o.Entries), ledger.Filter{Functional: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, sum := range home.Totals() {
		if !sum.Closing.IsZero() || sum.Currency != "USD" {
			t.Errorf("the trial balance in dollars comes to %s %s", sum.Closing, sum.Currency)
		}
	}
}
