package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/webtest"
)

// entering a document with one of the form's buttons.
func entering(document, button string, more ...string) url.Values {
	form := url.Values{"document": {document}, "do": {button}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestAContractIsPreviewedEnteredAndApprovedByAnotherPerson(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	sales, finance := site.Login(access.Sales), site.Login(access.Finance)
	document := strings.Replace(webtest.Document, "C-2026-001", "C-2026-007", 1)

	p := sales.PostForm("/contracts/document", entering(document, "preview", "expect.api.calls", "21,000")).Want(200, "Invoices to come", "Revenue by month")
	p.Check()
	rows := p.Table("Invoices to come")
	// Today is 15 April: January to April come due at once, then a month at a time, and the last usage after the term.
	if len(rows) != 11 || rows[0][0] != "15 Apr 2026" || rows[0][3] != "4,000.00" || rows[9][0] != "1 Jan 2027" {
		t.Errorf("the invoices to come are %q", rows)
	}
	// 21,000 calls, 1,000 of them included: 10,000 at 0.01 and 10,000 at 0.005 are 150 a month from May on.
	if rows[2][3] != "1,150.00" || rows[9][3] != "150.00" {
		t.Errorf("usage expected from May on is billed as %q and %q", rows[2], rows[9])
	}
	if p.Field("document") != document || p.Field("expect.api.calls") != "21,000" {
		t.Errorf("the form came back changed: %q", p.Field("document"))
	}
	finance.Get("/contracts/C-2026-007").Want(404) // a preview leaves nothing behind

	p = sales.PostForm("/contracts/document", entering(document, "submit")).Want(200, "C-2026-007 waits for approval by another person", "another person must decide")
	p.Lacks("Send back")
	sales.PostForm("/contracts/C-2026-007/approve", nil).Want(403, "Not for this role")
	finance.Get("/approvals").Want(200, "Waiting for you", "C-2026-007, version 1")
	finance.Get("/").Want(200, "Contract C-2026-007, version 1")
	finance.PostForm("/contracts/C-2026-007/reject", nil).Want(422, "Reason: say why, so that it can be put right")
	finance.PostForm("/contracts/C-2026-007/approve", nil).Want(200, "C-2026-007 was approved", "Version 1 approved", "Active")
	finance.PostForm("/contracts/C-2026-007/approve", nil).Want(409, "Version 1 is approved already.")
}

func TestNobodyApprovesWhatTheyEnteredThemselves(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	b := site.Login(access.Finance)
	document := strings.Replace(webtest.Document, "C-2026-001", "C-2026-008", 1)
	b.PostForm("/contracts/document", entering(document, "submit")).Want(200, "waits for approval")
	b.PostForm("/contracts/C-2026-008/approve", nil).Want(403, "Finance requested the approval of contract C-2026-008/v1: another person must decide.")
}

func TestAnAmendmentShowsWhatItChangesAndComesBackWithAReason(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	sales, finance := site.Login(access.Sales), site.Login(access.Finance)
	entry := sales.Get("/contracts/document?amend=C-2026-001").Want(200, "Amend C-2026-001")
	amended := strings.NewReplacer(`quantity: "25"`, `quantity: "30"`, "quantity: 25", "quantity: 30").Replace(entry.Field("document"))
	amended = strings.Replace(amended, "Say why it is amended", "Five more seats", 1)
	changes := sales.PostForm("/contracts/document", entering(amended, "preview")).Want(200).Table("What this version changes")
	if len(changes) != 1 || strings.Join(changes[0], ": ") != "Platform: 25 seats: 30 seats" {
		t.Errorf("the amendment changes %q", changes)
	}
	sales.PostForm("/contracts/document", entering(amended, "submit")).Want(200)
	finance.Get("/contracts/C-2026-001").Want(200, "Version 2 waits for approval", "What this version changes", "30 × 40.00 a month, in advance")
	finance.PostForm("/contracts/C-2026-001/reject", url.Values{"reason": {"The price list says 42"}}).Want(200, "C-2026-001 was sent back", "Version 2 sent back", "The price list says 42")
	sales.Get("/").Want(200, "Sent back: The price list says 42")
}

func TestEachFindingStandsAtItsLineAndTheTextComesBack(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	b := site.Login(access.Sales)
	for what, c := range map[string]struct{ from, to, says string }{
		"an unknown key":      {"title:", "titel:", "is not a key"},
		"end before start":    {"2026-12-31", "2025-12-31", "term.through"},
		"a negative quantity": {"quantity: 25", "quantity: -25", "lines[0].fixed.quantity"},
		"an unknown currency": {"currency: USD", "currency: XBT1", "ISO 4217"},
		"an unknown product":  {"product: platform", "product: rocket", "is not a product of the catalog"},
		"an unknown customer": {"customer: northwind", "customer: nobody", "is not the external id of a customer"},
		"not even YAML":       {"lines:", "lines: [", "document"},
		"script in a title":   {"Platform and usage", "<script>alert(1)</script>\x01", "document"},
	} {
		document := strings.Replace(webtest.Document, c.from, c.to, 1)
		for _, button := range []string{"preview", "draft", "submit"} {
			p := b.PostForm("/contracts/document", entering(document, button)).Want(http.StatusUnprocessableEntity, c.says)
			p.Check()
			if p.Field("document") != document && what != "script in a title" { // a browser drops a control character by itself
				t.Errorf("%s: the text came back changed:\n%s", what, p.Field("document"))
			}
		}
	}
	b.PostForm("/contracts/document", entering("", "draft")).Want(http.StatusUnprocessableEntity, "is empty")
	b.PostForm("/contracts/document", entering(strings.Repeat("# long\n", 2<<20), "draft")).Want(http.StatusRequestEntityTooLarge)
}

func TestAPreviewSaysWhatTheRunWillBill(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	before := site.Login(access.Sales).Get("/contracts/" + w.Waiting + "/outlook").Want(200).Table("Invoices to come")
	finance := site.User("Finance", access.Finance)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.Approve(ctx, tx, w.Waiting, "", finance) })
	webtest.Bill(site, webtest.Today)
	rows := site.Login(access.Support).Get("/contracts/" + w.Waiting).Want(200).Table("Invoices")
	if len(rows) != 2 || rows[0][4] != before[0][5] || rows[0][3] != before[0][1] {
		t.Errorf("the run billed %q, and the preview had said %q", rows, before[0])
	}
}

func TestADocumentIsHandedOutAsItWasExported(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	b := site.Login(access.Support)
	b.Get("/contracts/"+w.Contract+"/document").Want(200, "C-2026-001-v1.yaml", "Version 1, approved")
	file := b.Get("/contracts/" + w.Contract + "/document?version=1&format=yaml").Want(200)
	d, err := contracts.Parse([]byte(file.Body))
	if err != nil || d.Contract != w.Contract {
		t.Errorf("the file cannot be read back: %v\n%s", err, file.Body)
	}
	b.Get("/contracts/"+w.Contract+"/document?version=9").Want(404, "has no version 9")
	b.Get("/contracts/C-0").Want(404, "Nothing goes by this name.")
}
