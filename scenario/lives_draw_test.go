package scenario

import (
	"fmt"
	"math/rand"
	"strings"

	"ratable/internal/period"
)

// A life begins on a day that is no first of a month. Every drawn term lasts at
// least until lastEffective, so that an amendment always lies inside.
var (
	lifeBegins    = period.NewDate(2026, 1, 15)
	lastEffective = period.NewDate(2026, 8, 10)
	lastFact      = period.NewDate(2026, 12, 30)
)

const lifeEnds = "2027-02-28"

// draw throws the dice of one life. What an amendment may not change is thrown
// once.
type draw struct {
	*rand.Rand
	currency string
	align    string
	reseller bool
}

func newDraw(seed int64) draw {
	d := draw{Rand: rand.New(rand.NewSource(seed))}
	d.currency = one(d, "USD", "USD", "JPY")
	d.align = one(d, "anniversary", "calendar")
	d.reseller = d.oneIn(4)
	return d
}

// between draws a number; both bounds may come up.
func (d draw) between(from, to int) int { return from + d.Intn(to-from+1) }

func (d draw) oneIn(n int) bool { return d.Intn(n) == 0 }

// one draws one of several; what stands twice comes up twice as often.
func one[T any](d draw, among ...T) T { return among[d.Intn(len(among))] }

// scenario is the world of a life, with what is agreed on its first day.
func (d draw) scenario() string {
	return fmt.Sprintf(`entity: {code: us, name: Northwind, country: US, region: NY, city: New York, postcode: "10013", currency: %s, registrations: [{place: US-NY}]}
customers:
  - {id: boss, name: Boss, country: US, region: NY, city: New York, postcode: "10013"}
  - {id: acme, name: Acme, country: US, region: NY, city: New York, postcode: "10013", parent: boss}
catalog:
  products:
    - {code: api, unit: calls, tax_code: api_usage, recognition: as_used}
    - {code: platform}
    - {code: support}
    - {code: setup, recognition: point_in_time}
    - {code: prepaid, recognition: as_used}
    - {code: minimum, recognition: as_used}
  meters: [{code: calls}]
through: %s
contracts:
  -
%s
`, d.currency, lifeEnds, indented(d.contract(lifeBegins), "    "))
}

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by)
}

// contract draws a document: metered calls always, the rest perhaps.
func (d draw) contract(effective period.Date) string {
	var b strings.Builder
	fmt.Fprintf(&b, "contract: C-1\nentity: us\ncustomer: acme\ncurrency: %s\n", d.currency)
	fmt.Fprintf(&b, "term: {from: %s, through: %s}\n", lifeBegins, one(d, "2026-12-31", "2026-09-17", "2027-01-31", "2027-01-14", "2026-08-14"))
	fmt.Fprintf(&b, "effective: %s\nreason: drawn\nbilling: {align: %s}\n", effective, d.align)
	if d.reseller {
		fmt.Fprintf(&b, "payer: boss\nreseller: {margin_percent: %d}\n", one(d, 20, 20, 33))
	}
	fmt.Fprintf(&b, "lines:\n%s", d.calls())
	if !d.oneIn(6) {
		b.WriteString(d.seats())
	}
	if d.oneIn(2) {
		b.WriteString(d.support())
	}
	if d.oneIn(3) {
		fmt.Fprintf(&b, "prepaid:\n  - {id: prepaid, product: prepaid, lines: [calls], amount: %d, every: %s, overage: {factor: 1.5}}\n",
			d.between(1, 300), one(d, "month", "quarter", "year"))
	}
	if d.oneIn(3) {
		fmt.Fprintf(&b, "commitments:\n  - {id: minimum, product: minimum, lines: [calls], amount: %d, every: %s}\n",
			d.between(1, 400), one(d, "quarter", "year", "term"))
	}
	return b.String()
}

func (d draw) calls() string {
	every, price := "month", fmt.Sprintf("model: per_unit, amount: 0.%02d", d.between(1, 99))
	if !d.oneIn(3) {
		every = one(d, "month", "month", "quarter")
		price = fmt.Sprintf("model: %s, tiers: [{up_to: %d, unit: 0.%02d, flat: %d}, {unit: 0.0%02d}]",
			one(d, "graduated", "volume"), d.between(50, 800), d.between(1, 99), one(d, 0, 3), d.between(1, 99))
	}
	return fmt.Sprintf("  - {id: calls, product: api, usage: {meter: calls, included: %d, every: %s, price: {%s}}}\n", one(d, 0, 50, 100), every, price)
}

func (d draw) seats() string {
	return fmt.Sprintf("  - {id: seats, product: platform, fixed: {quantity: %d, unit_price: %s, every: %s, in: %s}}\n",
		d.between(1, 30), d.price(), d.every(), one(d, "advance", "advance", "arrears"))
}

func (d draw) support() string {
	days := one(d, "", "", "from: 2026-03-10, ", "through: 2026-06-20, ", "from: 2026-02-10, through: 2026-07-04, ")
	return fmt.Sprintf("  - {id: support, product: %s, %sfixed: {quantity: 1, unit_price: %s, every: %s, in: %s}}\n",
		one(d, "support", "setup"), days, d.price(), d.every(), one(d, "advance", "arrears"))
}

// price may be zero; yen have no hundredths.
func (d draw) price() string {
	if d.currency == "JPY" {
		return fmt.Sprint(d.between(0, 300))
	}
	return fmt.Sprintf("%d.%02d", d.between(0, 200), d.between(0, 99))
}

func (d draw) every() string { return one(d, "month", "quarter", "half-year", "year", "term") }
