package contracts

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/usage"
)

// prepaidFor is a contract of half a year with calls at 1 and terms of prepaid
// amounts over them.
func prepaidFor(t *testing.T, prepaid ...string) Agreement {
	t.Helper()
	return agreement(t, head+`
term: {from: 2026-01-01, through: 2026-06-30}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {`+strings.Join(prepaid, "}\n  - {")+`}
`)
}

// spent lists what each line was charged beside the fees, in order of time.
func spent(pieces []Piece, kinds ...Kind) string {
	var out []string
	for _, p := range pieces {
		for _, k := range kinds {
			if p.Kind == k && !p.Amount.IsZero() {
				out = append(out, p.Line+" "+p.Span.Start.String()[:7]+" "+p.Amount.String())
			}
		}
	}
	return strings.Join(out, ", ")
}

func says(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: charged %q, owed %q", what, got, want)
	}
}

// The worked number of the design: 1000 a month, 800 used, 1200 available next month.
func TestWhatIsUnusedOfAMonthIsThereInTheNext(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, rollover: {}")
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 800, "2026-02-10": 1300}), "2026-04-01")
	says(t, "1200 are there for 1300", spent(pieces, OverCap), "calls 2026-02 100.00")
	for _, p := range pieces {
		if p.Line == "calls" && p.Kind == Metered && p.Span.Start == day("2026-01-01") {
			if d := p.Detail.Draws; len(d) != 1 || d[0].Left != money.Of(20000, "USD") || d[0].Amount != money.Of(80000, "USD") {
				t.Errorf("January shows %+v; 800.00 were drawn and 200.00 are left", d)
			}
		}
	}
}

func TestCarriedBalanceLapsesAndIsNotCarriedAgain(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, rollover: {}")
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 800, "2026-03-10": 2300}), "2026-04-01")
	says(t, "March has its own and February's", spent(pieces, OverCap), "calls 2026-03 300.00")
}

func TestARolloverTakesAPartUpToACeilingForSomePeriods(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, rollover: {percent: 50, most: 400, periods: 2}")
	// January leaves 1000: half of it, and no more than 400. February leaves another
	// 1000, but 400 are carried already. March has 1400.
	says(t, "the ceiling is of all that is carried", spent(charge(t, a, used(map[string]int64{"2026-03-10": 1500}), "2026-04-01"), OverCap), "calls 2026-03 100.00")
	// January leaves 600, of which 300 are carried. February uses them and 500 of its own; half of the other 500 is carried.
	says(t, "two months' balances", spent(charge(t, a, used(map[string]int64{"2026-01-10": 400, "2026-02-10": 800, "2026-03-10": 1400}), "2026-04-01"), OverCap), "calls 2026-03 150.00")
}

func TestCarriedBalanceIsUsedBeforeOrAfterTheMonthsOwn(t *testing.T) {
	for used1, want := range map[string]string{"first": "", "last": "calls 2026-03 200.00"} {
		a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, rollover: {most: 200, used: "+used1+"}")
		// January leaves 200 for February. February uses 300: if the carried ones go first, 900 of its own are left, else 700.
		days := used(map[string]int64{"2026-01-10": 800, "2026-02-10": 1000, "2026-03-10": 1200})
		says(t, "used "+used1, spent(charge(t, a, days, "2026-04-01"), OverCap), want)
	}
}

func TestAPartialFirstPeriodRollsNothing(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, from: 2026-01-17, rollover: {}")
	pieces := charge(t, a, used(map[string]int64{"2026-02-10": 1100}), "2026-03-01")
	says(t, "nothing of January is there", spent(pieces, OverCap), "calls 2026-02 100.00")
}

func TestAnUnusedBalanceIsKeptForSomeDaysAndThenLapses(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 1000, every: month, expires_after_days: 15")
	days := used(map[string]int64{"2026-01-10": 800, "2026-02-10": 150, "2026-02-20": 1100})
	pieces := charge(t, a, days, "2026-03-01")
	says(t, "150 came from January, the other 50 lapsed on 16 February", spent(pieces, OverCap), "calls 2026-02 100.00")
	for _, p := range pieces {
		if p.Kind == Prepayment && p.Span.Start == day("2026-01-01") {
			want := []Value{{day("2026-02-01"), money.Of(80000, "USD")}, {day("2026-02-16"), money.Of(100000, "USD")}}
			if len(p.Values) != 2 || p.Values[0] != want[0] || p.Values[1] != want[1] {
				t.Errorf("January's fee is earned %v; drawn and lapsed are %v", p.Values, want)
			}
		}
	}
}

