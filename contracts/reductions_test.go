package contracts

import (
	"strings"
	"testing"
)

// reduced compares pieces with lines such as
// "calls usage 2026-01-01 120.00 = 100.00 + cap 20.00": gross, what is charged, what was taken off.
func reduced(t *testing.T, pieces []Piece, want ...string) {
	t.Helper()
	var got []string
	for _, p := range pieces {
		text := p.Line + " " + string(p.Kind) + " " + p.Span.Start.String() + " " + p.Gross.String() + " = " + p.Amount.String()
		for _, r := range p.Detail.Reduced {
			text += " + " + string(r.Kind) + " " + r.Amount.String()
		}
		got = append(got, text)
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("charged\n%s\nowed\n%s", g, w)
	}
}

// metered is a contract of a quarter with a fee of 50 a month and calls at 1.
func metered1(terms string) string {
	return head + `
term: {from: 2026-01-01, through: 2026-03-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 50, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
` + terms
}

func TestNothingIsBilledAboveAHardCapAndWhatLiesAboveIsShown(t *testing.T) {
	a := agreement(t, metered1(`caps: [{id: top, kind: hard, lines: [calls], amount: 5000, every: month}]`))
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 4000, "2026-01-20": 2500, "2026-02-10": 5000}), "2026-03-01")
	reduced(t, pieces,
		"seats fixed 2026-01-01 50.00 = 50.00", "seats fixed 2026-02-01 50.00 = 50.00", "seats fixed 2026-03-01 50.00 = 50.00",
		"calls usage 2026-01-01 6500.00 = 5000.00 + cap 1500.00",
		"calls usage 2026-02-01 5000.00 = 5000.00")
	if r := pieces[3].Detail.Reduced[0]; r.Label != "Above the cap of 5,000.00 a month" || r.ID != "top" {
		t.Errorf("it is shown as %+v", r)
	}
}

func TestAChargeThatReachesACapOverSeveralLinesIsSplitThere(t *testing.T) {
	a := agreement(t, metered1(`caps: [{id: top, kind: customer, then: stop, lines: [seats, calls], amount: 240, every: term}]`))
	reduced(t, charge(t, a, used(map[string]int64{"2026-01-10": 100, "2026-02-10": 100}), "2026-04-01"),
		"seats fixed 2026-01-01 50.00 = 50.00", // asked for first
		"seats fixed 2026-02-01 50.00 = 50.00", // on the day of January's calls, which began before it
		"seats fixed 2026-03-01 50.00 = 0.00 + cap 50.00",
		"calls usage 2026-01-01 100.00 = 100.00",
		"calls usage 2026-02-01 100.00 = 40.00 + cap 60.00",
		"calls usage 2026-03-01 0.00 = 0.00")
}

func TestACapInUnitsKeepsThePriceOfTheUnitsBelowIt(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-02-28}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 10, unit: 10}, {unit: 5}]}}}
caps: [{id: top, kind: hard, lines: [calls], units: 35, every: term}]
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 20, "2026-02-10": 30}), "2026-03-01")
	reduced(t, pieces,
		"calls usage 2026-01-01 150.00 = 150.00",
		"calls usage 2026-02-01 200.00 = 125.00 + cap 75.00") // 15 of 30 units are left
	if label := pieces[1].Detail.Reduced[0].Label; label != "Above the cap of 35 calls for the term" {
		t.Errorf("it is shown as %q", label)
	}
}

