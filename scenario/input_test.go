package scenario

import (
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
)

// Each case is bad input and the message a stranger gets for it.
func TestBadInputIsRefusedWithLineAndField(t *testing.T) {
	good := sellers + calls
	for name, c := range map[string]struct{ source, want string }{
		"empty":              {"", "document: is empty"},
		"broken UTF-8":       {"title: \xff", "not valid UTF-8"},
		"unknown key":        {strings.Replace(good, "through:", "trough:", 1), "line 8: trough: is not a key known here"},
		"day that is not":    {strings.Replace(good, "2026-03-31\n\ncon", "2026-02-30\n\ncon", 1), "line 8: through: is not a day such as 2026-03-31 (2026-02-30)"},
		"no such currency":   {strings.Replace(good, "currency: USD}", "currency: USX}", 1), "line 2: entity.currency: is not an ISO 4217 currency (USX)"},
		"no region":          {strings.Replace(good, ", region: OR", "", 1), "line 4: customers[0].region: is not a region of US"},
		"unknown tax code":   {strings.Replace(good, "api_usage", "magic", 1), "line 6: catalog.products[0].tax_code: is not a product code of the tax tables"},
		"unknown meter":      {strings.Replace(good, "meter: calls", "meter: cals", 1), "line 17: contracts[0].lines[0].usage.meter: is not a meter of the catalog (cals)"},
		"unknown customer":   {strings.Replace(good, "customer: acme", "customer: acne", 1), "line 13: contracts[0].customer: is not the id of a customer of this scenario (acne)"},
		"contract's own key": {strings.Replace(good, "currency: USD\n    term", "curency: USD\n    term", 1), "line 14: contracts[0].curency: is not a key known here"},
		"end before start":   {strings.Replace(good, "from: 2026-01-01, through", "from: 2026-04-01, through", 1), "line 15: contracts[0].term.through: is before term.from"},
		"overlapping ramp": {strings.Replace(good, "usage: {meter: calls, every: month, price: {model: per_unit, amount: 0.10}}",
			"fixed: {every: month, ramp: [{from: 2026-01-01, through: 2026-02-10, quantity: 1, unit_price: 1}, {from: 2026-02-01, through: 2026-03-31, quantity: 1, unit_price: 1}]}", 1),
			"line 17: contracts[0].lines[0].fixed.ramp[1].from: overlaps"},
		"negative usage":    {good + "facts:\n  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: -5}\n", "line 19: facts[0].use.quantity: is negative"},
		"usage in the end":  {good + "facts:\n  - use: {on: 2026-04-10, customer: acme, meter: calls, quantity: 5}\n", "line 19: facts[0].use.on: lies after the last day played"},
		"known too early":   {good + "facts:\n  - use: {on: 2026-01-10, known: 2026-01-09, customer: acme, meter: calls, quantity: 5}\n", "line 19: facts[0].use.known: is before the day of the usage"},
		"two facts in one":  {good + "facts:\n  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 5}\n    void: {on: 2026-01-10, invoice: X, reason: Y}\n", "line 19: facts[0]: must have exactly one of"},
		"cents of a cent":   {good + "facts:\n  - pay: {on: 2026-01-10, customer: acme, amount: 1.005}\n", "line 19: facts[0].pay.amount: is not an amount of USD"},
		"credit of nobody":  {good + "facts:\n  - credit: {on: 2026-01-10, invoice: X, amount: 1}\n", "line 19: facts[0].credit.reason: is missing"},
		"wrong CSV header":  {good + "---\nday,customer,meter,quantity\n", "line 19: usage.header: is not a column"},
		"short CSV row":     {good + "---\non,customer,meter,quantity\n2026-01-01,acme,calls,1\n2026-01-01,acme,1\n", "line 21: usage.row: has 3 cells; the header has 4"},
		"CSV quantity":      {good + "---\non,customer,meter,quantity\n2026-01-01,acme,calls,1e309\n", "line 20: usage.quantity: is too large"},
		"no facts at all":   {"through: 2026-01-31\n", "entity: is missing"},
		"alias of itself":   {strings.Replace(good, "  - contract: C-1", "  - &x\n    reseller: *x\n    contract: C-1", 1), "document: is too large, or an alias"},
		"no day at all":     {good + "facts:\n  - use: {on: soon, customer: acme, meter: calls, quantity: 5}\n", "line 19: facts[0].use.on: is not a day such as 2026-03-31 (soon)"},
		"circle of parents": {strings.Replace(good, "id: acme,", "id: acme, parent: acme,", 1), "line 4: customers[0].parent: leads in a circle"},
	} {
		_, err := Parse([]byte(c.source))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the message is\n%v\nit should say\n%s", name, err, c.want)
		}
	}
}

func TestAFactThatCannotBeIsRefusedWithItsLine(t *testing.T) {
	good := sellers + calls + "facts:\n  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 10}\n"
	for name, c := range map[string]struct {
		fact, want string
		kind       error
	}{
		"no such invoice":  {"void: {on: 2026-02-01, invoice: US-2026-000001, reason: wrong}", "line 20: facts[1].void.invoice: is not the number of a document issued before this day", fault.Invalid},
		"too much credit":  {"credit: {on: 2026-02-02, invoice: US-2026-000001, amount: 1.01, reason: gift}", "line 20: facts[1].credit.amount: is more than the 1.00 USD left", fault.Invalid},
		"month not over":   {"close: {on: 2026-02-27, month: 2026-02}", "close 2026-02", fault.Conflict},
		"out of order":     {"close: {on: 2026-03-05, month: 2026-02}", "2026-01 is still open: months close in order", fault.Conflict},
		"line of no price": {"credit: {on: 2026-02-02, invoice: US-2026-000001, line: 7, amount: 1, reason: gift}", "line 20: facts[1].credit.line: is not a line of US-2026-000001", fault.Invalid},
	} {
		s, err := Parse([]byte(good + "  - " + c.fact + "\n"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err = Play(s); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the message is\n%v\nit should say\n%s", name, err, c.want)
		}
	}
}

func TestAPaidInvoiceIsNotVoided(t *testing.T) {
	s, err := Parse([]byte(sellers + calls + `facts:
  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 10}
  - pay: {on: 2026-02-02, customer: acme, amount: 0.40, reference: US-2026-000001}
  - void: {on: 2026-02-03, invoice: US-2026-000001, reason: wrong}
`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Play(s); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "line 21: facts[2].void on 2026-02-03") {
		t.Errorf("the message is %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sellers + calls + "---\non,customer,meter,quantity\n2026-01-01,acme,calls,1\n"))
	f.Add([]byte("a: &x [*x]"))
	f.Add([]byte("contracts: [{<<: {contract: C}}]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		if s, err := Parse(source); err == nil && s.Through.Sub(s.From) < 1000 {
			_, _ = Play(s)
		}
	})
}
