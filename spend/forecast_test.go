package spend

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

// weeksOf reports business weeks from a Monday on, a unit a dollar.
func weeksOf(t *testing.T, c *invoicingtest.Company, from string, until string) {
	t.Helper()
	for on := day(from); on.Before(day(until)); on = on.AddDays(1) {
		if q := business[(int(on.Weekday())+6)%7]; q > 0 {
			c.Use(t, "acme", "api.calls", on.String(), fmt.Sprint(q))
		}
	}
}

func foreseen(t *testing.T, c *invoicingtest.Company, on string) Outlook {
	t.Helper()
	f, err := load(t, c.DB, c.Account("acme"), day(on)).Forecast()
	if err != nil || len(f.Contracts) != 1 {
		t.Fatalf("forecast of %s: %+v, %v", on, f, err)
	}
	return f.Contracts[0]
}

// naive adds up the days that are still to come, one by one, at list price 1.00, and finds the day a limit is passed.
func naive(sofar int64, from, until string, limit int64) (total int64, on period.Date) {
	total = sofar
	for d := day(from); d.Before(day(until)); d = d.AddDays(1) {
		total += business[(int(d.Weekday())+6)%7]
		if on.IsZero() && total >= limit {
			on = d
		}
	}
	return total, on
}

func TestASteadyCustomerIsForeseenToTheDayItsCapIsReached(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(capped, "amount: 500.00", "amount: 2000.00", 1))
	weeksOf(t, c, "2026-03-02", "2026-04-15")
	o := foreseen(t, c, "2026-04-15")
	sofar, _ := naive(0, "2026-04-01", "2026-04-15", 0)
	total, on := naive(sofar, "2026-04-15", "2026-05-01", 2000)
	if len(o.Bills) != 1 || o.Bills[0].On != day("2026-05-01") || o.Bills[0].Amount != usd(fmt.Sprintf("%d.00", total)) || o.Bills[0].SoFar != usd(fmt.Sprintf("%d.00", sofar)) {
		t.Errorf("April is foreseen as %+v, want %d.00 after %d.00 so far", o.Bills, total, sofar)
	}
	if len(o.Limits) != 1 || o.Limits[0].On != on || o.Limits[0].Earliest != on || o.Limits[0].Latest != on {
		t.Errorf("the cap is foreseen as %+v, want %s: four equal weeks leave no range", o.Limits, on)
	}
	if want := "At the pace of the last 28 days, by day of the week"; o.Basis != want {
		t.Errorf("the basis is %q, want %q", o.Basis, want)
	}
	if len(o.Lines) != 1 || !o.Lines[0].Expected.Equal(decimal.NewFromInt(total)) {
		t.Errorf("the line is foreseen as %+v, want %d calls", o.Lines, total)
	}
}

func TestWhatArrivedTodayIsPartOfTodaysExpectedUse(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	weeksOf(t, c, "2026-03-02", "2026-04-15")
	before := foreseen(t, c, "2026-04-15").Bills[0].Amount
	c.Use(t, "acme", "api.calls", "2026-04-15", "50") // of a Wednesday's 120
	if after := foreseen(t, c, "2026-04-15").Bills[0].Amount; after != before {
		t.Errorf("the month was foreseen at %s, and with half of today at %s: it was expected already", before, after)
	}
	c.Use(t, "acme", "api.calls", "2026-04-15", "270")
	if after := foreseen(t, c, "2026-04-15").Bills[0].Amount; after != before.Add(usd("200.00")) {
		t.Errorf("a day that brings 200 more than its like moves the month from %s to %s", before, after)
	}
}

func TestTiersAndBalancesAreCountedAsTheInvoiceWillCountThem(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 1000, unit: 1.00}, {unit: 0.50}]}}}
prepaid:
  - {id: pot, product: prepaid, lines: [calls], amount: 1300.00, every: month, overage: {factor: 2}}
