package web_test

import (
	"net/url"
	"testing"

	"ratable/internal/access"
)

const broughtOver = `entity: rtus
currency: USD
cut_over: 2026-04-01
contracts:
  - contract: C-900
    lines: [{line: platform, recognized: 300.00, treatment: keep}]
invoices:
  - {document: OLD-1, on: 2026-01-01, due: 2026-01-31, tax: 0, open: 200.00,
     lines: [{contract: C-900, line: platform, from: 2026-01-01, through: 2026-12-31, amount: 1200.00}]}
control: {AccountsReceivable: 200.00, DeferredRevenue: -900.00}
`

func TestBalancesAreTriedOutBroughtOverAndSealedByASecondPerson(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, "contract: C-900\nentity: rtus\ncustomer: lone\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-12-31}\nlines:\n  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 1200.00, every: year}}\n")
	ada := h.Login(access.Accountant)
	ada.Get("/imports/opening").Want(200, "Nothing was brought over", "Bring balances over").Check()
	ada.PostForm("/imports/opening/new", url.Values{"document": {"entity: nobody"}}).Want(422, "currency")
	ada.PostForm("/imports/opening/new", url.Values{"document": {broughtOver}}).Want(200, "What differs from what we compute", "295.89", "4.11", "keep", "Bring it over").Check()
	ada.PostForm("/imports/opening/new", url.Values{"document": {broughtOver}, "step": {"commit"}}).Want(200, "1 account brought over", "Old general ledger", "900.00").Lacks("Differs", "Seal").Check()
	fin := h.Login(access.Finance)
	fin.Get("/imports/opening").Want(200, "Seal").Check()
	fin.PostForm("/imports/opening/1/seal", url.Values{"reason": {"Looked at both books"}}).Want(200, "Sealed by", "Looked at both books").Lacks("Differs").Check()
	h.Login(access.Sales).Get("/imports/opening").Want(403)
}
