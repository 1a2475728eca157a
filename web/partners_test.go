package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/invoicing/invoicingtest"
	"ratable/partners"
	"ratable/payments"
	"ratable/web/webtest"
)

const (
	referredSale = `
contract: REF-1
entity: rtus
customer: acme
signer: lone
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: referral, partner: partner, commission_percent: 10}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 100, every: month}}
  - {id: help, product: support, role: agent, pass_on_percent: 70, supplier: lone, fixed: {quantity: 1, unit_price: 300, every: month}}
`
	soldOn = `
contract: RES-1
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: wholesale, margin_percent: 20}
lines:
  - {id: seats, product: platform, fixed: {quantity: 5, unit_price: 111, every: month}}
`
)

func TestAPartnersStatementIsReadPaidAndDownloaded(t *testing.T) {
	site := webtest.New(t)
	c := invoicingtest.New(t, site.DB)
	c.Sign(t, referredSale, soldOn)
	c.Bill(t, "2026-01-01")
	invoice := c.Documents(t, c.Account("acme"))[0]
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := payments.Record(ctx, tx, payments.Receipt{Payer: c.Customers["acme"].ID, Amount: invoice.Total, ReceivedOn: invoicingtest.Day("2026-01-10"), Reference: invoice.Number}, c.Finance)
		return err
	})
	if r, err := partners.Run(t.Context(), site.DB, invoicingtest.Day("2026-01-31"), access.System("test")); err != nil || r.Accrued["USD"] != money.Of(130_00, "USD") {
		t.Fatalf("accrued %v (%v), should be a tenth of 1,300.00", r.Accrued, err)
	}
	partner, harbor := c.Customers["partner"].ID, c.Customers["harbor"].ID
	at := fmt.Sprintf("/partners/%d", partner)
	b := site.Login(access.Finance)
	b.Get("/partners").Want(http.StatusOK, "Cascadia Cloud", "Referral, Reseller", "130.00", "Lone Star Freight", "Supplier")
	b.Get(at+"?month=2026-01").Want(http.StatusOK, "REF-1", "1,300.00", "130.00", "Harborview Clinics", "444.00", "Record a payment")
	wrong := url.Values{"owed": {fmt.Sprintf("commission %d USD", c.US.ID)}, "amount": {"130.01"}, "on": {"2026-02-03"}, "reference": {"wire 17"}}
	b.PostForm(at+"/settle?month=2026-01", wrong).Want(http.StatusUnprocessableEntity, "at most the 130.00 USD")
	wrong.Set("amount", "much")
	b.PostForm(at+"/settle?month=2026-01", wrong).Want(http.StatusUnprocessableEntity, "is not an amount such as 1234.50")
	wrong.Set("amount", "100.00")
	b.PostForm(at+"/settle?month=2026-01", wrong).Want(http.StatusOK, "S-000001 is recorded", "wire 17", "30.00")
	b.Get(at+"?month=2026-01&format=csv").Want(http.StatusOK, "Commission by contract", "REF-1", "1300.00")
	used := fmt.Sprintf("%s/customers/%d?month=2026-01", at, harbor)
	b.Get(used).Want(http.StatusOK, "Harborview Clinics", "5 seat").Lacks("444.00").Lacks("Before tax")
	b.Get(used+"&format=csv").Want(http.StatusOK, "5 seat").Lacks("444")
	b.Get(used+"&format=pdf").Want(http.StatusOK, "%PDF-")
	b.Get(at+"?month=2026-01&format=pdf").Want(http.StatusOK, "%PDF-")
	b.Get(fmt.Sprintf("/partners/%d", c.Customers["rhein"].ID)).Want(http.StatusNotFound)
	b.Get("/partners/x").Want(http.StatusNotFound)
	b.Get("/contracts/REF-1").Want(http.StatusOK, "Signed by", "Lone Star Freight", "Partner", "Cascadia Cloud", "Agent on help; principal on the rest", "70 % of the price is passed on to lone")
	site.Login(access.Sales).Get(at).Want(http.StatusOK).Lacks("Record a payment")
	site.Login(access.Support).Get("/partners").Want(http.StatusForbidden)
}
