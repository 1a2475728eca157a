package invoicing_test

import (
	"testing"

	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

const acme = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-7}
lines:
  - {id: seats, product: platform, clause: "§ 2.1", fixed: {quantity: 10, unit_price: 91.00, every: quarter}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.10}}}
`

func TestARunIssuesWhatIsDueAndASecondOneNothing(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	first := c.Bill(t, "2026-01-01")
	if first.Issued.Documents != 1 {
		t.Fatalf("the first run issued %d documents, one was due", first.Issued.Documents)
	}
	if again := c.Bill(t, "2026-01-01"); again.Issued.Documents != 0 {
		t.Errorf("the same run again issued %d documents", again.Issued.Documents)
	}
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	c.Bill(t, "2026-02-01")
	for _, d := range c.Documents(t, c.Account("acme")) {
		t.Logf("%s %s net %s tax %s", d.Number, d.Kind, d.Net, d.Tax)
		for _, l := range d.Lines {
			t.Logf("  %s %s %s", l.Description, l.Span, l.Amount)
		}
	}
}
