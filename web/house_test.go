package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/evidence"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/onboarding"
	"ratable/payments"
	"ratable/privacy"
	"ratable/revrec"
	"ratable/spend"
	"ratable/usage"
	"ratable/web"
	"ratable/web/webtest"
)

// house is a company with a year of business behind every door that the finance rooms open.
type house struct {
	discarded string // id of a quarantined event that was discarded
	*webtest.Site
	*invoicingtest.Company
	invoice string // to acme in New York: seats and metered calls, with the tax of three jurisdictions
	unpaid  string // to the same
	receipt int64
	message int64
}

const acme = `
contract: C-100
entity: rtus
customer: acme
currency: USD
plan: {code: team, version: 1}
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-7}
lines:
  - {id: seats, product: platform, clause: § 2.1, fixed: {quantity: 10, unit_price: 100.00, every: month}}
  - id: calls
    product: api
    clause: § 3.1
    usage: {meter: api.calls, included: 1000, every: month, price: {model: graduated, tiers: [{up_to: 10000, unit: 0.01}, {unit: 0.005}]}}
`

// wholesale is resold by a partner; billed at once, because it was entered late.
const wholesale = `
contract: C-300
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-04-01, through: 2027-03-31}
reseller: {margin_percent: 20}
lines: [{id: seats, product: platform, fixed: {quantity: 5, unit_price: 100.00, every: month}}]
`

const rhein = `
contract: C-200
entity: rteu
customer: rhein
currency: EUR
plan: {code: team, version: 1}
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: support, product: support, clause: § 5, fixed: {quantity: 1, unit_price: 1200.00, every: year}}
`

// newHouse signs, uses, bills January to April, recognizes through March and receives a partial payment.
func newHouse(t *testing.T, options ...func(*web.Config)) house {
	t.Helper()
	site := webtest.New(t, options...)
	h := house{Site: site, Company: invoicingtest.New(t, site.DB)}
	h.Sign(t, acme, rhein)
	for _, on := range []string{"2026-01-10", "2026-01-20", "2026-02-11", "2026-03-12"} {
		h.Use(t, "acme", "api.calls", on, "9000.5")
	}
	for _, on := range []string{"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"} {
		h.recognize(t, on)
		h.Bill(t, on)
	}
	h.invoice, h.unpaid = h.numberOf(t, "acme", "2026-02-01"), h.numberOf(t, "acme", "2026-04-01")
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		r, err := payments.Record(ctx, tx, payments.Receipt{Payer: h.Customers["acme"].ID, Amount: money.Of(50_000, "USD"), ReceivedOn: invoicingtest.Day("2026-02-20"), Reference: h.invoice}, h.Finance)
		h.receipt = r.ID
		return err
	})
	mails, err := invoicing.Mails(t.Context(), h.Site.DB, h.invoice)
	if err != nil || len(mails) != 1 {
		t.Fatalf("the mail of %s: %v %v", h.invoice, mails, err)
	}
	h.message = mails[0].ID
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := contracts.Attach(ctx, tx, "C-100", 1, "signed.pdf", "", []byte("%PDF-1.7"), h.Sales); err != nil {
			return err
		}
		return contracts.AddProgramme(ctx, tx, contracts.Programme{
			Code: "startups", Name: "Start-ups", Owner: h.Finance.UserID, Budget: money.Of(1_000_000, "USD"),
			Days: period.NewSpan(invoicingtest.Day("2026-01-01"), invoicingtest.Day("2027-01-01")),
		}, h.Finance)
	})
	h.offer(t)
	h.screen(t)
	h.export(t)
	h.choose(t)
	h.journalize(t)
	h.sample(t)
	h.askedToForget(t)
	h.watch(t)
	connect(t, h.Site)
	h.discarded = h.contradict(t)
	h.comeOver(t)
	return h
}

