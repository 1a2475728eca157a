package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web"
	"ratable/web/webtest"
)

func TestATransferIsRecordedAppliedAndTakenBack(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	number := h.unpaid
	p := b.Get("/payments/new?invoice=" + number).Want(200)
	if p.Field("payer") != "acme" || p.Field("reference") != number || p.Field("currency") != "USD" {
		t.Errorf("the form comes with payer %q, reference %q", p.Field("payer"), p.Field("reference"))
	}
	form := url.Values{"payer": {"nobody"}, "received_on": {"2026-05-01"}, "currency": {"DOLLAR"}, "amount": {"x"}, "reference": {"hello"}, "match": {"no"}}
	p = b.PostForm("/payments/new", form).Want(422, "is no customer number we know", "lies after today", "is no currency code", "is no amount")
	if p.Field("reference") != "hello" || p.Field("amount") != "x" {
		t.Error("the form came back empty")
	}
	form = url.Values{"payer": {"acme"}, "received_on": {"2026-04-10"}, "currency": {"USD"}, "amount": {"1,000.00"}, "reference": {"for " + number}, "match": {"no"}}
	p = b.PostForm("/payments/new", form).Want(200, "is recorded", "Pays nothing yet")
	at := p.Path
	b.PostForm("/payments/new", form).Want(200, "stands recorded already")
	b.PostForm(at+"/apply", url.Values{"apply_document": {number}, "apply_amount": {"5000"}}).Want(422, "more than")
	b.PostForm(at+"/apply", url.Values{"apply_document": {number}, "apply_amount": {"300"}}).Want(200, "Applied.", "300.00", "700.00")
	b.PostForm(at+"/unapply", url.Values{"take_document": {number}, "take_amount": {"100"}}).Want(422, "reason")
	p = b.PostForm(at+"/unapply", url.Values{"take_document": {number}, "take_amount": {"100"}, "take_reason": {"Wrong invoice"}}).Want(200, "Taken back", "Wrong invoice")
	p.Check()
	if rows := p.Table("Pays"); rows[len(rows)-1][4] != "200.00 USD" {
		t.Errorf("it pays %q", rows)
	}
	b.PostForm(at+"/refund", url.Values{"refund_amount": {"900"}, "refund_reason": {"Sent twice"}}).Want(422, "800.00")
	b.PostForm(at+"/refund", url.Values{"refund_amount": {"800"}}).Want(422, "reason")
	b.PostForm(at+"/refund", url.Values{"refund_reason": {"Sent twice"}}).Want(200, "Recorded as sent back.", "Refund RF-", "Sent twice").Lacks("Send back to the payer").Check()
	h.Login(access.Support).Get(at).Want(200).Lacks("Take back from an invoice")
}

func TestAnOverpaymentAfterACreditIsReleased(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	open := b.Get("/invoices/" + h.invoice).Table("Statement")
	left := strings.Fields(open[len(open)-1][4])[0]
	b.PostForm("/payments/new", url.Values{"payer": {"acme"}, "received_on": {"2026-04-10"}, "currency": {"USD"}, "amount": {left}, "reference": {h.invoice}}).Want(200, "Applied")
	b.PostForm("/invoices/"+h.invoice+"/release", nil).Want(409)
	b.PostForm("/invoices/"+h.invoice+"/credit", url.Values{"line": {"1"}, "amount": {"100"}, "reason": {"Outage"}, "step": {"commit"}}).Want(200)
	b.Get("/invoices/"+h.invoice).Want(200, "Release overpayment").Check()
	b.PostForm("/invoices/"+h.invoice+"/release", nil).Want(200, "customer's balance again")
	b.Get("/payments?view=unapplied").Want(200, "108.88")
}

func TestAStatementIsTriedOutBeforeItIsBooked(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	number := h.unpaid
	rows := "date,amount,currency,payer,reference\n2026-04-11,250.00,USD,acme," + number + "\n2026-04-31,1,USD,acme,x\n"
	b.PostForm("/payments/statement", url.Values{"rows": {""}}).Want(422, "choose a CSV file")
	b.PostForm("/payments/statement", url.Values{"rows": {"a,b\n1,2"}}).Want(422, "date,amount,currency,payer,reference")
	p := b.PostForm("/payments/statement", url.Values{"rows": {rows}}).Want(200, "Tried out, nothing is booked yet", "Pays "+number, "Rejected")
	p.Check()
	if n := len(b.Get("/payments?from=2026-04-11").Table("Receipts")); n != 1 {
		t.Errorf("trying out booked %d receipts", n)
	}
	b.PostForm("/payments/statement", url.Values{"rows": {p.Field("rows")}, "step": {"commit"}}).Want(200, "Booked", "Rejected")
	b.Get("/payments?from=2026-04-11").Want(200, number, "250.00")
	b.PostForm("/payments/statement", url.Values{"rows": {rows}, "step": {"commit"}}).Want(200, "Skipped")
}

