package subledger

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

const usd money.Currency = "USD"

func day(t testing.TB, s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func pick[T any](t *rapid.T, label string, of ...T) T { return rapid.SampledFrom(of).Draw(t, label) }

func drawPolicy(t *rapid.T) ledger.Policy {
	p := ledger.DefaultPolicy()
	p.CreditSplit = pick(t, "split", ledger.Proportional, ledger.DeferredFirst, ledger.RecognizedFirst)
	p.Credits, p.Voids = pick(t, "credits", ledger.ReduceRevenue, ledger.ContraAccount), pick(t, "voids", ledger.ReduceRevenue, ledger.ContraAccount)
	p.Refunds = pick(t, "refunds", ledger.ReduceRevenue, ledger.ContraAccount)
	p.BadDebt, p.BadDebtTax = pick(t, "bad debt", ledger.PriceConcession, ledger.CreditLoss), pick(t, "relief", ledger.Yes, ledger.No)
	p.Disputes = pick(t, "disputes", ledger.AsRefund, ledger.ParkAsReceivable)
	p.NegativeUsage = pick(t, "negative", ledger.ToDeferred, ledger.ToContraAR)
	p.RecognitionDay = pick(t, "day", ledger.AtMonthEnd, ledger.OnTheDay)
	p.CatchUp = pick(t, "catch-up", ledger.InAttributed, ledger.InMonthOfChange)
	return p
}

// drawFacts makes lives of a few invoices that can be: nothing is paid or taken back twice.
func drawFacts(t *rapid.T) []Fact {
	start := period.NewDate(2026, 1, 1)
	var out []Fact
	for i := range rapid.IntRange(1, 4).Draw(t, "invoices") {
		name := fmt.Sprintf("INV-%d", i)
		on := start.AddDays(rapid.IntRange(0, 60).Draw(t, "issued"))
		f := Fact{ID: name, Kind: Invoice, On: on, Document: name}
		gross := money.Zero(usd)
		for range rapid.IntRange(1, 3).Draw(t, "lines") {
			l := Line{Amount: money.Of(rapid.Int64Range(1, 1e7).Draw(t, "amount"), usd), Tax: money.Of(rapid.Int64Range(0, 1e6).Draw(t, "tax"), usd)}
			l.Earning = pick(t, "earning", OverTime, OverTime, Immediately)
			from := on.AddDays(rapid.IntRange(0, 20).Draw(t, "begins"))
			l.Service = revrec.Service{Days: period.NewSpan(from, from.AddDays(rapid.IntRange(1, 200).Draw(t, "days")))}
			l.Spreading.Method = pick(t, "method", catalog.Daily, catalog.MonthlyEven, catalog.MonthlyFraction)
			gross = gross.Add(l.Amount).Add(l.Tax)
			f.Lines = append(f.Lines, l)
		}
		out = append(out, f)
		later := func(kind Kind, amount money.Amount) Fact {
			on = on.AddDays(rapid.IntRange(1, 60).Draw(t, "later"))
			return Fact{ID: fmt.Sprintf("%s %s", name, kind), Kind: kind, On: on, Document: name, Amount: amount}
		}
		some := money.Of(rapid.Int64Range(1, gross.Minor()).Draw(t, "some"), usd)
		switch pick(t, "what became of it", Payment, Void, Uncollectible, Credit) {
		case Void:
			out = append(out, later(Void, money.Amount{}))
		case Uncollectible:
			out = append(out, later(Uncollectible, money.Amount{}), later(Payment, some))
		case Credit:
			out = append(out, later(Credit, some))
		default:
			out = append(out, later(Payment, gross))
			switch back := later(pick(t, "back", Refund, Dispute, Credit, Cancel), some); back.Kind {
			case Dispute:
				out = append(out, back, later(pick(t, "decided", DisputeWon, DisputeLost), money.Amount{}))
			default:
				out = append(out, back)
			}
		}
	}
	for range rapid.IntRange(0, 5).Draw(t, "records") {
		out = append(out, Fact{ID: fmt.Sprintf("usage %d", len(out)), Kind: Usage, On: start.AddDays(rapid.IntRange(0, 90).Draw(t, "used")), Amount: money.Of(rapid.Int64Range(-5000, 10000).Draw(t, "usage"), usd)})
	}
	return out
}

// printed is a journal as text: equal texts are equal journals.
func printed(entries []Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %s %s\n", e.On, e.Key, e.Event)
		for _, p := range e.Postings {
			fmt.Fprintf(&b, "    %s %s %s %s\n", p.Account, p.Amount, p.Month, p.Document)
		}
	}
	return b.String()
}

