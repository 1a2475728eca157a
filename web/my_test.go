package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/invoicing/invoicingtest"
	"ratable/payments"
	"ratable/web"
	"ratable/web/webtest"
)

// dana signs in for one customer of the house.
func (h house) dana(t *testing.T, customer string) *webtest.Browser {
	t.Helper()
	var u access.User
	h.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		n := access.NewUser{Email: customer + "@" + customer + ".test", Name: "Dana of " + customer, Password: webtest.Password, Roles: []access.Role{access.Customer}, CustomerID: int64(h.Customers[customer].ID)}
		u, err = access.CreateUser(ctx, tx, n, access.System("test"))
		return err
	})
	return h.LoginAs(access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email})
}

func TestACustomerSeesWhatIsOpenPaidAndUsed(t *testing.T) {
	h := newHouse(t)
	b := h.dana(t, "acme")
	p := b.Get("/").Want(200, "To pay", "Running bill, an estimate", h.invoice, h.unpaid)
	if p.Path != "/my" {
		t.Errorf("a customer's home is %s", p.Path)
	}
	p.Check()
	if rows := p.Table("To pay"); len(rows) != 4 || rows[0][1] != "Overdue" {
		t.Errorf("what is to be paid is %q", rows)
	}
	if rows := b.Get("/my/invoices").Want(200).Table("Invoices"); len(rows) != 4 || rows[0][0] != h.unpaid {
		t.Errorf("the documents are %q, want the newest first", rows)
	}
	if rows := b.Get("/my/invoices?after=2026-04-01~" + h.unpaid).Want(200).Table("Invoices"); len(rows) != 3 || rows[0][0] == h.unpaid {
		t.Errorf("after the newest come %q", rows)
	}
	p = b.Get("/my/invoices/"+h.invoice).Want(200, "Brandywine Robotics, Inc.", "PO-7", "Contract C-100, § 3.1")
	if rows := p.Table("Settled by"); len(rows) != 3 || rows[1][1] != "Payment" || rows[1][2] != "minus 500.00" {
		t.Errorf("the invoice is settled by %q", rows)
	}
	file := b.Get("/my/invoices/" + h.invoice + "/pdf")
	if !strings.HasPrefix(file.Body, "%PDF-") {
		t.Errorf("the PDF comes as %v", file.Header)
	}
	if rows := b.Get("/my/payments").Want(200).Table("Payments"); len(rows) != 1 || rows[0][4] != "500.00 USD" {
		t.Errorf("the payments are %q", rows)
	}
	b.Get(fmt.Sprintf("/my/payments/%d", h.receipt)).Want(200, h.invoice)
	if rows := b.Get("/my/usage?month=2026-03").Want(200).Table("API calls of Brandywine Robotics"); len(rows) != 2 || rows[0][1] != "9,000.5" {
		t.Errorf("March's usage is %q", rows)
	}
}

func TestTheRunningBillIsWhatTheNextInvoiceWillHoldSoFar(t *testing.T) {
	h := newHouse(t)
	b := h.dana(t, "acme")
	if rows := b.Get("/my").Table("Running bill, an estimate"); len(rows) != 1 || rows[0][4] != "0.00 USD" {
		t.Errorf("before anything was used the estimate is %q", rows)
	}
	h.Use(t, "acme", "api.calls", "2026-04-10", "3000")
	rows := b.Get("/my").Table("Running bill, an estimate")
	if len(rows) != 1 || rows[0][0] != "1 May 2026" || rows[0][4] != "20.00 USD" { // 3,000 less 1,000 free at 0.01
		t.Errorf("the running bill is %q", rows)
	}
	lines := b.Get("/my/spending").Want(200, "Not enough to say", "1,000 calls included").Table("Running bill, an estimate")
	if len(lines) < 2 || lines[1][4] != "20.00 USD" {
		t.Errorf("line by line it is %q", lines)
	}
}

// insides are words of the house that no customer's page shows.
var insides = []string{"/ledger", "/audit", "/contracts", "/customers", "/outbox", "/runs", "/payments/new", "/search", `href="/invoices`, `href="/payments`, `href="/usage`, "Deferred", "Waterfall"}

