package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/web/webtest"
)

func TestSupportHoldsACustomersBillsTheRunSaysSoAndFinanceReleasesThem(t *testing.T) {
	h := newHouse(t)
	at := fmt.Sprintf("/customers/%d", h.Customers["acme"].ID)
	support, finance := h.Login(access.Support), h.Login(access.Finance)
	support.Get(at).Want(200, "Hold bills").Lacks("Mark as duplicate")
	p := support.Get(at+"/hold").Want(200, "All bills of Brandywine Robotics", "Contract C-100")
	p.Check()
	form, _ := p.Form(at + "/hold")
	form.Set("through", "2026-04-01")
	support.PostForm(at+"/hold", form).Want(422, "is missing: say what has to be looked into", "must be after")
	form.Set("through", "")
	form.Set("reason", "They say April was never ordered")
	form.Set("owner", fmt.Sprint(h.Sales.UserID))
	support.PostForm(at+"/hold", form).Want(200, "Bills of Brandywine Robotics are held", "Held by Sara Salas since 15 Apr 2026, because: They say April was never ordered").Check()
	support.Get("/holds").Want(200, "They say April was never ordered", "It is released").Lacks("Release it")
	support.Get("/").Want(200, "By Sara Salas since today")

	// A run of the next month, looked at before it starts: the customer is left out and the page says why.
	if r := h.Bill(t, "2026-05-01"); len(r.LeftOut) != 1 {
		t.Fatalf("the run left out %+v", r.LeftOut)
	}
	finance.Get("/runs/invoices/2026-05-01").Want(200, "Left out, because held", "Brandywine Robotics", "Held by Sara Salas since 15 Apr 2026", "1,000.00").Check()
	for _, page := range []string{"/contracts/C-100", "/contracts/C-100/outlook"} {
		finance.Get(page).Want(200, "Bills of Brandywine Robotics are held")
	}

	release := ""
	list := finance.Get("/holds").Want(200, "Release it")
	list.Check()
	if i := strings.Index(list.Body, `action="/holds/`); i >= 0 {
		release, _, _ = strings.Cut(list.Body[i+len(`action="`):], `"`)
	}
	support.PostForm(release, nil).Want(403)
	finance.PostForm(release, nil).Want(200, "Released. The next invoice run bills all that is due.", "Nothing is held")
	finance.PostForm(release, nil).Want(409, "It was released on 2026-04-15")
	finance.Get("/holds?view=all").Want(200, "Released 15 Apr 2026")
	if file := finance.Get("/holds?view=all&format=csv"); strings.Count(file.Body, "\r\n") != 2 {
		t.Errorf("the file is %q", file.Body)
	}
}

func TestADuplicateIsMergedAndPointsToWhoStays(t *testing.T) {
	h := newHouse(t)
	twice := fmt.Sprintf("/customers/%d", h.Customers["lone"].ID)
	finance := h.Login(access.Finance)
	finance.Get(twice+"/merge").Want(200, "Lone Star Freight is a duplicate").Check()
	say := func(into, reason string) *webtest.Page {
		return finance.PostForm(twice+"/merge", url.Values{"into": {into}, "reason": {reason}})
	}
	say("", "they moved").Want(422, "give a customer's number or name")
	say("nobody", "they moved").Want(422, "is neither a customer's number nor part of a name")
	say("rhein", "they moved").Want(422, "is sold to by another of our entities")
	say("acme", "").Want(422, "is missing: say how it is known that they are one")
	say("Brandywine Robotics", "one company").Want(200, "Lone Star Freight is merged", "What is sent under its number, lone, counts here.")
	finance.Get("/customers?q=lone").Want(200, "Brandywine Robotics").Lacks("Lone Star Freight")
	finance.Get(twice).Want(200, "A duplicate of Brandywine Robotics", "All its usage counts for Brandywine Robotics", "They are two after all").Check()
	finance.PostForm(twice+"/unmerge", url.Values{"reason": {"two companies"}}).Want(200, "they are two customers again")
	finance.Get("/customers?q=lone").Want(200, "Lone Star Freight")
}

func TestThePayerOfAContractChangesWithinTheFamily(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, strings.NewReplacer("acme", "harbor", "C-100", "C-300").Replace(acme))
	h.Bill(t, "2026-04-15")
	finance := h.Login(access.Finance)
	finance.Get("/contracts/C-300").Want(200, "Change the payer").Lacks("Paid by")
	p := finance.Get("/contracts/C-300/payer").Want(200, "Harborview Clinics pays today", "Cascadia Cloud, Seattle, US")
	p.Check()
	form, _ := p.Form("/contracts/C-300/payer")
	form.Set("payer", "partner")
	form.Set("from", "2026-04-01")
	finance.PostForm("/contracts/C-300/payer", form).Want(422, "must be today, 2026-04-15, or later", "say why somebody else pays")
	form.Set("from", "2026-05-01")
	form.Set("reason", "The partner took the account over")
	finance.PostForm("/contracts/C-300/payer", form).Want(200, "Documents issued from 1 May 2026 on go to Cascadia Cloud", "From 1 May 2026", "The partner took the account over").Check()
	h.Bill(t, "2026-05-01")
	found, err := invoicing.List(t.Context(), h.Site.DB, invoicing.Filter{Payer: h.Customers["partner"].ID})
	if err != nil || len(found) != 1 || found[0].IssuedOn != invoicingtest.Day("2026-05-01") {
		t.Errorf("the new payer has %+v (%v), one invoice of May is right", found, err)
	}
	h.Login(access.Sales).Get("/contracts/C-300/payer").Want(403)
}

func TestAChildMayWantAnInvoiceOfItsOwn(t *testing.T) {
	h := newHouse(t)
	at := fmt.Sprintf("/customers/%d", h.Customers["harbor"].ID)
	finance := h.Login(access.Finance)
	finance.Get(at).Want(200, "With the payer's others", "Own invoice")
	finance.PostForm(at+"/own-invoice", url.Values{"own": {"yes"}}).Want(200, "on an invoice of their own", "Of its own, where somebody else pays", "Common invoice").Check()
}