// comeOver begins a cohort with a customer whose row is refused so far.
func (h house) comeOver(t *testing.T) {
	t.Helper()
	file := []byte("external_id,name,entity,currency,country\nlate,Late Comer,rtus,USD,Utopia\n")
	if _, err := onboarding.Import(t.Context(), h.Site.DB, onboarding.Customers, file, onboarding.Options{Cohort: "autumn", Partial: true, Today: invoicingtest.Day("2026-04-15")}, h.Sales); err != nil {
		t.Fatal(err)
	}
}

// watch sets an alert of acme's own, 1, and one of rhein's, 2.
func (h house) watch(t *testing.T) {
	t.Helper()
	for _, external := range []string{"acme", "rhein"} {
		c := h.Customers[external]
		dana := access.Actor{UserID: 1, Name: "Dana", Roles: []access.Role{access.Customer}, CustomerID: int64(c.ID)}
		h.Tx(func(ctx context.Context, tx pgx.Tx) error {
			_, err := spend.Set(ctx, tx, spend.Rule{Customer: c.ID, Kind: spend.Amount, Thresholds: []decimal.Decimal{decimal.NewFromInt(500)}, Addresses: []string{"ops@" + external + ".example"}}, webtest.Today, dana)
			return err
		})
	}
}

// choose proposes to show credits apart.
func (h house) choose(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		p := ledger.DefaultPolicy()
		p.Credits = ledger.ContraAccount
		_, err := ledger.ProposePolicy(ctx, tx, ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: webtest.Today, Policy: p, Reason: "The group shows credits apart"}, h.Finance)
		return err
	})
}

// sample draws a few entries of March.
func (h house) sample(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		directory, err := entities.Load(ctx, tx)
		if err != nil {
			return err
		}
		seller, _ := directory.ByCode("rtus")
		_, err = evidence.Take(ctx, tx, evidence.Request{Entity: seller.ID, Currency: "USD", Days: period.NewSpan(invoicingtest.Day("2026-03-01"), invoicingtest.Day("2026-04-01")),
			Method: evidence.Random, Size: 3, Seed: "march", Reason: "Interim audit"}, h.Accountant)
		return err
	})
}

// askedToForget is what a contact of acme wants.
func (h house) askedToForget(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := privacy.Ask(ctx, tx, privacy.Asked{Email: "ap@acme.example", Reason: "A letter of 2 March"}, webtest.Today, h.Finance)
		return err
	})
}

// screen compares acme with a list of one party.
func (h house) screen(t *testing.T) {
	t.Helper()
	list, err := customers.ParseOFAC(customers.OFAC{SDN: []byte(webtest.Listed)})
	if err != nil {
		t.Fatal(err)
	}
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		if _, _, err := customers.ImportScreening(ctx, tx, list, webtest.Today, h.Finance); err != nil {
			return err
		}
		_, err := customers.Screen(ctx, tx, h.Customers["acme"].ID, webtest.Today, h.Finance)
		return err
	})
}

// recognize earns every month that ended before a day, as the billing day does before it issues.
func (h house) recognize(t *testing.T, on string) {
	t.Helper()
	r, err := revrec.Run(t.Context(), h.Site.DB, revrec.Options{AsOf: invoicingtest.Day(on).AddDays(-1)}, h.Accountant)
	if err != nil || len(r.Failures) > 0 {
		t.Fatalf("recognize before %s: %v %v", on, err, r.Failures)
	}
}

func (h house) numberOf(t *testing.T, customer, issued string) string {
	t.Helper()
	for _, d := range h.Documents(t, h.Account(customer)) {
		if d.IssuedOn == invoicingtest.Day(issued) {
			return d.Number
		}
	}
	t.Fatalf("no document to %s on %s", customer, issued)
	return ""
}