func TestACustomerOpensNothingButTheirOwn(t *testing.T) {
	h := newHouse(t)
	var theirs int64
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		r, err := payments.Record(ctx, tx, payments.Receipt{Payer: h.Customers["rhein"].ID, Amount: money.Of(5_000, "EUR"), ReceivedOn: invoicingtest.Day("2026-02-21"), Reference: "ours"}, h.Finance)
		theirs = r.ID
		return err
	})
	strangers := map[string]string{":number": h.numberOf(t, "rhein", "2026-01-01"), ":id": fmt.Sprint(theirs), ":contract": "C-200", ":alert": "2"}
	mine := map[string]string{":number": h.invoice, ":id": fmt.Sprint(h.receipt), ":contract": "C-100", ":alert": "1"}
	fill := func(path string, names map[string]string) string {
		return strings.NewReplacer(":number", url.PathEscape(names[":number"]), ":id", names[":id"], ":contract", names[":contract"], ":alert", names[":alert"], ":account", fmt.Sprint(h.Account("rhein")), ":seq", "1", ":day", "2026-04-01", ":position", "1", ":line", "1").Replace(path)
	}
	acme, rhein, none := h.dana(t, "acme"), h.dana(t, "rhein"), map[string]string{":number": "RTUS-2026-999999", ":id": "999999", ":contract": "C-999999", ":alert": "999999"}
	for _, a := range web.Addresses() {
		if len(a.Roles) == 0 || a.Path == "/" {
			continue
		}
		header := map[string]string{"Sec-Fetch-Site": "same-origin"}
		if !slices.Contains(a.Roles, access.Customer) {
			for _, names := range []map[string]string{mine, strangers} {
				if p := acme.Do(a.Method, fill(a.Path, names), nil, header); p.Status != http.StatusForbidden {
					t.Errorf("%s %s answers a customer with %d", a.Method, p.Path, p.Status)
				}
			}
			continue
		}
		p := acme.Do(a.Method, fill(a.Path, mine), nil, header)
		own := http.StatusOK
		if a.Method == http.MethodPost { // an empty form
			own = http.StatusUnprocessableEntity
		}
		if p.Status != own {
			t.Errorf("%s answers its own customer with %d:\n%s", p.Path, p.Status, h.Log)
		}
		if strings.Contains(p.Body, "RHEIN") || strings.Contains(p.Body, h.Customers["rhein"].LegalName) {
			t.Errorf("%s shows acme something of rhein", p.Path)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			p.Check()
			for _, word := range insides {
				if strings.Contains(p.Body, word) {
					t.Errorf("%s shows a customer %q", p.Path, word)
				}
			}
		}
		if !strings.Contains(a.Path, ":") {
			continue
		}
		other, nothing := acme.Do(a.Method, fill(a.Path, strangers), nil, header), acme.Do(a.Method, fill(a.Path, none), nil, header)
		if other.Status != http.StatusNotFound || nothing.Status != http.StatusNotFound || other.Text() != nothing.Text() {
			t.Errorf("%s: another's answers %d and none %d; both must be 404 in the same words", a.Path, other.Status, nothing.Status)
		}
		if p := rhein.Do(a.Method, fill(a.Path, strangers), nil, header); p.Status != own {
			t.Errorf("%s answers its own payer with %d: the test would pass for the wrong reason", p.Path, p.Status)
		}
	}
}

// No query can widen what is shown: each is added to each room, and nothing of rhein appears.
func TestNoQueryBringsAnotherCustomersPapers(t *testing.T) {
	h := newHouse(t)
	b := h.dana(t, "acme")
	theirs, id := h.numberOf(t, "rhein", "2026-01-01"), h.Customers["rhein"].ID
	for _, path := range []string{"/my", "/my/invoices", "/my/payments", "/my/usage", "/my/invoices/" + h.invoice} {
		for _, query := range []string{fmt.Sprintf("payer=%d&customer=%d&id=%d&account=%d", id, id, id, h.Account("rhein")), "q=" + theirs + "&view=all", "after=2030-01-01~Z", "after=2030-01-01~999999", "after=~~x%00&month=13-2026&meter=%00&format=csv"} {
			p := b.Get(path + "?" + query)
			if p.Status != http.StatusOK || strings.Contains(p.Body, h.Customers["rhein"].LegalName) {
				t.Errorf("%s answers %d", p.Path, p.Status)
			}
			if strings.Contains(strings.ReplaceAll(p.Body, url.QueryEscape(theirs), ""), theirs) {
				t.Errorf("%s shows %s", p.Path, theirs)
			}
		}
	}
}

const resold = `
contract: C-300
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}
`

func TestAPaperBelongsToWhoPaysItAndNotToTheWholeFamily(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, resold, strings.NewReplacer("C-300", "C-301", "payer: partner\n", "", "customer: harbor", "customer: summit").Replace(resold))
	for _, who := range []string{"harbor", "summit"} {
		h.Use(t, who, "api.calls", "2026-04-02", "700")
	}
	h.recognize(t, "2026-05-01")
	h.Bill(t, "2026-05-01")
	account := map[bool]string{}
	for _, d := range h.Documents(t, h.Account("partner")) {
		account[d.Payer == h.Customers["partner"].ID] = d.Number
	}
	partner, harbor, summit := h.dana(t, "partner"), h.dana(t, "harbor"), h.dana(t, "summit")
	resale, direct := "/my/invoices/"+account[true], "/my/invoices/"+account[false]
	for _, c := range []struct {
		who   *webtest.Browser
		path  string
		wants int
	}{{partner, resale, 200}, {partner, direct, 404}, {summit, direct, 200}, {summit, resale, 404}, {harbor, resale, 404}, {harbor, direct, 404}} {
		for _, end := range []string{"", "/pdf", "/pdf?download=1"} {
			if p := c.who.Get(c.path + end); p.Status != c.wants {
				t.Errorf("%s answers %s with %d, want %d", p.Path, c.who.Actor.Name, p.Status, c.wants)
			}
		}
	}
	harbor.Get("/my").Want(200, "Nothing to pay")
	if rows := partner.Get("/my/usage").Table("Usage"); len(rows) != 2 || !strings.Contains(rows[0][0], "Harborview Clinics") || rows[0][2] != "700 call" {
		t.Errorf("the partner pays for harbor alone and sees %q", rows)
	}
	partner.Get(fmt.Sprintf("/my/usage?meter=api.calls&user=%d", h.Customers["summit"].ID)).Want(200, "API calls of Harborview Clinics")
	if rows := harbor.Get("/my/usage").Table("Usage"); len(rows) != 2 || rows[0][0] != "API calls" || rows[0][6] != "–" {
		t.Errorf("harbor sees %q", rows)
	}
}
