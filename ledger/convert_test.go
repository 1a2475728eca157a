package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

func eur(s string) money.Amount { return amount(s, "EUR") }

// seller keeps its ledger in dollars.
var seller = entities.Entity{ID: 1, Code: "rus", Currency: "USD"}

// dollarRates are EUR/USD by day.
func dollarRates(of map[string]string) *entities.Rates {
	var all []entities.Rate
	for on, rate := range of {
		d, err := decimal.NewFromString(rate)
		if err != nil {
			panic(err)
		}
		all = append(all, entities.Rate{Base: "EUR", Quote: "USD", On: day(on), Rate: d, Source: "ECB"})
	}
	return entities.NewRates(all)
}

// memory is one account's book as it is appended in memory.
type memory struct {
	t *testing.T
	c *Converter
	e []Entry
}

func inMemory(t *testing.T, rates map[string]string) *memory {
	return &memory{t: t, c: NewConverter(entities.NewDirectory([]entities.Entity{seller}), dollarRates(rates))}
}

func (m *memory) book(on, source string, c money.Currency, postings ...Posting) Entry {
	m.t.Helper()
	e := Entry{Account: 1, Seq: int64(len(m.e) + 1), Entity: 1, Source: source, BookedOn: day(on), Currency: c, Postings: postings}
	if err := e.Check(); err != nil {
		m.t.Fatal(err)
	}
	e, err := m.c.Convert(e)
	if err != nil {
		m.t.Fatal(err)
	}
	m.e = append(m.e, e)
	return e
}

func (m *memory) remeasure(month period.Month) []Entry {
	m.t.Helper()
	got, err := m.c.Remeasure(1, seller, month, int64(len(m.e)+1), m.e)
	if err != nil {
		m.t.Fatal(err)
	}
	m.e = append(m.e, got...)
	return got
}

// moved is what entries of a source moved on accounts in dollars.
func moved(entries ...Entry) map[string]string {
	sums := map[string]money.Amount{}
	for _, e := range entries {
		for _, p := range e.Postings {
			sums[p.Account.String()] = sums[p.Account.String()].Add(p.Functional)
		}
	}
	out := map[string]string{}
	for account, sum := range sums {
		out[account] = sum.String()
	}
	return out
}

func about(p Posting, line, document string) Posting {
	if p.Customer, p.Document = 40, document; line != "" {
		p.Contract, p.Line = 7, line
	}
	return p
}

// Published case FX-ADVANCE: a year of 12,000.00 EUR is billed at 1.10, the month ends at 1.08 and it is paid at 1.09. What
// is deferred was advanced at 1.10 and is earned at that, whatever the euro does; what is owed is worth less at month's
// end, and something more when it is paid.
func TestAnAdvanceIsEarnedAtItsOwnRateAndItsReceivableFollowsTheDays(t *testing.T) {
	m := inMemory(t, map[string]string{"2025-01-01": "1.10", "2025-01-31": "1.08", "2025-02-15": "1.09", "2025-02-28": "1.04", "2025-12-31": "1.30"})
	billed := m.book("2025-01-01", "invoice:1", "EUR", about(Debit(AccountsReceivable, eur("12000.00")), "", "RUS-1"), about(Credit(DeferredRevenue, eur("12000.00")), "seats", "RUS-1"))
	if diff := cmp.Diff(map[string]string{"AccountsReceivable": "13200.00", "DeferredRevenue": "-13200.00"}, moved(billed)); diff != "" {
		t.Errorf("billed (-want +got):\n%s", diff)
	}
	earn := func(on string) Entry {
		return m.book(on, "revenue:"+on, "EUR", about(Debit(DeferredRevenue, eur("1000.00")), "seats", ""), about(Credit(Revenue, eur("1000.00")), "seats", ""))
	}
	earn("2025-01-31")
	loss := m.remeasure(month("2025-01"))
	if diff := cmp.Diff(map[string]string{"AccountsReceivable": "-240.00", "FxLoss": "240.00"}, moved(loss...)); diff != "" {
		t.Errorf("remeasured (-want +got):\n%s", diff)
	}
	if again := m.remeasure(month("2025-01")); len(again) > 0 {
		t.Errorf("remeasured once more: %v, should be nothing", moved(again...))
	}
	paid := m.book("2025-02-15", "receipt:1", "EUR", about(Debit(Cash, eur("12000.00")), "", "R-1"), about(Credit(AccountsReceivable, eur("12000.00")), "", "RUS-1"))
	if diff := cmp.Diff(map[string]string{"Cash": "13080.00", "AccountsReceivable": "-12960.00", "FxGain": "-120.00"}, moved(paid)); diff != "" {
		t.Errorf("paid (-want +got):\n%s", diff)
	}
	if got := paid.Postings[2]; got.Document != "RUS-1" || !got.Amount.IsZero() || got.Amount.Currency() != "EUR" {
		t.Errorf("the gain is %+v, should be that of the invoice, and nothing in euro", got)
	}
	if rest := m.remeasure(month("2025-02")); len(rest) > 0 {
		t.Errorf("remeasured when all is paid: %v", moved(rest...))
	}
	for n := range 11 {
		on := month("2025-02").Add(n).Last().String()
		if n > 0 && n < 10 {
			m.c.rates = dollarRates(map[string]string{on: fmt.Sprintf("1.%02d", 20+n)}) // any rate at all
		} else if n == 10 {
			m.c.rates = dollarRates(map[string]string{on: "0.80"})
		}
		if diff := cmp.Diff(map[string]string{"DeferredRevenue": "1100.00", "Revenue": "-1100.00"}, moved(earn(on))); diff != "" {
			t.Errorf("earned on %s (-want +got):\n%s", on, diff)
		}
	}
	if got := m.c.Of(1).Carried(""); len(got) != 0 {
		t.Errorf("something is left: %+v", got)
	}
}

