package invoicing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
)

const acme = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-7}
lines:
  - {id: seats, product: platform, clause: "§ 2.1", fixed: {quantity: 10, unit_price: 91.00, every: quarter}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.10}}}
`

// lines writes the lines of documents as people would say them.
func lines(documents []invoicing.Issued) []string {
	var out []string
	for _, d := range documents {
		for _, l := range d.Lines {
			text := fmt.Sprintf("%s %s %s %s", d.Number, l.Line, l.Span, l.Amount)
			if l.Corrects != nil {
				text += fmt.Sprintf(" corrects %s/%d", l.Corrects.Document, l.Corrects.Line)
			}
			out = append(out, text)
		}
	}
	return out
}

func expectLines(t *testing.T, documents []invoicing.Issued, want ...string) {
	t.Helper()
	if got := lines(documents); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("issued\n  %s\nowed\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// expectBalanced holds the ledger against the documents.
func expectBalanced(t *testing.T, db *postgres.DB) {
	t.Helper()
	trial, err := ledger.TrialBalance(t.Context(), db, ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range trial.Totals() {
		if !row.Closing.IsZero() {
			t.Errorf("the ledger is out of balance by %s %s", row.Closing, row.Currency)
		}
	}
}

func TestARunIssuesWhatIsDueAndASecondOneNothing(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	for range 2 {
		c.Bill(t, "2026-01-01")
	}
	for range 2 {
		c.Bill(t, "2026-02-01")
	}
	documents := c.Documents(t, c.Account("acme"))
	expectLines(t, documents,
		"RTUS-2026-000001 seats 2026-01-01..2026-03-31 910.00",
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 150.00")
	if d := documents[0]; d.Tax.String() != "80.76" || d.DueOn != invoicingtest.Day("2026-01-31") || d.PONumber != "PO-7" {
		t.Errorf("New York City takes 8.875%% of 910.00 = 80.76 in 30 days on PO-7; issued %s, due %s, PO %s", d.Tax, d.DueOn, d.PONumber)
	}
	expectBalanced(t, c.DB)
	record, err := invoicing.RunOf(t.Context(), c.DB, invoicingtest.Day("2026-01-01"))
	if err != nil || len(record.Events) != 2 || record.Issued().Documents != 1 {
		t.Errorf("the run of 1 January is recorded as %+v (%v); it was planned and finished once", record, err)
	}
}

func TestAnIssuedDocumentIsMailedOnceWithItsPDF(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	c.Bill(t, "2026-01-01")
	sent, err := mail.List(t.Context(), c.DB, mail.Filter{})
	if err != nil || len(sent) != 1 || sent[0].Key != invoicing.MailKey("RTUS-2026-000001") {
		t.Fatalf("the outbox holds %+v (%v), one message was due", sent, err)
	}
	attachment, err := invoicing.Renderer()(t.Context(), c.DB, "RTUS-2026-000001")
	if err != nil || attachment.Name != "RTUS-2026-000001.pdf" || attachment.ContentType != "application/pdf" {
		t.Fatalf("attached is %q of type %s (%v)", attachment.Name, attachment.ContentType, err)
	}
	again, err := invoicing.Renderer()(t.Context(), c.DB, "RTUS-2026-000001")
	if err != nil || string(again.Content) != string(attachment.Content) {
		t.Errorf("the same invoice was drawn differently the second time (%v)", err)
	}
}

func TestAFrozenDocumentReadsBackAsItWasIssued(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.NewReplacer("rtus", "rteu", "acme", "gracht", "C-1", "C-2").Replace(acme))
	c.Bill(t, "2026-01-01")
	d := c.Documents(t, c.Account("gracht"))[0]
	if d.Local == nil || d.Local.Currency != "EUR" || d.Local.Quote.Source != "ECB" || d.Local.Tax.String() != "173.73" {
		t.Errorf("Dutch VAT of %s USD is restated as %+v; at 1.1 it is 173.73 EUR", d.Tax, d.Local)
	}
	if d.Lines[0].Detail.Quantity.Cmp(decimal.NewFromInt(10)) != 0 || d.Lines[0].Clause != "§ 2.1" || d.Lines[0].Period != d.Lines[0].Span {
		t.Errorf("the frozen line is %+v", d.Lines[0])
	}
}

func TestALateUsageEventIsBilledAsAnAddition(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	c.Bill(t, "2026-02-01")
	c.Use(t, "acme", "api.calls", "2026-01-31", "500")
	c.Bill(t, "2026-02-02") // it waits for the regular day
	c.Bill(t, "2026-03-01")
	documents := c.Documents(t, c.Account("acme"))
	expectLines(t, documents[1:], "RTUS-2026-000002 calls 2026-01-01..2026-01-31 50.00")
	if l := documents[1].Lines[0]; l.Follows == nil || *l.Follows != (invoicing.Reference{Document: "RTUS-2026-000001", Line: 2}) || l.Before.String() != "150.00" {
		t.Errorf("the addition follows %v after %s", l.Follows, l.Before)
	}
}

func TestOneAccountThatFailsDoesNotStopTheOthers(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	// Swedish kronor: no rate is held, so the Dutch VAT cannot be restated in euro.
	c.Sign(t, acme, strings.NewReplacer("rtus", "rteu", "acme", "gracht", "C-1", "C-2", "USD", "SEK").Replace(acme))
	c.Crowd(t, 5)
	for range 2 {
		r, err := invoicing.Run(t.Context(), c.DB, invoicing.Options{AsOf: invoicingtest.Day("2026-01-01"), Batch: 3}, c.Finance)
		if err != nil || len(r.Failures) != 1 || r.Failures[0].Account != c.Account("gracht") || !errors.Is(r.Failures[0].Err, fault.NotFound) {
			t.Fatalf("the run ended with %v and failures %v; the one without a rate should fail", err, r.Failures)
		}
	}
	rows, err := invoicing.List(t.Context(), c.DB, invoicing.Filter{})
	if err != nil || len(rows) != 6 {
		t.Errorf("%d documents were issued (%v), 6 accounts could be billed", len(rows), err)
	}
	expectNoGap(t, c.DB, 6)
	record, _ := invoicing.RunOf(t.Context(), c.DB, invoicingtest.Day("2026-01-01"))
	failed, err := invoicing.RunFailures(t.Context(), c.DB, record.ID)
	if err != nil || len(failed) != 1 || failed[0].Attempt != 2 || !strings.Contains(failed[0].Error, "SEK") {
		t.Errorf("recorded failures are %+v (%v)", failed, err)
	}
}

// expectNoGap wants invoices 1 to n of the American entity in 2026, each once.
func expectNoGap(t *testing.T, db *postgres.DB, n int) {
	t.Helper()
	var count, highest int
	err := db.QueryRow(t.Context(), `
		select count(*), coalesce(max(right(number, 6)::integer), 0)
		from invoicing.numbers
		where number like 'RTUS-2026-%'`).Scan(&count, &highest)
	if err != nil || count != n || highest != n {
		t.Errorf("%d numbers are used up to %d (%v), wanted 1 to %d without a gap", count, highest, err, n)
	}
}

func TestARunThatStraysWaitsForAPerson(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-20", "900000")
	day := invoicingtest.Day("2026-02-01")
	for range 2 {
		r, err := invoicing.Run(t.Context(), c.DB, invoicing.Options{AsOf: day}, c.Finance)
		if err != nil || r.Held == "" || r.Issued.Documents != 0 {
			t.Fatalf("a run of 89,900.00 after one of 910.00 issued %d and is held for %q (%v)", r.Issued.Documents, r.Held, err)
		}
	}
	release := func(reason string, by access.Actor) error {
		return c.DB.Tx(t.Context(), func(tx pgx.Tx) error { return invoicing.Release(t.Context(), tx, day, reason, by) })
	}
	if err := release("", c.Finance); !errors.Is(err, fault.Invalid) {
		t.Errorf("released without a reason: %v", err)
	}
	if err := release("launch", c.Sales); !errors.Is(err, fault.Denied) {
		t.Errorf("sales released a run: %v", err)
	}
	if err := release("the product launched", c.Finance); err != nil {
		t.Fatal(err)
	}
	if r := c.Bill(t, "2026-02-01"); r.Issued.Net["USD"] != money.Of(89_900_00, "USD") {
		t.Errorf("after the release %s was issued, 89900.00 was due", r.Issued.Net["USD"])
	}
	if err := release("again", c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("a finished run was released: %v", err)
	}
}

func TestARunOfAnEarlierDayTakesNothingBack(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	c.Bill(t, "2026-04-01")
	issued := len(c.Documents(t, c.Account("acme")))
	r := c.Bill(t, "2026-02-01")
	if r.Overtaken != invoicingtest.Day("2026-04-01") || len(c.Documents(t, c.Account("acme"))) != issued {
		t.Errorf("a run of February after April's issued %d documents; April's run had issued all that was due", r.Issued.Documents)
	}
}

func TestALaterRunWaitsBehindAHeldOne(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(acme, "po_number", "late_usage: at_once, po_number", 1))
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-20", "900000")
	for _, day := range []string{"2026-02-01", "2026-02-02"} {
		r, err := invoicing.Run(t.Context(), c.DB, invoicing.Options{AsOf: invoicingtest.Day(day)}, c.Finance)
		if err != nil || r.Held == "" || r.Issued.Documents != 0 {
			t.Fatalf("the run of %s issued %d documents and is held for %q (%v)", day, r.Issued.Documents, r.Held, err)
		}
	}
	if err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return invoicing.Release(t.Context(), tx, invoicingtest.Day("2026-02-01"), "the product launched", c.Finance)
	}); err != nil {
		t.Fatal(err)
	}
	if r := c.Bill(t, "2026-02-01"); r.Issued.Documents != 1 {
		t.Errorf("the released run issued %d documents", r.Issued.Documents)
	}
	c.Use(t, "acme", "api.calls", "2026-01-21", "100") // late
	if r := c.Bill(t, "2026-02-03"); r.Issued.Documents != 1 {
		t.Errorf("the run of 3 February issued %d documents; that of the 2nd only waited for the 1st", r.Issued.Documents)
	}
}

func TestSalesCannotVoidAndAReasonIsAsked(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	ctx, day := context.Background(), invoicingtest.Day("2026-01-10")
	if err := invoicing.Void(ctx, c.DB, "RTUS-2026-000001", day, "typo", c.Sales); !errors.Is(err, fault.Denied) {
		t.Errorf("sales voided: %v", err)
	}
	if err := invoicing.Void(ctx, c.DB, "RTUS-2026-000001", day, "", c.Finance); !errors.Is(err, fault.Invalid) {
		t.Errorf("voided without a reason: %v", err)
	}
	if err := invoicing.Void(ctx, c.DB, "RTUS-2026-000009", day, "typo", c.Finance); !errors.Is(err, fault.NotFound) {
		t.Errorf("voided what was never issued: %v", err)
	}
}

func TestAnInvoiceVoidedBeforeItWasMailedIsNotSent(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Bill(t, "2026-01-01")
	if err := invoicing.Void(t.Context(), c.DB, "RTUS-2026-000001", invoicingtest.Day("2026-01-01"), "wrong address", c.Finance); err != nil {
		t.Fatal(err)
	}
	_, err := invoicing.Renderer()(t.Context(), c.DB, "RTUS-2026-000001")
	var refusal *mail.Refusal
	if !errors.As(err, &refusal) || !refusal.Permanent() {
		t.Errorf("the mail of a voided invoice: %v; it must be refused for good", err)
	}
	err = c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := invoicing.Resend(t.Context(), tx, "RTUS-2026-000001", invoicingtest.Day("2026-01-02"), c.Finance)
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a voided invoice was put into the outbox again: %v", err)
	}
}
