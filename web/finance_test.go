package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/web"
	"ratable/web/webtest"
)

func TestEveryDoorOpensOnAFurnishedRoom(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, wholesale)
	h.Bill(t, "2026-04-15")
	for _, a := range web.Addresses() {
		if a.Method != http.MethodGet || len(a.Roles) == 0 || strings.HasPrefix(a.Path, "/runs/:id") {
			continue
		}
		p := h.Login(a.Roles[0]).Get(h.address(a.Path))
		if p.Status != http.StatusOK {
			t.Errorf("%s answers %d to %s:\n%s", p.Path, p.Status, a.Roles[0], p.Text())
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			p.Check()
		}
	}
}

func TestNoFilterThatSomebodyTypedBreaksAPage(t *testing.T) {
	h := newHouse(t)
	b := h.LoginAs(h.User("Both", access.Finance, access.Accountant, access.Support))
	typed := "q=%27%25%00&entity=x&currency=ZZ&month=13-2026&from=yesterday&through=2026-02-30&after=~~x~&ledger=99999&contract=-1&view=?&state=?&kind=%00&account=9223372036854775808&key=a&format=xlsx"
	for _, a := range web.Addresses() {
		if a.Method == http.MethodGet && slices.Contains(a.Roles, access.Finance) {
			for _, query := range []string{typed, "format=csv&" + typed, "after=2026-01-01~1~2~3&q=a", "currency=%00"} {
				if p := b.Get(h.address(a.Path) + "?" + query); p.Status >= 500 {
					t.Errorf("%s breaks:\n%s", p.Path, h.Log)
				}
			}
		}
	}
}

func TestADocumentsPageShowsWhatItsPDFSays(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	p := b.Get("/invoices/"+h.invoice).Want(200, "Brandywine Robotics, Inc.", "PO-7", "Up to 10,000", "Above 10,000", "New York State sales tax", "First Hudson Bank", "Contract C-100, § 3.1")
	lines := p.Table("Lines")
	if lines[0][1] != "Platform Contract C-100, § 2.1" || lines[0][5] != "1,000.00" {
		t.Errorf("the first line is %q", lines[0])
	}
	// 18,001 calls less 1,000 free: 9,000 at 0.01 and 8,001 ... at their tiers, as the price says.
	if lines[1][3] != "18,001" {
		t.Errorf("the metered line is %q", lines[1])
	}
	statement := p.Table("Statement")
	if len(statement) != 3 || statement[1][3] != "minus 500.00" {
		t.Errorf("the statement is %q, want the invoice, its payment and what is open", statement)
	}
	file := b.Get("/invoices/" + h.invoice + "/pdf")
	if !strings.HasPrefix(file.Body, "%PDF-") || file.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("the PDF comes as %v", file.Header)
	}
	if d := b.Get("/invoices/" + h.invoice + "/pdf?download=1").Header.Get("Content-Disposition"); d != `attachment; filename="`+h.invoice+`.pdf"` {
		t.Errorf("the download is named %q", d)
	}
	b.Get("/invoices/RTUS-2026-999999").Want(404, "Nothing")
}

func TestACreditShowsItsEffectBeforeItIsGranted(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	before := len(h.Documents(t, h.Account("acme")))
	form := url.Values{"line": {"1"}, "amount": {"5000"}, "reason": {""}, "step": {"preview"}}
	at := "/invoices/" + h.invoice + "/credit"
	p := b.PostForm(at, form).Want(422, "is missing: it is printed on the credit note")
	if p.Field("amount") != "5000" {
		t.Errorf("the amount came back as %q", p.Field("amount"))
	}
	form.Set("reason", "Outage")
	b.PostForm(at, form).Want(422, "is more than the 1,000.00 USD left on this line")
	form.Set("amount", "a lot")
	b.PostForm(at, form).Want(422, "is no amount in USD")
	form.Set("amount", "100")
	p = b.PostForm(at, form).Want(200, "What the credit would do", "Credit: Outage")
	p.Check()
	months := p.Table("Revenue by month")
	if len(months) != 2 || months[0][0] != "Feb 2026" || months[0][3] != "minus 100.00" {
		t.Errorf("the revenue effect is %q", months)
	}
	booked := p.Table("What would be booked today")
	if sum := booked[len(booked)-1]; sum[5] != sum[6] || sum[5] != "108.88 USD" {
		t.Errorf("the books would get %q", booked)
	}
	if n := len(h.Documents(t, h.Account("acme"))); n != before {
		t.Fatalf("a preview issued %d documents", n-before)
	}
	form.Set("step", "commit")
	b.PostForm(at, form).Want(200, "is issued and on its way", "USD 108.88 credited to you")
	statement := b.Get("/invoices/" + h.invoice).Table("Statement")
	if len(statement) != 4 || statement[2][3] != "minus 108.88" {
		t.Errorf("the statement is %q", statement)
	}
}

