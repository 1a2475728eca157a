package main

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/ledger"
	"ratable/web/webtest"
)

// deal is what sales uploads: a fee in advance, and usage billed the month after.
const deal = `contract: C-7
title: Platform and calls
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-4711}
lines:
  - {id: platform, product: platform, fixed: {quantity: 10, unit_price: 100.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.10}}}
`

// events are two calls of January, as the customer's gateway counts them.
const events = `[
{"specversion":"1.0","source":"/gateway","id":"e-1","type":"api.calls","subject":"acme","time":"2026-01-10T15:00:00Z","data":{"quantity":"1200"}},
{"specversion":"1.0","source":"/gateway","id":"e-2","type":"api.calls","subject":"acme","time":"2026-01-20T15:00:00Z","data":{"quantity":"1300"}}]`

func TestTheWholeThreadFromTheSignedContractToTheExportedLedger(t *testing.T) {
	o := newOffice(t)
	sales, finance := o.Login(access.Sales), o.Login(access.Finance)

	t.Log("31 December: sales uploads the contract, finance approves it")
	upload(sales, "deal.yaml", deal, "submit").Want(http.StatusOK, "C-7 waits for approval by another person", "Platform and calls")
	sales.PostForm("/contracts/C-7/approve", nil).Want(http.StatusForbidden, "it takes the role finance or accountant")
	o.work()
	finance.Get("/approvals").Want(http.StatusOK, "C-7")
	finance.PostForm("/contracts/C-7/approve", url.Values{"version": {"1"}}).Want(http.StatusOK, "Approved").Lacks("waits for approval")

	t.Log("1 January: the fee is invoiced and mailed")
	o.on(time.January, 1)
	finance.Get("/invoices").Want(http.StatusOK, "RTUS-2026-000001", "Brandywine Robotics", "1,088.75")
	o.expectMail(0, "RTUS-2026-000001", "1,088.75 USD")

	t.Log("20 January: usage arrives, twice")
	o.on(time.January, 20)
	o.sendUsage()
	finance.Get("/usage").Want(http.StatusOK, "Brandywine Robotics")

	t.Log("1 February: January is recognized, and its usage invoiced with the next fee")
	o.on(time.February, 1)
	o.expectMail(1, "RTUS-2026-000002", "1,252.06 USD")
	finance.Get("/invoices/RTUS-2026-000002").Want(http.StatusOK, "API calls", "150.00", "1,000.00", "1,252.06", "PO-4711")
	o.expectPDF(finance, "RTUS-2026-000002", 1)
	o.expectBooked(ledger.Revenue, "-1150.00")

	t.Log("10 February: the customer pays")
	o.on(time.February, 10)
	form := finance.Get("/payments/new?invoice=RTUS-2026-000002").Want(http.StatusOK)
	typed := url.Values{}
	for _, field := range []string{"payer", "received_on", "currency", "amount", "reference", "transaction", "match"} {
		typed.Set(field, form.Field(field))
	}
	finance.PostForm("/payments/new", typed).Want(http.StatusOK, "R-000001 is recorded", "RTUS-2026-000002", "1,252.06")
	finance.Get("/invoices/RTUS-2026-000002").Want(http.StatusOK, "Paid")
	finance.Get("/invoices?view=open").Want(http.StatusOK, "RTUS-2026-000001").Lacks("RTUS-2026-000002")

	t.Log("1 March: February is recognized")
	o.on(time.March, 1)
	o.expectBooked(ledger.Revenue, "-2150.00")
	finance.Get("/revenue/contracts/C-7").Want(http.StatusOK, "1,150.00")
	finance.Get("/runs").Want(http.StatusOK, "Billing", "1 document issued as of 2026-03-01")

	t.Log("the ledger is exported")
	o.expectLedger(finance)
}

// upload sends a contract document as a file, the way the form does.
func upload(b *webtest.Browser, name, content, do string) *webtest.Page {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write([]byte(content))
	}
	if err = errors.Join(err, form.WriteField("document", ""), form.WriteField("do", do), form.Close()); err != nil {
		panic(err) // nothing is written but to memory
	}
	p := b.Do(http.MethodPost, "/contracts/document", &body, map[string]string{"Content-Type": form.FormDataContentType(), "Sec-Fetch-Site": "same-origin"})
	if p.Status == http.StatusSeeOther {
		return b.Get(p.Header.Get("Location"))
	}
	return p
}

// sendUsage sends the events as a machine does, and again, as a machine that heard no answer does.
func (o *office) sendUsage() {
	o.T.Helper()
	var token string
	robot, admin := o.User("Robot", access.Product), o.User("Admin", access.Admin)
	o.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: robot.UserID, Name: "gateway", Scopes: []access.Scope{access.UsageWrite}}, admin)
		return err
	})
	header := map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/cloudevents-batch+json"}
	for _, want := range []string{`"accepted":2,"repeated":0`, `"accepted":0,"repeated":2`} {
		p := o.Anonymous().Do(http.MethodPost, "/v1/events", strings.NewReader(events), header)
		if p.Status != http.StatusAccepted || !strings.Contains(p.Body, want) {
			o.T.Errorf("the events are answered with %d %s, want %s", p.Status, p.Body, want)
		}
	}
}
