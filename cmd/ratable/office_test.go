package main

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/mail/mailtest"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/web"
	"ratable/web/webtest"
)

// office is the whole product on a day the test chooses: site, schedule, mail server.
type office struct {
	*webtest.Site
	day       time.Time
	scheduler *jobs.Scheduler
	post      *mailtest.Server
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{day: time.Date(2025, time.December, 31, 12, 0, 0, 0, time.UTC), post: mailtest.New(t)}
	via, err := mail.SMTP(o.post.URL())
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return o.day }
	o.Site = webtest.New(t, func(c *web.Config) {
		if o.scheduler, err = jobs.New(c.DB, schedule(c.DB, via, "")); err != nil {
			t.Fatal(err)
		}
		o.scheduler.Clock = now
		c.Scheduler, c.Now, c.Today = o.scheduler, now, func() period.Date { return period.DateOf(o.day, time.UTC) }
	})
	invoicingtest.New(t, o.DB)
	o.work() // the scheduler looks for the first time: what is due counts from here
	return o
}

// on goes to noon of a day; by then its billing is done.
func (o *office) on(month time.Month, day int) {
	o.T.Helper()
	o.day = time.Date(2026, month, day, 12, 0, 0, 0, time.UTC)
	o.work()
}

// work performs what the schedule says is due.
func (o *office) work() {
	o.T.Helper()
	if _, err := o.scheduler.RunDue(o.T.Context()); err != nil {
		o.T.Fatal(err)
	}
	failed, err := jobs.ListRuns(o.T.Context(), o.DB, jobs.Filter{State: jobs.Failed})
	if err != nil || len(failed) > 0 {
		o.T.Fatalf("jobs failed by %s: %+v (%v)", o.day, failed, err)
	}
}

// expectMail wants the n-th message at the mail server to be an invoice's, with its PDF as the document was frozen.
func (o *office) expectMail(n int, number, total string) {
	o.T.Helper()
	got := o.post.Received()
	if len(got) != n+1 {
		o.T.Fatalf("%d messages arrived, want %d", len(got), n+1)
	}
	m := got[n]
	if m.Subject != "Invoice "+number+" from Ratable Systems, Inc." || !strings.Contains(m.Text, total) || strings.Join(m.To, " ") != "ap@acme.example" {
		o.T.Errorf("the message to %v says %q:\n%s", m.To, m.Subject, m.Text)
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Name != number+".pdf" || m.Attachments[0].ContentType != "application/pdf" {
		o.T.Fatalf("attached is %+v, want %s.pdf", m.Attachments, number)
	}
	frozen, err := invoicing.Get(o.T.Context(), o.DB, number)
	if err != nil {
		o.T.Fatal(err)
	}
	drawn, err := invoicing.PDF(frozen.Document)
	if err != nil || !bytes.Equal(m.Attachments[0].Content, drawn) {
		o.T.Errorf("the attached PDF of %d bytes is not the document's of %d (%v)", len(m.Attachments[0].Content), len(drawn), err)
	}
	if text := pdfText(o.T, drawn); !strings.Contains(text, number) || !strings.Contains(text, "Brandywine Robotics, Inc.") {
		o.T.Errorf("the PDF of %s reads:\n%s", number, text)
	}
}

// expectPDF wants the page's PDF to be the one that was mailed, and the outbox to say that it was.
func (o *office) expectPDF(b *webtest.Browser, number string, n int) {
	o.T.Helper()
	p := b.Get("/invoices/" + number + "/pdf")
	if p.Status != http.StatusOK || p.Header.Get("Content-Type") != "application/pdf" || p.Body != string(o.post.Received()[n].Attachments[0].Content) {
		o.T.Errorf("the PDF of the page: %d, %s, %d bytes", p.Status, p.Header.Get("Content-Type"), len(p.Body))
	}
	b.Get("/outbox").Want(http.StatusOK, number, "Sent")
}

// pdfText reads a PDF as a person does.
func pdfText(t testing.TB, content []byte) string {
	t.Helper()
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		t.Fatalf("no PDF: it starts with %q", content[:min(len(content), 20)])
	}
	c := exec.Command("pdftotext", "-layout", "-", "-")
	c.Stdin = bytes.NewReader(content)
	text, err := c.Output()
	if err != nil {
		t.Fatalf("pdftotext (of the Debian package poppler-utils): %v", err)
	}
	return string(text)
}

// expectBooked wants an account to stand at an amount.
func (o *office) expectBooked(account ledger.Account, want string) {
	o.T.Helper()
	trial, err := ledger.TrialBalance(o.T.Context(), o.DB, ledger.Filter{})
	if err != nil {
		o.T.Fatal(err)
	}
	for _, r := range trial.Rows {
		if r.Account == account && r.Closing.String() == want {
			return
		}
	}
	o.T.Errorf("%s should stand at %s; the books say %+v", account, want, trial.Rows)
}

// expectLedger exports the journal and wants hledger and the sums of the CSV to agree with a trial balance of zero.
func (o *office) expectLedger(b *webtest.Browser) {
	o.T.Helper()
	trial := b.Get("/ledger?month=2026-03").Want(http.StatusOK, "Accounts receivable", "Deferred revenue").Table("Trial balance")
	if last := trial[len(trial)-1]; last[0] != "Sum" || strings.Trim(last[len(last)-1], "0.–- ") != "" {
		o.T.Errorf("the trial balance ends with %v, want zero", last)
	}
	months := "?from=2025-12&through=2026-12&format="
	c := exec.Command("hledger", "-f", "-", "check", "-s")
	c.Stdin = strings.NewReader(b.Get("/ledger/export" + months + "hledger").Want(http.StatusOK).Body)
	if out, err := c.CombinedOutput(); err != nil {
		o.T.Errorf("hledger check -s: %v\n%s", err, out)
	}
	rows, err := csv.NewReader(strings.NewReader(b.Get("/ledger/export" + months + "csv").Want(http.StatusOK).Body)).ReadAll()
	if err != nil || len(rows) < 2 {
		o.T.Fatalf("the CSV has %d rows (%v)", len(rows), err)
	}
	debit, credit := slices.Index(rows[0], "debit"), slices.Index(rows[0], "credit")
	var sum decimal.Decimal
	for _, row := range rows[1:] {
		sum = sum.Add(amount(o.T, row[debit])).Sub(amount(o.T, row[credit]))
	}
	if !sum.IsZero() {
		o.T.Errorf("debits and credits of the CSV differ by %s", sum)
	}
}

// amount reads a cell; the side that is empty is nothing.
func amount(t testing.TB, cell string) decimal.Decimal {
	t.Helper()
	if cell == "" {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(cell)
	if err != nil {
		t.Fatalf("the CSV has the amount %q: %v", cell, err)
	}
	return d
}