func TestAVoidShowsWhatItBooksAndNeedsAReason(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	number := h.unpaid
	b.Get("/invoices/"+number+"/void").Want(200, "What would be booked today", "Accounts receivable")
	b.PostForm("/invoices/"+number+"/void", url.Values{"reason": {" "}}).Want(422, "say why")
	b.PostForm("/invoices/"+number+"/void", url.Values{"reason": {"Wrong customer"}}).Want(200, "is void", "Wrong customer")
	b.Get("/invoices/"+number).Want(200, "Voided on 15 Apr 2026").Lacks("Record payment")
	b.Get("/invoices/" + number + "/void").Want(409)
	b.Get("/invoices/"+h.invoice+"/void").Want(409, "paid or credited")
}

func TestADocumentIsSentAgainOnlyAfterItWasSent(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	b.PostForm("/invoices/"+h.invoice+"/send", nil).Want(409, "is queued")
	h.deliver(t, mail.Folder(t.TempDir()))
	b.PostForm("/invoices/"+h.invoice+"/send", nil).Want(200, "is in the outbox")
	if rows := b.Get("/invoices/" + h.invoice).Table("E-mail"); len(rows) != 2 || rows[0][2] != "Queued" || rows[1][2] != "Sent" {
		t.Errorf("the mails are %q", rows)
	}
}

// cells reads a file a page hands out.
func cells(t *testing.T, p *webtest.Page) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(p.Body)).ReadAll()
	if err != nil {
		t.Fatalf("%s is no CSV: %v\n%s", p.Path, err, p.Body)
	}
	return rows[1:]
}

// shown reads a figure off a page.
func shown(text string) decimal.Decimal {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "minus "), ",", "")
	d := decimal.RequireFromString(strings.Fields(text)[0])
	return d
}

func TestEveryFigureOfTheTrialBalanceIsMadeOfThePostingsItOpens(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	p := b.Get("/ledger?month=2026-02").Want(200)
	drills := 0
	for _, row := range p.Table("Trial balance") {
		if len(row) != 6 || row[0] == "Sum" {
			if len(row) == 6 && (shown(row[2]).Sign() != 0 || shown(row[5]).Sign() != 0 || row[3] != row[4]) {
				t.Errorf("the balance does not balance: %q", row)
			}
			continue
		}
		drills++
	}
	trial, err := ledger.TrialBalance(t.Context(), h.Site.DB, ledger.Filter{Through: webtest.Today})
	if err != nil || drills == 0 || drills > len(trial.Rows) {
		t.Fatalf("the page shows %d accounts: %v", drills, err)
	}
	// Closing of each account of a page narrowed to one entity: the sum of the file its link opens.
	p = b.Get(fmt.Sprintf("/ledger?month=2026-04&entity=%d", h.US.ID))
	for _, link := range p.Links() {
		u, _ := url.Parse(link)
		q := u.Query()
		if u.Path != "/ledger/postings" || q.Get("from") != "" || q.Get("through") != "2026-04-30" {
			continue
		}
		sum := decimal.Zero
		for _, row := range cells(t, b.Get(link+"&format=csv")) {
			sum = sum.Add(decimal.RequireFromString(row[11]))
		}
		for _, r := range trial.Rows {
			if fmt.Sprint(int(r.Account)) == q.Get("ledger") && string(r.Currency) == q.Get("currency") && r.Currency == "USD" && !sum.Equal(r.Closing.Decimal()) {
				t.Errorf("%s closes at %s, and its postings add up to %s", r.Account, r.Closing, sum)
			}
		}
	}
}

