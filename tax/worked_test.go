package tax

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
)

// testTables are the seed with a product that every US state taxes, so that stacking can be tried where SaaS is exempt,
// and with the registrations a case asks for, held by the entity "T".
func testTables(t testing.TB, country, registered string, exemptions ...Exemption) *Tables {
	t.Helper()
	d := seedData()
	d.products = append(d.products, ProductCode{Code: "taxed", Name: "Taxed everywhere", Family: "taxed", ConsumerRule: "art58"})
	d.rules = append(d.rules, Rule{Place: "US", Product: "taxed", CustomerKind: "any", Treatment: Taxable, Share: decimal.NewFromInt(1),
		Class: "standard", StartsOn: day("2000-01-01"), Citation: "the test", Confidence: "high", Source: "general"})
	for _, place := range strings.Fields(registered) {
		scheme := "local"
		if place == "EU" {
			scheme = map[bool]string{true: "oss_nonunion", false: "oss_union"}[country == "US"]
		}
		d.registrations = append(d.registrations, Registration{Entity: "T", Place: place, Scheme: scheme, StartsOn: day("2010-01-01")})
	}
	d.exemptions = exemptions
	tables, err := build(d)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

// saleTo is a sale of the entity "T".
func saleTo(seller, country, region, postcode, kind, product, on string, nets ...string) Sale {
	s := Sale{Seller: Seller{Code: "T", Country: seller}, On: day(on), Currency: "USD",
		Buyer: Buyer{Customer: 7, Kind: customers.Kind(kind), Address: customers.Address{Country: country, Region: region, Postcode: postcode}}}
	for i, net := range nets {
		s.Lines = append(s.Lines, Line{ID: i + 1, TaxCode: product, Net: usd(net)})
	}
	return s
}

func verified(country string) []customers.TaxID {
	return []customers.TaxID{{Kind: "vat", Value: country + "123456789", Country: country, VerifiedOn: day("2024-01-01")}}
}

func mustDetermine(t testing.TB, tables *Tables, s Sale) Result {
	t.Helper()
	found, err := Determine(tables, s)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The cases are carried over from published rate files and rules; testdata/worked.csv names the authority of each.
func TestTheWorkedNumbersOfTheAuthoritiesAreReached(t *testing.T) {
	f, err := os.Open("testdata/worked.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		c := map[string]string{}
		for i, column := range lines[0] {
			c[column] = line[i]
		}
		t.Run(c["case"], func(t *testing.T) { workedCase(t, c) })
	}
}

func workedCase(t *testing.T, c map[string]string) {
	s := saleTo(c["seller"], c["country"], c["region"], c["postcode"], c["kind"], c["product"], c["on"], strings.Fields(c["nets"])...)
	if c["tax_id"] != "" {
		s.Buyer.TaxIDs = verified(c["tax_id"])
	}
	found := mustDetermine(t, testTables(t, c["seller"], c["registered"]), s)
	if got := found.Total().String(); got != c["tax"] {
		t.Errorf("the tax is %s, the authority says %s", got, c["tax"])
	}
	var rates []string
	for _, row := range found.Rows {
		rates = append(rates, row.Rate.String())
		if string(row.Reason) != c["reason"] {
			t.Errorf("%s: the reason is %s, should be %s", row.Name, row.Reason, c["reason"])
		}
	}
	if got := strings.Join(rates, " "); got != c["components"] {
		t.Errorf("the components are %s, should be %s", got, c["components"])
	}
}
