package browser

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"ratable/internal/mail/mailtest"
)

// TestAContractGoesFromSalesToTheLedger is the product in one go, each at their desk: a contract is entered, approved
// by another, billed, mailed, earned and exported.
func TestAContractGoesFromSalesToTheLedger(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))

	w.signIn(person(t, "sofia"))
	w.press("Contracts")
	w.press("New contract")
	number := eval[string](w, `document.querySelector("[name=contract]").value`)
	w.fill("Title", "Brightwater, more seats")
	w.fill("Customer", "brightwater")
	w.fill("First day", "2026-11-01")
	w.fill("Last day", "2027-10-31")
	w.fill("Product", "platform-seats")
	w.fill("Quantity", "10")
	w.fill("Unit price", "40")
	w.until("4,800.00") // the preview follows: 12 months x 10 x 40.00
	w.press("Submit for approval")
	w.sees(number, "Brightwater Analytics")

	billed(t, w, number)
}

// TestAContractDocumentIsUploadedAndBilled takes the other way in: the document that lawyers and scripts write.
func TestAContractDocumentIsUploadedAndBilled(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	file := filepath.Join(t.TempDir(), "contract.yaml")
	document := `contract: C-2001
title: Brightwater, more seats
entity: nlus
customer: brightwater
currency: USD
term: {from: 2026-11-01, through: 2027-10-31}
billing: {net_days: 30}
lines:
  - {id: seats, product: platform-seats, clause: § 1, fixed: {quantity: 10, unit_price: 40.00, every: month}}
`
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	w.signIn(person(t, "tomas"))
	w.press("Contracts")
	w.press("New contract")
	w.press("From a document")
	w.fill("Or a file", file)
	w.press("Preview")
	w.sees("4,800.00")
	w.press("Submit for approval")
	w.sees("C-2001", "Brightwater Analytics")

	billed(t, w, "C-2001")
}

// billed takes a contract of ten seats of Brightwater's through the rest of the house.
func billed(t *testing.T, w *tab, contract string) {
	t.Helper()
	w.signIn(person(t, "felix"))
	w.press("Approvals")
	w.press(contract)
	w.press("Approve")
	w.sees("Active")

	w.perform("Invoices")
	w.sees("1 documents issued")
	w.perform("Mail")
	letter := letterTo(t, w.site.mail, "brightwater.example")
	invoice := letter.Attachments[0]
	if !bytes.HasPrefix(invoice.Content, []byte("%PDF-")) || invoice.ContentType != "application/pdf" {
		t.Errorf("the attachment %s is %s and begins with %.10q, want a PDF", invoice.Name, invoice.ContentType, invoice.Content)
	}
	document := strings.TrimSuffix(invoice.Name, ".pdf")
	if !strings.Contains(letter.Subject+letter.Text, document) {
		t.Errorf("the mail does not name the invoice %s: %s\n%s", document, letter.Subject, letter.Text)
	}

	w.perform("Revenue")
	w.press("Contracts")
	w.press(contract)
	w.press("Revenue schedule")
	w.sees("Scheduled", "4,800.00", "Oct 2027")

	w.signIn(person(t, "alma"))
	w.press("Ledger")
	w.press("Export")
	w.fill("From month", "2026-11")
	w.fill("Through month", "2026-11")
	journal := w.download("Download hledger")
	if !strings.Contains(journal, document) {
		t.Errorf("the ledger of November does not hold invoice %s", document)
	}
	check := exec.Command("hledger", "check", "--strict", "-f", "-")
	check.Stdin = strings.NewReader(journal)
	if said, err := check.CombinedOutput(); err != nil {
		t.Errorf("hledger refuses the journal: %v\n%s", err, said)
	}
}

// perform starts a job from the Runs page, looks at what it would do, and waits for its end.
func (w *tab) perform(job string) {
	w.t.Helper()
	w.press("Runs")
	w.press("Start a run")
	w.fill("Job", strings.ToLower(job))
	w.press("Look at it first")
	w.press("Start the run")
	w.sees(job)
	deadline := time.Now().Add(patience)
	for !strings.Contains(w.text(), "Done") {
		if strings.Contains(w.text(), "It failed") || time.Now().After(deadline) {
			w.t.Fatalf("the run of %s does not end well:\n%s\n%s", job, w.text(), w.site.log)
		}
		time.Sleep(200 * time.Millisecond)
		w.open(w.where())
	}
}

// until waits for the page to show a text by itself.
func (w *tab) until(text string) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for !strings.Contains(w.text(), text) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s never shows %q; it shows:\n%s", w.where(), text, w.text())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// eventually waits for a condition of the page to come true.
func (w *tab) eventually(what, condition string) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !eval[bool](w, condition); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s never has %s; it shows:\n%s", w.where(), what, w.text())
		}
	}
}

// letterTo is the one letter with an attachment that the mail server took for a domain.
func letterTo(t *testing.T, server *mailtest.Server, domain string) mailtest.Received {
	t.Helper()
	var found []mailtest.Received
	for _, r := range server.Received() {
		if slices.ContainsFunc(r.To, func(to string) bool { return strings.HasSuffix(to, domain) }) {
			found = append(found, r)
		}
	}
	if len(found) != 1 || len(found[0].Attachments) == 0 {
		t.Fatalf("%d mails went to %s, want one with an invoice in it; the server took %d in all", len(found), domain, len(server.Received()))
	}
	return found[0]
}

// download presses a button that sends a file, and returns what the browser saved.
func (w *tab) download(name string) string {
	w.t.Helper()
	dir := w.t.TempDir()
	done := make(chan *browser.EventDownloadProgress, 1)
	err := chromedp.ListenBrowser(w.ctx, func(event any) {
		if e, ok := event.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
			select {
			case done <- e:
			default:
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.do("keep downloads", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		yes := true
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: dir, EventsEnabled: &yes,
		})
		return err
	}))
	w.touch(name)
	select {
	case e := <-done:
		if e.State != browser.DownloadProgressStateCompleted {
			w.t.Fatalf("the download of %q is %s", name, e.State)
		}
		saved, err := os.ReadFile(filepath.Join(dir, e.GUID))
		if err != nil {
			w.t.Fatal(err)
		}
		return string(saved)
	case <-time.After(patience):
		w.t.Fatalf("%q on %s downloads nothing", name, w.where())
		return ""
	}
}
