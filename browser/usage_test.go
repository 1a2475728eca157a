package browser

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ratable/customers"
	"ratable/demo"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/webhook"
)

// TestAWrongEventIsFoundRetractedCreditedAndSeenByTheCustomer is a day on which a bill is doubted. Support goes from the name of
// a customer with three hundred SKUs to one event and takes it back; the running bill falls by its price. An event of a month that
// is billed goes the same way: the run credits exactly it, and the invoice's line says what became of it. The customer sees the
// same figures, is warned once by the alert it set, and its systems are told: by a signed webhook, and by the API.
func TestAWrongEventIsFoundRetractedCreditedAndSeenByTheCustomer(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fernhillSignsIn(t)
	w := s.tab(t, chromium(t))

	w.signIn(person(t, "support"))
	w.searches("Fernhill")
	before := w.runningBill()
	w.press("Usage")
	w.sees("In all, 300 SKUs", "Up the most")
	w.narrows("h100 eu-west")
	w.sees("In all, 1 SKU", "178.92")
	w.press("GPU machines · h100, eu-west")
	w.press("20 Nov 2026")
	w.retracts("The job was started twice")
	if fell := before.Sub(w.runningBillOf("Fernhill")); fell.Display() != "13.76" { // 208 hours at 0.8602 make 178.92, 192 make 165.16
		t.Errorf("the running bill falls by %s, and 16 hours at 0.8602 are 13.76", fell.Display())
	}
	w.press("Usage")
	w.press("Oct 2026")
	w.narrows("h100 eu-west")
	w.press("GPU machines · h100, eu-west")
	w.press("20 Oct 2026")
	w.retracts("The same job a month before")

	w.billedAgain(t)
	sku := w.sameFile(t)
	w.mine(t, sku)

	receiver := w.connects(t)
	w.warned(t, receiver)
	w.calls(t)
}

const fernhillMail = "ops@fernhill-cloud.example"

var fernhill = demo.Login{Role: access.Customer, Email: fernhillMail, Password: "northern lights at midnight", Name: "Ines Ops"}

// fernhillSignsIn gives the customer of three hundred SKUs a login of its own.
func (s *site) fernhillSignsIn(t *testing.T) {
	t.Helper()
	err := s.db.Tx(t.Context(), func(tx pgx.Tx) error {
		c, err := customers.ByExternalID(t.Context(), tx, "fernhill-cloud", today)
		if err != nil {
			return err
		}
		_, err = access.CreateUser(t.Context(), tx, access.NewUser{Email: fernhill.Email, Name: fernhill.Name, Password: fernhill.Password, Roles: []access.Role{access.Customer}, CustomerID: int64(c.ID)}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// searches types into the box that every page has and presses Enter.
func (w *tab) searches(text string) {
	w.t.Helper()
	w.types("#search", text)
}

// narrows types into the search of a list.
func (w *tab) narrows(text string) {
	w.t.Helper()
	w.types("main input[name=q]", text)
}

func (w *tab) types(field, text string) {
	w.t.Helper()
	w.arrived(run(w, "search "+text, func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, chromedp.SendKeys(chromedp.CSS(field), text+"\r"))
	}))
}

var runningBill = regexp.MustCompile(`Running bill\s+([\d,]+\.\d\d)\s*USD`)

// runningBill is what the customer's page says of it.
func (w *tab) runningBill() money.Amount {
	w.t.Helper()
	m := runningBill.FindStringSubmatch(w.text())
	if m == nil {
		w.t.Fatalf("%s has no running bill; it shows:\n%s", w.where(), w.text())
	}
	a, err := money.ParseAmount(strings.ReplaceAll(m[1], ",", ""), "USD")
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *tab) runningBillOf(name string) money.Amount {
	w.t.Helper()
	w.searches(name)
	return w.runningBill()
}

// retracts opens the one event of a day and takes it back.
func (w *tab) retracts(reason string) {
	w.t.Helper()
	w.sees("Events", "1 shown", "class=h100")
	at := eval[string](w, `[...document.querySelectorAll("main a")].find((a) => a.getAttribute("href").includes("/history?")).getAttribute("href")`)
	w.open(at)
	w.sees("Came", "counts")
	w.fillIn("Retract", "Why", 1, reason)
	w.press("Retract the event")
	w.sees("is retracted", "Restore the event", reason)
}

// billedAgain lets finance run the bills of the day: exactly the event's price is credited, and the line says which event.
func (w *tab) billedAgain(t *testing.T) {
	t.Helper()
	w.signIn(person(t, "felix"))
	w.perform("Invoices")
	w.searches("Fernhill")
	w.press("NLUS-CN-")
	w.sees("GPU machines h100, eu-west", "2.58") // 93 hours at 0.8602 make 80.00, 90 make 77.42
	w.searches("NLUS-2026-000243")
	at := eval[string](w, `[...document.querySelectorAll("main a")].find((a) => a.getAttribute("href").endsWith("/NLUS-2026-000243/lines/32")).getAttribute("href")`)
	w.open(at)
	w.sees("GPU machines h100, eu-west", "80.00")
	w.sees("1 was corrected", "Count here no longer", "Retracted")
	w.press("20 Oct, 03:59:00")
	w.sees("The same job a month before")
}

// sameFile downloads the customer's usage, and holds it to the table that is shown.
func (w *tab) sameFile(t *testing.T) string {
	t.Helper()
	w.searches("Fernhill")
	w.press("Usage")
	w.narrows("h100")
	w.sees("6 SKUs")
	table := w.table("Usage")
	rows, err := csv.NewReader(strings.NewReader(w.download("CSV"))).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("the file has %d rows and the table six SKUs: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		amount, err := money.ParseAmount(row[slices.Index(rows[0], "amount")], "USD")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(table, amount.Display()) {
			t.Errorf("the file says %s of %v, and the table does not:\n%s", amount.Display(), row, table)
		}
	}
	return table
}

// mine is what the customer sees of it, and the alert that it sets.
func (w *tab) mine(t *testing.T, theirs string) {
	t.Helper()
	w.signIn(fernhill)
	w.press("Usage")
	w.narrows("h100")
	if ours := w.table("Usage"); ours != theirs {
		t.Errorf("we see\n%s\nand the customer\n%s", theirs, ours)
	}
	w.press("Spending")
	w.press("Add an alert")
	w.fill("Tell at", "30000, 90000")
	w.fill("And these addresses", fernhillMail)
	w.press("Add the alert")
	w.sees("30,000.00 USD, 90,000.00 USD", fernhillMail)
}

// taken are the webhooks that a receiver of somebody else's took, each verified by the library of Standard Webhooks.
type taken struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	bodies []string
}

