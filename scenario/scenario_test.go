package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/money"
	"ratable/ledger"
)

const sellers = `
entity: {code: us, name: Northwind, country: US, region: DE, currency: USD}
customers:
  - {id: acme, name: Acme, country: US, region: OR}
catalog:
  products: [{code: api, unit: calls, tax_code: api_usage, recognition: as_used}]
  meters: [{code: calls}]
through: 2026-03-31
`

const calls = `
contracts:
  - contract: C-1
    entity: us
    customer: acme
    currency: USD
    term: {from: 2026-01-01, through: 2026-03-31}
    lines:
      - {id: calls, product: api, usage: {meter: calls, every: month, price: {model: per_unit, amount: 0.10}}}
`

func mustPlay(t testing.TB, source string) Outcome {
	t.Helper()
	s, err := Parse([]byte(source))
	if err != nil {
		t.Fatalf("cannot be read:\n%v", err)
	}
	o, err := Play(s)
	if err != nil {
		t.Fatalf("cannot be played:\n%v", err)
	}
	return o
}

func text(t testing.TB, o Outcome) string {
	t.Helper()
	var b bytes.Buffer
	if err := o.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLookingAtEveryDayChangesNothing(t *testing.T) {
	files, _ := filepath.Glob("../stories/*.story.yaml")
	if len(files) == 0 {
		t.Fatal("the stories are gone")
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		chosen, err := play(s, false)
		if err != nil {
			t.Fatal(err)
		}
		all, err := play(s, true)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text(t, chosen), text(t, all)); diff != "" {
			t.Errorf("%s: chosen days (-) and every day (+) differ:\n%s", file, diff)
		}
	}
}

func TestPlayingTwiceGivesTheSame(t *testing.T) {
	s, err := Parse([]byte(sellers + calls + "facts:\n  - use: {on: 2026-01-10, known: 2026-02-10, customer: acme, meter: calls, quantity: 10}\n"))
	if err != nil {
		t.Fatal(err)
	}
	first, _ := Play(s)
	second, _ := Play(s)
	if diff := cmp.Diff(text(t, first), text(t, second)); diff != "" {
		t.Errorf("the first play changed the scenario:\n%s", diff)
	}
}

func TestUsageAsCSVAfterTheDocumentCountsLikeFacts(t *testing.T) {
	facts := mustPlay(t, sellers+calls+`
facts:
  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 10.5}
  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 4}
  - use: {on: 2026-02-28, known: 2026-03-04, customer: acme, meter: calls, quantity: 100}
`)
	rows := mustPlay(t, sellers+calls+"---\non,customer,meter,quantity,known\n2026-01-10,acme,calls,10.5,\r\n2026-01-10,acme,calls,4,\n\n2026-02-28,acme,calls,1e2,2026-03-04\n")
	if diff := cmp.Diff(text(t, facts), text(t, rows)); diff != "" {
		t.Errorf("facts (-) and rows (+) differ:\n%s", diff)
	}
}

func TestAnInstantCountsOnTheDayItIsWhereWeSell(t *testing.T) {
	head := strings.Replace(sellers, "currency: USD}", "currency: USD, time_zone: America/New_York}", 1)
	o := mustPlay(t, head+calls+"---\nat,customer,meter,quantity\n2026-02-01T04:59:59Z,acme,calls,10\n2026-02-01T05:00:00Z,acme,calls,20\n")
	if len(o.Documents) != 2 || o.Documents[0].Net != money.Of(100, "USD") || o.Documents[1].Net != money.Of(200, "USD") {
		t.Errorf("the first second of February in New York is not where January ends:\n%s", text(t, o))
	}
}

