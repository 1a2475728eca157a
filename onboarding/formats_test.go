package onboarding

import (
	"strings"
	"testing"
)

const documents = `contract: Y-1
entity: rtus
customer: y-1
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 10.00, every: month}}
---
contract: Y-2
entity: rtus
customer: y-1
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: platform, product: spaceship, fixed: {quantity: 1, unit_price: 10.00, every: month}}
`

func TestErrorFilesOfDocumentsAreDocumentsAndBalancesAreToldOnce(t *testing.T) {
	h := begin(t)
	list := `[{"external_id": "y-1", "name": "Ypsilon", "entity": "rtus", "currency": "USD", "country": "US", "region": "TX", "postcode": "78701"},
		{"external_id": "y-2", "name": "Ypsilon Two", "entity": "rtus", "currency": "USD", "country": "USA", "region": "TX", "postcode": "78701"}]`
	took := h.send(Customers, list, partial)
	h.counted(took, 1, 0, 0, 1)
	again := errorsOf(t, took)
	if !strings.HasPrefix(again, "[") || !strings.Contains(again, `"error_field": "country"`) {
		t.Fatalf("the error file of JSON: %s", again)
	}
	h.counted(h.send(Customers, strings.Replace(again, `"USA"`, `"US"`, 1)), 1, 0, 0, 0)
	took = h.send(Contracts, documents, partial)
	h.counted(took, 1, 0, 0, 1)
	again = errorsOf(t, took)
	if strings.Contains(again, "Y-1") || !strings.Contains(again, "error_field") || !strings.Contains(again, "lines[0].product") {
		t.Fatalf("the error file of YAML: %s", again)
	}
	h.counted(h.send(Contracts, strings.Replace(again, "spaceship", "platform", 1)), 1, 0, 0, 0)
	h.counted(h.send(Contracts, strings.Replace(documents, "spaceship", "platform", 1)), 0, 0, 2, 0)

	balances := "type,customer,currency,contract,line,amount\nunapplied,y-1,USD,,,25.00\nearned,y-1,USD,Y-1,platform,60.00\nunapplied,nobody,USD,,,1.00\nearned,y-2,USD,Y-1,platform,5.00\n"
	r := h.send(Balances, balances, partial)
	h.counted(r, 1, 0, 0, 3) // what was earned of Y-1 stands twice, with two customers
	h.counted(h.send(Balances, "type,customer,currency,amount\nunapplied,y-1,USD,30.00\n"), 0, 1, 0, 0)
	h.counted(h.send(Balances, "type,customer,currency,amount\nunapplied,y-1,USD,30.00\n"), 0, 0, 1, 0)
	if _, err := Import(ctx, h.DB, Customers, []byte("\xff\xfee\x00x\x00"), Options{Cohort: "spring", Today: day("2026-06-15")}, h.Sales); err == nil || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("a file in UTF-16: %v", err)
	}
}
