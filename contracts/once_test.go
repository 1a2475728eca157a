package contracts

import (
	"testing"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// delivering is a catalog that also sells what is done at one point in time.
var delivering = catalog.New([]catalog.Product{
	{ID: 1, Code: "platform", Version: 1, StartsOn: day("2020-01-01"), Name: "Platform", Unit: "seat", Recognition: catalog.Ratable},
	{ID: 2, Code: "setup", Version: 1, StartsOn: day("2020-01-01"), Name: "Setup", Recognition: catalog.PointInTime},
	{ID: 3, Code: "api", Version: 1, StartsOn: day("2020-01-01"), Name: "API calls", Recognition: catalog.AsUsed},
	{ID: 4, Code: "prepaid", Version: 1, StartsOn: day("2020-01-01"), Name: "Prepaid usage", Recognition: catalog.AsUsed},
}, []catalog.Meter{{ID: 1, Code: "api.calls", Name: "API calls", Unit: "call", Aggregation: "sum"}}, nil)

func deliver(t *testing.T, a Agreement, until string) []Piece {
	t.Helper()
	pieces, err := Charges(a, delivering, nil, day(until))
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

const year2026 = "\nterm: {from: 2026-01-01, through: 2026-12-31}\n"

func TestWhatIsAskedForOnceIsChargedOnItsDay(t *testing.T) {
	pieces := deliver(t, agreement(t, head+year2026+`
lines:
  - {id: setup, product: setup, once: {quantity: 3, unit_price: 150.50, on: 2026-02-10}}
`), "2026-01-01")
	expect(t, pieces, "setup once 2026-02-10..2026-02-10 451.50")
	if p := pieces[0]; p.BillOn != day("2026-02-10") || !p.Closed || p.Served() != p.Span || p.Gross != p.Amount {
		t.Errorf("it is billed on %s, closed %t, for %s, before reductions %s", p.BillOn, p.Closed, p.Served(), p.Gross)
	}
}

func TestWhatIsAskedForOnceAndServedOverTimeIsEarnedOverTheLinesDays(t *testing.T) {
	for _, c := range []struct{ days, want string }{
		{"", "2026-02-10..2026-12-31"}, // from the day it is asked for
		{"from: 2026-04-01, through: 2026-09-30, ", "2026-04-01..2026-09-30"},
		{"through: 2026-09-30, ", "2026-02-10..2026-09-30"},
	} {
		pieces := deliver(t, agreement(t, head+year2026+`
lines:
  - {id: training, product: platform, `+c.days+`once: {unit_price: 900, on: 2026-02-10}}
`), "2026-01-01")
		expect(t, pieces, "training once 2026-02-10..2026-02-10 900.00")
		if got := pieces[0].Served().String(); got != c.want {
			t.Errorf("with %q it serves %s, not %s", c.days, got, c.want)
		}
	}
}

func TestAMilestoneIsChargedWhenItIsDeliveredAtThePriceInForceThen(t *testing.T) {
	version := func(amendment, price string) string {
		return head + amendment + year2026 + `
lines:
  - {id: migration, product: setup, once: {unit_price: ` + price + `, milestone: data is moved}}
`
	}
	a := agreement(t, version("", "5000"), version("effective: 2026-06-01\nreason: price", "6000"))
	expect(t, deliver(t, a, "2026-12-31"))
	for _, c := range []struct{ on, want string }{
		{"2026-05-31", "migration once 2026-05-31..2026-05-31 5000.00"},
		{"2026-06-01", "migration once 2026-06-01..2026-06-01 6000.00"},
		{"2027-02-03", "migration once 2027-02-03..2027-02-03 6000.00"}, // late: as it was at the end
	} {
		a.Deliveries = []Delivery{{Line: "migration", On: day(c.on)}}
		expect(t, deliver(t, a, "2026-12-31"), c.want)
	}
}

func TestAnAmendmentAfterItsDayDoesNotAskForItAgain(t *testing.T) {
	version := func(amendment, on string) string {
		return head + amendment + year2026 + `
lines:
  - {id: setup, product: setup, once: {unit_price: 100, on: ` + on + `}}
`
	}
	for _, effective := range []string{"2026-02-01", "2026-03-02"} {
		a := agreement(t, version("", "2026-03-01"), version("effective: "+effective+"\nreason: later", "2026-04-01"))
		want := "setup once 2026-04-01..2026-04-01 100.00"
		if effective == "2026-03-02" { // it was due by then
			want = "setup once 2026-03-01..2026-03-01 100.00"
		}
		expect(t, deliver(t, a, "2026-12-31"), want)
	}
}

func TestAnEndShortensTheServiceOfWhatWasAskedForOnceAndNotItsAmount(t *testing.T) {
	version := func(amendment, through string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: ` + through + `}
lines:
  - {id: training, product: platform, once: {unit_price: 900, on: 2026-02-10}}
`
	}
	a := agreement(t, version("", "2026-12-31"), version("effective: 2026-06-01\nreason: sold\nending: {cause: convenience}", "2026-06-30"))
	pieces := deliver(t, a, "2026-12-31")
	expect(t, pieces, "training once 2026-02-10..2026-02-10 900.00")
	if want := period.Through(day("2026-02-10"), day("2026-06-30")); pieces[0].Served() != want {
		t.Errorf("it serves %s, not %s", pieces[0].Served(), want)
	}
}

func TestAResellersMarginIsTakenOffWhatIsAskedForOnce(t *testing.T) {
	pieces := deliver(t, agreement(t, head+"payer: partner\nreseller: {margin_percent: 20}\n"+year2026+`
lines:
  - {id: setup, product: setup, once: {unit_price: 99.99, on: 2026-01-01}}
`), "2026-01-01")
	expect(t, pieces, "setup once 2026-01-01..2026-01-01 79.99") // 79.992
	if d := pieces[0].Detail; d.List != money.Of(9999, "USD") {
		t.Errorf("the list value is %s", d.List)
	}
}
