package web_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

// effort is a person doing a task: what they click, what they type, and what the server is asked for.
type effort struct {
	t            *testing.T
	b            *webtest.Browser
	p            *webtest.Page
	clicks, keys int
	typed        url.Values
}

// begin is a person at their home page, signed in.
func begin(t *testing.T, site *webtest.Site, role access.Role) *effort {
	b := site.Login(role)
	e := &effort{t: t, b: b, p: b.Get("/").Want(200), typed: url.Values{}}
	b.Asked = 0
	return e
}

// open clicks a link of the present page, by a part of its address; there must be one.
func (e *effort) open(part string) {
	e.t.Helper()
	for _, link := range e.p.Links() {
		if strings.Contains(link, part) {
			e.clicks++
			e.p = e.b.Get(link).Want(200)
			return
		}
	}
	e.t.Fatalf("%s has no link to %s", e.p.Path, part)
}

// search types into the box that every page has, reached by the key /, and presses Enter.
func (e *effort) search(text string) {
	e.t.Helper()
	e.keys += len("/") + len(text) + 1
	e.p = e.b.Get("/search?q=" + url.QueryEscape(text)).Want(200)
}

// write fills fields in: a key for each character and Tab to leave; choose takes the first letters of an option.
func (e *effort) write(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		e.typed.Set(pairs[i], pairs[i+1])
		e.keys += len(pairs[i+1]) + 1
	}
}

// press clicks a button of the form that goes to an address, with everything that stands in its fields.
func (e *effort) press(action string, button ...string) {
	e.t.Helper()
	form, ok := e.p.Form(action)
	if !ok {
		e.t.Fatalf("%s has no form to %s", e.p.Path, action)
	}
	for name, values := range e.typed {
		if _, there := form[name]; !there {
			e.t.Errorf("%s: the form to %s has no field %s", e.p.Path, action, name)
		}
		form[name] = values
	}
	if len(button) == 2 {
		form.Set(button[0], button[1])
	}
	e.typed = url.Values{}
	e.clicks++
	e.p = e.b.PostForm(action, form).Want(200)
}

func (e *effort) spent() string {
	return fmt.Sprintf("%d | %d | %d", e.clicks, e.keys, e.b.Asked)
}

// tasks are those of docs/tasks.md, each done from the home page to its end.
var tasks = []struct {
	title string
	walk  func(t *testing.T, h house) *effort
}{
	{"Enter a new contract", newContractTask},
	{"Enter an enterprise deal", enterpriseTask},
	{"Amend a quantity", amendTask},
	{"Find why an invoice is higher", whyHigherTask},
	{"Find which SKU made the bill rise", whichSKUTask},
	{"Correct a wrong usage event", wrongEventTask},
	{"Set an alert at 80 % of a cap", capAlertTask},
	{"Issue an API key", keyTask},
	{"Bring twenty customers over (dry run, mend, import)", twentyTask},
	{"Forget a person", forgetTask},
	{"Export March", exportTask},
	{"Credit a customer", creditTask},
	{"Change a price from next month", priceTask},
	{"Close a month", closeTask},
	{"Find why a closed month was corrected", correctionTask},
}

func newContractTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Sales)
	e.search("acme")
	if !strings.HasPrefix(e.p.Path, "/customers/") {
		e.open("/customers/")
	}
	e.open("/contracts/new?customer=")
	e.write("contract", "C-500", "title", "Platform", "term.from", "2026-05-01", "term.through", "2027-04-30",
		"lines[0].product", "platform", "lines[0].fixed.quantity", "25", "lines[0].fixed.unit_price", "40")
	e.press("/contracts/new", "do", "submit")
	e.p.Want(200, "C-500", "waits for approval")
	return e
}

// enterpriseTask is a deal with nearly every term there is. Buttons of the form are clicks and come back with the row.
func enterpriseTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Sales)
	e.search("harbor")
	if !strings.HasPrefix(e.p.Path, "/customers/") {
		e.open("/customers/")
	}
	e.open("/contracts/new?customer=")
	const form = "/contracts/new"
	e.write("contract", "C-501", "title", "Everything", "payer", "partner", "term.from", "2026-05-01", "term.through", "2028-04-30",
		"lines[0].kind", "ramp", "lines[0].product", "platform")
	e.press(form, "do", "add:lines[0].fixed.ramp")
	e.press(form, "do", "add:lines[0].fixed.ramp")
	e.write("lines[0].fixed.ramp[0].quantity", "20", "lines[0].fixed.ramp[0].unit_price", "40", "lines[0].fixed.ramp[1].quantity", "40", "lines[0].fixed.ramp[1].unit_price", "38")
	e.press(form, "do", "add-line")
	e.write("lines[1].kind", "usage", "lines[1].product", "api", "lines[1].usage.meter", "api.calls", "lines[1].usage.price.amount", "0.002")
	e.press(form, "do", "add:prepaid")
	e.write("prepaid[0].product", "api", "prepaid[0].amount", "900", "prepaid[0].every", "quarter", "prepaid[0].overage.factor", "1.25", "prepaid[0].rollover.percent", "50")
	e.clicks++ // what is folded away
	e.press(form, "do", "add:commitments")
	e.write("commitments[0].amount", "30000", "commitments[0].every", "year", "commitments[0].product", "api")
	e.press(form, "do", "add:reseller")
	e.write("reseller.margin_percent", "15")
	e.press(form, "do", "add:renewal")
	e.write("renewal.notice_days", "60", "renewal.uplift_percent", "5")
	e.press(form, "do", "submit")
	e.p.Want(200, "C-501", "waits for approval")
	return e
}

func amendTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Sales)
	e.search("C-100")
	if !strings.HasPrefix(e.p.Path, "/contracts/") {
		e.open("/contracts/C-100")
	}
	e.open("/contracts/C-100/amend")
	e.write("effective", "2026-05-01", "reason", "Five more seats", "lines[0].fixed.quantity", "15")
	e.press("/contracts/C-100/amend", "do", "submit")
	e.p.Want(200, "Version 2 waits for approval")
	return e
}

// whyHigherTask goes from the invoice's number to the line that counts: its days, and the events of the day that stands out.
func whyHigherTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Support)
	e.search(h.invoice)
	e.p.Want(200, "API calls", "18,001", "-1,000")
	e.open("/lines/2")
	e.p.Want(200, "By day", "18,001")
	e.open("day=2026-01-20")
	e.p.Want(200, "Events of 20 Jan 2026", "9,000.5")
	return e
}

// whichSKUTask goes from the list of usage to the customer, whose page names what went up most, to its days.
func whichSKUTask(t *testing.T, h house) *effort {
	h.spread(t)
	e := begin(t, h.Site, access.Finance)
	e.open("/usage")
	e.open("/usage/customers/")
	e.p.Want(200, "Up the most")
	if rows := e.p.Table("Up the most"); rows[0][0] != "Traffic · eu" {
		t.Errorf("what made the bill rise most is %q", rows)
	}
	e.open("eu%7D")
	e.p.Want(200, "Traffic · eu by day", "535")
	return e
}

func exportTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Accountant)
	e.open("/ledger")
	e.open("/ledger/export")
	form, ok := e.p.Form("/ledger/export")
	if !ok {
		t.Fatal("the export page has no form")
	}
	e.write("from", "2026-03", "through", "2026-03")
	for name, values := range e.typed {
		form[name] = values
	}
	form.Set("format", "csv")
	e.clicks++
	file := e.b.Get("/ledger/export?" + form.Encode()).Want(200)
	if !strings.Contains(file.Header.Get("Content-Disposition"), "journal-2026-03-2026-03.csv") || strings.Count(file.Body, "2026-03-") < 4 {
		t.Errorf("the export of March is %v", file.Header)
	}
	return e
}

func creditTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Support)
	e.search(h.invoice)
	e.open("/invoices/" + h.invoice + "/credit")
	e.write("amount", "50", "reason", "Outage of the third")
	e.press("/invoices/"+h.invoice+"/credit", "step", "preview")
	e.p.Want(200, "What the credit would do", "Revenue by month")
	e.press("/invoices/"+h.invoice+"/credit", "step", "commit")
	e.p.Want(200, "is issued and on its way")
	return e
}

// priceTask finds the day filled in: the first of next month.
func priceTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Product)
	e.open("/catalog")
	e.open("/catalog/plans/starter")
	e.open("/catalog/plans/starter/edit")
	e.write("terms.lines[0].fixed.unit_price", "54", "reason", "Price list of May")
	e.press("/catalog/plans/starter/edit", "do", "submit")
	e.p.Want(200, "waits for approval", "Version 2 from 1 May 2026", "54")
	return e
}

// closeTask closes January by its checklist; what was found is looked at, and said so.
func closeTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Accountant)
	e.open("/close")
	e.open("/close/checklist")
	form, ok := e.p.Form("/close")
	if !ok {
		t.Fatalf("January cannot be closed:\n%s", e.p.Text())
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if strings.HasPrefix(name, "note.") {
			e.write(name, "Looked at")
		}
	}
	e.press("/close")
	e.p.Want(200, "Jan 2026 is closed")
	return e
}

// correctionTask goes from the report to everything that was ever booked for the month.
func correctionTask(t *testing.T, h house) *effort {
	closeTask(t, h)
	h.Use(t, "acme", "api.calls", "2026-01-21", "400")
	h.recognize(t, "2026-04-01")
	e := begin(t, h.Site, access.Accountant)
	e.open("/reports")
	e.open("/reports/corrections")
	e.p.Want(200, "Jan 2026", "Late and corrected usage")
	e.open("/lines/calls/months/2026-01")
	e.p.Want(200, "Schedule, as it became known")
	return e
}

var taskRow = regexp.MustCompile(`(?m)^\| ([A-Z][^|]+) \| (\d+ \| \d+ \| \d+) \|$`)

// TestTheTasksTakeWhatTheirPageSays walks each task and holds docs/tasks.md to what it took.
func TestTheTasksTakeWhatTheirPageSays(t *testing.T) {
	text, err := os.ReadFile("../docs/tasks.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, m := range taskRow.FindAllStringSubmatch(string(text), -1) {
		said[m[1]] = m[2]
	}
	if len(said) != len(tasks) {
		t.Errorf("docs/tasks.md counts %d tasks, there are %d", len(said), len(tasks))
	}
	for _, task := range tasks {
		h := newHouse(t)
		if e := task.walk(t, h); said[task.title] != e.spent() {
			t.Errorf("docs/tasks.md says %q of %q, and it takes\n| %s | %s |", said[task.title], task.title, task.title, e.spent())
		}
	}
}
