package contracts

import (
	"testing"

	"ratable/internal/period"
)

func TestAnExtensionServesLongerForTheSameFee(t *testing.T) {
	// Half a year was earned by then; the rest is spread over a year and a half.
	pieces := charge(t, licensed(t, "effective: 2026-07-01\nreason: longer", "2027-12-31"), nil, "2026-01-01")
	expect(t, pieces, "license fixed 2026-01-01..2026-06-30 495.89", "license fixed 2026-07-01..2026-12-31 504.11")
	for i, want := range []period.Span{period.Through(day("2026-01-01"), day("2026-06-30")), period.Through(day("2026-07-01"), day("2027-12-31"))} {
		if p := pieces[i]; p.Served() != want || p.BillOn != day("2026-01-01") {
			t.Errorf("%s serves %s and is billed on %s", named(p), p.Served(), p.BillOn)
		}
	}
}

func TestAShorterTermGivesTheUnusedPartBack(t *testing.T) {
	expect(t, charge(t, licensed(t, "effective: 2026-07-01\nreason: shorter", "2026-09-30"), nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-09-30 747.95") // 273 of 365 days
	// and asks for it again when the term becomes as long as it was
	expect(t, charge(t, licensed(t, "effective: 2026-07-01\nreason: shorter", "2026-09-30", "effective: 2026-08-01\nreason: after all", "2026-12-31"), nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-12-31 1000.00")
	// What was to serve 549 days serves 365 of them.
	expect(t, charge(t, licensed(t, "effective: 2026-07-01\nreason: longer", "2027-12-31", "effective: 2027-03-01\nreason: shorter", "2027-06-30"), nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-06-30 495.89", "license fixed 2026-07-01..2026-12-31 335.16")
}

func TestAnEndWithoutRefundKeepsWhatWasPaidAheadAndEarnsItByThen(t *testing.T) {
	version := func(amendment, through, fixed string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: ` + through + `}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 910, ` + fixed + `}}
`
	}
	for _, c := range []struct{ refund, fixed, span, amount string }{
		{"none", "every: quarter", "2026-04-01..2026-06-30", "910.00"},
		{"unused", "every: quarter", "2026-04-01..2026-05-02", "320.00"},
		{"none", "every: quarter, in: arrears", "2026-04-01..2026-05-02", "320.00"}, // nothing was paid ahead
	} {
		a := agreement(t, version("", "2026-12-31", c.fixed), version("effective: 2026-04-20\nreason: sold\nending: {cause: convenience, refund: "+c.refund+"}", "2026-05-02", c.fixed))
		pieces := charge(t, a, nil, "2026-07-01")
		expect(t, pieces, "seats fixed 2026-01-01..2026-03-31 910.00", "seats fixed "+c.span+" "+c.amount)
		if want := period.Through(day("2026-04-01"), day("2026-05-02")); pieces[1].Served() != want {
			t.Errorf("%s serves %s", named(pieces[1]), pieces[1].Served())
		}
	}
}

func TestAnEndWithoutRefundKeepsAFeeForTheTermWhole(t *testing.T) {
	for _, c := range []struct{ refund, want string }{
		{"none", "license fixed 2026-01-01..2026-12-31 1000.00"},
		{"unused", "license fixed 2026-01-01..2026-09-30 747.95"},
	} {
		pieces := charge(t, licensed(t, "effective: 2026-07-01\nreason: sold\nending: {cause: breach, refund: "+c.refund+"}", "2026-09-30"), nil, "2026-01-01")
		expect(t, pieces, c.want)
		if want := period.Through(day("2026-01-01"), day("2026-09-30")); pieces[0].Served() != want {
			t.Errorf("it serves %s", pieces[0].Served())
		}
	}
}

func TestARenewalCountsPeriodsAnew(t *testing.T) {
	version := func(amendment, term string) string {
		return head + amendment + `
term: {` + term + `}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100, every: quarter}}
  - {id: license, product: platform, fixed: {quantity: 1, unit_price: 1000, every: term}}
commitments:
  - {id: minimum, product: prepaid, lines: [seats], amount: 1000, every: term}
`
	}
	a := agreement(t, version("", "from: 2026-01-01, through: 2026-10-31"),
		version("effective: 2026-11-01\nreason: renewed", "from: 2026-01-01, through: 2027-04-30, renewed: [2026-11-01]"))
	expect(t, charge(t, a, nil, "2027-05-01"),
		"seats fixed 2026-01-01..2026-03-31 100.00", "seats fixed 2026-04-01..2026-06-30 100.00",
		"seats fixed 2026-07-01..2026-09-30 100.00",
		"seats fixed 2026-10-01..2026-10-31 33.70", // 31 of 92 days
		"seats fixed 2026-11-01..2027-01-31 100.00", "seats fixed 2027-02-01..2027-04-30 100.00",
		"license fixed 2026-01-01..2026-10-31 1000.00", "license fixed 2026-11-01..2027-04-30 1000.00",
		"minimum true_up 2026-01-01..2026-10-31 666.30", "minimum true_up 2026-11-01..2027-04-30 800.00")
}

func TestHalfYearsAndMonthsOfAThirtyFirstAreCountedFromTheDayTheTermBegan(t *testing.T) {
	seats := func(term, every, align string) []Piece {
		return charge(t, agreement(t, head+`
term: {`+term+`}
billing: {align: `+align+`}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 181, every: `+every+`}}
`), nil, "2026-01-01")
	}
	expect(t, seats("from: 2026-01-31, through: 2026-05-30", "month", "anniversary"),
		"seats fixed 2026-01-31..2026-02-27 181.00", "seats fixed 2026-02-28..2026-03-30 181.00",
		"seats fixed 2026-03-31..2026-04-29 181.00", "seats fixed 2026-04-30..2026-05-30 181.00")
	expect(t, seats("from: 2026-01-15, through: 2026-07-31", "half-year", "calendar"),
		"seats fixed 2026-01-15..2026-06-30 167.00", // 167 of 181 days
		"seats fixed 2026-07-01..2026-07-31 30.49")  // 31 of 184
	expect(t, seats("from: 2026-01-15, through: 2026-07-31", "half-year", "anniversary"),
		"seats fixed 2026-01-15..2026-07-14 181.00", "seats fixed 2026-07-15..2026-07-31 16.72") // 17 of 184
}
