package contracts

import (
	"encoding/json"
	"strings"
	"testing"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/strict"
)

// offer is a plan's terms with something of everything a plan may have.
const offer = `months: 6
billing: {net_days: 14, align: calendar}
trial: {days: 14, then: end}
lines:
  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 49.00, every: month}}
  - {id: api, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.01}}}
  - {id: setup, product: setup, once: {unit_price: 100}}
renewal: {auto: true, months: 12, notice_days: 30}
`

func readOffer(t *testing.T, text string) (json.RawMessage, []fault.Field) {
	t.Helper()
	root, err := strict.Tree([]byte(text), "plan", MaxDocument)
	if err != nil {
		t.Fatal(err)
	}
	return ReadTemplate(root, catalog.Plan{Code: "starter", Version: 3, Currency: "EUR", StartsOn: day("2026-01-01")})
}

func TestAPlanBecomesAContractOnTheDaySomebodySignsUp(t *testing.T) {
	text, found := readOffer(t, offer)
	if len(found) > 0 {
		t.Fatal(found)
	}
	plan := catalog.Plan{Code: "starter", Version: 3, Document: text}
	terms, err := TemplateOf(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{"2026-03-31", "2026-05-10"} { // the second sign-up owes nothing to the first
		d := terms.Sign(Document{Contract: "P-1", Entity: "rus", Customer: "acme", Currency: "EUR", Term: Term{From: day(from)}}, plan)
		if bad := d.Validate(); len(bad) > 0 {
			t.Fatalf("signed on %s it is refused: %v", from, bad)
		}
		if d.Term.Through != day(from).AddMonths(6).AddDays(-1) || d.Trial.Through != day(from).AddDays(13) || d.Lines[2].Once.On != day(from) || d.Plan.Version != 3 {
			t.Errorf("signed on %s it runs through %s, is free through %s and asks for the set-up on %s", from, d.Term.Through, d.Trial.Through, d.Lines[2].Once.On)
		}
	}
}

func TestAPlansTermsAreHeldAgainstWhatContractsAreHeldAgainst(t *testing.T) {
	for _, c := range []struct{ what, from, to, says string }{
		{"an unknown key", "months: 6", "month: 6", "line 1: month: is not a key known here"},
		{"a term of no length", "months: 6", "months: -6", "line 1: months: must be from 1"},
		{"a term of centuries", "months: 6", "months: 6000", "line 1: months: must be from 1 to 240"},
		{"a trial of no days", "{days: 14", "{days: 0", "line 3: trial.days: must be from 1 to 366"},
		{"a trial longer than the term", "{days: 14", "{days: 300", "line 3: trial.days:"},
		{"a negative price", "49.00", "-49.00", "line 5: lines[0].fixed.unit_price: is negative"},
		{"a day", "product: platform,", "product: platform, from: 2026-01-01,", "line 5: lines[0].from: is a day: a plan has none"},
		{"a ramp", "quantity: 1, unit_price: 49.00,", "ramp: [{from: 2026-01-01, through: 2026-06-30, quantity: 1, unit_price: 1}],", "line 5: lines[0].fixed: has days in its ramp"},
		{"a day of payment", "unit_price: 100", "unit_price: 100, on: 2026-01-01", "line 7: lines[2].once.on: is a day"},
		{"a customer", "months: 6", "customer: acme", "line 1: customer: is not a key known here"},
		{"no lines", "lines:\n", "lines: []\nx:\n", "is not a key known here"},
	} {
		if _, found := readOffer(t, strings.Replace(offer, c.from, c.to, 1)); len(found) == 0 || !strings.Contains(fault.InvalidFields(found...).Error(), c.says) {
			t.Errorf("%s is answered by %v, want %s", c.what, found, c.says)
		}
	}
}

func TestARetiredProductGoesOnWithThoseWhoHaveIt(t *testing.T) {
	old := catalog.Product{Code: "platform", Version: 1, StartsOn: day("2025-01-01"), Name: "Platform", TaxCode: "saas_b2b", Recognition: catalog.Ratable}
	gone := old
	gone.Version, gone.Retired, gone.StartsOn = 2, true, day("2026-07-01")
	sold := catalog.New([]catalog.Product{old, gone}, nil, nil)
	d := Document{Contract: "C-1", Currency: "EUR", Term: Term{From: day("2026-01-01"), Through: day("2026-12-31")}, Lines: []Line{{ID: "a", Product: "platform"}}}
	d.Effective = day("2026-08-01")
	if found := d.CheckCatalog(sold); len(found) > 0 {
		t.Errorf("an amendment of a contract signed before is refused: %v", found)
	}
	d.Term.From = day("2026-07-01")
	if found := d.CheckCatalog(sold); len(found) != 1 || found[0].Path != "lines[0].product" {
		t.Errorf("a contract that begins when it is retired is answered by %v", found)
	}
}
