package contracts

import (
	"testing"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// sold is a catalog with one product of each recognition and one meter.
var sold = catalog.New([]catalog.Product{
	{ID: 1, Code: "platform", Version: 1, StartsOn: day("2020-01-01"), Name: "Platform", Unit: "seat", TaxCode: "saas_b2b", Recognition: catalog.Ratable},
	{ID: 2, Code: "api", Version: 1, StartsOn: day("2020-01-01"), Name: "API calls", Unit: "call", TaxCode: "api_usage", Recognition: catalog.AsUsed},
	{ID: 3, Code: "prepaid", Version: 1, StartsOn: day("2020-01-01"), Name: "Prepaid usage", Unit: "", TaxCode: "api_usage", Recognition: catalog.AsUsed},
}, []catalog.Meter{{ID: 1, Code: "api.calls", Name: "API calls", Unit: "call", Aggregation: "sum"}, {ID: 2, Code: "storage", Name: "Storage", Unit: "GB", Aggregation: "sum"}}, nil)

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// agreement is a contract with the given documents as its versions.
func agreement(t *testing.T, documents ...string) Agreement {
	t.Helper()
	a := Agreement{Account: 1, Contract: 1, Entity: 1, Customer: 7, Payer: 7}
	for i, source := range documents {
		d, err := Parse([]byte(source))
		if err != nil {
			t.Fatalf("version %d: %v", i+1, err)
		}
		a.Number, a.Currency = d.Contract, d.Money()
		a.Versions = append(a.Versions, Version{i + 1, d.Start(), d})
	}
	return a
}

func used(quantities map[string]int64) *usage.Days {
	var days usage.Days
	for on, quantity := range quantities {
		days.Add(usage.Key{Customer: 7, Meter: "api.calls"}, day(on), decimal.NewFromInt(quantity))
	}
	return &days
}

func charge(t *testing.T, a Agreement, days *usage.Days, until string) []Piece {
	t.Helper()
	pieces, err := Charges(a, sold, days, day(until))
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

// expect compares pieces with lines such as "platform fixed 2026-01-01..2026-03-31 910.00".
func expect(t *testing.T, pieces []Piece, want ...string) {
	t.Helper()
	var got []string
	for _, p := range pieces {
		got = append(got, p.Line+" "+string(p.Kind)+" "+p.Span.String()+" "+p.Amount.String())
	}
	if len(got) != len(want) {
		t.Fatalf("charged\n%q\nowed\n%q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("charge %d is %q, owed is %q", i+1, got[i], want[i])
		}
	}
}

const head = `
contract: C-1
entity: RAT-US
customer: acme
currency: USD
`

func TestAPartialQuarterIsProratedByDaysOnTheWholeQuarter(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-04-01, through: 2026-05-02}
lines:
  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 910.00, every: quarter}}
`)
	expect(t, charge(t, a, nil, "2026-04-01"), "platform fixed 2026-04-01..2026-05-02 320.00") // 32 of 91 days
}

func TestAnAmendmentCutsOnlyTheLineItChanges(t *testing.T) {
	before := head + `
term: {from: 2026-01-01, through: 2026-06-30}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 91.00, every: quarter}}
  - {id: support, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: quarter}}
`
	after := head + `
term: {from: 2026-01-01, through: 2026-06-30}
effective: 2026-02-15
reason: five more seats
lines:
  - {id: seats, product: platform, fixed: {quantity: 15, unit_price: 91.00, every: quarter}}
  - {id: support, product: platform, fixed: {quantity: 1, unit_price: 100, every: quarter}}
`
	expect(t, charge(t, agreement(t, before, after), nil, "2026-01-01"),
		"seats fixed 2026-01-01..2026-02-14 455.00",
		"seats fixed 2026-02-15..2026-03-31 682.50",
		"seats fixed 2026-04-01..2026-06-30 1365.00",
		"support fixed 2026-01-01..2026-03-31 100.00",
		"support fixed 2026-04-01..2026-06-30 100.00")
}

func TestARampChangesThePriceOnItsDays(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-12-31}
billing: {align: calendar}
lines:
  - id: seats
    product: platform
    fixed:
      every: half-year
      in: arrears
      ramp:
        - {from: 2026-01-01, through: 2026-06-30, quantity: 10, unit_price: 60}
        - {from: 2026-07-01, through: 2026-12-31, quantity: 20, unit_price: 60}
`)
	expect(t, charge(t, a, nil, "2026-01-01"),
		"seats fixed 2026-01-01..2026-06-30 600.00",
		"seats fixed 2026-07-01..2026-12-31 1200.00")
}

func TestIncludedUnitsAreSubtractedOncePerPeriod(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.02}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-05": 900, "2026-01-31": 600, "2026-02-10": 400}), "2026-02-15")
	expect(t, pieces, "calls usage 2026-01-01..2026-01-31 10.00", "calls usage 2026-02-01..2026-02-28 0.00")
	if !pieces[0].Closed || pieces[1].Closed {
		t.Errorf("January closed %v, February closed %v on 15 February", pieces[0].Closed, pieces[1].Closed)
	}
}