func TestBalancesAreDrawnByPriorityThenByExpiryThenByStart(t *testing.T) {
	draws := func(second, first string) string {
		a := prepaidFor(t,
			"id: second, product: prepaid, lines: [calls], amount: 100, "+second,
			"id: first, product: prepaid, lines: [calls], amount: 100, "+first)
		var out []string
		for _, d := range charge(t, a, used(map[string]int64{"2026-02-10": 120}), "2026-03-01")[1].Detail.Draws {
			out = append(out, d.From+" "+d.Amount.String())
		}
		return strings.Join(out, ", ")
	}
	const want = "first 100.00, second 20.00"
	says(t, "by priority", draws("every: month, priority: 2", "every: term, priority: 1"), want)
	says(t, "by expiry", draws("every: term", "every: month"), want)
	says(t, "by start", draws("every: term, from: 2026-02-05", "every: term, from: 2026-02-01"), want)
	says(t, "else as the document lists them", draws("every: term", "every: term"), "second 100.00, first 20.00")
}

func TestWhatAMoneyBalanceDoesNotCoverFlowsIntoUnits(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 2}}}
prepaid:
  - {id: money, product: prepaid, lines: [calls], amount: 50, every: month, priority: 1}
  - {id: units, product: prepaid, lines: [calls], units: 10, price: 15, every: month, priority: 2, overage: {unit_price: 3}}
`)
	// 40 calls at 2: 25 are worth 50, ten are paid for as units, five lie above at 3.
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 40}), "2026-02-01")
	says(t, "five calls at 3", spent(pieces, OverCap), "calls 2026-01 15.00")
	var units decimal.Decimal
	for _, p := range pieces {
		for _, d := range p.Detail.Draws {
			units = units.Add(d.Units)
		}
		if p.Kind == OverCap && (p.Detail.Quantity.String() != "5" || p.Detail.List != money.Of(1000, "USD")) {
			t.Errorf("the overage shows %s calls, worth %s at list price; it is for 5, worth 10.00", p.Detail.Quantity, p.Detail.List)
		}
	}
	if units.String() != "10" {
		t.Errorf("%s units were drawn of 10", units)
	}
}

func TestUsageThatNothingPrepaidCoversOnItsDayIsNoOverage(t *testing.T) {
	a := prepaidFor(t, "id: pre, product: prepaid, lines: [calls], amount: 100, every: term, from: 2026-01-11, through: 2026-01-20, overage: {factor: 2}")
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 30, "2026-01-15": 110, "2026-01-21": 7}), "2026-02-01")
	expect(t, pieces,
		"calls overage 2026-01-01..2026-01-31 20.00", "calls usage 2026-01-01..2026-01-31 37.00",
		"pre prepayment 2026-01-11..2026-01-20 100.00")
	if d := pieces[0].Detail; d.List != money.Of(1000, "USD") {
		t.Errorf("the overage was worth %s at list price, not 10.00", d.List)
	}
}

func TestABalanceCutByAnAmendmentIsOneUntilItsPeriodIsOver(t *testing.T) {
	version := func(amendment, amount string) string {
		return head + amendment + `
