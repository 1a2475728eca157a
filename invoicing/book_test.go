package invoicing

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/tax"
	"ratable/usage"
)

// book is one paying account in memory, billed by the very functions of the run:
// what stands here is what the database would hold.
type book struct {
	world     World
	facts     Facts
	documents []Document
	entries   []ledger.Entry
	void      map[string]bool
	numbers   map[series]int
}

func date(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// The two sellers, as the samples in docs print them.
var (
	sellerUS = entities.Entity{
		ID: 1, Code: "rtus", Name: "Ratable Systems, Inc.", Country: "US", Region: "NY", Postcode: "10013", City: "New York",
		Lines: []string{"155 Varick Street, 9th Floor"}, TimeZone: "America/New_York", Currency: "USD",
		TaxIDs: []entities.TaxID{{Kind: "us_ein", Value: "84-3317742"}},
		Bank:   entities.Bank{Name: "First Hudson Bank", Account: "4410092817", Routing: "021000089", BIC: "FHBKUS33"},
		Email:  "billing@ratable.example", Phone: "+1 212 555 0142", Website: "ratable.example", RegisterNote: "A Delaware corporation",
	}
	sellerEU = entities.Entity{
		ID: 2, Code: "rteu", Name: "Ratable Europe B.V.", Country: "NL", Region: "NH", Postcode: "1017 CA", City: "Amsterdam",
		Lines: []string{"Keizersgracht 482"}, TimeZone: "Europe/Amsterdam", Currency: "EUR",
		TaxIDs: []entities.TaxID{{Kind: "eu_vat", Value: "NL861234567B01"}},
		Bank:   entities.Bank{Name: "Gracht Bank N.V.", IBAN: "NL91ABNA0417164300", BIC: "ABNANL2A"},
		Email:  "facturen@ratable.example", Phone: "+31 20 555 0142", Website: "ratable.example", RegisterNote: "KvK Amsterdam 78451236",
	}
)

// world is what all books share.
var world = func() World {
	founded := date("2020-01-01")
	product := func(code, name, unit, taxCode string, r catalog.Recognition) catalog.Product {
		return catalog.Product{Code: code, Version: 1, StartsOn: founded, Name: name, Unit: unit, TaxCode: taxCode, Recognition: r}
	}
	tables, err := tax.Seed().With([]tax.Registration{
		{Entity: "rtus", Place: "US-NY", Scheme: "local", StartsOn: founded}, {Entity: "rtus", Place: "US-WA", Scheme: "local", StartsOn: founded},
		{Entity: "rteu", Place: "NL", Scheme: "local", StartsOn: founded},
	}, nil)
	if err != nil {
		panic(err)
	}
	return World{
		Catalog: catalog.New([]catalog.Product{
			product("platform", "Platform, Enterprise edition", "seat", "saas_b2b", catalog.Ratable),
			product("api", "API calls", "call", "saas_b2b", catalog.AsUsed),
			product("storage", "Object storage", "GB", "saas_b2b", catalog.AsUsed),
			product("prepaid", "Prepaid usage", "", "saas_b2b", catalog.AsUsed),
			product("support", "Premium support, 24/7", "", "support", catalog.Ratable),
			product("minimum", "Minimum spend", "", "saas_b2b", catalog.AsUsed),
		}, []catalog.Meter{{ID: 1, Code: "api.calls", Aggregation: catalog.Sum}, {ID: 2, Code: "storage.gb", Aggregation: catalog.Sum}}, nil),
		Entities: entities.NewDirectory([]entities.Entity{sellerUS, sellerEU}),
		Rates:    entities.NewRates([]entities.Rate{{Base: "EUR", Quote: "USD", On: date("2026-03-30"), Rate: decimal.RequireFromString("1.1018"), Source: "ECB"}}),
		Tax:      tables,
	}
}()

func newBook(parties ...customers.Customer) *book {
	b := &book{world: world, void: map[string]bool{}, numbers: map[series]int{}, facts: Facts{
		Account: 1, Customers: map[customers.ID]customers.Customer{}, Usage: &usage.Days{}, Standing: ledger.NewStanding(),
	}}
	for _, p := range parties {
		b.facts.Customers[p.ID] = p
	}
	return b
}

// sign adds a document as the next version of its contract.
func (b *book) sign(t testing.TB, source string) {
	t.Helper()
	d, err := contracts.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	b.amend(d)
}

func (b *book) amend(d contracts.Document) {
	for i := range b.facts.Agreements {
		if a := &b.facts.Agreements[i]; a.Number == d.Contract {
			a.Versions = append(a.Versions, contracts.Version{Number: len(a.Versions) + 1, EffectiveOn: d.Start(), Document: d})
			return
		}
	}
	entity, _ := b.world.Entities.ByCode(d.Entity)
	b.facts.Agreements = append(b.facts.Agreements, contracts.Agreement{
		Account: 1, Contract: contracts.ID(len(b.facts.Agreements) + 1), Number: d.Contract, Entity: entity.ID, Currency: d.Money(),
		Customer: b.party(d.Customer), Payer: b.party(d.Paying()),
		Versions: []contracts.Version{{Number: 1, EffectiveOn: d.Start(), Document: d}},
	})
}

func (b *book) party(external string) customers.ID {
	for id, p := range b.facts.Customers {
		if p.ExternalID == external {
			return id
		}
	}
	panic("nobody is called " + external)
}

func (b *book) use(external, meter, on string, quantity int64) {
	b.facts.Usage.Add(usage.Key{Customer: b.party(external), Meter: meter}, date(on), decimal.NewFromInt(quantity))
}

// run issues what is due on a day and gives the new documents.
func (b *book) run(asOf period.Date) ([]Document, error) {
	b.facts.Originals = Originals(b.standing())
	drafts, err := Decide(b.world, b.facts, asOf)
	if err != nil {
		return nil, err
	}
	var out []Document
	for _, d := range drafts {
		s := seriesOf(d)
		b.numbers[s]++
		entity, _ := b.world.Entities.ByID(d.Entity)
		mark := ""
		if d.Kind == entities.CreditNote {
			mark = "CN-"
		}
		b.facts.Documents++
		document, entry := Issue(d, fmt.Sprintf("%s-%s%d-%06d", map[string]string{"rtus": "RTUS", "rteu": "RTEU"}[entity.Code], mark, s.year, b.numbers[s]), b.facts.Documents, b.facts.Standing)
		if err := entry.Check(); err != nil {
			return nil, err
		}
		b.documents, b.entries, out = append(b.documents, document), append(b.entries, entry), append(out, document)
	}
	return out, nil
}

// standing are the documents that were not voided.
func (b *book) standing() []Document {
	var out []Document
	for _, d := range b.documents {
		if !b.void[d.Number] {
			out = append(out, d)
		}
	}
	return out
}

// open is what is to be paid of a document.
func (b *book) open(number string) money.Amount {
	var sum money.Amount
	for _, e := range b.entries {
		for _, p := range e.Postings {
			if p.Account == ledger.AccountsReceivable && p.Document == number {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum
}

var errNotVoidable = errors.New("paid or credited")

// takeBack voids an invoice as the run does.
func (b *book) takeBack(d Document, on period.Date) error {
	if b.void[d.Number] || d.Kind != entities.Invoice || b.open(d.Number) != d.Total || d.Free(b.standing()) != nil {
		return errNotVoidable
	}
	entry := Unissue(d, on, b.facts.Standing)
	if err := entry.Check(); err != nil {
		return err
	}
	b.facts.Standing.Book(entry)
	b.entries, b.void[d.Number] = append(b.entries, entry), true
	return nil
}

// bill is run for a test that expects it to work.
func (b *book) bill(t testing.TB, asOf string) []Document {
	t.Helper()
	out, err := b.run(date(asOf))
	if err != nil {
		t.Fatalf("bill on %s: %v", asOf, err)
	}
	return out
}

// concede is the fact behind a credit of a line.
func concede(l Line, invoice string, amount money.Amount, reason, on string) contracts.Granted {
	return contracts.Granted{Line: l.Line, Span: l.Span, Amount: amount, Reason: reason, GrantedOn: date(on), Invoice: invoice}
}

func decimalOf(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// stands is what is billed for a line of the first contract, credits taken off.
func (b *book) stands(line string) money.Amount { return b.facts.Standing.Position(1, line).Billed }
