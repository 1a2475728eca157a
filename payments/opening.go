package payments

import (
	"fmt"

	"ratable/ledger"
)

// BringOver books money that another system had received: what paid an invoice that is brought over, or what the customer has
// left with us. It is a receipt like any other, but its cash is in the general ledger already: the other side is the opening
// balance. Source says what it is, once per account.
func BringOver(r Receipt, next int64, source string) (Receipt, ledger.Entry) {
	r, entries := Book(r, next)
	e := entries[0]
	e.Source, e.Memo = source, fmt.Sprintf("Receipt %s brought over: %s", r.Number(), r.Reference)
	for i := range e.Postings {
		if e.Postings[i].Account == ledger.Cash {
			e.Postings[i].Account = ledger.OpeningBalance
		}
	}
	return r, e
}