func mustJournal(t *rapid.T, facts []Fact, p ledger.Policy, through period.Date) []Entry {
	entries, err := Journal(facts, Setup{Currency: usd, Policy: p}, through)
	if err != nil {
		t.Fatalf("%v\nof %+v", err, facts)
	}
	return entries
}

func TestAJournalBalancesComesToNothingAndDoesNotDependOnTheOrderOfTelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts, p := drawFacts(t), drawPolicy(t)
		entries := mustJournal(t, facts, p, period.Date{})
		keys := map[string]bool{}
		for _, e := range entries {
			sum := money.Zero(usd)
			for _, x := range e.Postings {
				sum = sum.Add(x.Amount)
			}
			if !sum.IsZero() || keys[e.Key] {
				t.Fatalf("entry %s of %s comes to %s, or is there twice\n%s", e.Key, e.On, sum, printed(entries))
			}
			keys[e.Key] = true
		}
		end := On(entries, ledger.DeferredRevenue, period.Date{}, usd)
		if used := usageLeft(facts, p); end.Sub(used) != money.Zero(usd) {
			t.Fatalf("%s stays deferred when all is served, and usage explains %s\n%s", end, used, printed(entries))
		}
		told := rapid.Permutation(facts).Draw(t, "told")
		if again := printed(mustJournal(t, told, p, period.Date{})); again != printed(entries) {
			t.Fatalf("told in another order\n%s\nit was\n%s", again, printed(entries))
		}
		cut := period.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 200).Draw(t, "cut"))
		var known []Fact
		for _, f := range facts {
			if !f.On.After(cut) {
				known = append(known, f)
			}
		}
		then, now := printed(mustJournal(t, known, p, cut)), printed(mustJournal(t, facts, p, cut))
		if then != now {
			t.Fatalf("as it was known on %s\n%s\nand now\n%s", cut, then, now)
		}
	})
}

// usageLeft is what corrections of usage leave as deferred, debit positive: usage here is never billed.
func usageLeft(facts []Fact, p ledger.Policy) money.Amount {
	sum := money.Zero(usd)
	for _, f := range facts {
		if f.Kind == Usage {
			sum = sum.Add(f.Amount)
		}
	}
	if p.NegativeUsage == ledger.ToDeferred && sum.Sign() < 0 {
		return sum
	}
	return money.Zero(usd)
}

func TestWhatCannotBeIsRefusedByPlaceAndField(t *testing.T) {
	on := day(t, "2026-03-01")
	line := []Line{{Amount: money.Of(1000, usd), Earning: Immediately}}
	issued := Fact{ID: "1", Kind: Invoice, On: on, Document: "A", Lines: line}
	for want, facts := range map[string][]Fact{
		"facts[0].kind: is none that is known":                    {{Kind: "party", On: on}},
		"facts[0].on: needs the day it happened":                  {{Kind: Payment}},
		"facts[1].document: was issued already":                   {issued, issued},
		"facts[1].document: is no document there is":              {issued, {Kind: Payment, On: on, Document: "B"}},
		"facts[1].amount: is more than the 10.00 USD left":        {issued, {Kind: Refund, On: on, Amount: money.Of(1001, usd)}},
		"facts[1].amount: is below zero":                          {issued, {Kind: Payment, On: on, Amount: money.Of(-1, usd)}},
		"facts[2].document: was paid or credited in part":         {issued, {Kind: Payment, On: on, Amount: money.Of(1, usd)}, {Kind: Void, On: on}},
		"facts[2].document: must say which of 2 documents":        {issued, {ID: "2", Kind: Invoice, On: on, Document: "B", Lines: line}, {Kind: Void, On: on}},
		"facts[0].lines[0].service: needs a first and a last day": {{Kind: Invoice, On: on, Lines: []Line{{Amount: money.Of(1, usd)}}}},
		"facts[0].lines: has nothing to ask for":                  {{Kind: Invoice, On: on}},
		"facts[0].currency: is not that of the books":             {{Kind: Draw, On: on, Currency: "EUR", Amount: money.Of(1, "EUR")}},
	} {
		_, err := Journal(facts, Setup{Currency: usd, Policy: ledger.DefaultPolicy()}, period.Date{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("refused as %v, should say %q", err, want)
		}
	}
}
