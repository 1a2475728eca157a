package contracts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ratable/internal/period"
)

const usual = `contract: C-1
entity: us
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2028-12-31}
billing: {net_days: 45}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}
`

func reviewed(t *testing.T, before *Document, edits ...string) []string {
	t.Helper()
	d, err := Parse([]byte(strings.NewReplacer(edits...).Replace(usual)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range d.Review(before, HouseRules(), period.NewDate(2026, time.January, 15)) {
		if len(r.Who) == 0 {
			t.Errorf("%s: nobody decides", r.Term)
		}
		out = append(out, fmt.Sprintf("%s: %s", r.Term, r.Why))
	}
	return out
}

func TestWhatIsUnusualIsSaidWithItsFigures(t *testing.T) {
	if got := reviewed(t, nil); len(got) > 0 {
		t.Errorf("there is nothing unusual about the usual deal: %q", got)
	}
	agreed, err := Parse([]byte(usual))
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, c := range []struct {
		from, to string
		before   *Document
		says     []string
	}{
		{"lines:", "payer: partner\nreseller: {margin_percent: 30}\nlines:", nil, []string{"Reseller's margin: 30 % is above 20 %"}},
		{"lines:", "payer: partner\nreseller: {margin_percent: 20}\nlines:", nil, nil},
		{"2028-12-31", "2029-01-01", nil, []string{"Length of the term: runs longer than 36 months"}},
		{"net_days: 45", "net_days: 60", nil, []string{"Time to pay: 60 days are more than 45"}},
		{"unit_price: 40", "unit_price: 0", nil, []string{"Free of charge: line seats has no price"}},
		{"amount: 0.01", "amount: 0", nil, []string{"Free of charge: usage of line calls has no price"}},
		{"quantity: 10, unit_price: 40,", "ramp: [{from: 2026-01-01, through: 2026-03-31, quantity: 10, unit_price: 0}, {from: 2026-04-01, through: 2028-12-31, quantity: 10, unit_price: 40}],", nil,
			[]string{"Free of charge: line seats costs nothing from 2026-01-01 through 2026-03-31"}},
		{"every: month}}\n  - {id: calls", "every: month, in: arrears}}\n  - {id: calls", nil, []string{"Fee in arrears: line seats is asked for after its period"}},
		{"lines:", "prepaid: [{id: cap, product: api, lines: [calls], amount: 900, every: month, overage: {factor: 0.8}}]\nlines:", nil,
			[]string{"Prepaid amount: usage above cap is charged afterwards", "Overage below list price: usage above cap costs less than list price: 0.8 of it"}},
		{"from: 2026-01-01", "from: 2025-12-01", nil, []string{"Length of the term: runs longer than 36 months", "Begins in the past: counts from 2025-12-01, 45 days ago; what was billed since is corrected"}},
		{"quantity: 10, unit_price: 40", "quantity: 8, unit_price: 39.5", &agreed, []string{"Less than agreed: line seats: quantity 8 instead of 10", "Less than agreed: line seats: unit price 39.5 instead of 40"}},
		{"id: seats", "id: desks", &agreed, []string{"Less than agreed: line seats ends"}},
		{"2028-12-31", "2027-12-31", &agreed, []string{"Less than agreed: ends on 2027-12-31 instead of 2028-12-31"}},
		{"quantity: 10", "quantity: 11", &agreed, nil},
		{"unit_price: 40", "unit_price: 2800", nil, []string{"Value of the contract: USD 1008000 is above 1000000"}},
		{"lines:", "discounts: [{id: start, percent: 25, programme: startup}]\nlines:", nil,
			[]string{"Given under a programme: discount start is given under startup", "Discount: discount start: 25 % is above 20 %"}},
		{"lines:", "prepaid: [{id: cap, product: api, lines: [calls], amount: 900, every: month, rollover: {periods: 3}}]\nlines:", nil,
			[]string{"Prepaid amount: usage above cap is charged afterwards", "Rollover without a ceiling: all that is unused of cap is carried on"}},
		{"lines:", "payer: agency\nreseller: {kind: referral, partner: p, commission_percent: 10}\nlines:", nil, []string{"Kind of reseller: the deal comes by referral"}},
		{"lines:", "reason: no longer needed\nending: {cause: convenience, refund: none}\nlines:", nil, []string{"No refund: ends on 2028-12-31, and what was paid for later days is kept"}},
	} {
		got := reviewed(t, c.before, c.from, c.to)
		if strings.Join(got, "\n") != strings.Join(c.says, "\n") {
			t.Errorf("%s instead of %s is reviewed as\n%s\nwant\n%s", c.to, c.from, strings.Join(got, "\n"), strings.Join(c.says, "\n"))
		}
		for _, said := range got {
			term, _, _ := strings.Cut(said, ": ")
			covered[term] = true
		}
	}
	for _, kind := range RuleKinds {
		if !covered[kind.Term] {
			t.Errorf("the rule %q is tried by no case", kind.Term)
		}
	}
}
