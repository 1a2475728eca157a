package web

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/usage"
)

func TestADealIsRunOverTheLatestYearThatIsOver(t *testing.T) {
	day := func(s string) period.Date {
		d, err := period.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ from, through, effective, want string }{
		{"2026-12-01", "2027-11-30", "", "2025-11-01..2026-10-31"},
		{"2026-11-15", "2029-11-14", "", "2025-11-15..2026-11-14"}, // ends within this month, before today
		{"2026-11-25", "2029-11-24", "", "2025-10-25..2026-10-24"},
		{"2024-01-01", "2026-12-31", "2025-01-01", "2025-11-01..2026-10-31"}, // long begun: moved forward
		{"2027-01-01", "2027-03-31", "", "2026-08-01..2026-10-31"},           // shorter than a year
	} {
		d := contracts.Document{Term: contracts.Term{From: day(c.from), Through: day(c.through)}}
		if c.effective != "" {
			d.Effective = day(c.effective)
		}
		if _, span := lastYear(d, day("2026-11-21")); span.String() != c.want {
			t.Errorf("%s from %s: run over %s, want %s", c.from, c.effective, span, c.want)
		}
	}
}

// 100 units in each month: 0.08 each under the contract and 10.00 a month at least, 0.10 by the plan.
const rerunDeal = `contract: C-1
entity: rus
customer: x
currency: USD
term: {from: 2027-01-01, through: 2029-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 500, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.08}}}
commitments:
  - {id: least, product: api, lines: [calls], amount: 10, every: month}
`

func rerunOf(t *testing.T, plans []catalog.Plan, alone []catalog.Standalone) rerun {
	t.Helper()
	d, err := contracts.Parse([]byte(rerunDeal))
	if err != nil {
		t.Fatal(err)
	}
	new := period.NewDate(2026, time.June, 1) // sold for months only: the deal is moved to before that
	sold := catalog.New([]catalog.Product{
		{Code: "platform", StartsOn: new, Recognition: catalog.Ratable}, {Code: "api", StartsOn: new, Recognition: catalog.AsUsed, Standalone: alone},
	}, []catalog.Meter{{ID: 1, Code: "api.calls", Aggregation: catalog.Sum}}, plans)
	days := &usage.Days{}
	for month := period.NewMonth(2025, time.November); month.Before(period.NewMonth(2026, time.November)); month = month.Next() {
		days.Add(usage.Key{Customer: 1, Meter: "api.calls"}, month.First().AddDays(9), decimal.NewFromInt(100))
	}
	a := contracts.Agreement{Contract: 1, Customer: 1, Payer: 1, Currency: "USD", Versions: []contracts.Version{{Number: 1, EffectiveOn: d.Start(), Document: d}}}
	r, err := runAgain(a, sold, days, period.NewDate(2026, time.November, 21))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestADealIsComparedWithPayAsYouGoOnUsageThatReallyWas(t *testing.T) {
	terms, err := json.Marshal(contracts.Template{Lines: []contracts.Line{{ID: "calls", Product: "api", Usage: &contracts.Usage{Meter: "api.calls", Every: "month",
		Price: catalog.Price{Model: catalog.PerUnit, Amount: decimal.RequireFromString("0.10")}}}}})
	if err != nil {
		t.Fatal(err)
	}
	plan := catalog.Plan{Code: "go", Version: 1, Name: "Go", StartsOn: period.NewDate(2026, time.January, 1), Document: terms}
	r := rerunOf(t, []catalog.Plan{plan}, nil)
	// 12 x 100 x 0.08 = 96.00, and 12 x 2.00 of true-ups, against 12 x 100 x 0.10; the fee is in neither.
	if r.Meters[0].Agreed.String() != "96.00" || r.TrueUps.String() != "24.00" || r.Agreed.String() != "120.00" || r.Listed.String() != "120.00" || r.Meters[0].Source != "the price of Go" {
		t.Errorf("usage %s, true-ups %s, in all %s; pay as you go %s by %s", r.Meters[0].Agreed, r.TrueUps, r.Agreed, r.Listed, r.Meters[0].Source)
	}
	for _, m := range r.Months {
		if m.Agreed.String() != "10.00" || m.Listed.String() != "10.00" {
			t.Errorf("%s: %s and %s, want 10.00 each", m.Month, m.Agreed, m.Listed)
		}
	}
	if len(r.Months) != 12 {
		t.Errorf("%d months", len(r.Months))
	}
	alone := catalog.Standalone{Currency: "USD", Price: decimal.RequireFromString("0.2")}
	if r := rerunOf(t, nil, []catalog.Standalone{alone}); r.Listed.String() != "240.00" {
		t.Errorf("without a plan the stand-alone price counts: 12 x 100 x 0.20, not %s", r.Listed)
	}
	if r := rerunOf(t, nil, nil); len(r.Meters) != 0 || len(r.Unlisted) != 1 {
		t.Errorf("without any price there is nothing to compare: %+v", r)
	}
}
