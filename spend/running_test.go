package spend

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
)

// printed is a document as its reader sees it, for comparing.
type printed struct {
	Payer                        customers.ID
	Kind, Net, Tax, Total, DueOn string
	Lines                        []string
}

func print(d invoicing.Draft) printed {
	p := printed{d.Payer, string(d.Kind), d.Net.String(), d.Tax.String(), d.Total.String(), d.DueOn.String(), nil}
	for _, l := range d.Lines {
		p.Lines = append(p.Lines, fmt.Sprintf("%s %s %s %s: %s of %s, free %s, reduced %d, drawn %s: %s", l.ContractNumber, l.Line, l.Kind, l.Span,
			l.Detail.Quantity, l.Detail.Unit, l.Detail.Included, len(l.Detail.Reduced), l.Detail.Drawn, l.Amount))
	}
	return p
}

// Random deals with caps, prepaid balances, commitments, discounts and credits are lived for five months, with late
// usage. On the day of each run the running bill, asked before it with some of the day's own usage there already, must be
// what the run then issues.
func TestTheRunningBillOnTheDayOfARunIsWhatTheRunIssues(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	chance := rand.New(rand.NewPCG(38, 61))
	users := []struct{ customer, entity, currency string }{{"acme", "rtus", "USD"}, {"lone", "rtus", "USD"}, {"rhein", "rteu", "EUR"}, {"gracht", "rteu", "USD"}}
	for i, u := range users {
		for n := range 2 {
			c.Sign(t, deal(chance, fmt.Sprintf("D-%d-%d", i, n), u.entity, u.customer, u.currency))
		}
	}
	compared, lines := 0, 0
	use := func(from, until period.Date) {
		for on := from; on.Before(until); on = on.AddDays(1 + chance.IntN(3)) {
			for _, u := range users {
				c.Use(t, u.customer, "api.calls", on.String(), fmt.Sprint(chance.IntN(900)))
				c.Use(t, u.customer, "storage.gb", on.String(), fmt.Sprintf("%d.%d", chance.IntN(60), chance.IntN(10)))
			}
		}
	}
	day := invoicingtest.Day("2026-01-01")
	for _, next := range []string{"2026-01-12", "2026-02-01", "2026-02-12", "2026-02-17", "2026-03-01", "2026-04-01", "2026-04-12", "2026-05-01", "2026-06-01"} {
		on := invoicingtest.Day(next)
		use(day, on)
		use(on, on.AddDays(1))                  // of the day itself: not on this bill
		use(on.AddDays(-40), on.AddDays(-40+1)) // late: it corrects what was billed
		day = on.AddDays(1)
		want := map[customers.AccountID][]printed{}
		for _, u := range users {
			bill, err := load(t, c.DB, c.Account(u.customer), on).Running()
			if err != nil {
				t.Fatalf("%s on %s: %v", u.customer, on, err)
			}
			for _, d := range bill.Documents {
				if d.IssuedOn == on {
					want[c.Account(u.customer)] = append(want[c.Account(u.customer)], print(d))
				}
			}
		}
		before := map[customers.AccountID]int{}
		for _, u := range users {
			before[c.Account(u.customer)] = len(c.Documents(t, c.Account(u.customer)))
		}
		c.Bill(t, next)
		for _, u := range users {
			var got []printed
			for _, d := range c.Documents(t, c.Account(u.customer))[before[c.Account(u.customer)]:] {
				got, lines = append(got, print(d.Draft)), lines+len(d.Lines)
			}
			compared += len(got)
			if diff := cmp.Diff(want[c.Account(u.customer)], got); diff != "" {
				t.Errorf("%s: the running bill of %s is not what the run issued (-running bill +issued):\n%s", u.customer, on, diff)
			}
		}
	}
	if compared < 20 || lines < 60 {
		t.Errorf("only %d documents with %d lines were compared: the deals ask for too little to prove anything", compared, lines)
	}
}

func TestARunningBillShowsTheOpenPeriodAsItStandsAndWhatTheDayAfterTomorrowBrings(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 2, unit_price: 100.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, included: 100, price: {model: per_unit, amount: 1.00}}}
  - {id: store, product: storage, usage: {meter: storage.gb, every: month, price: {model: per_unit, amount: 2.00}}}
prepaid:
  - {id: pot, product: prepaid, lines: [store], amount: 50.00, every: month, overage: {factor: 2}}
caps:
  - {id: ceiling, kind: customer, lines: [calls], amount: 500.00, every: month, then: warn}
`)
	c.Bill(t, "2026-01-01") // seats and the balance of January, in advance
	c.Use(t, "acme", "api.calls", "2026-01-03", "400")
	c.Use(t, "acme", "api.calls", "2026-01-10", "100")
	c.Use(t, "acme", "storage.gb", "2026-01-05", "30")
	x := load(t, c.DB, c.Account("acme"), day("2026-01-10"))
	bill, err := x.Running()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range bill.Lines {
		got = append(got, fmt.Sprintf("%s %s: %s used, %s free, %s drawn, %s on %s", l.Line.Line, l.Kind, l.Detail.Quantity, l.Detail.Included, l.Detail.Drawn, l.Amount, l.On))
	}
	want := []string{
		"calls usage: 500 used, 100 free, 0 drawn, 400.00 on 2026-02-01", // with the day's own hundred
		"store usage: 30 used, 0 free, 50.00 drawn, 0.00 on 2026-02-01",  // 60.00 at list price, 50.00 of it covered
		"store overage: 30 used, 0 free, 0 drawn, 20.00 on 2026-02-01",   // the other 10.00 at twice the price
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the running bill of 10 January is wrong (-want +got):\n%s", diff)
	}
	totals := bill.Totals()
	if len(totals) != 1 || totals[0].Net.String() != "420.00" || totals[0].On != day("2026-02-01") {
		t.Errorf("it comes to %+v, want 420.00 on 2026-02-01", totals)
	}
	var limits []string
	for _, l := range bill.Limits {
		left, _ := l.Left()
		limits = append(limits, fmt.Sprintf("%s %s: %s of %s, %s left, %s %%, until %s", l.Kind, l.ID, l.Reached, l.Size, left, l.Percent(), l.Period.End))
	}
	wantLimits := []string{"cap ceiling: 400.00 of 500.00, 100.00 left, 80 %, until 2026-02-01", "prepaid pot: 50.00 of 50.00, 0.00 left, 100 %, until 2026-02-01"}
	if diff := cmp.Diff(wantLimits, limits); diff != "" {
		t.Errorf("what is left is wrong (-want +got):\n%s", diff)
	}
}

// A run may have been made for a later day: what it asked for stands, and the days until then take nothing back.
func TestAPeriodThatALaterRunBilledIsNotTakenBack(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "300")
	c.Bill(t, "2026-02-01")
	bill, err := load(t, c.DB, c.Account("acme"), day("2026-01-20")).Running()
	if err != nil {
		t.Fatal(err)
	}
	if len(bill.Documents) != 0 {
		t.Errorf("January was billed on 1 February; asked on the 20th, the running bill is %+v", bill.Totals())
	}
}