// withInvoiceJob gives the site a scheduler whose one job issues invoices, as cmd wires it.
func withInvoiceJob(s **jobs.Scheduler) func(*web.Config) {
	return func(c *web.Config) {
		scheduler, err := jobs.New(c.DB, []jobs.Spec{{Name: "invoices", Help: "Issues the invoices due on a day.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			r, err := invoicing.Run(ctx, c.DB, invoicing.Options{AsOf: run.AsOf, Progress: run.Progress}, run.By)
			return jobs.Summary{Text: fmt.Sprintf("%d documents", r.Issued.Documents), Counts: map[string]int64{"documents": int64(r.Issued.Documents)}}, err
		}}})
		if err != nil {
			panic(err)
		}
		scheduler.Clock = func() time.Time { return webtest.Now.Add(time.Minute) }
		*s, c.Scheduler = scheduler, scheduler
	}
}

func TestARunIsLookedAtThenStartedAndIssuesWhatWasShown(t *testing.T) {
	var scheduler *jobs.Scheduler
	h := newHouse(t, withInvoiceJob(&scheduler))
	h.Sign(t, strings.NewReplacer("C-100", "C-110", "2026-01-01", "2026-04-10", "PO-7", "PO-8").Replace(acme))
	b := h.Login(access.Finance)
	b.Get("/runs/new?job=invoices&as_of=soon").Want(422, "is no day")
	p := b.Get("/runs/new?job=invoices&as_of=2026-04-10").Want(200, "What it would issue", "Start the run")
	p.Check()
	plan := p.Table("What it would issue")
	if len(plan) < 2 || plan[0][0] != "USD" {
		t.Fatalf("the plan is %q", plan)
	}
	b.PostForm("/runs", url.Values{"job": {"invoices"}, "as_of": {"x"}}).Want(422, "is no day")
	b.PostForm("/runs", url.Values{"job": {"invoices"}, "as_of": {"2026-05-01"}}).Want(422, "is still to come")
	b.PostForm("/runs", url.Values{"job": {"nonsense"}, "as_of": {"2026-04-10"}}).Want(404)
	p = b.PostForm("/runs", url.Values{"job": {"invoices"}, "as_of": {"2026-04-10"}}).Want(200, "is asked for", "Waiting")
	if n, err := scheduler.RunDue(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d runs performed: %v", n, err)
	}
	b.Get(p.Path).Want(200, "Done", "1 documents").Check()
	done := b.Get("/runs/invoices/2026-04-10").Want(200, "Done").Table("Issued")
	if done[0][1] != plan[0][1] {
		t.Errorf("it showed %q and issued %q", plan[0], done[0])
	}
	b.Get("/runs").Want(200, "Started by Finance", "Schedule")
}

const whale = `
contract: C-300
entity: rtus
customer: lone
currency: USD
term: {from: 2026-05-01, through: 2026-12-31}
lines:
  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 90000.00, every: month}}
`

func TestAHeldRunSaysWhyAndWaitsForFinance(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, whale)
	b := h.Login(access.Finance)
	day := invoicing.Options{AsOf: period.NewDate(2026, time.May, 1)}
	r, err := invoicing.Run(t.Context(), h.Site.DB, day, h.Finance)
	if err != nil || r.Held == "" {
		t.Fatalf("the run was not held: %v", err)
	}
	p := b.Get("/runs/invoices/2026-05-01").Want(200, "Held: nothing was issued", r.Held, "Release the run")
	p.Check()
	b.Get("/runs").Want(200, "is held")
	h.Login(access.Accountant).Get("/runs/invoices/2026-05-01").Want(200, "Held").Lacks("Release the run")
	b.PostForm("/runs/invoices/2026-05-01/release", nil).Want(422, "say why the totals are right")
	b.PostForm("/runs/invoices/2026-05-01/release", url.Values{"reason": {"A whale signed"}}).Want(200, "Released", "A whale signed")
	if r, err = invoicing.Run(t.Context(), h.Site.DB, day, h.Finance); err != nil || r.Held != "" || r.Issued.Documents == 0 {
		t.Errorf("after the release: %+v %v", r, err)
	}
	b.Get("/runs/invoices/2026-06-01").Want(404)
	b.Get("/runs/invoices/x").Want(404)
}

