package opening

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// The differential test: the same contracts lived here for a year, and brought over in the middle of it from those very books.
func TestAContractBroughtOverGoesOnAsOneThatWasAlwaysHere(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			here, came := begin(t), begin(t)
			r := rand.New(rand.NewPCG(seed, 7))
			random(r, here, came)
			here.live("2026-01-01", "2026-06-30")
			here.Bill(t, "2026-06-30") // the day's run, as every day has one
			n := 0
			here.invoices(func(holder string, d invoicing.Issued) {
				if n++; n%3 == 0 && d.Total.Sign() > 0 {
					here.pay("2026-06-20", d.Number, d.Total, d.Payer)
				}
			})
			file := here.export("2026-07-01", asIs)
			got := came.bring(file)
			if len(got.Differences) > 0 || got.Accounts != 3 {
				t.Fatalf("%d accounts are brought over, with the differences %v", got.Accounts, got.Differences)
			}
			eve := day("2026-06-30")
			same := func(on period.Date) {
				t.Helper()
				was, is := here.balances(on), came.balances(on)
				for _, a := range controlled {
					if was[a.String()] != is[a.String()] {
						t.Errorf("on %s %s is %s where it was always here, and %s where it was brought over", on, a, was[a.String()], is[a.String()])
					}
				}
			}
			same(eve)
			if res := came.Bill(t, "2026-06-30"); res.Issued.Documents != 0 {
				t.Errorf("%d invoices are issued for the time before", res.Issued.Documents)
			}
			if res := came.earn(eve); res.Entries != 0 || res.Rows != 0 {
				t.Errorf("%d entries and %d rows of the schedule are booked for the time before", res.Entries, res.Rows)
			}
			for m := day("2026-07-01").MonthOf(); m.Before(day("2027-01-01").MonthOf()); m = m.Next() {
				for _, c := range []*company{here, came} {
					c.live(m.First().String(), m.First().String())
				}
				same(m.Last())
			}
			if diff := cmp.Diff(here.asked(day("2026-07-01")), came.asked(day("2026-07-01"))); diff != "" {
				t.Errorf("invoices from the cut-over on, always here and brought over:\n%s", diff)
			}
			july, december := day("2026-07-01").MonthOf(), day("2026-12-01").MonthOf()
			if diff := cmp.Diff(here.revenue(july, december), came.revenue(july, december)); diff != "" {
				t.Errorf("revenue from the cut-over on, always here and brought over:\n%s", diff)
			}
			if early := came.revenue(day("2026-01-01").MonthOf(), july.Prev()); len(early) > 0 {
				t.Errorf("revenue of the time before stands in our books: %v", early)
			}
		})
	}
}

const yearly = "lines:\n  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 1200.00, every: year}}\n"

// file brings one yearly contract over, with what the old system had earned of 1,200.00.
func file(recognized, treatment, deferred string) string {
	return `entity: rtus
currency: USD
cut_over: 2026-07-01
contracts:
  - contract: C-1
    lines:
      - {line: platform, recognized: ` + recognized + treatment + `}
invoices:
  - document: OLD-1
    on: 2026-01-01
    due: 2026-01-31
    tax: 0
    open: 200.00
    lines:
      - {contract: C-1, line: platform, from: 2026-01-01, through: 2026-12-31, amount: 1200.00}
control: {AccountsReceivable: 200.00, DeferredRevenue: -` + deferred + `}
`
}

func (c *company) deferred(on string) string { return c.balances(day(on))["DeferredRevenue"] }

func TestADifferenceIsListedAndNeverTakenSilently(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	_, err := Import(ctx, c.DB, []byte(file("600.00", "", "600.00")), c.Accountant)
	if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "595.07") || !strings.Contains(err.Error(), "choose keep") {
		t.Errorf("a difference without a treatment is answered with %v", err)
	}
	if len(c.balances(day("2026-12-31"))) > 0 {
		t.Error("and something is booked")
	}
}

