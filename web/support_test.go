package web_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ratable/internal/access"
)

func TestACustomersStoryTellsEverythingInBusinessTimeAndCanBeNarrowed(t *testing.T) {
	h := newHouse(t)
	h.deliver(t, refusing{})
	h.Login(access.Finance).PostForm("/invoices/"+h.unpaid+"/void", url.Values{"reason": {"wrong address"}}).Want(200)
	b := h.Login(access.Support)
	at := fmt.Sprintf("/customers/%d", h.Customers["acme"].ID)
	p := b.Get(at).Want(200, "Contract C-100, version 1", "Invoice "+h.invoice, h.unpaid+" taken back", "Payment R-", "E-mail to")
	p.Check()
	var days []string
	for _, row := range p.Table("Story") {
		days = append(days, row[0])
	}
	if len(days) < 9 || !strings.Contains(days[0], "Apr") && !strings.Contains(days[0], "2026") {
		t.Errorf("the story runs over %q", days)
	}
	for _, row := range b.Get(at + "?story=payments").Want(200).Table("Story") {
		if !strings.HasPrefix(row[1], "Payment R-") {
			t.Errorf("narrowed to payments the story tells of %q", row)
		}
	}
	failed := b.Get(at+"?story=mails").Want(200, "no such mailbox")
	if !slices.ContainsFunc(failed.Links(), func(link string) bool { return strings.HasPrefix(link, "/outbox/") }) {
		t.Error("a mail that failed does not lead to where it is sent again")
	}
}

func TestSupportGivesBackALittleAloneAndAsksFinanceForMore(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, strings.NewReplacer("C-100", "C-110", "quantity: 10", "quantity: 100", "PO-7", "PO-8").Replace(acme))
	h.Bill(t, "2026-04-15")
	big := h.numberOf(t, "acme", "2026-04-15")
	support, finance := h.Login(access.Support), h.Login(access.Finance)
	at := "/invoices/" + h.invoice + "/credit"
	wish := func(amount, step string) url.Values {
		return url.Values{"line": {"1"}, "amount": {amount}, "reason": {"Outage of the third"}, "step": {step}}
	}
	support.PostForm(at, wish("100.00", "preview")).Want(200, "Issue the credit note").Lacks("needs a person of finance")
	support.PostForm(at, wish("100.00", "commit")).Want(200, "Credit note", "is issued")

	// 100.00 are given: 900.00 more is the limit of 1,000.00 on this invoice, and a cent above is not.
	p := support.PostForm(at, wish("900.00", "preview")).Want(200, "Issue the credit note")
	p.Check()
	at = "/invoices/" + big + "/credit"
	p = support.PostForm(at, wish("1000.01", "preview")).Want(200, "This needs a person of finance", "Support grants up to USD 1,000.00", "Ask finance for it")
	p.Check()
	support.PostForm(at, wish("1000.01", "commit")).Want(403, "granted by finance")
	support.PostForm(at, wish("1000.01", "ask")).Want(200, "Finance is asked")
	support.PostForm(at, wish("1000.01", "ask")).Want(422, "already waits for a decision")
	if n := len(finance.Get("/invoices?view=credits").Table("Invoices")); n != 2 {
		t.Errorf("asking issued %d credit notes", n-1)
	}

	inbox := finance.Get("/approvals").Want(200, "Credit of 1000.01 on "+big)
	door := ""
	for _, link := range inbox.Links() {
		if strings.HasPrefix(link, at) {
			door = link
		}
	}
	form := finance.Get(door).Want(200, "Support asks for this credit", "Decline it")
	form.Check()
	if form.Field("amount") != "1000.01" || form.Field("reason") != "Outage of the third" || form.Field("asked") == "" {
		t.Errorf("finance finds the form with %q, %q", form.Field("amount"), form.Field("reason"))
	}
	granted := wish("1000.01", "commit")
	granted.Set("asked", form.Field("asked"))
	support.PostForm(at, granted).Want(403)
	finance.PostForm(at, granted).Want(200, "is issued")
	finance.PostForm(at, granted).Want(409, "no longer waits")
	finance.Get("/approvals").Lacks("Credit of 1000.01")

	support.PostForm(at, wish("1500.00", "ask")).Want(200)
	asked := big + "/1/1500.00"
	support.PostForm(at+"/decline", url.Values{"asked": {asked}, "why": {"x"}}).Want(403)
	finance.PostForm(at+"/decline", url.Values{"asked": {asked}, "why": {"They have a cap"}}).Want(200, "Declined")
	finance.Get(at+"?asked="+url.QueryEscape(asked)).Want(409, "no longer waits")
}
