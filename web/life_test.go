package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/web/webtest"
)

// renewing is the furnished contract with a clause that renews it; today is 15 April 2026.
var renewing = strings.Replace(webtest.Document, "C-2026-001", "C-2026-009", 1) + "renewal: {auto: true, months: 12, notice_days: 30, uplift_percent: 5}\n"

func withRenewing(t *testing.T) (*webtest.Site, *webtest.Browser, *webtest.Browser) {
	t.Helper()
	site := webtest.New(t)
	w := webtest.Furnish(site)
	w.Enter(site, renewing, site.User("Maker", access.Sales))
	finance := site.User("Checker", access.Finance)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Approve(ctx, tx, "C-2026-009", "", finance)
	})
	return site, site.Login(access.Sales), site.Login(access.Finance)
}

func sending(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestEachActionLeadsToTheAmendmentFormWithWhatItChanges(t *testing.T) {
	_, sales, finance := withRenewing(t)
	at := "/contracts/C-2026-009"
	sales.Get(at).Want(200, "Change it", "Extend", "Blend and extend", "Renew", "Terminate", "Give notice", "Renews by itself", "Last day for notice", "raised by 5 %").Check()
	for _, a := range []struct {
		name   string
		form   url.Values
		fields map[string]string
		says   []string
	}{
		{"extend", sending("through", "2027-06-30", "on", "2026-05-01", "reason", "they like it"), map[string]string{"term.through": "2027-06-30", "effective": "2026-05-01", "reason": "they like it"}, []string{"30 Jun 2027", "Total contract value"}},
		{"blend", sending("through", "2027-12-31", "on", "2026-07-01", "reason", "longer", "price.seats", "34"), map[string]string{"lines[0].fixed.unit_price": "36", "term.through": "2027-12-31"}, []string{"36.00 a month"}},
		{"renew", sending("on", "2027-01-01", "months", "24", "uplift", "5", "price", "agreed", "reason", "renewed"), map[string]string{"lines[0].fixed.unit_price": "42", "term.through": "2028-12-31", "term.renewed": "2027-01-01", "renewal.months": "12"}, []string{"42.00 a month"}},
		{"terminate", sending("last", "2026-06-30", "on", "2026-06-01", "cause", "breach", "refund", "none", "commitments", "full", "reason", "breach"), map[string]string{"term.through": "2026-06-30", "ending.cause": "breach", "ending.refund": "none"}, []string{"Ends before its term", "No refund", "Less than agreed"}},
	} {
		sales.Get(at+"/"+a.name).Want(200, "The next page shows what it changes in money").Check()
		p := sales.PostForm(at+"/"+a.name, a.form).Want(200, append(a.says, "Amend C-2026-009", "approves this before it counts")...)
		p.Check()
		for name, want := range a.fields {
			if got := p.Field(name); got != want {
				t.Errorf("%s fills %s with %q, want %q", a.name, name, got, want)
			}
		}
		form, ok := p.Form(at + "/amend")
		if !ok {
			t.Fatalf("%s shows no amendment form", a.name)
		}
		if a.name == "renew" {
			form.Set("do", "submit")
			sales.PostForm(at+"/amend", form).Want(200, "waits for approval by another person")
			sales.Get(at+"/extend").Want(409, "waits for a decision")
			finance.PostForm(at+"/approve", nil).Want(200, "was approved")
			sales.Get(at+"/history").Want(200, "Version 2", "What it changes against version 1", "Further terms from", "1 Jan 2027", "40.00", "42.00", "Version 2 begins a further term").Check()
			return
		}
		finance.PostForm(at+"/amend", form) // nothing is kept by looking
	}
}

func TestAnActionThatCannotBeIsSaidBesideItsField(t *testing.T) {
	_, sales, _ := withRenewing(t)
	for _, bad := range []struct {
		name  string
		form  url.Values
		field string
		says  string
	}{
		{"extend", sending("through", "soon", "on", "2026-05-01", "reason", "r"), "through", "must be a day such as"},
		{"extend", sending("through", "2026-12-31", "on", "2026-05-01", "reason", "r"), "through", "must be after 2026-12-31"},
		{"extend", sending("through", "2027-12-31", "on", "2026-05-01", "reason", ""), "reason", "is missing"},
		{"extend", sending("through", "2027-12-31", "on", "", "reason", "r"), "on", "must be a day such as"},
		{"blend", sending("through", "2027-12-31", "on", "2026-05-01", "reason", "r"), "through", "needs a new unit price"},
		{"blend", sending("through", "2027-12-31", "on", "2026-05-01", "reason", "r", "price.seats", "cheap"), "price.seats", "must be a price"},
		{"blend", sending("through", "2027-12-31", "on", "2026-05-01", "reason", "r", "price.seats", "-1"), "price.seats", "is negative"},
		{"blend", sending("through", "2027-12-31", "on", "2028-05-01", "reason", "r", "price.seats", "3"), "on", "nothing left to blend"},
		{"renew", sending("on", "2027-01-02", "months", "12", "uplift", "5", "price", "agreed", "reason", "r"), "on", "must be 2027-01-01"},
		{"renew", sending("on", "2027-01-01", "months", "many", "uplift", "5", "price", "agreed", "reason", "r"), "months", "must be a number of months"},
		{"renew", sending("on", "2027-01-01", "months", "12", "uplift", "-5", "price", "agreed", "reason", "r"), "uplift", "must be a percentage"},
		{"renew", sending("on", "2027-01-01", "months", "12", "uplift", "5", "price", "list", "reason", "r"), "price", "must be agreed or catalog"},
		{"terminate", sending("last", "2027-06-30", "on", "2026-06-01", "cause", "breach", "refund", "none", "commitments", "full", "reason", "r"), "last", "lies outside the term"},
		{"terminate", sending("last", "2026-06-30", "on", "2026-06-01", "cause", "spite", "refund", "none", "commitments", "full", "reason", "r"), "cause", "must be one of the choices"},
	} {
		p := sales.PostForm("/contracts/C-2026-009/"+bad.name, bad.form).Want(http.StatusUnprocessableEntity)
		p.Check()
		if got := p.Message(bad.field); !strings.Contains(got, bad.says) {
			t.Errorf("%s %v: beside %s stands %q, want %q", bad.name, bad.form, bad.field, got, bad.says)
		}
		for name, values := range bad.form {
			if got := p.Field(name); got != values[0] && name != bad.field { // a choice that is none has no place to stand
				t.Errorf("%s comes back with %s = %q, sent was %q", bad.name, name, got, values[0])
			}
		}
	}
	sales.Get("/contracts/C-2026-002/extend").Want(409, "not agreed yet")
}

func TestNoticeIsRecordedWithdrawnAndTooLate(t *testing.T) {
	site, sales, _ := withRenewing(t)
	at := "/contracts/C-2026-009"
	sales.Get(at+"/notice").Want(200, "unless either side gives notice by 1 Dec 2026").Check()
	sales.PostForm(at+"/notice", sending("party", "customer", "on", "2026-04-16", "reason", "r")).Want(422, "lies ahead").Check()
	sales.PostForm(at+"/notice", sending("party", "nobody", "on", "x", "reason", "")).Want(422, "must be a day")
	sales.PostForm(at+"/notice", sending("party", "customer", "on", "2026-04-10", "reason", "moves in-house")).Want(200, "does not renew", "Notice given", "The customer gave notice", "Withdraw notice")
	sales.Get(at+"/notice").Want(200, "Withdraw the notice").Check()
	sales.PostForm(at+"/notice", sending("step", "withdraw", "reason", "")).Want(422, "is missing")
	sales.PostForm(at+"/notice", sending("step", "withdraw", "reason", "they stay")).Want(200, "renews as agreed", "Notice was withdrawn")
	sales.Get("/contracts/C-2026-001/notice").Want(200, "does not renew by itself")
	site.Login(access.Support).Get(at).Want(200, "Give notice").Lacks("Terminate")
	site.Login(access.Accountant).Get(at).Lacks("Give notice", "Blend")
}

func TestTheWorklistNamesWhatEndsOrRenewsSoon(t *testing.T) {
	site, sales, _ := withRenewing(t)
	sales.Get("/contracts?view=renewals").Want(200, "No contract matches")
	soon := strings.NewReplacer("C-2026-009", "C-2026-010", "through: 2026-12-31", "through: 2026-08-31", "notice_days: 30", "notice_days: 90").Replace(renewing)
	webtest.World{}.Enter(site, soon, site.User("Seller", access.Sales))
	finance := site.User("Boss", access.Finance)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Approve(ctx, tx, "C-2026-010", "", finance)
	})
	// It ends in August, but the last day to stop it is 2 June.
	sales.Get("/contracts?view=renewals").Want(200, "C-2026-010", "Renews by itself", "notice by 2 Jun 2026").Lacks("C-2026-009")
	sales.Get("/").Want(200, "Contract C-2026-010 renews", "unless notice is given by 2 Jun 2026")
	r, err := contracts.RenewDue(t.Context(), site.DB, period.NewDate(2026, 9, 1))
	if err != nil || len(r.Renewed) != 1 {
		t.Fatalf("renewed %+v: %v", r, err)
	}
	sales.Get("/contracts/C-2026-010/history").Want(200, "Renewed automatically under the renewal clause of version 1", "the contract renewed by itself", "Ratable").Check()
}

