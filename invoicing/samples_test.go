package invoicing

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"ratable/customers"
)

var update = flag.Bool("update", false, "write the samples in docs/samples anew; then look at them")

// The samples in docs are drawn from contracts by the functions of the run, so
// that they show what the product does today.
func TestTheSamplesInTheDocsAreWhatThePrinterGets(t *testing.T) {
	for name, d := range samples(t) {
		got, err := PDF(d)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "docs", "samples", name+".pdf")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is drawn differently now (%d bytes, %d before); look at it, then go test ./invoicing -run Samples -update", path, len(got), len(want))
		}
	}
}

func samples(t *testing.T) map[string]Document {
	return map[string]Document{"enterprise-us": enterprise(t), "reverse-charge-eu": reverseCharge(t), "reseller-us": reseller(t), "credit-note": creditNote(t), "reduced-us": lowered(t)}
}

var brandywine = customers.Customer{
	ID: 10, ExternalID: "BRW-0417", Name: "Brandywine Robotics", LegalName: "Brandywine Robotics, Inc.", Kind: customers.Business,
	Billing: customers.Address{Lines: []string{"Accounts Payable", "350 Fifth Avenue, Suite 4100"}, City: "New York", Region: "NY", Postcode: "10118", Country: "US"},
	TaxIDs:  []customers.TaxID{{Kind: "us_ein", Value: "46-2291874", Country: "US"}},
}

const enterpriseContract = `
contract: C-2026-014
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-88213, align: calendar}
lines:
  - {id: seats, product: platform, clause: "§ 2.1", fixed: {quantity: 250, unit_price: 117.00, every: quarter}}
  - {id: staging, product: platform, description: "Platform, staging environment", clause: "§ 2.2", fixed: {quantity: 25, unit_price: 39.00, every: quarter}}
  - {id: support, product: support, clause: "§ 4", fixed: {quantity: 1, unit_price: 4500.00, every: quarter}}
  - id: calls
    product: api
    clause: "Exhibit B 1"
    usage:
      meter: api.calls
      included: 1000000
      every: month
      price: {model: graduated, tiers: [{up_to: 5000000, unit: 0.0010}, {up_to: 20000000, unit: 0.0008}, {unit: 0.0005, flat: 250}]}
  - {id: storage, product: storage, clause: "Exhibit B 2", usage: {meter: storage.gb, every: month, price: {model: per_unit, amount: 0.0230}}}
prepaid:
  - {id: prepaid, product: prepaid, clause: "Exhibit B 3", lines: [calls], amount: 15000, every: quarter, overage: {factor: 1.25}}
commitments:
  - {id: floor, product: minimum, clause: "§ 3.4", lines: [storage], amount: 2500, every: quarter}
`

func enterprise(t *testing.T) Document {
	b := newBook(brandywine)
	b.sign(t, enterpriseContract)
	b.bill(t, "2026-01-01")
	b.use("BRW-0417", "api.calls", "2026-01-14", 4_182_117)
	b.use("BRW-0417", "api.calls", "2026-01-28", 6_020_400)
	b.use("BRW-0417", "storage.gb", "2026-01-31", 18_240)
	b.use("BRW-0417", "api.calls", "2026-02-11", 9_414_002)
	b.use("BRW-0417", "storage.gb", "2026-02-28", 19_885)
	b.use("BRW-0417", "api.calls", "2026-03-19", 23_961_330)
	b.use("BRW-0417", "storage.gb", "2026-03-31", 22_704)
	return last(b.bill(t, "2026-04-01"))
}

const loweredContract = `
contract: C-2026-058
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, align: calendar}
lines:
  - {id: seats, product: platform, clause: "§ 2.1", fixed: {quantity: 40, unit_price: 39.00, every: month}}
  - {id: support, product: support, clause: "§ 4", fixed: {quantity: 1, unit_price: 1500.00, every: month}}
  - id: calls
    product: api
    clause: "Exhibit B 1"
    usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 1000000, unit: 0.0010}, {unit: 0.0008}]}}
  - {id: storage, product: storage, clause: "Exhibit B 2", usage: {meter: storage.gb, every: month, price: {model: per_unit, amount: 0.0230}}}
commitments:
  - {id: floor, product: minimum, clause: "§ 3.4", lines: [storage], units: 20000, unit_price: 0.02, every: month}
caps:
  - {id: top, kind: hard, lines: [calls], amount: 2500, every: month, clause: "§ 3.1"}
discounts:
  - {id: launch, percent: 20, lines: [seats, calls], reason: Launch discount, clause: "§ 3.2"}
  - {id: partner, amount: 100, every: month, lines: [seats, support], reason: Reference customer}
credits:
  - {id: welcome, kind: promotional, amount: 3000, through: 2026-03-31, reason: Welcome to Ratable}
`