func TestAnEntryLeadsToItsSourceAndBack(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	links := b.Get("/invoices/" + h.invoice).Links()
	i := slices.IndexFunc(links, func(l string) bool { return strings.HasPrefix(l, "/ledger/entries/") })
	if i < 0 {
		t.Fatalf("the statement opens no entry: %v", links)
	}
	p := b.Get(links[i]).Want(200, "Accounts receivable", "Deferred revenue", "C-100 seats", "Billed")
	for _, want := range []string{"/invoices/" + h.invoice, "/revenue/contracts/C-100", "/contracts/C-100"} {
		if !slices.Contains(p.Links(), want) {
			t.Errorf("entry %s does not lead to %s: %v", p.Path, want, p.Links())
		}
	}
}

func TestTheJournalIsExportedWithTheTotalsTheFormShows(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	query := fmt.Sprintf("?entity=%d&from=2026-01&through=2026-03", h.US.ID)
	b.Get("/ledger/export"+query).Want(200, "Control totals")
	journal := b.Get("/ledger/export" + query + "&format=hledger")
	if !strings.Contains(journal.Body, "commodity") || !strings.Contains(journal.Header.Get("Content-Disposition"), "journal-2026-01-2026-03.journal") {
		t.Errorf("the journal begins %.200s", journal.Body)
	}
	file := b.Get("/ledger/export" + query + "&format=csv")
	if !strings.Contains(file.Body, h.invoice) || strings.Contains(file.Body, "EUR") {
		t.Errorf("the file is %.300s", file.Body)
	}
	b.Get("/ledger/export?format=xml").Want(422, "csv or hledger")
}

func TestScheduleAndWaterfallAgreeWithTheLedger(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	p := b.Get("/revenue/contracts/C-100").Want(200, "seats, § 2.1", "calls, § 3.1")
	for _, link := range p.Links() {
		u, _ := url.Parse(link)
		if u.Path != "/ledger/postings" || u.Query().Get("line") != "seats" {
			continue
		}
		sum := decimal.Zero
		for _, row := range cells(t, b.Get(link+"&format=csv")) {
			sum = sum.Add(decimal.RequireFromString(row[11]))
		}
		if !sum.Neg().Equal(decimal.NewFromInt(1000)) {
			t.Errorf("%s adds up to %s, and the schedule says 1,000.00", link, sum.Neg())
		}
	}
	// March: seats 1,000 and 8,000.5 calls beyond the free thousand.
	table := b.Get(fmt.Sprintf("/revenue?month=2026-03&entity=%d", h.US.ID)).Want(200, "Earned by month").Table("Deferred waterfall")
	sum := table[len(table)-1]
	earned, err := ledger.TrialBalance(t.Context(), h.Site.DB, ledger.Filter{Entity: h.US.ID, Currency: "USD", From: webtest.Today.MonthOf().Prev().First(), Through: webtest.Today.MonthOf().Prev().Last()})
	if err != nil {
		t.Fatal(err)
	}
	if row := earned.Row(ledger.Revenue, "USD"); !shown(sum[5]).Equal(row.Credit.Sub(row.Debit).Decimal()) {
		t.Errorf("the waterfall earns %s in March, the ledger %s", sum[5], row.Credit)
	}
	b.Get(fmt.Sprintf("/revenue/deferred?month=2026-03&entity=%d", h.US.ID)).Want(200, "Equals the ledger").Lacks("Schedule and ledger differ")
	b.Get(fmt.Sprintf("/revenue/obligations?month=2026-03&entity=%d", h.EU.ID)).Want(200, "C-200")
}