func TestTheOutboxShowsTheMailAsSentAndTriesAgain(t *testing.T) {
	h := newHouse(t)
	h.deliver(t, refusing{})
	b := h.Login(access.Support)
	b.Get("/outbox?state=failed").Want(200, "Failed")
	at := fmt.Sprintf("/outbox/%d", h.message)
	p := b.Get(at).Want(200, "no such mailbox", "Attached is invoice "+h.invoice, h.invoice+".pdf", "refusing:25", "Try again")
	p.Check()
	i := slices.IndexFunc(p.Links(), func(l string) bool { return strings.Contains(l, "/attachments/") })
	if i < 0 {
		t.Fatalf("no attachment among %v", p.Links())
	}
	file := b.Get(p.Links()[i])
	if !strings.HasPrefix(file.Body, "%PDF-") || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the attachment comes as %v", file.Header)
	}
	b.Get(at + "/attachments/99").Want(404)
	b.Get("/invoices/"+h.invoice).Want(200, "The e-mail failed")
	b.PostForm(at+"/requeue", nil).Want(200, "will be sent within a minute")
	b.PostForm(at+"/requeue", nil).Want(409)
	h.deliver(t, mail.Folder(t.TempDir()))
	b.Get(at).Want(200, "Sent")
}

func TestUsageIsDrilledFromMonthToEventAndStraysAreReplayed(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	p := b.Get("/usage?month=2026-01").Want(200, "Brandywine Robotics", "18,001")
	i := slices.IndexFunc(p.Links(), func(l string) bool { return strings.HasPrefix(l, "/usage/customers/") })
	p = b.Get(p.Links()[i]).Want(200, "API calls by day")
	p.Check()
	if rows := p.Table("Days"); len(rows) != 3 || rows[1][2] != "18,001" {
		t.Errorf("the days are %q", rows)
	}
	i = slices.IndexFunc(p.Links(), func(l string) bool { return strings.Contains(l, "/events?") })
	b.Get(p.Links()[i]).Want(200, "9,000.5", "fixture").Check()
	h.stray(t, "newcomer")
	p = b.Get("/usage/quarantine").Want(200, "newcomer", "Unknown customer", "Replay")
	p.Check()
	b.Get("/usage").Want(200, "Events wait in quarantine")
	b.PostForm("/usage/quarantine/replay", nil).Want(200, "0 events counted, 1 still wait")
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.Create(ctx, tx, customers.New{ExternalID: "newcomer", Name: "Newcomer", Kind: customers.Business, Entity: h.US.ID, Currency: "USD", SignedUpOn: period.NewDate(2026, 1, 1),
			Billing: customers.Address{Lines: []string{"1 Elm St"}, City: "Austin", Region: "TX", Postcode: "78701", Country: "US"}}, access.System("test"))
		return err
	})
	b.PostForm("/usage/quarantine/replay", nil).Want(200, "1 event counted, 0 still wait", "Nothing waits")
	h.Login(access.Sales).Get("/usage/quarantine").Want(200).Lacks("Replay")
}

func TestTheAuditTrailIsNarrowedAndReadToItsEnd(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	b.Get("/audit?action=invoice.issue&kind=invoice&key="+h.invoice).Want(200, "Invoice "+h.invoice+" issued", "Finn Nance")
	b.Get("/audit?q=sara").Want(200, "Sara Salas", "Contract C-100, version 1 entered").Lacks("Finn Nance")
	h.Crowd(t, 30)
	ids := map[string]bool{}
	for at := "/audit?format=csv"; at != ""; at = "" {
		for _, row := range cells(t, b.Get(at)) {
			ids[row[0]] = true
		}
	}
	rows := 0
	for at := "/audit"; at != ""; {
		p := b.Get(at).Want(http.StatusOK)
		rows += len(p.Table("Audit"))
		at = ""
		for _, link := range p.Links() {
			if strings.Contains(link, "after=") {
				at = link
			}
		}
	}
	if rows != len(ids) || rows < 60 {
		t.Errorf("the pages show %d deeds, the file %d", rows, len(ids))
	}
}