// Two advances at two rates: the first comes out first (IFRIC 22: each payment has its own date).
func TestAdvancesAreEarnedFirstInFirstOut(t *testing.T) {
	m := inMemory(t, map[string]string{"2025-01-01": "1.10", "2025-01-05": "1.20"})
	for i, on := range []string{"2025-01-01", "2025-01-05"} {
		number := fmt.Sprint("RUS-", i)
		m.book(on, "invoice:"+number, "EUR", about(Debit(AccountsReceivable, eur("100.00")), "", number), about(Credit(DeferredRevenue, eur("100.00")), "seats", number))
	}
	for _, c := range []struct{ earned, worth string }{{"60.00", "66.00"}, {"60.00", "68.00"}, {"80.00", "96.00"}} {
		e := m.book("2025-01-06", "revenue:"+c.worth, "EUR", about(Debit(DeferredRevenue, eur(c.earned)), "seats", ""), about(Credit(Revenue, eur(c.earned)), "seats", ""))
		if got := e.Postings[1].Functional.Neg(); got != usd(c.worth) || len(e.Postings) != 2 {
			t.Errorf("%s EUR earned are %s USD in %d postings, should be %s in 2", c.earned, got, len(e.Postings), c.worth)
		}
	}
	// What was earned too much goes back at the rate it came from: the last one used.
	back := m.book("2025-01-06", "revenue:less", "EUR", about(Credit(DeferredRevenue, eur("10.00")), "seats", ""), about(Debit(Revenue, eur("10.00")), "seats", ""))
	if diff := cmp.Diff(map[string]string{"DeferredRevenue": "-12.00", "Revenue": "12.00"}, moved(back)); diff != "" {
		t.Errorf("given back (-want +got):\n%s", diff)
	}
}

// Cash before the invoice: an advance keeps the rate of the day it came in (settled 18: the earlier of both), when the
// liability moves on within the contract.
func TestAnAdvanceThatMovesWithinItsContractKeepsItsRate(t *testing.T) {
	m := inMemory(t, map[string]string{"2025-01-01": "1.05", "2025-01-05": "1.20"})
	m.book("2025-01-01", "receipt:1", "EUR", about(Debit(Cash, eur("100.00")), "", "R-1"), about(Credit(ContractLiability, eur("100.00")), "deal", "R-1"))
	e := m.book("2025-01-05", "invoice:1", "EUR", about(Debit(ContractLiability, eur("100.00")), "deal", "RUS-1"), about(Debit(AccountsReceivable, eur("50.00")), "", "RUS-1"),
		about(Credit(DeferredRevenue, eur("150.00")), "seats", "RUS-1"))
	if diff := cmp.Diff(map[string]string{"ContractLiability": "105.00", "AccountsReceivable": "60.00", "DeferredRevenue": "-165.00"}, moved(e)); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
}

