package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/fault"
	"ratable/internal/period"
)

var update = flag.Bool("update", false, "write the messages of bad documents anew")

// bad are the documents nobody should be able to enter. What each is told
// stands in testdata/bad.golden, to be read as one page.
var bad = []struct{ what, document string }{
	{"nothing", ""},
	{"only a comment", "# soon\n"},
	{"a bare word", "hello\n"},
	{"a list", "- a\n- b\n"},
	{"broken UTF-8", head + "title: caf\xe9\n"},
	{"UTF-16", "\xff\xfec\x00o\x00n\x00"},
	{"more than a megabyte", "title: " + strings.Repeat("x", MaxDocument)},
	{"two documents", good + "---\n" + good},
	{"indented with a tab", head + "term:\n\tfrom: 2026-01-01\n"},
	{"an open bracket", head + "term: {from: 2026-01-01\n"},
	{"an unknown key", with("title: Deal", "tilte: Deal")},
	{"an unknown key deep inside", with("unit_price: 10", "price: 10")},
	{"the same key twice", with("title: Deal", "title: Deal\ntitle: Other deal")},
	{"a key that is a list", good + "[a, b]: c\n"},
	{"an anchor", with("fixed: {", "fixed: &fee {")},
	{"an alias", with("title: Deal", "title: &x Deal\nreason: *x")},
	{"a bomb of aliases", "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nlines: [*c, *c, *c]\n"},
	{"a merge key", with("fixed: {", "fixed: {<<: {every: year}, ")},
	{"a YAML tag", with("unit_price: 10", "unit_price: !!float 10")},
	{"a price that is a word", with("unit_price: 10", "unit_price: abc")},
	{"a price of 1e309", with("unit_price: 10", "unit_price: 1e309")},
	{"a price of 1e2000000000", with("unit_price: 10", "unit_price: 1e2000000000")},
	{"a price of a hundred digits", with("unit_price: 10", "unit_price: "+strings.Repeat("9", 100))},
	{"a price of a quadrillion", with("unit_price: 10", "unit_price: 1000000000000000")},
	{"thirteen decimals", with("unit_price: 10", "unit_price: 0.0000000000001")},
	{"a fee of more than can be booked", with("quantity: 1, unit_price: 10", "quantity: 90000000, unit_price: 90000000")},
	{"not a number", with("unit_price: 10", "unit_price: .nan")},
	{"infinity", with("unit_price: 10", "unit_price: .inf")},
	{"full-width digits", with("unit_price: 10", "unit_price: １２")},
	{"a comma in a price", with("unit_price: 10", "unit_price: '1,250.00'")},
	{"a hexadecimal price", with("unit_price: 10", "unit_price: 0x10")},
	{"a price that is a list", with("unit_price: 10", "unit_price: [10]")},
	{"a negative quantity", with("quantity: 1", "quantity: -1")},
	{"a quantity of zero", with("quantity: 1", "quantity: 0")},
	{"a negative price", with("unit_price: 10", "unit_price: -10")},
	{"net days in words", with("title: Deal", "billing: {net_days: thirty}")},
	{"net days of a lifetime", with("title: Deal", "billing: {net_days: 99999999999}")},
	{"a yes that is not true", with("amount: 0.02}", "amount: 0.02, flat_at_zero: yes}")},
	{"an unknown currency", with("currency: USD", "currency: XBT")},
	{"no currency", with("currency: USD\n", "")},
	{"the 30th of February", with("2026-12-31", "2026-02-30")},
	{"an American date", with("2026-12-31", "12/31/2026")},
	{"a date with a time", with("2026-12-31", "2026-12-31T00:00:00Z")},
	{"an end before the start", with("2026-12-31", "2025-12-31")},
	{"no term", with("term: {from: 2026-01-01, through: 2026-12-31}\n", "")},
	{"a term of 21 years", with("2026-12-31", "2046-12-31")},
	{"a term to the end of time", with("2026-01-01, through: 2026-12-31", "9999-01-01, through: 9999-12-31")},
	{"an amendment outside the term", with("title: Deal", "effective: 2027-01-01")},
	{"a line outside the term", with("product: platform, ", "product: platform, from: 2025-12-31, through: 9999-12-31, ")},
	{"a line that ends before it begins", with("product: platform, ", "product: platform, from: 2026-03-01, through: 2026-02-01, ")},
	{"steps that overlap", ramped("2026-01-01, through: 2026-06-30", "2026-06-30, through: 2026-12-31")},
	{"steps with a gap", ramped("2026-01-01, through: 2026-06-30", "2026-07-02, through: 2026-12-31")},
	{"steps that stop early", ramped("2026-01-01, through: 2026-06-30", "2026-07-01, through: 2026-12-30")},
	{"steps that run past the end", ramped("2026-01-01, through: 2026-06-30", "2026-07-01, through: 9999-12-31")},
	{"a step that runs backwards", ramped("2026-01-01, through: 2025-06-30", "2026-07-01, through: 2026-12-31")},
	{"a step without a day", ramped("2026-01-01", "2026-07-01, through: 2026-12-31")},
	{"steps beside a price", with("every: month}}", "every: month, ramp: [{from: 2026-01-01, through: 2026-12-31, quantity: 1, unit_price: 1}]}}")},
	{"no lines", head + "term: {from: 2026-01-01, through: 2026-12-31}\nlines: []\n"},
	{"an empty line", good + "  -\n"},
	{"a line twice", good + "  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 10, every: month}}\n"},
	{"a line without a price", good + "  - {id: gift, product: platform}\n"},
	{"a line with two prices", good + "  - {id: both, product: api, fixed: {quantity: 1, unit_price: 1, every: month}, usage: {meter: api.calls, every: month, price: {model: flat, amount: 1}}}\n"},
	{"an unknown cadence", with("every: month}}", "every: fortnight}}")},
	{"an unknown price model", with("model: per_unit", "model: stairs")},
	{"a last tier with an end", with("model: per_unit, amount: 0.02", "model: graduated, tiers: [{up_to: 10, unit: 1}]")},
	{"a tier left empty", with("model: per_unit, amount: 0.02", "model: graduated, tiers: [{up_to: 10, unit: 1}, ~]")},
	{"a step with a price per unit", with("model: per_unit, amount: 0.02", "model: stairstep, tiers: [{up_to: 10, flat: 5}, {unit: 1, flat: 9}]")},
	{"a percentage of more than all", with("model: per_unit, amount: 0.02", "model: percentage, percent: 130, free_events: -1, minimum: 3, maximum: 2")},
	{"a percentage with included units", strings.Replace(with("model: per_unit, amount: 0.02", "model: percentage, percent: 1.3"), "meter: api.calls,", "meter: api.calls, included: 5,", 1)},
	{"a matrix by nothing", with("model: per_unit, amount: 0.02", "model: matrix, amount: 3")},
	{"a matrix of percentages", with("model: per_unit, amount: 0.02", "model: matrix, by: region, prices: {eu: {model: percentage, percent: 1}, us: {model: package, amount: 1}}, other: {model: flat, amount: 1}")},
	{"a matrix by what is fixed", strings.Replace(with("model: per_unit, amount: 0.02", "model: matrix, by: region, prices: {eu: {model: flat, amount: 1}}, other: {model: flat, amount: 1}"), "meter: api.calls,", "meter: api.calls, where: {region: eu, the tier: ''},", 1)},
	{"users twice", strings.Replace(good, "{id: calls,", "{id: calls, users: [lab, lab, ''],", 1)},
	{"users of a fee", with("id: seats,", "id: seats, users: [lab],")},
	{"a control character", with("title: Deal", `title: "De\aal"`)},
	{"two lines in a title", with("title: Deal", `title: "De\nal"`)},
	{"a number with a space", with("contract: C-1", "contract: C 1")},
	{"an endless number", with("contract: C-1", "contract: "+strings.Repeat("C", 61))},
	{"a reseller who keeps everything", with("title: Deal", "payer: partner\nreseller: {margin_percent: 100}")},
	{"a reseller nobody named", with("title: Deal", "reseller: {margin_percent: 20}")},
	{"a reseller of an unknown kind", with("title: Deal", "payer: partner\nreseller: {kind: broker}")},
	{"a referral without partner or commission", with("title: Deal", "reseller: {kind: referral}")},
	{"a margin on a referral", with("title: Deal", "reseller: {kind: referral, partner: p, commission_percent: 10, margin_percent: 20}")},
	{"a marketplace without fee or payer", with("title: Deal", "reseller: {kind: marketplace, role: owner}")},
	{"a signer nobody can be", with("title: Deal", "signer: J. Doe")},
	{"late usage in other words", with("title: Deal", "billing: {late_usage: never}")},
	{"late usage refused, but not when", with("title: Deal", "billing: {late_usage: refuse}")},
	{"late usage refused after a lifetime", with("title: Deal", "billing: {late_usage: refuse, refuse_after_days: 10000}")},
	{"a day of refusal where nothing is refused", with("title: Deal", "billing: {late_usage: at_once, refuse_after_days: 10}")},
	{"a renewal before the term", with("through: 2026-12-31", "through: 2026-12-31, renewed: [2025-06-01]")},
	{"a renewal twice", with("through: 2026-12-31", "through: 2026-12-31, renewed: [2026-06-01, 2026-06-01]")},
	{"a renewal of no length", with("title: Deal", "renewal: {months: 0, notice_days: 400, uplift_percent: -101, price: cheap}")},
	{"a trial without an end", with("title: Deal", "trial: {then: end}")},
	{"a trial for good", with("title: Deal", "trial: {through: 2027-01-01, then: pay}")},
	{"a trial of what is not there", with("title: Deal", "trial: {through: 2026-01-14, lines: [seat, seats, seats]}")},
	{"a trial of installments", installed("trial: {through: 2026-01-14}", "every: term, installments: [{on: 2026-01-01, amount: 5}]")},
	{"an ending without cause or reason", with("title: Deal", "ending: {refund: some, commitments: half}")},
	{"a monthly list of installments", installed("", "every: month, quantity: 1, installments: [{on: 2026-01-01, amount: 5}]")},
	{"installments out of order", installed("", "every: term, installments: [{on: 2026-02-01, amount: 5}, {on: 2026-02-01, amount: 5}]")},
	{"installments of nothing on no day", installed("", "every: term, installments: [{on: 2026-02-01}, {amount: -5}]")},
	{"an installment in another decade", installed("", "every: term, installments: [{on: 2062-02-01, amount: 5}]")},
	{"installments of the term before", strings.Replace(installed("", "every: term, installments: [{on: 2026-02-01, amount: 5}]"), "2026-12-31", "2026-12-31, renewed: [2026-07-01]", 1)},
	{"once and never", good + "  - {id: setup, product: platform, once: {unit_price: 10}}\n"},
	{"once and on a milestone", good + "  - {id: setup, product: platform, once: {unit_price: 10, on: 2026-02-01, milestone: done}}\n"},
	{"once after the end", good + "  - {id: setup, product: platform, once: {unit_price: 10, on: 2027-02-01}}\n"},
	{"a role that is none", with("id: seats,", "id: seats, role: broker,")},
	{"a commitment over nothing", good + "commitments: [{id: min, product: prepaid, lines: [], amount: 5, every: month}]\n"},
	{"a commitment over an unknown line", good + "commitments: [{id: min, product: prepaid, lines: [seat], amount: 5, every: month}]\n"},
	{"a commitment of nothing", good + "commitments: [{id: min, product: prepaid, lines: [seats, seats], every: month}]\n"},
	{"a monthly commitment over quarterly usage", strings.Replace(good, "api.calls, every: month", "api.calls, every: quarter", 1) + "commitments: [{id: min, product: prepaid, lines: [calls], amount: 5, every: month}]\n"},
	{"a cap in money and units", capped1("amount: 5, units: 5, price: 1")},
	{"a cap in units for nothing", capped1("units: 5")},
	{"a cap given away", capped1("amount: 5, price: 0")},
	{"overage for nothing", capped1("amount: 5, overage: {factor: 0}")},
	{"a cap over a fixed fee", good + "prepaid: [{id: cap, product: prepaid, lines: [seats], amount: 5, every: month}]\n"},
	{"a cap over an hour", strings.Replace(capped1("amount: 5"), "[calls], every: month", "[calls], every: hour", 1)},
	{"access outside the term", capped1("amount: 5, from: 2025-12-31")},
	{"access that ends before it begins", capped1("amount: 5, from: 2026-03-01, through: 2026-02-01")},
	{"a cap that never ends", capped1("amount: 5, expires_after_days: 99999, priority: -5000")},
	{"a rollover of more than is left", capped1("amount: 5, rollover: {percent: 120, periods: -1, used: later}")},
	{"a rollover of nothing", capped1("amount: 5, rollover: {percent: 0, most: 0, periods: 0}")},
	{"a rollover into nothing", strings.Replace(capped1("amount: 5, rollover: {percent: 50}"), "every: month, amount: 5", "every: term, amount: 5", 1)},
	{"overage at a factor and a rate", capped1("amount: 5, overage: {factor: 2, unit_price: 3}")},
	{"overage at a rate for two lines", good + "  - {id: more, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}\nprepaid: [{id: cap, product: prepaid, lines: [calls, more], amount: 5, every: month, overage: {unit_price: 3}}]\n"},
	{"overage at a rate over a flat price", strings.Replace(capped1("amount: 5, overage: {unit_price: 3}"), "model: per_unit", "model: flat", 1)},
	{"a bill without a schedule", capped1("amount: 5, bill: {in: afterwards}")},
	{"installments beside periods", capped1("amount: 5, bill: {every: quarter, installments: [{on: 2026-01-01, amount: 60}]}")},
	{"installments that do not add up", capped1("amount: 5, bill: {installments: [{on: 2026-01-01, amount: 30}, {on: 2026-07-01, amount: 29}]}")},
	{"installments after the last day", capped1("amount: 5, bill: {installments: [{on: 2026-01-01, amount: 30}, {on: 2027-07-01, amount: 30}]}")},
	{"a cap in units over a volume price", strings.Replace(capped1("units: 5, price: 1"), "model: per_unit, amount: 0.02", "model: volume, tiers: [{unit: 1}]", 1)},
	{"a commitment in money and units", committed1("amount: 5, units: 5, unit_price: 1")},
	{"a commitment in units without a price", committed1("units: 5")},
	{"units of a fee", good + "commitments: [{id: min, product: prepaid, lines: [seats], units: 5, unit_price: 1, every: month}]\n"},
	{"a priority without a waterfall", committed1("amount: 5, priority: 1")},
	{"a waterfall nobody can order", good + "commitments:\n  - {id: a, product: prepaid, lines: [calls], amount: 5, every: month, flow: waterfall}\n  - {id: b, product: prepaid, lines: [calls], units: 5, unit_price: 1, every: month, flow: waterfall}\n"},
	{"a commitment within nothing", committed1("amount: 5, within: big")},
	{"commitments within each other", good + "commitments:\n  - {id: a, product: prepaid, lines: [calls], amount: 5, every: month, within: b}\n  - {id: b, product: prepaid, lines: [seats], amount: 5, every: month, within: a}\n"},
	{"units within money, for longer", good + "commitments:\n  - {id: a, product: prepaid, lines: [calls], units: 5, unit_price: 1, every: year, within: b}\n  - {id: b, product: prepaid, lines: [seats], amount: 5, every: year}\n  - {id: c, product: prepaid, lines: [calls], amount: 5, every: year, within: d}\n  - {id: d, product: prepaid, lines: [calls], amount: 5, every: month}\n"},
	{"a commitment after the end", committed1("amount: 5, from: 2027-01-01")},
	{"a cap of nothing", topped("kind: hard")},
	{"a cap nobody owns", topped("kind: soft, amount: 5, then: explode")},
	{"a hard cap with overage", topped("kind: hard, amount: 5, overage: {factor: 2}")},
	{"overage that is never charged", topped("kind: customer, amount: 5, overage: {factor: 2}")},
	{"overage by the unit above money", topped("kind: customer, amount: 5, then: continue, overage: {unit_price: 2}")},
	{"nothing charged above a cap", topped("kind: customer, amount: 5, then: continue, overage: {factor: 0}")},
	{"overage with two prices", topped("kind: customer, units: 5, then: continue, overage: {factor: 2, unit_price: 2}")},
	{"a cap in units of a fee", good + "caps: [{id: top, kind: hard, lines: [seats], units: 5, every: month}]\n"},
	{"a cap in units over two lines", good + "caps: [{id: top, kind: hard, lines: [seats, calls], units: 5, every: month}]\n"},
	{"a cap over an unknown line", good + "caps: [{id: top, kind: hard, lines: [min], amount: 5, every: month}]\n"},
	{"a cap shorter than its line", strings.Replace(topped("kind: hard, amount: 5"), "api.calls, every: month", "api.calls, every: quarter", 1)},
	{"a cap in units over a prepaid line", topped("kind: hard, units: 5") + "prepaid: [{id: pool, product: prepaid, lines: [calls], amount: 5, every: month}]\n"},
	{"a cap with the id of a line", good + "caps: [{id: calls, kind: hard, lines: [calls], amount: 5, every: month}]\n"},
	{"a discount of nothing", lowered("reason: none")},
	{"a discount of 120 percent", lowered("percent: 120")},
	{"a discount of percent and amount", lowered("percent: 10, amount: 5, every: month")},
	{"a percentage each month", lowered("percent: 10, every: month")},
	{"an amount off no period", lowered("amount: 10")},
	{"an amount off periods shorter than usage", strings.Replace(lowered("amount: 10, every: month"), "api.calls, every: month", "api.calls, every: quarter", 1)},
	{"a discount on an unknown line", lowered("percent: 10, lines: [seats, support]")},
	{"a discount that ends before it begins", lowered("percent: 10, from: 2026-05-01, through: 2026-04-01")},
	{"a discount before the term", lowered("percent: 10, from: 2025-05-01")},
	{"a programme of two words", lowered("percent: 10, programme: for free")},
	{"a credit of nothing for nothing", good + "credits: [{id: gift, kind: present, amount: 0}]\n"},
	{"a credit after the term", good + "credits: [{id: gift, kind: goodwill, amount: 5, reason: outage, through: 2027-01-01}]\n"},
	{"JSON with an unknown key", "{\n  \"contract\": \"C-1\",\n  \"custmer\": \"acme\"\n}\n"},
	{"JSON with a word for a price", asJSON(with("unit_price: 10", "unit_price: 7777"), `"7777"`, `"abc"`)},
	{"JSON with a key twice", asJSON(good, `"title": "Deal",`, `"title": "Deal", "title": "Deal",`)},
	{"JSON cut off", "{\"contract\": \"C-1\", "},
	{"everything at once", "contract: ''\ncurrency: usdollar\nterm: {from: 2026-01-01, through: 2025-01-01}\nlines: [{id: a b, fixed: {every: day, quantity: -1}}]\n"},
}