func TestAnOldFigureThatIsKeptLeavesTheRestOfThePriceForTheRestOfTheTerm(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	r := c.bring(file("700.00", ", treatment: keep", "500.00"))
	if len(r.Differences) != 1 || r.Differences[0].By() != usd("104.93") {
		t.Errorf("the differences are %+v", r.Differences)
	}
	for _, x := range []struct{ month, deferred string }{{"2026-06-30", "-500.00"}, {"2026-07-31", "-415.76"}, {"2026-12-31", ""}} {
		c.live(x.month, x.month)
		if got := c.deferred(x.month); got != x.deferred {
			t.Errorf("deferred on %s is %s, not %s", x.month, got, x.deferred)
		}
	}
	if res := c.earn(day("2026-12-31")); res.Entries != 0 {
		t.Errorf("a second run books %d entries", res.Entries)
	}
	why := c.why("C-1", "platform", "2026-07-01")
	if len(why.Explained) != 2 || why.Explained[0].Earned.Add(why.Explained[1].Earned) != usd("84.24") || why.Explained[1].Formula != "0 − 17.68" {
		t.Errorf("July is explained by %+v", why.Explained)
	}
}

func TestADifferenceThatIsCorrectedIsCaughtUpInTheFirstMonthWithItsAttribution(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	c.bring(file("500.00", ", treatment: correct", "700.00"))
	if got := c.deferred("2026-06-30"); got != "-700.00" {
		t.Errorf("on the eve %s is deferred, not what the old system had", got)
	}
	if got := c.deferred("2026-07-01"); got != "-604.93" {
		t.Errorf("on the cut-over day %s is deferred, not 1,200 less 595.07", got)
	}
	sums := map[string]int{}
	for _, line := range c.revenue(day("2026-01-01").MonthOf(), day("2026-06-01").MonthOf()) {
		sums[strings.Fields(line)[2]]++
	}
	if len(sums) != 6 {
		t.Errorf("what was caught up belongs to the months %v, not to January to June", sums)
	}
	c.live("2026-07-01", "2026-12-01")
	if got := c.deferred("2026-12-31"); got != "" {
		t.Errorf("at the end of the term %s is deferred", got)
	}
}

func TestAnOpeningIsProvedAndSealedByASecondPerson(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	source := file("595.07", "", "604.93")
	c.bring(source)
	if again := c.bring(source); again.Repeated != 1 || again.Accounts != 0 {
		t.Errorf("the same file again brings %d accounts over", again.Accounts)
	}
	kept, p := c.prove()
	if !p.Ties() || p.Lines != 1 || !p.Left.IsZero() {
		t.Errorf("the proof is %+v", p)
	}
	if err := c.seal(kept.ID, c.Accountant); !errors.Is(err, fault.Denied) {
		t.Errorf("who prepared it seals it: %v", err)
	}
	if err := c.seal(kept.ID, c.Finance); err != nil {
		t.Fatal(err)
	}
	if err := c.seal(kept.ID, c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("it is sealed twice: %v", err)
	}
	if kept, p = c.prove(); fmt.Sprintf("%x", kept.Digest) != fmt.Sprintf("%x", p.Digest()) {
		t.Error("the seal is not of the proof")
	}
	c.pay("2026-07-10", "OLD-1", usd("200.00"), c.Customers["acme"].ID)
	if open := c.balances(day("2026-07-31"))[ledger.AccountsReceivable.String()]; open != "" {
		t.Errorf("after the payment of the rest %s is open", open)
	}
}