func TestJSONHasTheWholeOutcome(t *testing.T) {
	o := mustPlay(t, sellers+calls+"facts:\n  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 10}\n  - pay: {on: 2026-02-02, customer: acme, amount: 0.40, reference: US-2026-000001}\n")
	var b bytes.Buffer
	if err := o.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Documents []struct{ Number, Net, Open string }
		Receipts  []struct{ Number, Unapplied string }
		Schedule  []struct{ Contract, Month, Recognized string }
		Journal   []struct{ Source string }
		Trial     []struct{ Account, Balance string } `json:"trial_balance"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if d := got.Documents[0]; d.Number != "US-2026-000001" || d.Net != "1.00 USD" || d.Open != "0.60 USD" {
		t.Errorf("the invoice reads %+v", d)
	}
	if len(got.Receipts) != 1 || len(got.Schedule) != 1 || len(got.Journal) != 3 || len(got.Trial) != 4 {
		t.Errorf("something is missing:\n%s", b.String())
	}
}

// The reports are drawn from the schedule, the trial balance from the journal:
// what is planted in one shows in the comparison.
func TestEveryStorysReportsAgreeWithItsLedger(t *testing.T) {
	files, _ := filepath.Glob("../stories/*.story.yaml")
	for _, file := range files {
		source, _ := os.ReadFile(file)
		o := mustPlay(t, string(source))
		for _, b := range o.Books {
			zero := money.Zero(b.Currency)
			revenue, recognized := zero, zero
			for _, a := range ledger.NetRevenue() {
				revenue = revenue.Sub(b.Trial.Row(a, b.Currency).Closing)
			}
			for _, s := range b.Contracts {
				recognized = recognized.Add(s.Sum.Recognized)
			}
			if revenue != recognized {
				t.Errorf("%s: the ledger has %s of revenue, the schedule recognized %s", file, revenue, recognized)
			}
			open := zero
			for _, d := range o.Documents {
				if o.Names.Entities[d.Entity] == b.Entity && d.Currency == b.Currency {
					open = open.Add(o.Open[d.Number])
				}
			}
			if receivable := b.Trial.Row(ledger.AccountsReceivable, b.Currency).Closing; receivable != zero.Add(open) {
				t.Errorf("%s: the ledger has %s receivable, the documents have %s open", file, receivable, open)
			}
			last := b.Months[len(b.Months)-1]
			if d := b.Trial.Row(ledger.DeferredRevenue, b.Currency).Closing.Neg(); d != last.Deferred.Closing {
				t.Errorf("%s: deferred is %s in the ledger and %s in the roll", file, d, last.Deferred.Closing)
			}
			for i, m := range b.Waterfall.Months {
				booked := zero
				for _, x := range b.Months {
					if x.Month == m {
						booked = x.Revenue.Add(x.PassedOn)
					}
				}
				if !m.After(o.Through.AddDays(1).MonthOf().Prev()) && b.Waterfall.Sum.Cells[i] != booked {
					t.Errorf("%s: %s earns %s in the waterfall and %s in the ledger", file, m, b.Waterfall.Sum.Cells[i], booked)
				}
			}
		}
	}
}

func TestAMillionUsageFactsAreAddedUpWhileTheyAreRead(t *testing.T) {
	s, err := Parse([]byte(sellers + calls + rows(10_000, "2026-01-%02d")))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.families[0].used); n != 28 {
		t.Errorf("10,000 rows of 28 days are kept as %d quantities", n)
	}
}

// rows are usage rows spread over days.
func rows(n int, day string) string {
	var b strings.Builder
	b.WriteString("---\non,customer,meter,quantity\n")
	for i := range n {
		fmt.Fprintf(&b, day+",acme,calls,%d\n", i%28+1, i%7+1)
	}
	return b.String()
}

// BenchmarkThreeYearsOfAMillionFacts reads and plays a contract with prepaid amount,
// commitment and a million usage facts.
func BenchmarkThreeYearsOfAMillionFacts(b *testing.B) {
	var doc strings.Builder
	doc.WriteString(strings.Replace(sellers, "2026-03-31", "2028-12-31", 1))
	doc.WriteString(`
contracts:
  - contract: C-1
    entity: us
    customer: acme
    currency: USD
    term: {from: 2026-01-01, through: 2028-12-31}
    lines:
      - {id: calls, product: api, usage: {meter: calls, included: 1000, every: month, price: {model: graduated, tiers: [{up_to: 100000, unit: 0.01}, {unit: 0.005}]}}}
    prepaid:
      - {id: prepaid, product: api, lines: [calls], amount: 2000, every: quarter, overage: {factor: 1.2}}
    commitments:
      - {id: minimum, product: api, lines: [calls], amount: 12000, every: year}
---
on,customer,meter,quantity
`)
	for i := range 1_000_000 {
		fmt.Fprintf(&doc, "%d-%02d-%02d,acme,calls,%d\n", 2026+i%3, i/3%12+1, i/36%28+1, i%9+1)
	}
	source := []byte(doc.String())
	for b.Loop() {
		s, err := Parse(source)
		if err != nil {
			b.Fatal(err)
		}
		o, err := Play(s)
		if err != nil {
			b.Fatal(err)
		}
		if len(o.Documents) == 0 {
			b.Fatal("nothing was billed")
		}
	}
	b.ReportMetric(float64(len(source))/(1<<20), "MB")
}