const good = head + `title: Deal
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.02}}}
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 10, every: month}}
`

// with changes the good document in one place, so that the rest is not to blame.
func with(old, replacement string) string {
	if strings.Count(good, old) != 1 {
		panic("the good document does not have one " + old)
	}
	return strings.Replace(good, old, replacement, 1)
}

func ramped(steps ...string) string {
	var b strings.Builder
	b.WriteString("ramp:")
	for _, s := range steps {
		b.WriteString("\n          - {from: " + s + ", quantity: 1, unit_price: 10}")
	}
	return head + "term: {from: 2026-01-01, through: 2026-12-31}\nlines:\n  - id: seats\n    product: platform\n    fixed:\n        every: month\n        " + b.String() + "\n"
}

// installed is a fee by a list, and a key of the head.
func installed(key, fixed string) string {
	return head + key + "\nterm: {from: 2026-01-01, through: 2026-12-31}\nlines:\n  - {id: license, product: platform, fixed: {" + fixed + "}}\n"
}

func capped1(terms string) string {
	return good + "prepaid: [{id: cap, product: prepaid, lines: [calls], every: month, " + terms + "}]\n"
}

func committed1(terms string) string {
	return good + "commitments: [{id: min, product: prepaid, lines: [calls], every: month, " + terms + "}]\n"
}

