package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
)

// handOver lets another person go on, at their home page; what was spent so far stays.
func (e *effort) handOver(h house, role access.Role) {
	e.t.Helper()
	asked := e.b.Asked
	e.b = h.Login(role)
	e.p = e.b.Get("/").Want(200)
	e.b.Asked = asked
}

// wrongEventTask goes from the customer's name to the one event that is wrong, and takes it back.
func wrongEventTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Support)
	e.search("brandywine")
	e.open("/usage/customers/")
	e.open("month=2026-03")
	e.open("day=2026-03-12")
	e.open("/history?")
	e.write("why", "Sent twice by their gateway")
	e.pressOf(h.history(), 1)
	e.p.Want(200, "is retracted", "Restore the event", "Sent twice by their gateway")
	return e
}

const budgeted = `
contract: C-710
entity: rtus
customer: lone
currency: USD
term: {from: 2026-03-01, through: 2026-12-31}
billing: {align: calendar}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.10}}}
caps: [{id: budget, kind: customer, lines: [calls], amount: 500.00, every: month, then: warn}]
`

// capAlertTask sets who is told when four fifths of a cap are used.
func capAlertTask(t *testing.T, h house) *effort {
	h.Sign(t, budgeted)
	e := begin(t, h.Site, access.Support)
	e.search("lone")
	e.open("/spending")
	e.open("/alerts/new?of=limit")
	e.write("thresholds", "80")
	at, _, _ := strings.Cut(e.p.Path, "?")
	e.press(at)
	e.p.Want(200, "80 %")
	return e
}

// keyTask gives a program what it calls with.
func keyTask(t *testing.T, h house) *effort {
	h.User("Product", access.Product)
	e := begin(t, h.Site, access.Admin)
	e.open("/developers")
	e.open("/settings/api-keys")
	e.write("name", "Usage feed")
	form, _ := e.p.Form("/settings/api-keys")
	e.typed.Set("user", form.Get("user"))
	e.tick("scope.usage:write")
	e.pressOf("/settings/api-keys", 0)
	e.p.Want(200, "The new key", "ratable_", "Usage feed")
	return e
}

// tick sets a mark in a box.
func (e *effort) tick(name string) {
	e.clicks++
	e.typed.Set(name, "on")
}

// twentyTask brings twenty customers over, two of which are wrong in the file.
func twentyTask(t *testing.T, h house) *effort {
	file := "external_id,name,entity,currency,city,region,postcode,country\n"
	for i := range 20 {
		country := "US"
		if i == 4 || i == 11 {
			country = "USA!"
		}
		file += fmt.Sprintf("move-%02d,Mover %02d,rtus,USD,Austin,TX,78701,%s\n", i, i, country)
	}
	e := begin(t, h.Site, access.Finance)
	e.open("/imports")
	e.open("/imports/cohorts")
	e.open("/imports/customers")
	const at = "/imports/customers"
	e.write("cohort", "spring")
	e.choose("rows", file)
	e.press(at)
	e.p.Want(200, "Tried out", "USA!")
	e.pressOf(at, 0, "step", "partial")
	e.p.Want(200, "The right rows are taken up")
	form, ok := e.p.Nth(at, 1)
	if !ok {
		t.Fatalf("the refused rows cannot be mended on the page:\n%s", e.p.Text())
	}
	e.typed.Set("rows", strings.ReplaceAll(form.Get("rows"), "USA!", "US"))
	e.keys += 2 * len("USA!") // each cell: place the cursor, two letters taken away
	e.pressOf(at, 1)
	e.p.Want(200, "Tried out", "Take all rows up")
	e.pressOf(at, 0, "step", "commit")
	e.p.Want(200, "2 new, 0 changed, 0 unchanged", "move-04", "move-19")
	return e
}

// choose picks a file: one click, and what stands in it is not typed.
func (e *effort) choose(name, text string) {
	e.clicks++
	e.typed.Set(name, text)
}

// pressOf is press where several forms go to one address.
func (e *effort) pressOf(action string, nth int, button ...string) {
	e.t.Helper()
	form, ok := e.p.Nth(action, nth)
	if !ok {
		e.t.Fatalf("%s has no form %d to %s", e.p.Path, nth, action)
	}
	for name, values := range e.typed {
		form[name] = values
	}
	if len(button) == 2 {
		form.Set(button[0], button[1])
	}
	e.typed = url.Values{}
	e.clicks++
	e.p = e.b.PostForm(action, form).Want(200)
}

// forgetTask enters what a person asks, and another person erases them.
func forgetTask(t *testing.T, h house) *effort {
	e := begin(t, h.Site, access.Support)
	e.open("/privacy")
	e.open("/privacy/new")
	e.write("email", "ap@acme.example", "reason", "Letter of 2 March")
	e.press("/privacy/new")
	e.p.Want(200, "customers.contacts", "waits for another person")
	e.handOver(h, access.Admin)
	e.open("/privacy/1")
	e.clicks++ // the question
	e.press("/privacy/1/approve")
	e.p.Want(200, "Erased person", "rows erased").Lacks("ap@acme.example")
	return e
}