// upload posts a file as a browser does.
func upload(b *webtest.Browser, path, name, content string, fields url.Values) *webtest.Page {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field := range fields {
		_ = w.WriteField(field, fields.Get(field))
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	return b.Do(http.MethodPost, path, &body, map[string]string{"Content-Type": w.FormDataContentType(), "Sec-Fetch-Site": "same-origin"})
}

func TestASignedPaperIsAttachedShownAndHandedOut(t *testing.T) {
	site, sales, _ := withRenewing(t)
	at := "/contracts/C-2026-009"
	sales.Get(at+"/attach").Want(200, "SHA-256").Check()
	paper := "%PDF-1.7 signed by both"
	for name, says := range map[string]string{"": "choose a file", "virus.exe": "must be a .pdf", "page.png": "is no .png file"} {
		upload(sales, at+"/attach", name, paper, sending("version", "1")).Want(422, says).Check()
	}
	upload(sales, at+"/attach", "signed.pdf", paper, sending("version", "7")).Want(422, "must be a version there is")
	if p := upload(sales, at+"/attach", "signed \"2026\".pdf", paper, sending("version", "1", "about", "§ 2.1")); p.Status != http.StatusSeeOther {
		t.Fatalf("attaching answers %d:\n%s", p.Status, p.Text())
	}
	upload(sales, at+"/attach", "again.pdf", paper, sending("version", "1")).Want(409, "The very same file")
	p := sales.Get(at).Want(200, "§ 2.1", "attached", "23 bytes")
	p.Check()
	got := site.Login(access.Accountant).Do(http.MethodGet, at+"/files/1", nil, nil)
	if got.Body != paper || got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment;") || got.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("handed out is %q with %v", got.Body, got.Header)
	}
	sales.Get("/contracts/C-2026-001/files/1").Want(404) // another contract's
	upload(site.Login(access.Support), at+"/attach", "signed.pdf", paper, nil).Want(403)
}