func topped(terms string) string {
	return good + "caps: [{id: top, lines: [calls], every: month, " + terms + "}]\n"
}

func lowered(terms string) string { return good + "discounts: [{id: off, " + terms + "}]\n" }

func asJSON(document, old, replacement string) string {
	d, err := Parse([]byte(document))
	if err != nil {
		panic(err)
	}
	out, err := json.MarshalIndent(d, "", "  ")
	if err != nil || strings.Count(string(out), old) != 1 {
		panic("no single " + old + " in " + string(out))
	}
	return strings.Replace(string(out), old, replacement, 1)
}

func TestABadDocumentIsToldWhereWhatAndWhatToDo(t *testing.T) {
	var page strings.Builder
	for _, b := range bad {
		_, err := Parse([]byte(b.document))
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: accepted, or not Invalid: %v", b.what, err)
			continue
		}
		page.WriteString(b.what + "\n")
		for _, f := range fault.Fields(err) {
			if f.Path == "" || len(f.String()) > 400 {
				t.Errorf("%s: %+v cannot be shown to a person", b.what, f)
			}
			page.WriteString("    " + f.String() + "\n")
		}
	}
	const golden = "testdata/bad.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("the messages changed (-before +now); run with -update when they became better:\n%s", diff)
	}
}

func TestAnOrdinaryDocumentIsUnderstoodInEveryShape(t *testing.T) {
	want, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	for shape, source := range map[string]string{
		"with a byte order mark":    "\uFEFF" + good,
		"with Windows line ends":    strings.ReplaceAll(good, "\n", "\r\n"),
		"with a document marker":    "---\n" + good,
		"with figures in quotes":    with("unit_price: 10", `unit_price: "10"`),
		"with a small currency":     with("USD", "usd"),
		"with its defaults spelled": with("title: Deal", "title: Deal\npayer: acme\neffective: 2026-01-01\nbilling: {align: anniversary}\nreseller:\n"),
		"as JSON":                   asJSON(good, "Deal", "Deal"),
		"as JSON with tabs":         strings.ReplaceAll(asJSON(good, "Deal", "Deal"), "  ", "\t"),
	} {
		got, err := Parse([]byte(source))
		if err != nil {
			t.Errorf("%s it is refused: %v", shape, err)
		} else if !got.Equal(want) {
			t.Errorf("%s it says something else: %s", shape, cmp.Diff(want, got))
		}
	}
}

