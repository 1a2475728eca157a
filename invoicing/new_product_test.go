package invoicing_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

// TestAProductNewerThanTheContractIsBilled: an amendment may sell what was not in the catalog when the contract began.
func TestAProductNewerThanTheContractIsBilled(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	const first = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {po_number: PO-7}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: month}}
`
	c.Sign(t, first)
	c.Bill(t, "2026-05-01")
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		vault := catalog.Product{Code: "vault", Name: "Vault", TaxCode: "saas_b2b", Recognition: catalog.Ratable, StartsOn: invoicingtest.Day("2026-05-15")}
		_, err := catalog.AddProductVersion(context.Background(), tx, vault, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Sign(t, first+`  - {id: vault, product: vault, from: 2026-06-01, fixed: {quantity: 1, unit_price: 50.00, every: month}}
effective: 2026-06-01
reason: The vault
`)
	c.Bill(t, "2026-06-01")
	for _, d := range c.Documents(t, c.Account("acme")) {
		if d.IssuedOn == invoicingtest.Day("2026-06-01") && d.Net.String() == "150.00" {
			return
		}
	}
	t.Error("the vault of June was not billed")
}

// TestACorrectedTaxCodeReachesRunningContracts: what the law sees in a product is asked on the day of the document. What
// was billed before keeps its tax.
func TestACorrectedTaxCodeReachesRunningContracts(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {po_number: PO-7}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: month}}
`)
	c.Bill(t, "2026-01-01")
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		p := catalog.Product{Code: "platform", Name: "Platform", TaxCode: "professional_services", Recognition: catalog.Ratable, StartsOn: invoicingtest.Day("2026-01-15")}
		_, err := catalog.AddProductVersion(context.Background(), tx, p, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Bill(t, "2026-02-01")
	codes := map[string]string{}
	for _, d := range c.Documents(t, c.Account("acme")) {
		codes[d.IssuedOn.String()] = d.Lines[0].TaxCode
	}
	if codes["2026-01-01"] == "professional_services" || codes["2026-02-01"] != "professional_services" || len(codes) != 2 {
		t.Errorf("the documents are taxed as %v: January as the product was sold then, February as it is now", codes)
	}
}