term: {from: 2026-04-01, through: 2026-05-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: ` + amount + `, every: month}
`
	}
	a := agreement(t, version("", "300"), version("effective: 2026-04-16\nreason: more", "600"))
	// 150 for the first half and 300 for the second: what the first left is there for the second.
	expect(t, charge(t, a, used(map[string]int64{"2026-04-10": 50, "2026-04-20": 420}), "2026-05-01"),
		"calls overage 2026-04-01..2026-04-30 20.00", "calls usage 2026-04-01..2026-04-30 0.00",
		"pre prepayment 2026-04-01..2026-04-15 150.00", "pre prepayment 2026-04-16..2026-04-30 300.00", "pre prepayment 2026-05-01..2026-05-31 600.00")
}

// The example of the design: 120,000 for the year as one balance, invoiced quarterly in advance.
func TestABalanceForTheYearIsInvoicedByTheQuarter(t *testing.T) {
	document := func(bill string) string {
		return head + `
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 120000, every: term, bill: {` + bill + `}}
`
	}
	a := agreement(t, document("every: quarter"))
	pieces := charge(t, a, used(map[string]int64{"2026-02-10": 50000}), "2026-03-01")
	expect(t, pieces[len(pieces)-4:],
		"pre prepayment 2026-01-01..2026-03-31 30000.00", "pre prepayment 2026-04-01..2026-06-30 30000.00",
		"pre prepayment 2026-07-01..2026-09-30 30000.00", "pre prepayment 2026-10-01..2026-12-31 30000.00")
	fees := pieces[len(pieces)-4:]
	if fees[1].BillOn != day("2026-04-01") {
		t.Errorf("the second quarter is asked for on %s", fees[1].BillOn)
	}
	for i, want := range []int64{3000000, 2000000, 0, 0} { // 50,000 drawn: the first quarter's money, then the second's
		if got := fees[i].Values[len(fees[i].Values)-1].Amount; got != money.Of(want, "USD") {
			t.Errorf("quarter %d has earned %s", i+1, got)
		}
	}
	a = agreement(t, document("installments: [{on: 2026-01-01, amount: 50000}, {on: 2026-05-15, amount: 70000}]"))
	expect(t, charge(t, a, nil, "2026-01-01"), "pre prepayment 2026-01-01..2026-05-14 50000.00", "pre prepayment 2026-05-15..2026-12-31 70000.00")
}

func TestMonthlyBalancesAreInvoicedAYearAtOnce(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 1000, price: 900, every: month, bill: {every: year, in: arrears}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-02-10": 1100}), "2026-03-01")
	says(t, "each month has its own balance", spent(pieces, OverCap), "calls 2026-02 100.00")
	fee := pieces[len(pieces)-1]
	expect(t, []Piece{fee}, "pre prepayment 2026-01-01..2026-12-31 10800.00")
	if fee.BillOn != day("2027-01-01") || fee.Values[len(fee.Values)-1].Amount != money.Of(180000, "USD") {
		t.Errorf("asked for on %s, earned %v; January lapsed and February was used up: 1800.00", fee.BillOn, fee.Values)
	}
}

func TestAnAmendmentLeavesTheBillsBeforeItAlone(t *testing.T) {
	version := func(amendment, amount string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: ` + amount + `, every: term, bill: {every: quarter}}
`
	}
	a := agreement(t, version("", "120000"), version("effective: 2026-07-01\nreason: more", "240000"))
	expect(t, charge(t, a, nil, "2026-01-01"),
		"pre prepayment 2026-01-01..2026-03-31 30000.00", "pre prepayment 2026-04-01..2026-06-30 30000.00",
		"pre prepayment 2026-07-01..2026-09-30 60000.00", "pre prepayment 2026-10-01..2026-12-31 60000.00")
}

func TestAResellerKeepsItsMarginOnWhatIsPaidUpFront(t *testing.T) {
	a := agreement(t, head+`
payer: partner
term: {from: 2026-01-01, through: 2026-01-31}
reseller: {margin_percent: 20}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 1000, every: month}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 1100}), "2026-02-01")
	expect(t, pieces, // the balance covers list value; what lies above is list value less the margin too
		"calls overage 2026-01-01..2026-01-31 80.00", "calls usage 2026-01-01..2026-01-31 0.00",
		"pre prepayment 2026-01-01..2026-01-31 800.00")
	if d := pieces[2].Detail; d.List != money.Of(100000, "USD") || d.Margin.String() != "20" {
		t.Errorf("the fee shows %s less %s percent", d.List, d.Margin)
	}
}

// Two lines whose price falls with volume share one balance: what the first gives
// back covers what lay above it on the second. No line is charged less than nothing.
func TestAFallingVolumePriceLeavesNoNegativeOverageOnAnotherLine(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: a, product: api, usage: {meter: api.calls, every: month, price: {model: volume, tiers: [{up_to: 150, unit: 2}, {unit: 1}]}}}
  - {id: b, product: api, usage: {meter: storage, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [a, b], amount: 300, every: month, overage: {factor: 3}}
`)
	var days usage.Days
	for _, x := range []struct {
		meter, on string
		quantity  int64
	}{{"api.calls", "2026-01-10", 150}, {"storage", "2026-01-12", 100}, {"api.calls", "2026-01-20", 10}} {
		days.Add(usage.Key{Customer: 7, Meter: x.meter}, day(x.on), decimal.NewFromInt(x.quantity))
	}
	at := func(until string) string { return spent(charge(t, a, &days, until), OverCap) }
	says(t, "before the price fell", at("2026-01-15"), "b 2026-01 300.00") // 300 for a, 100 of b above, at three times
	says(t, "after it", at("2026-02-01"), "")                              // 160 and 100 are less than 300
}

