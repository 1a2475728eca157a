package invoicing_test

import (
	"errors"
	"testing"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
)

func TestPartialCreditsReturnExactlyTheTax(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	credit := invoicing.Credit{Invoice: "RTUS-2026-000001", Line: 1, Amount: money.Of(303_33, "USD"), Reason: "outage", On: invoicingtest.Day("2026-01-15")}
	var net, taxes money.Amount
	for i := range 3 {
		if i == 2 {
			credit.Amount = money.Of(303_34, "USD")
		}
		preview, err := invoicing.PreviewCredit(t.Context(), c.DB, credit)
		if err != nil {
			t.Fatal(err)
		}
		note, err := invoicing.GrantCredit(t.Context(), c.DB, credit, c.Finance)
		if err != nil {
			t.Fatal(err)
		}
		if note.Kind != "credit_note" || note.Total != preview.Total || note.Lines[0].Corrects == nil {
			t.Errorf("credit %d is a %s of %s, the preview showed %s", i+1, note.Kind, note.Total, preview.Total)
		}
		net, taxes = net.Add(note.Net), taxes.Add(note.Tax)
	}
	if net.String() != "-910.00" || taxes.String() != "-80.76" {
		t.Errorf("three credits return %s and tax %s; the invoice charged 910.00 and 80.76", net, taxes)
	}
	credit.Amount = money.Of(1, "USD")
	if _, err := invoicing.GrantCredit(t.Context(), c.DB, credit, c.Finance); !errors.Is(err, fault.Invalid) {
		t.Errorf("a cent more than the line held was credited: %v", err)
	}
	open, err := ledger.OpenOf(t.Context(), c.DB, c.Account("acme"), "RTUS-2026-000001")
	if err != nil || !open.IsZero() {
		t.Errorf("after credits of all of it the invoice has %s open (%v)", open, err)
	}
	if r := c.Bill(t, "2026-01-15"); r.Issued.Documents != 0 {
		t.Errorf("a run after the credits issued %d documents; nothing is owed", r.Issued.Documents)
	}
	expectBalanced(t, c.DB)
}

func TestAVoidedInvoiceIsBilledAgainUnderANewNumber(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	if err := invoicing.Void(t.Context(), c.DB, "RTUS-2026-000001", invoicingtest.Day("2026-01-03"), "wrong address", c.Finance); err != nil {
		t.Fatal(err)
	}
	if err := invoicing.Void(t.Context(), c.DB, "RTUS-2026-000001", invoicingtest.Day("2026-01-03"), "again", c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("voided twice: %v", err)
	}
	expectBalanced(t, c.DB)
	c.Bill(t, "2026-01-04")
	documents := c.Documents(t, c.Account("acme"))
	expectLines(t, documents,
		"RTUS-2026-000001 seats 2026-01-01..2026-03-31 910.00",
		"RTUS-2026-000002 seats 2026-01-01..2026-03-31 910.00")
	if documents[0].Voided == nil || documents[1].Voided != nil || documents[1].Lines[0].Description != "Platform" {
		t.Errorf("voided: %v and %v; the second says %q", documents[0].Voided, documents[1].Voided, documents[1].Lines[0].Description)
	}
	if _, err := invoicing.GrantCredit(t.Context(), c.DB, invoicing.Credit{Invoice: "RTUS-2026-000001", Line: 1, Amount: money.Of(1, "USD"), Reason: "x", On: invoicingtest.Day("2026-01-05")}, c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("a voided invoice was credited: %v", err)
	}
	expectBalanced(t, c.DB)
}

func TestACancelledInvoiceIsNotBilledAgain(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	cancel := func(number string) error {
		return invoicing.Cancel(t.Context(), c.DB, number, invoicingtest.Day("2026-01-20"), "ordered twice", c.Finance)
	}
	if err := cancel("RTUS-2026-000001"); err != nil {
		t.Fatal(err)
	}
	if err := cancel("RTUS-2026-000001"); !errors.Is(err, fault.Conflict) {
		t.Errorf("cancelled twice: %v", err)
	}
	expectBalanced(t, c.DB)
	for _, day := range []string{"2026-01-20", "2026-01-21", "2026-03-31"} {
		if r := c.Bill(t, day); r.Issued.Documents != 0 {
			t.Errorf("a run of %s issued %d documents for what was cancelled", day, r.Issued.Documents)
		}
	}
	c.Bill(t, "2026-04-01")
	expectLines(t, c.Documents(t, c.Account("acme")),
		"RTUS-2026-000001 seats 2026-01-01..2026-03-31 910.00",
		"RTUS-2026-000002 seats 2026-04-01..2026-06-30 910.00")
	standing, err := ledger.LoadStandings(t.Context(), c.DB, []customers.AccountID{c.Account("acme")})
	if err != nil {
		t.Fatal(err)
	}
	for key, at := range standing[c.Account("acme")].Lines {
		if want := money.Of(91000, "USD"); key.Line == "seats" && at.Billed != want {
			t.Errorf("%s is billed %s of the second quarter, and should be %s", key.Line, at.Billed, want)
		}
	}
	if _, err := invoicing.GrantCredit(t.Context(), c.DB, invoicing.Credit{Invoice: "RTUS-2026-000002", Line: 1, Amount: money.Of(1, "USD"), Reason: "void: x", On: invoicingtest.Day("2026-04-05")}, c.Finance); !errors.Is(err, fault.Invalid) {
		t.Errorf("a credit was granted for the reason that cancelled invoices have: %v", err)
	}
}

func TestACreditedInvoiceCannotBeVoided(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	day := invoicingtest.Day("2026-01-15")
	if _, err := invoicing.GrantCredit(t.Context(), c.DB, invoicing.Credit{Invoice: "RTUS-2026-000001", Line: 1, Amount: money.Of(100, "USD"), Reason: "sorry", On: day}, c.Finance); err != nil {
		t.Fatal(err)
	}
	if err := invoicing.Void(t.Context(), c.DB, "RTUS-2026-000001", day, "x", c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("an invoice credited in part was voided: %v", err)
	}
	if err := invoicing.Void(t.Context(), c.DB, "RTUS-CN-2026-000001", day, "x", c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("a credit note was voided: %v", err)
	}
}