func TestATitleMayHoldAnyLetter(t *testing.T) {
	for _, title := range []string{"Müller 🚀", "合同", "👩‍🔧 e\u0301", "yes", "2026", "null", "- x: {y}", "a # b", `"quoted" 'both'`} {
		d, err := Parse([]byte(good))
		if err != nil {
			t.Fatal(err)
		}
		d.Title = title
		comesBack(t, d)
	}
	d, err := Parse([]byte(asJSON(good, `"Deal"`, `"\ud83d\ude80"`)))
	if err != nil || d.Title != "🚀" {
		t.Errorf("an emoji escaped as JSON does is read as %q, %v", d.Title, err)
	}
}

func TestADocumentWithoutATermIsBlamedForThatOnly(t *testing.T) {
	d := Document{Contract: "C-1", Entity: "e", Customer: "c", Currency: "USD", Lines: []Line{{
		ID: "a", Product: "p", Through: period.NewDate(9999, 12, 31), Fixed: &Fixed{Every: "month", Ramp: []Step{{}}},
	}}}
	found := d.Validate()
	if len(found) != 1 || found[0].Path != "term.from" {
		t.Errorf("found %v", found)
	}
}

func TestAFindingOfTheDatabaseGetsItsLineInEveryShape(t *testing.T) {
	unknown := fault.InvalidFields(fault.Field{Path: "lines[1].product", Value: "platform", Message: "is not sold"})
	for source, line := range map[string]int{good: 10, asJSON(good, `"Deal"`, `"\ud83d\ude80"`): 29} {
		if found := fault.Fields(Placed([]byte(source), unknown)); len(found) != 1 || found[0].Line != line {
			t.Errorf("it is placed at %v, not on line %d of\n%s", found, line, source)
		}
	}
}