func TestWhatLiesAboveTheCustomersOwnCapMayCostMore(t *testing.T) {
	days := used(map[string]int64{"2026-01-10": 120})
	for terms, want := range map[string]string{
		"amount: 100, overage: {factor: 1.5}":     "calls usage 2026-01-01 120.00 = 130.00 + cap -10.00", // 100 + 20 x 1.5
		"units: 100, overage: {unit_price: 2.25}": "calls usage 2026-01-01 120.00 = 145.00 + cap -25.00", // 100 + 20 x 2.25
		"units: 100, overage: {factor: 0.5}":      "calls usage 2026-01-01 120.00 = 110.00 + cap 10.00",
	} {
		a := agreement(t, strings.Replace(metered1(`caps: [{id: own, kind: customer, then: continue, lines: [calls], every: month, `+terms+`}]`), "2026-03-31", "2026-01-31", 1))
		reduced(t, charge(t, a, days, "2026-02-01"), "seats fixed 2026-01-01 50.00 = 50.00", want)
	}
}

func TestACapThatOnlyWarnsChangesNoCharge(t *testing.T) {
	for _, then := range []string{"warn", "throttle", "continue"} {
		a := agreement(t, metered1(`caps: [{id: own, kind: customer, then: `+then+`, lines: [calls], amount: 100, every: month}]`))
		if p := charge(t, a, used(map[string]int64{"2026-01-10": 120}), "2026-02-01")[3]; p.Amount.String() != "120.00" || p.Detail.Reduced != nil {
			t.Errorf("then: %s charges %s with %v", then, p.Amount, p.Detail.Reduced)
		}
	}
}

func TestACapRaisedInMidPeriodIsOneCapForThePeriod(t *testing.T) {
	version := func(amendment, amount string) string {
		return metered1(`caps: [{id: top, kind: hard, lines: [calls], amount: ` + amount + ", every: month}]\n" + amendment)
	}
	a := agreement(t, version("", "280"), version("effective: 2026-02-15\nreason: more", "560"))
	reduced(t, charge(t, a, used(map[string]int64{"2026-02-03": 500}), "2026-03-01")[3:],
		"calls usage 2026-01-01 0.00 = 0.00",
		"calls usage 2026-02-01 500.00 = 420.00 + cap 80.00") // 14 days of 280 and 14 of 560
}

func TestAFeeIsDiscountedForItsDaysAndUsageByItsFirstDay(t *testing.T) {
	a := agreement(t, metered1(`discounts: [{id: launch, percent: 20, through: 2026-02-14, reason: Launch discount}]`))
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 10, "2026-02-20": 10, "2026-03-20": 10}), "2026-04-01")
	reduced(t, pieces,
		"seats fixed 2026-01-01 50.00 = 40.00 + discount 10.00",
		"seats fixed 2026-02-01 50.00 = 45.00 + discount 5.00", // 14 of 28 days
		"seats fixed 2026-03-01 50.00 = 50.00",
		"calls usage 2026-01-01 10.00 = 8.00 + discount 2.00",
		"calls usage 2026-02-01 10.00 = 8.00 + discount 2.00",
		"calls usage 2026-03-01 10.00 = 10.00")
	if label := pieces[0].Detail.Reduced[0].Label; label != "Launch discount, 20%" {
		t.Errorf("it is shown as %q", label)
	}
}

func TestEachDiscountIsTakenOffWhatTheOnesBeforeLeft(t *testing.T) {
	a := agreement(t, metered1(`
discounts:
  - {id: volume, percent: 10, lines: [seats]}
  - {id: friend, amount: 5, every: month, lines: [seats]}
  - {id: staff, percent: 100, lines: [calls], programme: staff}
`))
	reduced(t, charge(t, a, used(map[string]int64{"2026-01-10": 10}), "2026-02-01"),
		"seats fixed 2026-01-01 50.00 = 40.00 + discount 5.00 + discount 5.00",
		"seats fixed 2026-02-01 50.00 = 40.00 + discount 5.00 + discount 5.00",
		"seats fixed 2026-03-01 50.00 = 40.00 + discount 5.00 + discount 5.00",
		"calls usage 2026-01-01 10.00 = 0.00 + discount 10.00")
}