// address fills the parts of a route with names of things that are there.
func (h house) address(path string) string {
	return strings.NewReplacer(
		"/usage/quarantine/:stray", "/usage/quarantine/"+h.discarded, "/usage/conflicts/:id", "/usage/conflicts/1", "/usage/backfills/:id", "/usage/backfills/1",
		"/usage/customers/:id/history", fmt.Sprintf("/usage/customers/%d/history?source=edge&event=twice-1", h.Customers["acme"].ID),
		":operation", "get-invoice", ":endpoint", "1", ":delivery", "1", ":alert", "1", "/lines/:line/months/:month", "/lines/seats/months/2026-03", "/evidence/examples/:id", "/evidence/examples/RATABLE-DAYS-LEAP", "/evidence/:id", "/evidence/1", "/privacy/:id", "/privacy/1", ":journal", "1", ":rule", "1", ":cost", "1", "/journals/rules/new/:kind", "/journals/rules/new/limit",
		"/reconciliations/:code", "/reconciliations/deferred", "/exports/mapping/changes/:id", "/exports/mapping/changes/1", "/settings/accounting-policies/:entity/:book/:number", "/settings/accounting-policies/1/us_gaap/1", "/exports/:id", "/exports/1",
		"/catalog/products/:code", "/catalog/products/platform", "/catalog/plans/:code", "/catalog/plans/starter", "/subscriptions/plans/:code", "/subscriptions/plans/starter", "/my/plan/:contract", "/my/plan", "/screening/:id", "/screening/1", "/catalog/meters/:code", "/catalog/meters/api.calls", "/catalog/changes/:id", "/catalog/changes/1",
		"/cohorts/:name/customers/:customer", "/cohorts/autumn/customers/late", "/cohorts/:name", "/cohorts/autumn", ":file", "1", "/programmes/:code", "/programmes/startups", "/approval-rules/:kind", "/approval-rules/net_days",
		"/invoices/:number/void", "/invoices/"+h.unpaid+"/void", "/invoices/:number/lines/:line", "/invoices/"+h.invoice+"/lines/2", "/invoices/:number", "/invoices/"+h.invoice, "/payments/:id", fmt.Sprintf("/payments/%d", h.receipt), "/outbox/:id", fmt.Sprintf("/outbox/%d", h.message),
		":position", "1", "/entries/:account/:seq", fmt.Sprintf("/entries/%d/1", h.Account("acme")), "/contracts/:number", "/contracts/C-100", "/runs/invoices/:day", "/runs/invoices/2026-04-01",
		"/customers/:id", fmt.Sprintf("/customers/%d", h.Customers["acme"].ID), "/runs/:id", "/runs/1", "/partners/:id/customers/:customer", h.endCustomer(), "/partners/:id", fmt.Sprintf("/partners/%d", h.Customers["partner"].ID), "/cells/:billed/:earned", "/cells/2026-01/2026-03",
	).Replace(path)
}

// endCustomer is the statement of somebody whose contract a partner pays.
func (h house) endCustomer() string {
	return fmt.Sprintf("/partners/%d/customers/%d?month=2026-04", h.Customers["partner"].ID, h.Customers["harbor"].ID)
}

// stray sends an event that nobody can place.
func (h house) stray(t *testing.T, customer string) {
	t.Helper()
	at := time.Date(2026, time.March, 3, 12, 0, 0, 0, time.UTC)
	_, err := usage.Ingest(t.Context(), h.Site.DB, []usage.Event{{Source: "edge", ID: "lost-1", Customer: customer, Meter: "api.calls", OccurredAt: at, Quantity: decimal.NewFromInt(5)}}, at.Add(time.Hour), access.System("test"))
	if err != nil {
		t.Fatal(err)
	}
}

// refusing is a mail server that takes nothing.
type refusing struct{}

func (refusing) Name() string { return "refusing:25" }
func (refusing) Send(context.Context, mail.Email) (string, error) {
	return "", &mail.Refusal{Code: 550, Reply: "no such mailbox"}
}
func (refusing) Close() error { return nil }

// deliver sends what waits through a transport.
func (h house) deliver(t *testing.T, via mail.Transport) {
	t.Helper()
	if _, err := mail.Deliver(t.Context(), h.Site.DB, via, map[string]mail.Renderer{invoicing.MailKind: invoicing.Renderer()}, time.Now().Add(time.Hour), 100); err != nil && fault.Kind(err) != nil {
		t.Fatal(err)
	}
}