func TestAFileWithAWrongRowIsRefusedWhole(t *testing.T) {
	for _, x := range []struct{ name, old, new, field string }{
		{"unknown contract", "contract: C-1", "contract: C-9", "contracts[0].contract"},
		{"days that are not billed at once", "through: 2026-12-31, amount", "through: 2026-11-30, amount", "invoices[0].lines[0].from"},
		{"more open than asked", "open: 200.00", "open: 1300.00", "invoices[0].open"},
		{"control that does not tie", "AccountsReceivable: 200.00", "AccountsReceivable: 201.00", "control.AccountsReceivable"},
		{"cut-over in a month", "2026-07-01", "2026-07-02", "cut_over"},
		{"less billed than agreed", "amount: 1200.00", "amount: 1100.00", "contracts[0].lines[0].recognized"},
		{"fractions of a cent", "595.07", "595.075", "contracts[0].lines[0].recognized"},
		{"unknown key", "currency: USD", "currency: USD\ncurency: USD", "curency"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := begin(t)
			c.sign("C-1", "acme", yearly)
			_, err := Import(ctx, c.DB, []byte(strings.ReplaceAll(file("595.07", "", "604.93"), x.old, x.new)), c.Accountant)
			found := fault.Fields(err)
			if len(found) == 0 || found[0].Path != x.field || found[0].Line == 0 {
				t.Errorf("it is answered with %v", err)
			}
			if len(c.balances(day("2026-12-31"))) > 0 {
				t.Error("and something is booked")
			}
		})
	}
}

// What was brought over is corrected like what was billed here: the year's fee is credited from the day the contract ends.
func TestAContractThatEndsAfterTheCutOverIsCreditedOnTheOldInvoice(t *testing.T) {
	here, came := begin(t), begin(t)
	for _, c := range []*company{here, came} {
		c.sign("C-1", "acme", yearly)
	}
	here.live("2026-01-01", "2026-06-30")
	came.bring(here.export("2026-07-01", asIs))
	for _, c := range []*company{here, came} {
		c.live("2026-07-01", "2026-08-31")
		c.Sign(t, "contract: C-1\nentity: rtus\ncustomer: acme\ncurrency: USD\neffective: 2026-09-01\nreason: It ends early\nterm: {from: 2026-01-01, through: 2026-09-30}\nbilling: {net_days: 30}\n"+yearly)
		c.live("2026-09-01", "2026-10-31")
	}
	was, is := here.asked(day("2026-07-01")), came.asked(day("2026-07-01"))
	if diff := cmp.Diff(was, is); diff != "" || len(is) == 0 {
		t.Errorf("credited, always here and brought over:\n%s", diff)
	}
	for _, a := range controlled {
		if on := day("2026-10-31"); here.balances(on)[a.String()] != came.balances(on)[a.String()] {
			t.Errorf("%s is %s where it was always here, and %s where it was brought over", a, here.balances(on)[a.String()], came.balances(on)[a.String()])
		}
	}
	if d := came.deferred("2026-10-31"); d != "" {
		t.Errorf("%s is still deferred", d)
	}
}

// The figure that is kept does not outlive the contract: what was carried to months that are cut off is earned in the last one.
func TestWhatIsCarriedIsEarnedWithTheLastMonthOfAContractThatEndsEarly(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	c.bring(file("700.00", ", treatment: keep", "500.00"))
	c.live("2026-07-01", "2026-08-31")
	c.Sign(t, "contract: C-1\nentity: rtus\ncustomer: acme\ncurrency: USD\neffective: 2026-09-01\nreason: It ends early\nterm: {from: 2026-01-01, through: 2026-09-30}\nbilling: {net_days: 30}\n"+yearly)
	c.live("2026-09-01", "2026-12-31")
	if d := c.deferred("2026-12-31"); d != "" {
		t.Errorf("%s is still deferred", d)
	}
	if res := c.earn(day("2026-12-31")); res.Entries != 0 {
		t.Errorf("a second run books %d entries", res.Entries)
	}
}

func TestANumberThatIsTakenIsRefused(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	c.sign("C-2", "lone", yearly)
	c.bring(file("595.07", "", "604.93"))
	other := strings.NewReplacer("2026-07-01", "2026-08-01", "C-1", "C-2", "595.07", "696.99", "604.93", "503.01").Replace(file("595.07", "", "604.93"))
	_, err := Import(ctx, c.DB, []byte(other), c.Accountant)
	if found := fault.Fields(err); len(found) == 0 || found[0].Path != "invoices[0].document" {
		t.Errorf("the number of another invoice is answered with %v", err)
	}
}
