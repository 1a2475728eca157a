package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/mail/mailtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/web/webtest"
)

const rocket = "Zoë’s Rocket 🚀 Łódź 株式会社"

func TestAnEmojiInACustomersNameGoesThroughInvoiceMailAndPDF(t *testing.T) {
	site := webtest.New(t)
	c := invoicingtest.New(t, site.DB)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.Create(ctx, tx, customers.New{
			ExternalID: "rocket", Name: rocket, LegalName: rocket, Kind: customers.Business, Entity: c.US.ID, Currency: "USD", SignedUpOn: invoicingtest.Day("2025-01-01"),
			Billing:  customers.Address{Lines: []string{"🏢 1 Launch Pad"}, City: "New York", Region: "NY", Postcode: "10118", Country: "US"},
			Contacts: []customers.Contact{{Role: customers.Payable, Name: "Zoë 🚀", Email: "ap@rocket.example"}},
		}, access.System("test"))
		return err
	})
	c.Sign(t, strings.NewReplacer("C-7", "C-8", "customer: acme", "customer: rocket", "Platform and calls", "Rockets 🚀").Replace(deal))
	post := mailtest.New(t)
	env := append(settings(t, site.DB), "SMTP_URL="+post.URL())
	ratable(t, env, "", "run", "invoices", "--as-of", "2026-01-01").want(t, 0, "1 document issued as of 2026-01-01")
	ratable(t, env, "", "run", "mail").want(t, 0, "1 sent")

	got := post.Received()
	if len(got) != 1 || !strings.Contains(got[0].Text, "Dear "+rocket+",") || len(got[0].Attachments) != 1 {
		t.Fatalf("the mail is %+v", got)
	}
	if to := got[0].Header.Get("To"); strings.ContainsFunc(to, func(r rune) bool { return r > '~' }) {
		t.Errorf("the address is not encoded: %q", to)
	}
	text := pdfText(t, got[0].Attachments[0].Content)
	for _, line := range []string{"RTUS-2026-000001", "Zoë’s Rocket � Łódź"} {
		if !strings.Contains(text, line) {
			t.Errorf("the PDF lacks %q:\n%s", line, text)
		}
	}
	frozen, err := invoicing.Get(t.Context(), site.DB, "RTUS-2026-000001")
	if err != nil || frozen.Buyer.Name != rocket {
		t.Errorf("the invoice is frozen for %q (%v)", frozen.Buyer.Name, err)
	}
	site.Login(access.Finance).Get("/invoices/RTUS-2026-000001").Want(http.StatusOK, rocket)
}