// comesBack holds that a document survives YAML, JSON and back.
func comesBack(t *testing.T, d Document) {
	t.Helper()
	asYAML, err := Export(d)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, exported := range [][]byte{asYAML, asJSON} {
		again, err := Parse(exported)
		if err != nil {
			t.Fatalf("an export is refused: %v\n%s", err, exported)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("an export says something else (-before +after):\n%s\n%s", diff, exported)
		}
		if twice, err := Export(again); err != nil || !bytes.Equal(twice, asYAML) {
			t.Fatalf("a second export differs, %v:\n%s\n%s", err, asYAML, twice)
		}
	}
	var stored Document // as the database gives it back
	if err := json.Unmarshal(asJSON, &stored); err != nil || !stored.Equal(d) {
		t.Fatalf("what is stored says something else, %v: %s", err, cmp.Diff(d, stored))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(asJSON(good, "Deal", "Deal")))
	f.Add([]byte(ramped("2026-01-01, through: 2026-06-30", "2026-07-01, through: 2026-12-31")))
	f.Add([]byte(capped1("amount: 5, overage: {factor: 1.5}") + "reason: |\n  several\n  lines\npayer: p\nplan: {code: x, version: 2}\n"))
	for _, b := range bad {
		if len(b.document) < 2000 {
			f.Add([]byte(b.document))
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		d, err := Parse(source)
		if err != nil {
			if len(fault.Fields(err)) == 0 {
				t.Fatalf("refused without a field: %v", err)
			}
			return
		}
		comesBack(t, d)
	})
}
