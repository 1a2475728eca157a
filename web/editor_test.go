package web_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/web"
	"ratable/web/webtest"
)

// wholeDocument uses every field that the form has.
const wholeDocument = `contract: C-2026-050
title: Everything at once
entity: rus
customer: lab
payer: northwind
signer: lab
currency: USD
term: {from: 2026-05-01, through: 2027-04-30}
plan: {code: team, version: 2}
billing: {net_days: 30, po_number: PO-7, align: anniversary, late_usage: at_once}
trial: {through: 2026-05-14, lines: [calls], then: convert}
reseller: {kind: wholesale, partner: northwind, margin_percent: 10, role: principal}
lines:
  - {id: seats, product: platform, description: Seats, clause: § 1, from: 2026-05-01, through: 2027-04-30, role: agent, pass_on_percent: 70, supplier: lab, fixed: {quantity: 10, unit_price: 40, every: month, in: advance}}
  - id: steps
    product: platform
    fixed:
      every: quarter
      ramp:
        - {from: 2026-05-01, through: 2026-10-31, quantity: 5, unit_price: 100}
        - {from: 2026-11-01, through: 2027-04-30, quantity: 8, unit_price: 100}
  - id: calls
    product: api
    users: [lab, northwind]
    usage: {meter: traffic, where: {region: eu}, included: 1000, every: month, price: {model: graduated, flat_at_zero: true, tiers: [{up_to: 5000, unit: 0.02, flat: 5}, {unit: 0.01}]}}
  - id: packs
    product: api
    usage: {meter: api.calls, every: month, price: {model: package, amount: 9, size: 100}}
  - {id: parts, product: platform, fixed: {every: term, installments: [{on: 2026-05-01, amount: 600}, {on: 2026-11-01, amount: 600}]}}
  - {id: setup, product: platform, once: {quantity: 1, unit_price: 900, on: 2026-05-01}}
  - {id: golive, product: platform, once: {unit_price: 500, milestone: Go-live}}
  - {id: paid, product: api, usage: {meter: api.calls, every: month, price: {model: percentage, percent: 1.3, per_event: 2, free_events: 3, free_units: 250, minimum: 1, maximum: 90}}}
  - id: regions
    product: api
    usage:
      meter: traffic
      every: month
      price:
        model: matrix
        by: region
        prices:
          eu: {model: package, amount: 0.02, size: 10}
          us: {model: graduated, flat_at_zero: true, tiers: [{up_to: 100, unit: 1, flat: 3}, {unit: 0.5}]}
        other: {model: package, amount: 0.03, size: 10}
prepaid:
  - id: prepaid
    product: api
    clause: § 5
    lines: [packs]
    from: 2026-05-01
    through: 2027-04-30
    units: 200
    price: 20
    every: month
    bill: {installments: [{on: 2026-05-01, amount: 120}, {on: 2026-11-01, amount: 120}]}
    priority: 1
    rollover: {percent: 50, most: 100, periods: 2, used: last}
    overage: {factor: 1.5}
commitments:
  - {id: least, product: api, clause: § 4, lines: [seats, calls], from: 2026-05-01, through: 2027-04-30, amount: 500, every: month, priority: 1, flow: waterfall}
caps:
  - {id: most, clause: § 6, kind: hard, lines: [calls], amount: 5000, every: month, then: continue}
  - {id: budget, kind: customer, lines: [regions], amount: 900, every: month, then: continue, overage: {factor: 2}}
discounts:
  - {id: launch, clause: § 7, lines: [seats], percent: 20, from: 2026-05-01, through: 2026-12-31, reason: Launch}
  - {id: off, lines: [steps], amount: 10, every: quarter, reason: Loyal}
credits:
  - {id: sorry, clause: § 8, kind: goodwill, lines: [calls], amount: 100, from: 2026-05-01, through: 2026-12-31, priority: 1, reason: Outage}
renewal: {auto: true, months: 12, notice_days: 30, uplift_percent: 5, price: catalog}
`