// lowered is an invoice on which every way of lowering a charge is at work.
func lowered(t *testing.T) Document {
	b := newBook(brandywine)
	b.sign(t, loweredContract)
	b.bill(t, "2026-01-01")
	b.use("BRW-0417", "api.calls", "2026-01-14", 3_500_000)
	b.use("BRW-0417", "storage.gb", "2026-01-31", 18_240)
	return last(b.bill(t, "2026-02-01"))
}

func last(d []Document) Document { return d[len(d)-1] }

func reverseCharge(t *testing.T) Document {
	b := newBook(customers.Customer{
		ID: 11, ExternalID: "RHW-2210", Name: "Rheinwerk Antriebe", LegalName: "Rheinwerk Antriebe GmbH", Kind: customers.Business,
		Billing: customers.Address{Lines: []string{"Kreditorenbuchhaltung", "Hafenstraße 12"}, City: "Düsseldorf", Postcode: "40221", Country: "DE"},
		TaxIDs:  []customers.TaxID{{Kind: "eu_vat", Value: "DE136695976", Country: "DE", VerifiedOn: date("2025-11-03")}},
	})
	b.sign(t, `
contract: C-2026-031
entity: rteu
customer: RHW-2210
currency: EUR
term: {from: 2026-02-16, through: 2027-02-15}
billing: {net_days: 14, po_number: "4500317782", align: calendar}
lines:
  - {id: seats, product: platform, description: "Plattform, 40 Arbeitsplätze", clause: "Ziffer 3.1", fixed: {quantity: 40, unit_price: 98.00, every: month}}
  - {id: calls, product: api, clause: "Anlage 2", usage: {meter: api.calls, included: 250000, every: month, price: {model: per_unit, amount: 0.0012}}}
`)
	b.bill(t, "2026-02-16")
	b.use("RHW-2210", "api.calls", "2026-03-20", 1_284_560)
	b.bill(t, "2026-03-01")
	return last(b.bill(t, "2026-04-01"))
}

func reseller(t *testing.T) Document {
	seattle := func(line, code string) customers.Address {
		return customers.Address{Lines: []string{line}, City: "Seattle", Region: "WA", Postcode: code, Country: "US"}
	}
	b := newBook(
		customers.Customer{ID: 20, ExternalID: "CAS-0009", Name: "Cascadia Cloud", LegalName: "Cascadia Cloud Partners, Inc.", Kind: customers.Business, Billing: seattle("1201 Third Avenue, Floor 22", "98101")},
		customers.Customer{ID: 21, ExternalID: "HBV-1", Name: "Harborview Clinics", Kind: customers.Business, Billing: seattle("600 Broadway", "98122")},
		customers.Customer{ID: 22, ExternalID: "SMT-1", Name: "Summit Outfitters", Kind: customers.Business, Billing: seattle("25 Pine Street", "98101")})
	for _, x := range []struct{ number, customer, seats string }{{"C-2026-107", "HBV-1", "120"}, {"C-2026-112", "SMT-1", "35"}} {
		b.sign(t, `
contract: `+x.number+`
entity: rtus
customer: `+x.customer+`
payer: CAS-0009
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 45, po_number: CAS-PO-311}
reseller: {margin_percent: 17.5}
lines:
  - {id: seats, product: platform, clause: "§ 1", fixed: {quantity: `+x.seats+`, unit_price: 42.00, every: month}}
  - {id: calls, product: api, clause: "§ 2", usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 500000, unit: 0.0015}, {unit: 0.0011}]}}}
`)
	}
	b.bill(t, "2026-01-01")
	b.use("HBV-1", "api.calls", "2026-03-10", 1_640_300)
	b.use("SMT-1", "api.calls", "2026-03-11", 212_480)
	b.bill(t, "2026-03-01")
	return last(b.bill(t, "2026-04-01"))
}

func creditNote(t *testing.T) Document {
	b := newBook(brandywine)
	b.sign(t, enterpriseContract)
	invoice := last(b.bill(t, "2026-01-01"))
	a := &b.facts.Agreements[0]
	seats := invoice.Lines[1]
	a.Concessions = append(a.Concessions, concede(seats, invoice.Number, usd(243_75), "Outage of 3 February, service level § 5.2", "2026-02-20"))
	return last(b.bill(t, "2026-02-20"))
}
