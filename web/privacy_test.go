package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

func TestAPersonWhoAsksIsShownWhatIsHeldAndForgottenByAnother(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	support, admin := site.Login(access.Support), site.Login(access.Admin)

	for _, x := range []struct {
		form url.Values
		says string
	}{
		{url.Values{"email": {"ap@northwind.example"}}, "is missing: what the person asked"},
		{url.Values{"email": {"nobody@northwind.example"}, "reason": {"a letter"}}, "Nothing here names nobody@northwind.example"},
		{url.Values{"customer": {w.Customer.ExternalID}, "reason": {"a letter"}}, "no person"},
		{url.Values{"reason": {"a letter"}}, "is missing: the address"},
	} {
		p := support.PostForm("/privacy/new", x.form)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), x.says) {
			t.Errorf("%v is answered with %d, want 422 and %q:\n%s", x.form, p.Status, x.says, p.Text())
		}
		if typed := x.form.Get("email"); typed != "" && !strings.Contains(p.Body, `value="`+typed+`"`) {
			t.Errorf("what was typed is lost: %s", typed)
		}
	}

	p := support.PostForm("/privacy/new", url.Values{"email": {"AP@northwind.example"}, "reason": {"Ana's letter of 2 March"}})
	for _, want := range []string{"ap@northwind.example", "customers.contacts", "mail.outbox", "Becomes Erased person"} {
		if !strings.Contains(p.Text(), want) {
			t.Errorf("the request does not say %q:\n%s", want, p.Text())
		}
	}
	if strings.Contains(p.Text(), "Erase for ever") {
		t.Error("who asked is offered to erase")
	}
	if got := support.PostForm(p.Path+"/approve", nil); got.Status != http.StatusForbidden {
		t.Errorf("who asked erases: %d", got.Status)
	}
	file := support.PostForm(p.Path+"/give", nil)
	if file.Header.Get("Content-Type") != "application/json" || !strings.Contains(file.Body, "Ana Payable") || strings.Contains(file.Body, "argon2id") {
		t.Errorf("the file for the person: %v %s", file.Header, file.Body)
	}

	if inbox := admin.Get("/approvals"); !strings.Contains(inbox.Body, `href="`+p.Path+`"`) {
		t.Errorf("the request waits in nobody's inbox:\n%s", inbox.Text())
	}
	done := admin.PostForm(p.Path+"/approve", nil)
	if done.Status != http.StatusOK || !strings.Contains(done.Text(), "rows erased") || strings.Contains(done.Body, "northwind.example") {
		t.Errorf("erased: %d\n%s", done.Status, done.Text())
	}
	if c := admin.Get("/search?q=ana"); strings.Contains(c.Text(), "Ana Payable") {
		t.Error("she is still found")
	}
	if sales := site.Login(access.Sales).Get("/privacy"); sales.Status != http.StatusForbidden {
		t.Errorf("sales reads who asked to be forgotten: %d", sales.Status)
	}
}
