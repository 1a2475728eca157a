package invoicing

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
)

// A family of two: the parent is taxed in New York City at 8.875 %, the child in Seattle at 10.55 %.
var (
	parentNY = customers.Customer{ID: 1, ExternalID: "PAR", Name: "Parent", LegalName: "Parent, Inc.", Kind: customers.Business,
		Billing: customers.Address{Lines: []string{"350 Fifth Avenue"}, City: "New York", Region: "NY", Postcode: "10118", Country: "US"}}
	childWA = customers.Customer{ID: 2, ExternalID: "CHI", Name: "Child", LegalName: "Child LLC", Kind: customers.Business, Parent: 1,
		Billing: customers.Address{Lines: []string{"600 Broadway"}, City: "Seattle", Region: "WA", Postcode: "98122", Country: "US"}}
)

const paidByParent = `
contract: C-1
entity: rtus
customer: CHI
payer: PAR
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}
`

func (b *book) payer(contract int, from string, payer customers.ID) {
	a := &b.facts.Agreements[contract]
	a.Payers = append(a.Payers, contracts.PayerChange{From: date(from), Payer: payer})
}

// summary is who gets what: "INVOICE RTUS-2026-000001 to Parent, Inc.: 100.00 + 8.88 NY".
func summary(documents []Document) []string {
	var out []string
	for _, d := range documents {
		var places []string
		for _, r := range d.TaxRows {
			if !slices.Contains(places, r.Place[:5]) {
				places = append(places, r.Place[:5])
			}
		}
		out = append(out, fmt.Sprintf("%s %s to %s: %s + %s %v", d.Kind, d.Number, d.Buyer.Name, d.Net, d.Tax, places))
	}
	return out
}

func expectSummary(t *testing.T, documents []Document, want ...string) {
	t.Helper()
	if got := summary(documents); !slices.Equal(got, want) {
		t.Errorf("issued\n  %q\nwanted\n  %q", got, want)
	}
}

func TestDocumentsGoToThePayerOfTheirDayWithItsTaxAndCreditsToWhoWasBilled(t *testing.T) {
	b := newBook(parentNY, childWA)
	b.sign(t, paidByParent)
	b.payer(0, "2026-02-01", childWA.ID)
	january := b.bill(t, "2026-01-01")
	expectSummary(t, january, "invoice RTUS-2026-000001 to Parent, Inc.: 100.00 + 8.88 [US-NY]")

	// January's usage is billed in February: to who pays on the day of the document.
	b.use("CHI", "api.calls", "2026-01-20", 5000)
	february := b.bill(t, "2026-02-01")
	expectSummary(t, february, "invoice RTUS-2026-000002 to Child LLC: 150.00 + 15.83 [US-WA]")

	// A credit on January's fee lowers the parent's line, with the parent's tax, though the child pays by now.
	b.facts.Agreements[0].Concessions = append(b.facts.Agreements[0].Concessions,
		concede(january[0].Lines[0], january[0].Number, usd(40_00), "outage", "2026-02-10"))
	note := b.bill(t, "2026-02-10")
	expectSummary(t, note, "credit_note RTUS-CN-2026-000001 to Parent, Inc.: -40.00 + -3.55 [US-NY]")
	if open := b.open(january[0].Number); open.String() != "65.33" {
		t.Errorf("108.88 less 43.55 is open on the parent's invoice, the ledger says %s", open)
	}
	if again := b.bill(t, "2026-02-11"); len(again) > 0 {
		t.Errorf("a further run issues %v", summary(again))
	}
}

func TestOnePayersHoldDoesNotStopTheOther(t *testing.T) {
	b := newBook(parentNY, childWA)
	b.sign(t, paidByParent)
	b.bill(t, "2026-01-01")
	b.payer(0, "2026-02-01", childWA.ID)
	b.facts.Holds = []Hold{{ID: 1, Payer: childWA.ID, StartsOn: date("2026-02-01")}}
	if made := b.bill(t, "2026-02-01"); len(made) > 0 {
		t.Errorf("the child's bills are held, and %v went out", summary(made))
	}
	b.facts.Holds = []Hold{{ID: 1, Payer: parentNY.ID, StartsOn: date("2026-02-01")}}
	expectSummary(t, b.bill(t, "2026-02-02"), "invoice RTUS-2026-000002 to Child LLC: 100.00 + 10.55 [US-WA]")
}

func TestAChildThatWantsADocumentOfItsOwnGetsOneEvenWhereTheParentPays(t *testing.T) {
	apart := childWA
	apart.OwnInvoice = true
	b := newBook(parentNY, apart)
	b.sign(t, paidByParent)
	b.sign(t, `
contract: C-2
entity: rtus
customer: PAR
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 30.00, every: month}}
`)
	expectSummary(t, b.bill(t, "2026-01-01"),
		"invoice RTUS-2026-000001 to Parent, Inc.: 100.00 + 8.88 [US-NY]",
		"invoice RTUS-2026-000002 to Parent, Inc.: 30.00 + 2.66 [US-NY]")
}

// Whoever pays from whenever, and whatever is held in between: in the end each line stands billed as if nothing had been.
func TestNeitherHoldsNorPayersMoveACentOfWhatIsBilled(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		quiet, lively := newBook(parentNY, childWA), newBook(parentNY, childWA)
		for _, b := range []*book{quiet, lively} {
			b.sign(t, paidByParent)
		}
		days := rapid.SliceOfN(rapid.IntRange(0, 400), 4, 4).Draw(r, "days")
		first := date("2026-01-01")
		lively.payer(0, first.AddDays(min(days[0], days[1])).String(), childWA.ID)
		lively.payer(0, first.AddDays(max(days[0], days[1])).String(), parentNY.ID)
		lively.facts.Holds = []Hold{{
			ID: 1, StartsOn: first.AddDays(min(days[2], days[3])), EndsOn: first.AddDays(max(days[2], days[3]) + 1),
			Payer: rapid.SampledFrom([]customers.ID{parentNY.ID, childWA.ID}).Draw(r, "held"),
		}}
		for month := range 16 {
			on := first.AddMonths(month)
			used := rapid.Int64Range(0, 9999).Draw(r, "used")
			for _, b := range []*book{quiet, lively} {
				if month > 0 && month <= 12 {
					b.use("CHI", "api.calls", on.AddDays(-3).String(), used)
				}
				b.bill(t, on.String())
				b.bill(t, on.AddDays(int(used%28)).String())
			}
		}
		for _, line := range []string{"seats", "calls"} {
			if want, got := quiet.stands(line), lively.stands(line); want != got {
				r.Errorf("%s stands billed at %s, without holds and other payers at %s", line, got, want)
			}
		}
		billed := map[customers.ID]money.Amount{}
		for _, d := range lively.documents {
			billed[d.Payer] = billed[d.Payer].Add(d.Net)
		}
		if sum := billed[parentNY.ID].Add(billed[childWA.ID]); sum != quiet.stands("seats").Add(quiet.stands("calls")) {
			r.Errorf("the two payers were asked for %s in all", sum)
		}
	})
}