func TestAnAmountOffIsSplitByWhatIsLeftAndNeverBelowZero(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-02-28}
lines:
  - {id: big, product: platform, fixed: {quantity: 1, unit_price: 100, every: month}}
  - {id: small, product: platform, fixed: {quantity: 1, unit_price: 50, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
discounts: [{id: off, amount: 100, every: month, through: 2026-01-31}, {id: rest, amount: 70, every: month, from: 2026-01-01}]
`)
	reduced(t, charge(t, a, used(map[string]int64{"2026-01-10": 300}), "2026-02-01"),
		"big fixed 2026-01-01 100.00 = 0.00 + discount 66.67 + discount 33.33",
		"big fixed 2026-02-01 100.00 = 53.33 + discount 46.67",
		"small fixed 2026-01-01 50.00 = 0.00 + discount 33.33 + discount 16.67",
		"small fixed 2026-02-01 50.00 = 26.67 + discount 23.33",
		"calls usage 2026-01-01 300.00 = 280.00 + discount 20.00") // what the fees, asked for first, left of 70
}

func TestADiscountChangedInMidPeriodLowersAFeeByTheDaysOfEach(t *testing.T) {
	version := func(amendment, percent string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: 2026-12-31}
lines: [{id: license, product: platform, fixed: {quantity: 1, unit_price: 3650, every: year}}]
discounts: [{id: deal, percent: ` + percent + `}]
`
	}
	a := agreement(t, version("", "10"), version("effective: 2026-07-01\nreason: better", "20"))
	reduced(t, charge(t, a, nil, "2026-01-01"),
		"license fixed 2026-01-01 3650.00 = 3101.00 + discount 181.00 + discount 368.00") // 181 days at 1, 184 at 2
}

func TestATrueUpIsDiscountedOnlyWhenItsCommitmentIsNamed(t *testing.T) {
	for lines, want := range map[string]string{
		"":                        "min true_up 2026-01-01 60.00 = 60.00",
		", lines: [calls, min]":   "min true_up 2026-01-01 60.00 = 45.00 + discount 15.00",
		", lines: [calls, seats]": "min true_up 2026-01-01 60.00 = 60.00",
	} {
		a := agreement(t, metered1(`
commitments: [{id: min, product: prepaid, lines: [calls], amount: 100, every: month}]
discounts: [{id: deal, percent: 25`+lines+`}]
`))
		pieces := charge(t, a, used(map[string]int64{"2026-01-10": 40}), "2026-02-01")
		reduced(t, pieces[len(pieces)-1:], want)
	}
}

// The order is fees, minimum, discount: the minimum looks at 40 before the
// discount, so the discount is not taken back by the true-up.
func TestAMinimumLooksAtChargesBeforeTheirDiscount(t *testing.T) {
	a := agreement(t, metered1(`
commitments: [{id: min, product: prepaid, lines: [calls], amount: 100, every: month}]
discounts: [{id: deal, percent: 50, lines: [calls]}]
caps: [{id: top, kind: hard, lines: [calls], amount: 30, every: month}]
credits: [{id: gift, kind: goodwill, amount: 1, lines: [calls], reason: outage}]
`))
	reduced(t, charge(t, a, used(map[string]int64{"2026-01-10": 40}), "2026-02-01")[3:],
		"calls usage 2026-01-01 40.00 = 14.00 + cap 10.00 + discount 15.00 + credit 1.00",
		"min true_up 2026-01-01 60.00 = 60.00")
}

