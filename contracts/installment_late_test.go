package contracts

import "testing"

// The contract was ended on a day before that of its only installment, and the
// amendment that said so counts from the first day. It panicked.
func TestAPrepaidInstallmentAfterTheEndIsAskedForOnItsDay(t *testing.T) {
	a := agreement(t, `
contract: C-1
entity: us
customer: acme
currency: USD
term: {from: 2026-01-15, through: 2026-05-19}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.10}}}
prepaid:
  - {id: prepaid, product: api, lines: [calls], amount: 48, every: term, bill: {installments: [{on: 2026-09-14, amount: 48}]}}
ending: {cause: convenience, refund: none}
reason: ended
`)
	for _, x := range charge(t, a, used(nil), "2026-10-01") {
		if x.Kind == Prepayment && (x.Amount.String() != "48.00" || x.BillOn.String() != "2026-09-14") {
			t.Errorf("%s is asked for on %s; agreed are 48.00 on 2026-09-14", x.Amount, x.BillOn)
		}
	}
}