// A book of its own sees what is in every book and its own entries, and keeps its own from the others.
func TestABookEarnsOutOfTheAdvancesOfEveryBook(t *testing.T) {
	m := inMemory(t, map[string]string{"2025-01-01": "1.10", "2025-01-05": "1.20"})
	m.book("2025-01-01", "invoice:1", "EUR", about(Debit(AccountsReceivable, eur("100.00")), "", "RUS-1"), about(Credit(DeferredRevenue, eur("100.00")), "seats", "RUS-1"))
	for _, book := range []Book{USGAAP, IFRS} {
		e := Entry{Account: 1, Seq: int64(len(m.e) + 1), Entity: 1, Source: "breakage:" + string(book), BookedOn: day("2025-01-05"), Currency: "EUR", Book: book,
			Postings: []Posting{about(Debit(DeferredRevenue, eur("100.00")), "seats", ""), about(Credit(BreakageRevenue, eur("100.00")), "seats", "")}}
		e, err := m.c.Convert(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Postings[1].Functional; got != usd("-110.00") {
			t.Errorf("breakage of book %s is %s, should be at the rate of the advance: -110.00", book, got)
		}
	}
	if got := m.c.Of(1).Carried(""); len(got) != 2 {
		t.Errorf("what is in every book: %+v, should be the receivable and the advance as they were", got)
	}
}

func TestAnEntryAndTheOneThatTakesItBackConvertToTheSameFigures(t *testing.T) {
	for _, amounts := range [][]string{{"0.01", "0.01", "-0.02"}, {"33.33", "66.67", "-100.00"}, {"1.11", "2.22", "3.33", "-6.66"}} {
		var there, back []money.Amount
		for _, a := range amounts {
			there, back = append(there, eur(a)), append(back, eur(a).Neg())
		}
		rate := decimal.RequireFromString("1.0837")
		sum := money.Zero("USD")
		got := ConvertTogether(there, rate, "USD")
		for i, g := range ConvertTogether(back, rate, "USD") {
			if g != got[i].Neg() {
				t.Errorf("%s converts to %s and %s to %s", there[i], got[i], back[i], g)
			}
			sum = sum.Add(got[i])
		}
		if !sum.IsZero() {
			t.Errorf("%v convert to %v, which do not balance", amounts, got)
		}
	}
}

// What only moves an advance to income needs no rate; everything else says which is missing, and where to get it.
func TestAMissingRateIsNamedWhereOneIsNeeded(t *testing.T) {
	m := inMemory(t, map[string]string{"2025-01-01": "1.10"})
	m.book("2025-01-01", "invoice:1", "EUR", about(Debit(AccountsReceivable, eur("100.00")), "", "RUS-1"), about(Credit(DeferredRevenue, eur("100.00")), "seats", "RUS-1"))
	earned := m.book("2025-06-30", "revenue:1", "EUR", about(Debit(DeferredRevenue, eur("50.00")), "seats", ""), about(Credit(Revenue, eur("50.00")), "seats", ""))
	if got := moved(earned); got["Revenue"] != "-55.00" || !earned.Rate.IsZero() {
		t.Errorf("earned without a rate: %v at %s", got, earned.Rate)
	}
	before := m.c.Of(1).Carried("")
	_, err := m.c.Convert(Entry{Account: 1, Seq: 3, Entity: 1, Source: "receipt:1", BookedOn: day("2025-06-30"), Currency: "EUR",
		Postings: []Posting{about(Debit(Cash, eur("100.00")), "", "R-1"), about(Credit(AccountsReceivable, eur("100.00")), "", "RUS-1")}})
	if !errors.Is(err, fault.Invalid) {
		t.Fatalf("paid without a rate: %v, should be refused", err)
	}
	for _, part := range []string{"receipt:1", "EUR", "USD", "2025-06-30", "7 days", "ratable import rates"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	if diff := cmp.Diff(before, m.c.Of(1).Carried("")); diff != "" {
		t.Errorf("what was refused moved something (-before +after):\n%s", diff)
	}
	if _, err := m.c.Remeasure(1, seller, month("2025-06"), 3, m.e); !errors.Is(err, fault.Invalid) {
		t.Errorf("remeasured without a rate: %v, should be refused", err)
	}
}