func TestAnApprovalRuleChangesWhenAnotherPersonApproves(t *testing.T) {
	site, sales, finance := withRenewing(t)
	list := "/settings/approval-rules"
	sales.Get(list).Want(200, "Time to pay", "above 45 days").Check()
	sales.Get(list + "/net_days").Want(403)
	finance.Get(list+"/net_days").Want(200, "Today: above 45 days").Check()
	finance.Get(list + "/nothing").Want(404)
	for _, bad := range []struct {
		form        url.Values
		field, says string
	}{
		{sending("threshold", "many", "starts_on", "2026-05-01", "reason", "r"), "threshold", "must be a figure"},
		{sending("threshold", "-1", "starts_on", "2026-05-01", "reason", "r"), "threshold", "is negative"},
		{sending("threshold", "30", "starts_on", "2026-04-01", "reason", "r"), "starts_on", "must be today"},
		{sending("threshold", "30", "starts_on", "", "reason", "r"), "starts_on", "must be a day"},
		{sending("threshold", "30", "starts_on", "2026-05-01", "reason", ""), "reason", "is missing"},
		{sending("threshold", "45", "starts_on", "2026-05-01", "reason", "r"), "threshold", "says already"},
	} {
		p := finance.PostForm(list+"/net_days", bad.form).Want(422)
		if got := p.Message(bad.field); !strings.Contains(got, bad.says) {
			t.Errorf("%v: beside %s stands %q", bad.form, bad.field, got)
		}
	}
	finance.PostForm(list+"/net_days", sending("threshold", "20", "roles", "both", "active", "on", "starts_on", "2026-04-15", "reason", "cash is short")).Want(200, "a change waits for approval", "above 45 days, approved by finance", "above 20 days, approved by finance and accountant").Lacks("Send back")
	finance.PostForm(list+"/net_days/approve", nil).Want(403, "another person")
	accountant := site.Login(access.Accountant)
	accountant.Get("/approvals").Want(200, "time to pay")
	accountant.PostForm(list+"/net_days/reject", nil).Want(422, "Reason")
	accountant.PostForm(list+"/net_days/approve", nil).Want(200, "above 20 days", "Finance, Accountant", "approved by").Check()

	document := strings.Replace(webtest.Document, "C-2026-001", "C-2026-011", 1)
	sales.PostForm("/contracts/document", entering(document, "submit")).Want(200)
	finance.Get("/contracts/C-2026-011").Want(200, "It needs the approval of finance and accountant", "30 days are more than 20")
	finance.PostForm("/contracts/C-2026-011/approve", nil).Want(200, "accountant has yet to").Lacks("Active")
	accountant.PostForm("/contracts/C-2026-011/approve", nil).Want(200, "Active", "approved by one of several")
}