func TestAMonthIsClosedWhenNothingIsInTheWayAndReopenedByAnother(t *testing.T) {
	h := newHouse(t)
	alma, anna := h.LoginAs(h.User("Alma", access.Accountant)), h.LoginAs(h.User("Anna", access.Accountant))
	fred := h.LoginAs(h.User("Fred", access.Finance))
	form := url.Values{"entity": {fmt.Sprint(h.US.ID)}, "month": {"2026-02"}}
	alma.PostForm("/close", form).Want(422, "2026-01 is still open")
	form.Set("month", "2026-01")
	list := alma.Get(fmt.Sprintf("/close/checklist?entity=%d&month=2026-01", h.US.ID)).Want(200, "Everything earned is recognized", "Close Jan 2026", "Soft-close")
	for name := range checkNames(list.Body) {
		form.Set("note."+name, "Looked at")
	}
	alma.PostForm("/close/soft", form).Want(200, "Jan 2026 is soft-closed", "Soft-closed")
	alma.Get(fmt.Sprintf("/close/checklist?entity=%d&month=2026-01", h.US.ID)).Want(200, "Recognize as adjustment", "Lift the soft close")
	alma.PostForm("/close/catch-up", form).Want(200, "0 entries were booked as adjustments")
	alma.PostForm("/close/lift", form).Want(422, "say why the month takes new facts again")
	fred.PostForm("/close", form).Want(403)
	alma.PostForm("/close", form).Want(200, "Jan 2026 is closed", "Days from the month")
	alma.Get(fmt.Sprintf("/close/known?entity=%d&month=2026-01", h.US.ID)).Want(200, "SHA-256", "As known then", "Nothing")

	ask := url.Values{"entity": form["entity"], "month": {"2026-01"}}
	anna.PostForm("/close/reopen", ask).Want(422, "say why the month is opened again")
	ask.Set("reason", "Mistake")
	anna.PostForm("/close/reopen", ask).Want(200, "Anna asks to reopen Jan 2026", "Mistake", "Reopening asked")
	fred.Get("/approvals").Want(200, "Reopening of month", "/2026-01")
	yes := url.Values{"entity": form["entity"], "month": {"2026-01"}, "decision": {"approve"}}
	anna.PostForm("/close/reopen/decide", yes).Want(422, "another person must decide")
	alma.PostForm("/close/reopen/decide", yes).Want(422, "another person must decide")
	fred.PostForm("/close/reopen/decide", yes).Want(200, "Jan 2026 is open again", "Reopened")

	h.Use(t, "acme", "api.calls", "2026-03-30", "100000")
	anna.Get(fmt.Sprintf("/close/checklist?entity=%d&month=2026-03", h.US.ID)).Want(200, "is not recognized", "C-100", "In the way")
	anna.PostForm("/close", url.Values{"entity": {"x"}, "month": {"2026-01"}}).Want(404)
	anna.PostForm("/close", url.Values{"entity": form["entity"], "month": {"soon"}}).Want(422)
	march := url.Values{"entity": form["entity"], "month": {"2026-03"}}
	anna.PostForm("/close/open", march).Want(200, "Mar 2026 is open", "Open through Apr 2026", "Future")
	anna.PostForm("/close/open", march).Want(422, "s open already")
	anna.PostForm("/close/due", url.Values{"entity": form["entity"], "month": {"2026-01"}, "code": {"close"}, "days": {"3"}}).Want(200, "due as you said")
}

// checkNames are the checks that want a note.
func checkNames(body string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`name="note\.([a-z_]+)"`).FindAllStringSubmatch(body, -1) {
		out[m[1]] = true
	}
	return out
}

func TestEveryDocumentIsListedOncePageByPageAndInTheFile(t *testing.T) {
	h := newHouse(t)
	h.Crowd(t, 60)
	h.Bill(t, "2026-04-02")
	b := h.Login(access.Finance)
	seen := map[string]int{}
	for _, view := range []string{"", "open"} {
		clear(seen)
		for at := "/invoices?view=" + view; at != ""; {
			p := b.Get(at).Want(200)
			at = ""
			for _, row := range p.Table("Invoices") {
				if strings.HasPrefix(row[0], "RT") {
					seen[row[0]]++
				}
			}
			for _, link := range p.Links() {
				if strings.Contains(link, "after=") {
					at = link
				}
			}
		}
		file := cells(t, b.Get("/invoices?format=csv&view="+view))
		for number, times := range seen {
			if times != 1 {
				t.Errorf("%s stands %d times in view %q", number, times, view)
			}
		}
		if len(file) != len(seen) || len(seen) < 60 {
			t.Errorf("view %q shows %d documents, its file has %d", view, len(seen), len(file))
		}
	}
	all, err := invoicing.Sums(t.Context(), h.Site.DB, invoicing.Filter{Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	b.Get("/invoices?currency=USD").Want(200, fmt.Sprintf("%d documents", all[0].Documents), all[0].Total.Display())
}