`)
	weeksOf(t, c, "2026-03-02", "2026-04-15")
	o := foreseen(t, c, "2026-04-15")
	units, _ := naive(0, "2026-04-01", "2026-05-01", 0)
	// 1000 at 1.00, the rest at 0.50; 1300.00 of it are covered, what lies above costs twice: 2 x 0.50.
	_, on := naive(0, "2026-04-01", "2026-05-01", 1600)
	if want := usd(fmt.Sprintf("%d.00", units-1600)); o.Bills[0].Amount != want {
		t.Errorf("%d calls are foreseen at %s, want %s above the balance", units, o.Bills[0].Amount, want)
	}
	if o.Limits[0].On != on {
		t.Errorf("the balance is foreseen to last until %s, want %s", o.Limits[0].On, on)
	}
}

func TestAWidelySwingingCustomerIsForeseenAsARange(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(capped, "amount: 500.00", "amount: 2000.00", 1))
	for week := range 6 {
		for d := range 7 {
			c.Use(t, "acme", "api.calls", day("2026-03-02").AddDays(7*week+d).String(), fmt.Sprint(40+30*(week%3)))
		}
	}
	o := foreseen(t, c, "2026-04-13")
	b, l := o.Bills[0], o.Limits[0]
	if b.Low.Cmp(b.Amount) >= 0 || b.High.Cmp(b.Amount) <= 0 {
		t.Errorf("weeks of 280 to 700 are foreseen from %s through %s to %s", b.Low, b.Amount, b.High)
	}
	if l.Earliest.IsZero() || !l.Earliest.Before(l.On) {
		t.Errorf("the cap is foreseen on %s, earliest %s", l.On, l.Earliest)
	}
}

func TestACapOutOfReachIsNotReachedInThisPeriod(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(capped, "amount: 500.00", "amount: 90000.00", 1))
	weeksOf(t, c, "2026-03-02", "2026-04-15")
	l := foreseen(t, c, "2026-04-15").Limits[0]
	if !l.On.IsZero() || !l.Earliest.IsZero() || l.Sentence(day("2026-04-15")) != "It is not expected to be reached in this period." {
		t.Errorf("a cap out of reach is foreseen: %+v, %q", l, l.Sentence(day("2026-04-15")))
	}
}

func TestAForecastWithoutHistorySaysSo(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	if o := foreseen(t, c, "2026-04-15"); o.Basis != "Not enough to say: nothing has been used yet" || len(o.Bills) != 0 {
		t.Errorf("without any usage it says %q and %+v", o.Basis, o.Bills)
	}
	c.Use(t, "acme", "api.calls", "2026-04-14", "5")
	if o := foreseen(t, c, "2026-04-15"); o.Basis != "Not enough to say: used for 1 day so far; a forecast takes 14" || len(o.Limits) != 0 {
		t.Errorf("after one day it says %q and %+v", o.Basis, o.Limits)
	}
}

// A forecast reads and adds to copies: the running bill asked after it is the one asked before.
func TestAForecastLeavesTheRunningBillAsItIs(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	weeksOf(t, c, "2026-03-02", "2026-04-15")
	x := load(t, c.DB, c.Account("acme"), day("2026-04-15"))
	before, err := x.Running()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Forecast(); err != nil {
		t.Fatal(err)
	}
	again, err := Reckon(x.World, x.Facts, x.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	after, err := again.Running()
	if err != nil || fmt.Sprint(after.Totals()) != fmt.Sprint(before.Totals()) {
		t.Errorf("the running bill was %+v and is %+v after a forecast (%v)", before.Totals(), after.Totals(), err)
	}
}

// A fee may be invoiced before its days begin: what a bill came to until then is nothing, and no mistake.
func TestWhatIsAskedForBeforeItBeginsHasACourse(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	x := load(t, c.DB, c.Account("acme"), day("2026-01-18"))
	course, err := x.Course(Total{On: day("2026-01-18"), Payer: c.Customers["acme"].ID, Currency: "USD", Span: period.NewSpan(day("2026-01-19"), day("2026-04-10"))})
	if err != nil || len(course) != 1 || !course[0].Amount.IsZero() {
		t.Errorf("the course is %+v, %v", course, err)
	}
}
