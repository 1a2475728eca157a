package catalog_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ratable/catalog"
	"ratable/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew; then read the diff")

// shop is a whole catalog in a file.
const shop = `products:
  - code: platform
    name: Northlight platform
    tax_code: saas_b2b
    recognition: ratable
    standalone:
      - {currency: EUR, every: month, price: 49.00, low: 44.00, mid: 49.00, high: 54.00}
      - {currency: USD, every: month, price: 55}
    features: {sso: true, audit-log: true, seats: {per_unit: 1, unit: seat}, workspaces: 3, api: {meter: api.calls}, scim: false}
    starts_on: 2026-01-01
  - {code: api-calls, name: API calls, unit: call, tax_code: api_usage, recognition: as_used, starts_on: 2026-01-01}
meters:
  - {code: api.calls, name: API calls, unit: call}
  - {code: users, name: Active users, unit: user, aggregation: unique, unique_by: user, dimensions: [region]}
plans:
  - code: starter
    name: Starter
    currency: EUR
    starts_on: 2026-01-01
    terms:
      billing: {net_days: 14}
      lines:
        - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 49.00, every: month}}
        - {id: api, product: api-calls, usage: {meter: api.calls, included: 50000, every: month, price: {model: per_unit, amount: 0.003}}}
`

func parsed(t testing.TB, text string) catalog.Document {
	t.Helper()
	d, err := catalog.Parse([]byte(text), catalog.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACatalogIsReadAndWrittenBackTheSame(t *testing.T) {
	d := parsed(t, shop)
	if len(d.Products) != 2 || len(d.Meters) != 2 || len(d.Plans) != 1 || d.Meters[0].Aggregation != catalog.Sum {
		t.Fatalf("read %+v", d)
	}
	text, err := catalog.Export(d)
	if err != nil {
		t.Fatal(err)
	}
	again := parsed(t, string(text))
	if diff := cmp.Diff(d.Products, again.Products, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("products changed on their way (-read +written and read):\n%s", diff)
	}
	if changes, found := fresh(d).Compare(again, day("2026-05-01"), catalog.Checks{}); len(changes.List)+len(found) > 0 || changes.Unchanged != 5 {
		t.Errorf("an export differs from what it exports: %+v %v\n%s", changes.List, found, text)
	}
	twice, err := catalog.Export(again)
	if err != nil || string(twice) != string(text) {
		t.Errorf("the second export differs (%v):\n%s\n%s", err, text, twice)
	}
	if !strings.Contains(string(text), "price: 49\n") && !strings.Contains(string(text), "price: 49.00\n") {
		t.Errorf("figures are not written as people write them:\n%s", text)
	}
}

// fresh is a catalog that holds the document as first versions.
func fresh(d catalog.Document) *catalog.Catalog {
	for i := range d.Products {
		d.Products[i].Version = 1
	}
	for i := range d.Plans {
		d.Plans[i].Version = 1
	}
	return catalog.New(d.Products, d.Meters, d.Plans)
}

// spoiled is the shop with one thing changed.
func spoiled(from, to string) string { return strings.Replace(shop, from, to, 1) }

var badDocuments = []struct{ what, text string }{
	{"nothing", ""},
	{"a list", "- 1"},
	{"an unknown key", spoiled("tax_code", "taxcode")},
	{"a key that is ours alone", spoiled("code: platform", "id: 7\n    code: platform")},
	{"a key twice", spoiled("name: Northlight platform", "name: A\n    name: B")},
	{"a code with a blank", spoiled("code: platform", "code: the platform")},
	{"a product twice", spoiled("code: api-calls", "code: platform")},
	{"a recognition nobody knows", spoiled("recognition: ratable", "recognition: sometimes")},
	{"a stand-alone price of nothing", spoiled("{currency: USD, every: month, price: 55}", "{currency: USD, every: month}")},
	{"a range upside down", spoiled("low: 44.00, mid: 49.00", "low: 54.00, mid: 49.00")},
	{"half a range", spoiled("low: 44.00, mid: 49.00, ", "")},
	{"a currency nobody pays in", spoiled("currency: USD", "currency: XBT")},
	{"two prices for the same", spoiled("currency: USD", "currency: EUR")},
	{"a price for a fortnight", spoiled("currency: USD, every: month", "currency: USD, every: fortnight")},
	{"a negative price", spoiled("price: 55", "price: -55")},
	{"an endless price", spoiled("price: 55", "price: 1e999999")},
	{"a feature twice", spoiled("sso: true, audit-log", "sso: true, sso")},
	{"a feature with a blank", spoiled("sso: true", "single sign-on: true")},
	{"a feature that is a word", spoiled("sso: true", "sso: perhaps")},
	{"a feature that is a list", spoiled("sso: true", "sso: [a]")},
	{"a feature with an unknown key", spoiled("per_unit: 1", "per_seat: 1")},
	{"a negative limit", spoiled("workspaces: 3", "workspaces: -3")},
	{"a metered feature with a limit", spoiled("{meter: api.calls}", "{meter: api.calls, limit: 5}")},
	{"a unit of nothing", spoiled("per_unit: 1, ", "")},
	{"a day that is none", spoiled("starts_on: 2026-01-01", "starts_on: 2026-02-30")},
	{"an aggregation nobody knows", spoiled("aggregation: unique", "aggregation: median")},
	{"a plan without terms", spoiled("terms:", "# terms:")[:strings.Index(shop, "    terms:")]},
	{"a plan in no currency", spoiled("    currency: EUR\n", "    currency: euros\n")},
	{"an anchor", spoiled("sso: true", "sso: &f true")},
	{"two documents", shop + "---\n" + shop},
	{"another encoding", "products: [{name: caf\xe9}]"},
}

func TestABadCatalogIsRefusedByLineAndField(t *testing.T) {
	var page strings.Builder
	for _, b := range badDocuments {
		_, err := catalog.Parse([]byte(b.text), catalog.Checks{})
		if len(fault.Fields(err)) == 0 {
			t.Errorf("%s is accepted", b.what)
			continue
		}
		page.WriteString(b.what + "\n    " + strings.ReplaceAll(err.Error(), "\n", "\n    ") + "\n")
	}
	if *update {
		if err := os.WriteFile("testdata/bad.golden", []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/bad.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("what is said about bad documents changed (-want +got), rewrite it with -update:\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(shop)
	for _, b := range badDocuments {
		f.Add(b.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := catalog.Parse([]byte(text), catalog.Checks{})
		if err != nil {
			if len(fault.Fields(err)) == 0 {
				t.Fatalf("refused without saying where: %v", err)
			}
			return
		}
		written, err := catalog.Export(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.Parse(written, catalog.Checks{}); err != nil {
			t.Fatalf("what was accepted is refused as it is written back: %v\n%s", err, written)
		}
	})
}
