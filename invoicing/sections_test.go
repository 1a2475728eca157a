package invoicing

import (
	"fmt"
	"slices"
	"testing"
)

// family is a parent that pays for itself and for a child with two contracts.
func family(t *testing.T) *book {
	b := newBook(parentNY, childWA)
	for _, x := range []struct{ number, customer, price string }{{"C-1", "CHI", "100.00"}, {"C-2", "PAR", "7.00"}, {"C-3", "CHI", "30.00"}} {
		b.sign(t, `
contract: `+x.number+`
entity: rtus
customer: `+x.customer+`
payer: PAR
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: `+x.price+`, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}
`)
	}
	return b
}

func TestAConsolidatedInvoiceShowsEachEndCustomerAndContractWithItsSubtotal(t *testing.T) {
	b := family(t)
	b.bill(t, "2026-01-01")
	b.use("CHI", "api.calls", "2026-01-09", 250)
	made := b.bill(t, "2026-02-01")
	if len(made) != 1 {
		t.Fatalf("one payer got %d documents", len(made))
	}
	var got []string
	for _, l := range made[0].Printed().Lines {
		got = append(got, fmt.Sprintf("%d %s|%s|%s %s", l.Place, l.User, l.Contract, l.Description, l.Amount))
		for _, s := range l.Sums {
			got = append(got, s.Label+" "+s.Amount)
		}
	}
	want := []string{
		"1 Child|C-1|Platform, Enterprise edition 100.00", "2 Child|C-1|API calls 2.50", "Subtotal C-1 102.50",
		"3 Child|C-3|Platform, Enterprise edition 30.00", "4 Child|C-3|API calls 2.50", "Subtotal C-3 32.50", "Subtotal Child 135.00",
		"5 Parent||Platform, Enterprise edition 7.00", "Subtotal Parent 7.00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("printed is\n  %q\nwanted\n  %q", got, want)
	}
}