func TestACreditPaysForChargesAsTheyCanBeBilledAndLapses(t *testing.T) {
	a := agreement(t, metered1(`
credits:
  - {id: welcome, kind: promotional, amount: 120, through: 2026-02-28, reason: welcome}
`))
	days := map[string]int64{"2026-01-10": 30, "2026-02-10": 10, "2026-03-10": 10}
	fees := []string{
		"seats fixed 2026-01-01 50.00 = 0.00 + credit 50.00",
		"seats fixed 2026-02-01 50.00 = 10.00 + credit 40.00", // 30 went to January's calls, asked for on the same day
		"seats fixed 2026-03-01 50.00 = 50.00",
	}
	pieces := charge(t, a, used(days), "2026-04-01")
	reduced(t, pieces, append(fees,
		"calls usage 2026-01-01 30.00 = 0.00 + credit 30.00", "calls usage 2026-02-01 10.00 = 10.00", "calls usage 2026-03-01 10.00 = 10.00")...)
	if label := pieces[0].Detail.Reduced[0].Label; label != "Promotional credit: welcome" {
		t.Errorf("it is shown as %q", label)
	}
	days["2026-01-11"] = 15 // reported late, it takes its place in time
	reduced(t, charge(t, a, used(days), "2026-04-01")[1:4],
		"seats fixed 2026-02-01 50.00 = 25.00 + credit 25.00", fees[2],
		"calls usage 2026-01-01 45.00 = 0.00 + credit 45.00")
}

func TestOfSeveralCreditsTheFirstByPriorityThenExpiryIsUsed(t *testing.T) {
	a := agreement(t, metered1(`
credits:
  - {id: late, kind: promotional, amount: 20, reason: a}
  - {id: soon, kind: promotional, amount: 20, through: 2026-01-31, reason: b}
  - {id: last, kind: goodwill, amount: 20, through: 2026-01-15, priority: 5, reason: c}
`))
	p := charge(t, a, nil, "2026-01-01")[0]
	var order []string
	for _, r := range p.Detail.Reduced {
		order = append(order, r.ID+" "+r.Amount.String())
	}
	if got := strings.Join(order, ", "); got != "soon 20.00, late 20.00, last 10.00" {
		t.Errorf("used are %s", got)
	}
}

func TestACreditMadeSmallerLeavesWhatWasUsed(t *testing.T) {
	version := func(amendment, amount string) string {
		return metered1(`credits: [{id: gift, kind: goodwill, amount: ` + amount + ", reason: outage}]\n" + amendment)
	}
	a := agreement(t, version("", "80"), version("effective: 2026-02-01\nreason: less", "70"))
	reduced(t, charge(t, a, nil, "2026-01-01")[:3],
		"seats fixed 2026-01-01 50.00 = 0.00 + credit 50.00",
		"seats fixed 2026-02-01 50.00 = 30.00 + credit 20.00",
		"seats fixed 2026-03-01 50.00 = 50.00")
}

func TestWhatIsEarnedFromCreditedUsageFollowsTheDaysItWasUsedOn(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-15, through: 2026-03-14}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
caps: [{id: top, kind: hard, lines: [calls], amount: 90, every: month}]
discounts: [{id: half, percent: 50}]
credits: [{id: gift, kind: goodwill, amount: 20, reason: outage}]
`)
	p := charge(t, a, used(map[string]int64{"2026-01-20": 60, "2026-02-03": 60}), "2026-03-15")[0]
	// Before February 60, half of it 30, less 20; in the end 120 capped at 90, half of it 45, less 20.
	if p.Values[0].Amount.String() != "10.00" || p.Values[1].Amount.String() != "25.00" || p.Amount.String() != "25.00" {
		t.Errorf("values are %v of %s", p.Values, p.Amount)
	}
}

func TestAConcessionIsLimitedByWhatADiscountLeft(t *testing.T) {
	a := agreement(t, metered1(`discounts: [{id: deal, percent: 40, lines: [seats]}]`))
	january := charge(t, a, nil, "2026-01-01")[0].Span
	a.Concessions = []Granted{{Line: "seats", Span: january, Amount: charge(t, a, nil, "2026-01-01")[0].Gross, Reason: "outage", GrantedOn: day("2026-01-20")}}
	pieces := charge(t, a, nil, "2026-01-01")
	expect(t, pieces[:2], "seats concession 2026-01-01..2026-01-31 -30.00", "seats fixed 2026-01-01..2026-01-31 30.00")
}