func (r *taken) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	wh, err := standardwebhooks.NewWebhook(r.secret)
	if err != nil || wh.VerifyIgnoringTimestamp(body, req.Header) != nil { // the demo's day is not the library's
		http.Error(w, "not from you", http.StatusUnauthorized)
		return
	}
	r.bodies = append(r.bodies, string(body))
}

// connects has an administrator add the receiver, which is told of alerts only.
func (w *tab) connects(t *testing.T) *taken {
	t.Helper()
	r := &taken{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	w.signIn(person(t, "admin"))
	w.press("Webhooks")
	w.press("Add an endpoint")
	w.fill("Address", r.URL+"/ratable")
	w.fill("usage.alert", "on")
	w.press("Add the endpoint")
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(w.text())
	if secret == "" {
		t.Fatalf("the page does not show the secret once:\n%s", w.text())
	}
	r.mu.Lock()
	r.secret = secret
	r.mu.Unlock()
	return r
}

// warned lets the clock look twice: one alert, one e-mail, one delivery that verifies.
func (w *tab) warned(t *testing.T, r *taken) {
	t.Helper()
	w.signIn(person(t, "felix"))
	w.perform("Alerts")
	w.sees("1 alert")
	w.perform("Alerts")
	w.sees("0 alerts")
	w.press("Outbox")
	if got := strings.Count(w.text(), fernhillMail); got != 1 {
		t.Errorf("the outbox has %d letters to %s, want one:\n%s", got, fernhillMail, w.text())
	}
	guard, err := webhook.ParseGuard(localNetworks)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := webhook.NewSender(w.site.db, guard, time.Now).Deliver(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	bodies := slices.Clone(r.bodies)
	r.mu.Unlock()
	if len(bodies) != 1 || !strings.Contains(bodies[0], `"usage.alert"`) || !strings.Contains(bodies[0], "fernhill-cloud") {
		t.Errorf("the receiver took %q", bodies)
	}
	w.signIn(person(t, "admin"))
	w.press("Webhooks")
	w.sees("usage.alert", "Delivered", "200 OK")
}

// calls issues a key and calls the API by the example of the reference, as it stands on the page.
func (w *tab) calls(t *testing.T) {
	t.Helper()
	w.press("API reference")
	w.press("API keys")
	w.fill("What it is for", "Fernhill's dashboard")
	paula := eval[string](w, `[...document.querySelectorAll("select[name=user] option")].find((o) => o.text.startsWith("Paula")).value`)
	w.fill("Acts as", paula)
	w.fill("customers:read", "on")
	w.press("Issue the key")
	token := regexp.MustCompile(`ratable_\S+`).FindString(eval[string](w, `document.querySelector("main pre").innerText`))
	if token == "" {
		t.Fatalf("the page shows no key:\n%s", w.text())
	}
	w.press("API reference")
	w.open("/developers/list-customers")
	example := eval[string](w, `[...document.querySelectorAll("main pre")].map((p) => p.innerText).find((x) => x.startsWith("curl"))`)
	call := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(example, "curl", "curl -sS --fail-with-body", 1))
	call.Env = append(os.Environ(), "RATABLE="+w.site.url, "TOKEN="+token)
	answer, err := call.CombinedOutput()
	if err != nil || !strings.Contains(string(answer), "fernhill-cloud") && !strings.Contains(string(answer), "next_cursor") {
		t.Errorf("the example of the page\n%s\nis answered %v\n%s", example, err, answer)
	}
}