func TestWhatIsGivenBackToALapsedBalanceStaysLapsed(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-03-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: quarter, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 100, every: month}
`)
	days := used(map[string]int64{"2026-01-10": 100, "2026-02-10": -60, "2026-02-20": 130})
	pieces := charge(t, a, days, "2026-04-01")
	says(t, "February has its own 100", spent(pieces, OverCap), "calls 2026-01 30.00")
	for _, p := range pieces {
		if p.Kind == Prepayment && p.Values[len(p.Values)-1].Amount != p.Amount {
			t.Errorf("%s has earned %v of %s", p.Span, p.Values, p.Amount)
		}
	}
}

func TestWhatIsUndrawnWhenAContractEndsEarlyIsGivenBackUnlessAgreedOtherwise(t *testing.T) {
	version := func(amendment, through, prepaid string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: ` + through + `}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], ` + prepaid + `}
`
	}
	days := used(map[string]int64{"2026-02-10": 45000, "2026-05-10": 5000})
	ended := func(prepaid, refund string) Agreement {
		return agreement(t, version("", "2026-12-31", prepaid),
			version("effective: 2026-03-01\nreason: ended\nending: {cause: convenience, refund: "+refund+"}", "2026-06-30", prepaid))
	}
	fees := func(a Agreement, until string) string {
		var out []string
		for _, p := range charge(t, a, days, until) {
			if p.Kind == Prepayment {
				out = append(out, p.Span.String()+" "+p.Amount.String())
				if n := len(p.Values); until == "2027-01-01" && p.Values[n-1].Amount != p.Amount {
					t.Errorf("%s is earned %v, charged %s", p.Span, p.Values, p.Amount)
				}
			}
		}
		return strings.Join(out, ", ")
	}
	year, quarters := "amount: 120000, every: term", "amount: 120000, every: year, bill: {every: quarter}"
	says(t, "before the end", fees(ended(year, "unused"), "2026-06-30"), "2026-01-01..2026-12-31 120000.00")
	says(t, "what was drawn", fees(ended(year, "unused"), "2027-01-01"), "2026-01-01..2026-12-31 50000.00")
	says(t, "all of it", fees(ended(year, "none"), "2027-01-01"), "2026-01-01..2026-12-31 120000.00")
	says(t, "of the second quarter", fees(ended(quarters, "unused"), "2027-01-01"), "2026-01-01..2026-03-31 30000.00, 2026-04-01..2026-06-30 20000.00")
	says(t, "what had been asked for", fees(ended(quarters, "none"), "2027-01-01"), "2026-01-01..2026-03-31 30000.00, 2026-04-01..2026-06-30 30000.00")
	days = used(map[string]int64{"2026-02-10": 70000})
	says(t, "and what was drawn beyond", fees(ended(quarters, "none"), "2027-01-01"), "2026-01-01..2026-03-31 30000.00, 2026-04-01..2026-06-30 30000.00, 2026-07-01..2026-09-30 10000.00")
	days = used(map[string]int64{"2026-02-10": 700})
	says(t, "months that were over are paid for, carried or not", fees(ended("amount: 1000, every: month", "unused"), "2027-01-01"),
		"2026-01-01..2026-01-31 1000.00, 2026-02-01..2026-02-28 1000.00, 2026-03-01..2026-03-31 1000.00, 2026-04-01..2026-04-30 1000.00, 2026-05-01..2026-05-31 1000.00, 2026-06-01..2026-06-30 1000.00")
}

func TestUsageOnTrialDrawsNothing(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-03-31}
trial: {through: 2026-01-31, lines: [calls]}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 1000, every: term}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 700, "2026-02-10": 1050}), "2026-03-01")
	says(t, "the balance was whole in February", spent(pieces, OverCap), "calls 2026-02 50.00")
	if x := pieces[0]; x.Gross != money.Of(70000, "USD") || !x.Amount.IsZero() || len(x.Detail.Reduced) != 1 {
		t.Errorf("January shows %s less %+v", x.Gross, x.Detail.Reduced)
	}
}

func TestAPrepaidAmountOnTrialIsFreeAndLapsesWithIt(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-02-28}
trial: {through: 2026-01-15}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: pre, product: prepaid, lines: [calls], amount: 310, every: month, rollover: {}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 100, "2026-01-20": 170, "2026-02-02": 320}), "2026-03-01")
	says(t, "16 days of January, and a partial period rolls nothing", spent(pieces, OverCap), "calls 2026-01 10.00, calls 2026-02 10.00")
	says(t, "fees", spent(pieces, Prepayment), "pre 2026-01 160.00, pre 2026-02 310.00")
}