// lab is a customer for whom northwind pays; traffic a meter that is priced by region.
func withLab(site *webtest.Site, w webtest.World) {
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		traffic := catalog.Meter{Code: "traffic", Name: "Traffic", Unit: "GB", Aggregation: catalog.Sum, Dimensions: []string{"region"}}
		if _, err := catalog.AddMeter(ctx, tx, traffic, access.System("test")); err != nil {
			return err
		}
		n := customers.New{ExternalID: "lab", Name: "Northwind Lab", Kind: customers.Business, Parent: w.Customer.ID, Entity: w.Customer.Entity, Currency: "USD",
			Billing: customers.Address{Lines: []string{"1 Lab St"}, City: "San Francisco", Region: "CA", Postcode: "94105", Country: "US"}, SignedUpOn: period.NewDate(2026, time.January, 1)}
		_, err := customers.Create(ctx, tx, n, access.System("test"))
		return err
	})
}

func sheetOf(t *testing.T, document string) url.Values {
	t.Helper()
	d, err := contracts.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	form, err := web.Sheet(d)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func with(form url.Values, pairs ...string) url.Values {
	out := maps.Clone(form)
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// wrong is a wrong entry for every field of the form, and a part of what has to be said about it.
var wrong = []struct {
	name, entry, says string
	beside            []string // what else is said, so that the key counts
}{
	{"contract", "C 2026!", "letters, digits", nil},
	{"title", strings.Repeat("long ", 60), "200", nil},
	{"entity", "acme-moon", "is not one of our legal entities", nil},
	{"customer", "nobody at all", "create the customer first", nil},
	{"payer", "nobody either", "create the customer first", nil},
	{"currency", "XBT1", "ISO 4217", nil},
	{"term.from", "2026-13-01", "is not in the calendar", nil},
	{"term.through", "2025-12-31", "is before term.from", nil},
	{"effective", "2031-01-01", "lies outside the term", nil},
	{"reason", strings.Repeat("because ", 200), "1000", nil},
	{"plan.code", "team plan!", "the catalog plan", nil},
	{"plan.version", "two", "is not a whole number", nil},
	{"billing.net_days", "400", "from 0 to 365", nil},
	{"billing.po_number", strings.Repeat("9", 61), "60", nil},
	{"billing.align", "weekly", "anniversary or calendar", nil},
	{"reseller.margin_percent", "100", "below 100", nil},
	{"lines[0].kind", "gift", "must be fixed, ramp, installments, once or usage", nil},
	{"lines[0].id", "two words", "letters, digits", nil},
	{"lines[0].product", "rocket", "is not a product of the catalog", nil},
	{"lines[0].description", strings.Repeat("x", 201), "200", nil},
	{"lines[0].clause", strings.Repeat("§", 61), "60", nil},
	{"lines[0].from", "2020-01-01", "lies outside the term", nil},
	{"lines[0].through", "tomorrow", "is not a date", nil},
	{"lines[0].fixed.quantity", "ten", "number", nil},
	{"lines[0].fixed.unit_price", "-40", "is negative", nil},
	{"lines[0].fixed.every", "weekly", "must be month", nil},
	{"lines[0].fixed.in", "cash", "advance or arrears", nil},
	{"lines[1].fixed.ramp[1].from", "2026-12-01", "leaves a gap", nil},
	{"lines[1].fixed.ramp[0].through", "2026-04-01", "is before from", nil},
	{"lines[1].fixed.ramp[1].quantity", "-8", "is negative", nil},
	{"lines[1].fixed.ramp[0].unit_price", "1e99", "not a plain number", nil},
	{"lines[2].usage.meter", "steam", "is not a meter of the catalog", nil},
	{"lines[2].usage.included", "-1", "is negative", nil},
	{"lines[2].usage.every", "day", "must be month", nil},
	{"lines[2].usage.price.model", "barter", "must be per_unit, graduated", nil},
	{"lines[3].usage.price.amount", "1,000", "number", nil},
	{"lines[3].usage.price.size", "0", "how many units a package holds", nil},
	{"lines[2].usage.price.tiers[0].up_to", "0", "must be above 0", nil},
	{"lines[2].usage.price.tiers[1].unit", "-0.01", "must not be negative", nil},
	{"lines[2].usage.price.tiers[0].flat", "free", "number", nil},
	{"lines[2].usage.price.flat_at_zero", "maybe", "true or false", nil},
	{"commitments[0].id", "seats", "is used twice", nil},
	{"commitments[0].product", "rocket", "is not a product of the catalog", nil},
	{"commitments[0].clause", strings.Repeat("x", 61), "60", nil},
	{"commitments[0].lines", "seats, chairs", "is not the id of a line", nil},
	{"commitments[0].amount", "0", "is missing or zero", nil},
	{"commitments[0].every", "never", "must be month", nil},
	{"prepaid[0].id", "-", "letters, digits", nil},
	{"prepaid[0].product", "rocket", "is not a product of the catalog", nil},
	{"prepaid[0].clause", strings.Repeat("x", 61), "60", nil},
	{"prepaid[0].lines", "seats", "is not priced by usage", nil},
	{"prepaid[0].amount", "-5", "is negative", nil},
	{"prepaid[0].units", "many", "number", nil},
	{"prepaid[0].price", "0", "cannot be zero", nil},
	{"prepaid[0].every", "hour", "must be month", nil},
	{"prepaid[0].overage.factor", "0", "cannot be zero", nil},
	{"signer", "nobody signs", "create the customer first", nil},
	{"term.renewed", "2026-13-01", "is not in the calendar", nil},
	{"billing.late_usage", "whenever", "must be next_invoice, at_once, reissue or refuse", nil},
	{"billing.refuse_after_days", "10", "only beside late_usage: refuse", nil},
	{"trial.through", "2020-01-01", "is before the first day", nil},
	{"trial.then", "wait", "must be convert or end", nil},
	{"trial.lines", "calls, chairs", "is not the id of a line", nil},
	{"reseller.kind", "friend", "must be wholesale, referral or marketplace", nil},
	{"reseller.partner", "nobody here", "create the customer first", nil},
	{"reseller.commission_percent", "100", "100", []string{"reseller.kind", "referral"}},
	{"reseller.fee_percent", "100", "100", []string{"reseller.kind", "marketplace"}},
	{"reseller.role", "boss", "must be principal or agent", nil},
	{"lines[0].role", "boss", "must be principal or agent", nil},
	{"lines[0].pass_on_percent", "100", "below 100", nil},
	{"lines[0].supplier", "somebody else", "is not the external id", nil},
	{"lines[2].users", "lab, nobody at all", "create the customer first", nil},
	{"lines[2].usage.where[0].dimension", "", "is missing", nil},
	{"lines[2].usage.where[0].value", "", "is empty", nil},
	{"lines[4].fixed.installments[1].on", "tomorrow", "is not a date", nil},
	{"lines[4].fixed.installments[0].amount", "half", "number", nil},
	{"lines[5].once.quantity", "-1", "is negative", nil},
	{"lines[5].once.unit_price", "free", "number", nil},
	{"lines[5].once.on", "2031-01-01", "lies outside the term", nil},
	{"lines[6].once.milestone", strings.Repeat("x", 201), "200", nil},
	{"lines[7].usage.price.percent", "101", "is more than the whole", nil},
	{"lines[7].usage.price.per_event", "-2", "must not be negative", nil},
	{"lines[7].usage.price.free_events", "some", "is not a whole number", nil},
	{"lines[7].usage.price.free_units", "-1", "must not be negative", nil},
	{"lines[7].usage.price.minimum", "least", "number", nil},
	{"lines[7].usage.price.maximum", "0.5", "is below the minimum", nil},
	{"lines[8].usage.price.by", "planet", "is not a dimension", nil},
	{"lines[8].usage.price.prices[0].value", "", "is missing", nil},
	{"lines[8].usage.price.prices[0].model", "barter", "must be per_unit", nil},
	{"lines[8].usage.price.prices[0].amount", "-1", "must not be negative", nil},
	{"lines[8].usage.price.prices[0].size", "0", "how many units a package holds", nil},
	{"lines[8].usage.price.prices[1].tiers[0].up_to", "0", "must be above 0", nil},
	{"lines[8].usage.price.prices[1].tiers[1].unit", "-1", "must not be negative", nil},
	{"lines[8].usage.price.prices[1].tiers[0].flat", "free", "number", nil},
	{"lines[8].usage.price.prices[1].flat_at_zero", "maybe", "true or false", nil},
	{"lines[8].usage.price.other.model", "barter", "must be per_unit", nil},
	{"lines[8].usage.price.other.amount", "-1", "must not be negative", nil},
	{"lines[8].usage.price.other.size", "many", "number", nil},
	{"lines[8].usage.price.other.tiers[0].up_to", "0", "must be above 0", tiered},
	{"lines[8].usage.price.other.tiers[1].unit", "-1", "must not be negative", tiered},
	{"lines[8].usage.price.other.tiers[1].flat", "free", "number", tiered},
	{"lines[8].usage.price.other.flat_at_zero", "maybe", "true or false", tiered},
	{"commitments[0].from", "2020-01-01", "lies outside the term", nil},
	{"commitments[0].through", "2031-01-01", "lies outside the term", nil},
	{"commitments[0].units", "-1", "is negative", nil},
	{"commitments[0].unit_price", "-1", "is negative", nil},
	{"commitments[0].priority", "high", "is not a whole number", nil},
	{"commitments[0].flow", "down", "must be each or waterfall", nil},
	{"commitments[0].within", "nothing", "is not", nil},
	{"prepaid[0].from", "2020-01-01", "lies outside the term", nil},
	{"prepaid[0].through", "2031-01-01", "lies outside the term", nil},
	{"prepaid[0].bill.every", "weekly", "must be month", nil},
	{"prepaid[0].bill.in", "cash", "must be advance or arrears", nil},
	{"prepaid[0].bill.installments[0].on", "tomorrow", "is not a date", nil},
	{"prepaid[0].bill.installments[1].amount", "-1", "is negative", nil},
	{"prepaid[0].priority", "high", "is not a whole number", nil},
	{"prepaid[0].expires_after_days", "-1", "must", nil},
	{"prepaid[0].rollover.percent", "101", "100", nil},
	{"prepaid[0].rollover.most", "-1", "is negative", nil},
	{"prepaid[0].rollover.periods", "-1", "must", nil},
	{"prepaid[0].rollover.used", "never", "must be first or last", nil},
	{"prepaid[0].overage.unit_price", "-1", "is negative", nil},
	{"caps[0].id", "seats", "is used twice", nil},
	{"caps[0].clause", strings.Repeat("x", 61), "60", nil},
	{"caps[0].kind", "soft", "must be hard or customer", nil},
	{"caps[0].lines", "chairs", "is not the id of a line", nil},
	{"caps[0].amount", "0", "give the cap either as amount", nil},
	{"caps[0].units", "-1", "is negative", nil},
	{"caps[0].every", "never", "must be month", nil},
	{"caps[0].then", "explode", "must be continue, stop, throttle or warn", nil},
	{"caps[1].overage.factor", "-2", "is negative", nil},
	{"caps[1].overage.unit_price", "-1", "is negative", nil},
	{"discounts[0].id", "seats", "is used twice", nil},
	{"discounts[0].clause", strings.Repeat("x", 61), "60", nil},
	{"discounts[0].lines", "chairs", "is not the id of a line", nil},
	{"discounts[0].percent", "101", "is more than 100", nil},
	{"discounts[1].amount", "-1", "is negative", nil},
	{"discounts[1].every", "never", "must be month", nil},
	{"discounts[0].from", "2020-01-01", "lies outside the term", nil},
	{"discounts[0].through", "2026-04-01", "lies outside the term", nil},
	{"discounts[0].programme", "no such!", "programme", nil},
	{"discounts[0].reason", strings.Repeat("x", 201), "200", nil},
	{"credits[0].id", "seats", "is used twice", nil},
	{"credits[0].clause", strings.Repeat("x", 61), "60", nil},
	{"credits[0].kind", "gift", "must be promotional or goodwill", nil},
	{"credits[0].lines", "chairs", "is not the id of a line", nil},
	{"credits[0].amount", "0", "is missing or zero", nil},
	{"credits[0].from", "2020-01-01", "lies outside the term", nil},
	{"credits[0].through", "2031-01-01", "lies outside the term", nil},
	{"credits[0].priority", "high", "is not a whole number", nil},
	{"credits[0].programme", "no such!", "programme", nil},
	{"credits[0].reason", "", "is missing", nil},
	{"renewal.months", "0", "must", nil},
	{"renewal.notice_days", "-1", "must", nil},
	{"renewal.uplift_percent", "lots", "number", nil},
	{"renewal.price", "free", "must be agreed or catalog", nil},
	{"renewal.auto", "maybe", "true or false", nil},
	{"renewal.cancellable", "never", "must be period_end", nil},
	{"paused", "maybe", "true or false", nil},
	{"ending.cause", "boredom", "must be convenience, breach or non_payment", nil},
	{"ending.refund", "half", "must be unused or none", nil},
	{"ending.commitments", "half", "must be prorated or full", nil},
}

// tiered is another price for all other values.
var tiered = []string{"lines[8].usage.price.other.model", "graduated", "lines[8].usage.price.other.tiers[0].up_to", "5", "lines[8].usage.price.other.tiers[0].unit", "2",
	"lines[8].usage.price.other.tiers[1].unit", "1"}

func TestAWrongEntryInEveryFieldIsSaidBesideItAndKept(t *testing.T) {
	site := webtest.New(t)
	withLab(site, webtest.Furnish(site))
	b := site.Login(access.Sales)
	right := sheetOf(t, wholeDocument)
	b.PostForm("/contracts/new", with(right, "do", "preview")).Want(http.StatusOK, "Total contract value").Check()

	covered := map[string]bool{}
	for _, c := range wrong {
		covered[web.Blank(c.name)] = true
		p := b.PostForm("/contracts/new", with(right, slices.Concat(c.beside, []string{c.name, c.entry, "do", "draft"})...))
		if p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s = %q answers %d", c.name, c.entry, p.Status)
			continue
		}
		p.Check()
		if said := p.Message(c.name); !strings.Contains(said, c.says) {
			t.Errorf("%s = %q: beside the field stands %q, want %q", c.name, c.entry, said, c.says)
		}
		if kept := p.Field(c.name); kept != c.entry && c.entry != "maybe" { // a checkbox has nothing to keep a word in
			t.Errorf("%s = %q came back as %q", c.name, c.entry, kept)
		}
		for name := range right {
			if name != c.name && !slices.Contains(c.beside, name) && p.Field(name) != right.Get(name) {
				t.Errorf("%s = %q: %s came back as %q instead of %q", c.name, c.entry, name, p.Field(name), right.Get(name))
			}
		}
		live := b.PostForm("/contracts/preview", with(right, slices.Concat(c.beside, []string{c.name, c.entry})...)).Want(http.StatusOK)
		if live.Header.Get("HX-Retarget") != "#preview-findings" || !strings.Contains(live.Text(), c.says) {
			t.Errorf("%s = %q: while typing it says\n%s", c.name, c.entry, live.Text())
		}
	}
	for _, path := range web.FormFields() {
		if !covered[path] {
			t.Errorf("nobody has tried a wrong entry in %s", path)
		}
	}
}

func TestTheFormMakesTheDocumentAndTheDocumentTheForm(t *testing.T) {
	site := webtest.New(t)
	withLab(site, webtest.Furnish(site))
	b := site.Login(access.Sales)
	d, err := contracts.Parse([]byte(wholeDocument))
	if err != nil {
		t.Fatal(err)
	}
	shown := b.PostForm("/contracts/new", with(sheetOf(t, wholeDocument), "do", "document")).Want(200)
	if got, err := contracts.Parse([]byte(shown.Field("document"))); err != nil || !got.Equal(d) {
		t.Errorf("the form's document is %v\n%s", err, shown.Field("document"))
	}
	back := b.PostForm("/contracts/document", url.Values{"document": {shown.Field("document")}, "do": {"form"}}).Want(200)
	back.Check()
	for name, values := range sheetOf(t, wholeDocument) {
		if back.Field(name) != values[0] {
			t.Errorf("%s came back as %q instead of %q", name, back.Field(name), values[0])
		}
	}
	half := b.PostForm("/contracts/new", url.Values{"contract": {"C-9"}, "lines[0].product": {"platform"}, "lines[0].fixed.quantity": {"ten"}, "do": {"document"}}).Want(200)
	if text := half.Field("document"); !strings.Contains(text, "quantity: ten") || !strings.Contains(text, "product: platform") {
		t.Errorf("a form half filled in is this document:\n%s", text)
	}
}

func TestRowsComeAndGoWithoutAScript(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	b := site.Login(access.Sales)
	p := b.Get("/contracts/new").Want(200)
	p.Check()
	form := url.Values{"contract": {p.Field("contract")}, "customer": {"not yet known"}, "lines[0].kind": {"usage"}, "lines[0].product": {"api"}, "lines[0].usage.price.model": {"graduated"}, "lines[0].usage.every": {"quarter"}}
	p = b.PostForm("/contracts/new", with(form, "do", "add-line")).Want(200)
	p.Check()
	if p.Field("customer") != "not yet known" || p.Field("lines[0].product") != "api" || p.Field("lines[1].kind") != "usage" || p.Field("lines[1].product") != "" {
		t.Errorf("a second line should stand below the first: %s", p.Text())
	}
	p = b.PostForm("/contracts/new", with(form, "lines[1].product", "platform", "lines[2].product", "third", "do", "remove-line-1")).Want(200)
	if p.Field("lines[1].product") != "third" || strings.Contains(p.Body, "lines[2].product") {
		t.Error("the third line should have moved up")
	}
	p = b.PostForm("/contracts/new", with(form, "do", "add:lines[0].usage.price.tiers")).Want(200)
	if !strings.Contains(p.Body, "lines[0].usage.price.tiers[0].up_to") {
		t.Error("the tier is not there")
	}
	for _, list := range []string{"commitments", "prepaid", "lines[0].fixed.ramp"} {
		if p := b.PostForm("/contracts/new", with(form, "do", "add:"+list)).Want(200); !strings.Contains(p.Body, list+"[0].") {
			t.Errorf("no row was added to %s", list)
		}
	}
}

func TestRowsOfASpreadsheetFillTheGrid(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	b := site.Login(access.Sales)
	rows := "Platform\t25\t$1,250.00\tMonthly\tArrears\t§ 2\r\nplatform\t3\t99.5\tyear\r\n\r\nAPI calls\tmany\t1.5\n"
	p := b.PostForm("/contracts/new", url.Values{"lines[0].kind": {"fixed"}, "lines[0].product": {""}, "do": {"paste"}, "paste": {rows}, "paste.at": {"lines[0].product"}}).Want(200)
	for name, want := range map[string]string{
		"lines[0].product": "platform", "lines[0].fixed.quantity": "25", "lines[0].fixed.unit_price": "1250.00", "lines[0].fixed.every": "month", "lines[0].fixed.in": "arrears", "lines[0].clause": "§ 2",
		"lines[1].fixed.quantity": "3", "lines[1].fixed.every": "year", "lines[2].product": "api", "lines[2].fixed.quantity": "many", "lines[2].fixed.unit_price": "1.5",
	} {
		if got := p.Field(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	p = b.PostForm("/contracts/new", url.Values{"lines[0].kind": {"fixed"}, "lines[0].product": {"platform"}, "do": {"paste"}, "paste": {"Unit price\tClause\tItem\n12\t§ 9\tplatform"}}).Want(200)
	if p.Field("lines[1].fixed.unit_price") != "12" || p.Field("lines[1].clause") != "§ 9" || p.Field("lines[1].product") != "platform" {
		t.Error("headings should say which column is what, and rows go behind what is there")
	}
}

func TestACustomerIsFoundByName(t *testing.T) {
	site := webtest.New(t)
	withLab(site, webtest.Furnish(site))
	b := site.Login(access.Sales)
	form := with(sheetOf(t, strings.Replace(webtest.Document, "C-2026-001", "C-2026-060", 1)), "do", "draft", "entity", "", "currency", "")
	p := b.PostForm("/contracts/new", with(form, "customer", "Northwind")).Want(422)
	if said := p.Message("customer"); !strings.Contains(said, "could be any of Northwind Analytics (northwind), Northwind Lab (lab)") {
		t.Errorf("two customers are called so; beside the field stands %q", said)
	}
	b.PostForm("/contracts/new", with(form, "customer", "northwind analytics")).Want(200, "C-2026-060 is kept as a draft", "Northwind Analytics", "Ratable Inc.", "USD")
	p = b.Get("/contracts/parties?q=lab")
	if !strings.Contains(p.Body, `"value":"lab"`) || strings.Contains(p.Body, "Analytics") {
		t.Errorf("typing lab suggests %s", p.Body)
	}
	if p := b.PostForm("/contracts/new", with(form, "customer", "lab")).Want(422); !strings.Contains(p.Message("contract"), "is the number of another contract") {
		t.Errorf("a number that is taken should be refused: %q", p.Message("contract"))
	}
}

func TestAContractIsDuplicatedAmendedAndReadAsAChange(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	sales, finance := site.Login(access.Sales), site.Login(access.Finance)
	copied := sales.Get("/contracts/new?copy=" + w.Contract).Want(200)
	if copied.Field("contract") != "C-2026-003" || copied.Field("lines[0].fixed.quantity") != "25" || copied.Field("customer") != "northwind" {
		t.Errorf("the copy has number %q and quantity %q", copied.Field("contract"), copied.Field("lines[0].fixed.quantity"))
	}
	p := sales.Get("/contracts/"+w.Contract+"/amend").Want(200, "Amend C-2026-001")
	p.Check()
	form := with(sheetOf(t, webtest.Document), "effective", "2026-05-15", "lines[0].fixed.quantity", "30", "do", "submit")
	if p := sales.PostForm("/contracts/"+w.Contract+"/amend", form).Want(422); !strings.Contains(p.Message("reason"), "say why the contract is amended") {
		t.Errorf("beside the reason stands %q", p.Message("reason"))
	}
	sales.PostForm("/contracts/preview", with(form, "amending", w.Contract)).Want(200, "Total contract value", "25 seats").Lacks("to put right")
	form.Set("reason", "Five more seats")
	// 25 seats at 40.00 were billed for four months and are earned by the end of April; the month's fee is asked for on
	// its first day, so that nothing is left over at the end of any.
	preview := sales.PostForm("/contracts/"+w.Contract+"/amend", with(form, "do", "preview")).Want(200, "from 15 May 2026", "never asked for ahead of its service")
	if rows := preview.Table("What changes"); len(rows) != 1 || strings.Join(rows[0], ": ") != "Platform: 25 seats: 30 seats" {
		t.Errorf("the amendment changes %q", rows)
	}
	sales.PostForm("/contracts/"+w.Contract+"/amend", with(form, "contract", "C-OTHER")).Want(200, "C-2026-001 waits for approval by another person")
	finance.Get("/contracts/"+w.Contract).Want(200, "What this version changes", "from 15 May 2026", "25 seats", "30 seats")
	again := sales.PostForm("/contracts/"+w.Contract+"/amend", with(form, "lines[0].fixed.quantity", "31")).Want(409)
	if !strings.Contains(again.Message("contract"), "waits for a decision") {
		t.Errorf("a version that waits should be in the way: %q", again.Message("contract"))
	}
}

func TestWhatTheFormForeseesIsWhatTheRunsBill(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	sales, finance := site.Login(access.Sales), site.User("Finance", access.Finance)
	form := sheetOf(t, `contract: C-2026-070
entity: rus
customer: northwind
currency: USD
term: {from: 2026-05-01, through: 2027-04-30}
billing: {net_days: 15, align: calendar}
lines:
  - {id: seats, product: platform, fixed: {quantity: 7, unit_price: 33.33, every: quarter, in: arrears}}
  - id: steps
    product: platform
    fixed: {every: month, ramp: [{from: 2026-05-01, through: 2026-08-15, quantity: 1, unit_price: 10}, {from: 2026-08-16, through: 2027-04-30, quantity: 2, unit_price: 11.11}]}
`)
	foreseen := sales.PostForm("/contracts/new", with(form, "do", "preview")).Want(200).Table("Invoices to come")
	sales.PostForm("/contracts/new", with(form, "do", "submit")).Want(200)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Approve(ctx, tx, "C-2026-070", "", finance)
	})
	for _, row := range foreseen[:len(foreseen)-1] {
		day, err := time.Parse("2 Jan 2006", row[0])
		if err != nil {
			t.Fatal(err)
		}
		webtest.Bill(site, period.DateOf(day, time.UTC))
	}
	billed := sales.Get("/contracts/C-2026-070").Want(200).Table("Invoices")
	at := map[string]string{}
	for _, row := range billed {
		at[row[2]] = row[4]
	}
	for _, row := range foreseen[:len(foreseen)-1] {
		if got := strings.TrimSuffix(at[row[0]], " USD"); got != row[2] {
			t.Errorf("foreseen on %s: %s, billed: %q", row[0], row[2], at[row[0]])
		}
	}
	if len(foreseen) < 12 {
		t.Errorf("only %d invoices were foreseen", len(foreseen))
	}
}

func TestThePreviewSaysWhatADealIsWorthAndWhatIsUnusual(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	form := sheetOf(t, `contract: C-2026-080
entity: rus
customer: northwind
currency: USD
term: {from: 2026-05-01, through: 2030-04-30}
billing: {net_days: 60}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 1200, every: year}}
  - {id: extra, product: platform, fixed: {quantity: 1, unit_price: 0, every: month, in: arrears}}
`)
	// Four times 12,000; the year with a 29 February has earned least of it at the end of its first month: 31 of 366 days.
	p := site.Login(access.Sales).PostForm("/contracts/preview", form).Want(200, "48,000.00", "12,000.00", "10,983.61", "end of May 2027",
		"Time to pay", "60 days are more than 45", "runs longer than 36 months", "line extra has no price", "asked for after its period")
	p.Lacks("to put right")
}

// BenchmarkPreview is a contract of three years and ten lines, from the form over HTTP to the panel.
func BenchmarkPreview(b *testing.B) {
	site := webtest.New(b)
	webtest.Furnish(site)
	document := "contract: C-2026-090\nentity: rus\ncustomer: northwind\ncurrency: USD\nterm: {from: 2026-05-01, through: 2029-04-30}\nlines:\n"
	for i := range 6 {
		document += fmt.Sprintf("  - {id: fee-%d, product: platform, fixed: {quantity: %d, unit_price: 12.34, every: month}}\n", i, i+1)
	}
	for i := range 4 {
		document += fmt.Sprintf("  - {id: use-%d, product: api, usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 1000, unit: 0.02}, {up_to: 9000, unit: 0.01}, {unit: 0.005}]}}}\n", i)
	}
	d, err := contracts.Parse([]byte(document))
	if err != nil {
		b.Fatal(err)
	}
	form, err := web.Sheet(d)
	if err != nil {
		b.Fatal(err)
	}
	form.Set("expect.api.calls", "25000")
	browser := site.Login(access.Sales)
	for b.Loop() {
		browser.PostForm("/contracts/preview", form).Want(200, "Total contract value")
	}
}