func TestUsageAcrossMonthsIsValuedAtEachMonthEnd(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-15, through: 2026-07-14}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-20": 30, "2026-02-03": 12}), "2026-02-15")
	want := []Value{{day("2026-02-01"), money.Of(3000, "USD")}, {day("2026-02-15"), money.Of(4200, "USD")}}
	if len(pieces) != 1 || len(pieces[0].Values) != 2 || pieces[0].Values[0] != want[0] || pieces[0].Values[1] != want[1] {
		t.Errorf("values are %v, owed are %v", pieces[0].Values, want)
	}
}

// The worked number of the design: C = 1000, factor 1.5, 5000 units at 1 and
// then 2500 at 2 come to 1000 + 4000 x 1.5 + 5000 x 1.5 = 14,500.
func TestUsageThatStraddlesAPrepaidIsSplitThere(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 5000, unit: 1}, {unit: 2}]}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [calls], amount: 1000, every: term, overage: {factor: 1.5}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 5000, "2026-01-11": 2500}), "2026-02-01")
	expect(t, pieces,
		"calls overage 2026-01-01..2026-01-31 13500.00",
		"calls usage 2026-01-01..2026-01-31 0.00",
		"prepaid prepayment 2026-01-01..2026-12-31 1000.00")
	if d := pieces[1].Detail; d.Drawn != money.Of(100000, "USD") || d.List != money.Of(1000000, "USD") {
		t.Errorf("the cap covered %s of %s; it covers 1000.00 of 10000.00", d.Drawn, d.List)
	}
}

func TestAPrepaidInUnitsIsEarnedAsItIsDrawnAndTheRestWhenItLapses(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-03-31}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.05}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [calls], units: 10000, price: 400, every: term, overage: {factor: 1.2}}
`)
	pieces := charge(t, a, used(map[string]int64{"2026-01-10": 2500, "2026-02-10": 6000}), "2026-04-01")
	fee := pieces[len(pieces)-1]
	want := []Value{{day("2026-02-01"), money.Of(10000, "USD")}, {day("2026-03-01"), money.Of(34000, "USD")}, {day("2026-04-01"), money.Of(40000, "USD")}}
	for i := range want {
		if fee.Values[i] != want[i] {
			t.Errorf("value %d is %v %s, owed is %v %s", i, fee.Values[i].Before, fee.Values[i].Amount, want[i].Before, want[i].Amount)
		}
	}
}

func TestACommitmentIsTruedUpWhenItsPeriodEnds(t *testing.T) {
	document := head + `
term: {from: 2026-02-01, through: 2026-02-25}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}
commitments:
  - {id: minimum, product: prepaid, lines: [calls], amount: 10.00, every: month}
`
	a := agreement(t, document)
	days := used(map[string]int64{"2026-02-03": 800})
	expect(t, charge(t, a, days, "2026-02-20"), "calls usage 2026-02-01..2026-02-25 8.00")
	expect(t, charge(t, a, days, "2026-02-26"),
		"calls usage 2026-02-01..2026-02-25 8.00",
		"minimum true_up 2026-02-01..2026-02-25 0.93") // 1000 cents x 25/28 - 800
}

func TestAResellerPaysListLessTheMarginRoundedOnce(t *testing.T) {
	a := agreement(t, head+`
payer: partner
term: {from: 2026-01-01, through: 2026-01-31}
reseller: {margin_percent: 17.5}
lines:
  - {id: seats, product: platform, fixed: {quantity: 3, unit_price: 33.33, every: month}}
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.013}}
`)
	expect(t, charge(t, a, used(map[string]int64{"2026-01-10": 777}), "2026-02-01"),
		"seats fixed 2026-01-01..2026-01-31 82.49", // 99.99 x 0.825 = 82.49175
		"calls usage 2026-01-01..2026-01-31 8.33")  // 10.101 x 0.825 = 8.333325
}

func TestAConcessionLowersWhatIsDue(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100, every: month}}
`)
	a.Concessions = []Granted{{Line: "seats", Span: a.Term(), Amount: money.Of(1500, "USD"), Reason: "outage", GrantedOn: day("2026-02-03")}}
	pieces := charge(t, a, nil, "2026-02-03")
	expect(t, pieces, "seats concession 2026-01-01..2026-01-31 -15.00", "seats fixed 2026-01-01..2026-01-31 100.00")
	if pieces[0].Recognition != catalog.Ratable || pieces[0].BillOn != day("2026-02-03") {
		t.Errorf("the credit is earned %s and billed on %s", pieces[0].Recognition, pieces[0].BillOn)
	}
}

func TestAVersionAgreedLaterWinsFromTheDayItTakesEffect(t *testing.T) {
	version := func(effective, price string) string {
		return head + `
term: {from: 2026-01-01, through: 2026-12-31}
effective: ` + effective + `
reason: price
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: ` + price + `, every: half-year}}
`
	}
	a := agreement(t, version("2026-01-01", "100"), version("2026-10-01", "200"), version("2026-07-01", "300"))
	expect(t, charge(t, a, nil, "2026-01-01"),
		"seats fixed 2026-01-01..2026-06-30 100.00", "seats fixed 2026-07-01..2026-12-31 300.00")
}
