package spend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

const capped = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1.00}}}
caps:
  - {id: ceiling, kind: customer, lines: [calls], amount: 500.00, every: month, then: warn}
`

// told is every message about alerts, by subject.
func toldOf(t testing.TB, db *postgres.DB) []string {
	t.Helper()
	all, err := mail.List(t.Context(), db, mail.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range all {
		if strings.HasPrefix(m.Key, "alert:") {
			out = append([]string{m.Subject}, out...)
		}
	}
	return out
}

func firedAlerts(t testing.TB, c *invoicingtest.Company) []string {
	t.Helper()
	all, err := History(t.Context(), c.DB, c.Customers["acme"].ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range all {
		out = append(out, fmt.Sprintf("%s at %s in %s: %s", f.Rule, f.Says(f.Threshold), f.Period, f.Says(f.Value)))
	}
	return out
}

func look(t testing.TB, db *postgres.DB, on string) Looked {
	t.Helper()
	out, err := Alerts(t.Context(), db, day(on), "", robot)
	if err != nil {
		t.Fatalf("look for alerts on %s: %v", on, err)
	}
	return out
}

func TestACapIsToldOfOnceAPeriodHoweverOftenItIsLookedAt(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "390")
	if got := look(t, c.DB, "2026-01-10"); got.Fired != 0 {
		t.Fatalf("78 %% of the cap fired %+v", got)
	}
	c.Use(t, "acme", "api.calls", "2026-01-11", "20")
	for range 3 {
		look(t, c.DB, "2026-01-11")
	}
	c.Use(t, "acme", "api.calls", "2026-01-12", "200")
	look(t, c.DB, "2026-01-12")
	c.Use(t, "acme", "api.calls", "2026-02-01", "600") // another month: both at once
	look(t, c.DB, "2026-02-01")
	key := fmt.Sprintf("contract:%d:cap:ceiling", load(t, c.DB, c.Account("acme"), day("2026-02-01")).Facts.Agreements[0].Contract)
	want := []string{
		key + " at 100 % in 2026-02-01..2026-02-28: 120 %", key + " at 80 % in 2026-02-01..2026-02-28: 120 %",
		key + " at 100 % in 2026-01-01..2026-01-31: 122 %", key + " at 80 % in 2026-01-01..2026-01-31: 82 %",
	}
	if diff := cmp.Diff(want, firedAlerts(t, c)); diff != "" {
		t.Errorf("what fired is wrong (-want +got):\n%s", diff)
	}
	wantMail := []string{
		"80 % of the cap of 500.00 a month is reached (Brandywine Robotics)", "100 % of the cap of 500.00 a month is reached (Brandywine Robotics)",
		"100 % of the cap of 500.00 a month is reached (Brandywine Robotics)",
	}
	if diff := cmp.Diff(wantMail, toldOf(t, c.DB)); diff != "" {
		t.Errorf("what was mailed is wrong (-want +got):\n%s", diff)
	}
}

func TestALookWithoutNewUsagePricesNothing(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "10")
	if got := look(t, c.DB, "2026-01-10"); got.Accounts != 1 {
		t.Errorf("the first look of a day priced %d accounts, want the one with a cap", got.Accounts)
	}
	if got := look(t, c.DB, "2026-01-10"); got.Accounts != 0 {
		t.Errorf("a look after nothing happened priced %d accounts", got.Accounts)
	}
	c.Use(t, "lone", "api.calls", "2026-01-10", "10") // has nothing to be told of
	if got := look(t, c.DB, "2026-01-10"); got.Accounts != 0 {
		t.Errorf("usage of an account without cap or rule priced %d accounts", got.Accounts)
	}
	c.Use(t, "acme", "api.calls", "2026-01-10", "10")
	if got := look(t, c.DB, "2026-01-10"); got.Accounts != 1 {
		t.Errorf("new usage had %d accounts priced, want 1", got.Accounts)
	}
}

func TestManyProcessesLookingAtOnceTellOnce(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "450")
	var looking sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		looking.Go(func() { _, errs[i] = Alerts(t.Context(), c.DB, day("2026-01-10"), "", robot) })
	}
	looking.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := len(firedAlerts(t, c)); got != 1 {
		t.Errorf("eight looks at once fired %d alerts, want one", got)
	}
	if got := toldOf(t, c.DB); len(got) != 1 {
		t.Errorf("eight looks at once sent %q, want one message", got)
	}
}

// A process that dies between pricing and commit leaves nothing, and the next one tells.
func TestALookThatWasKilledIsMadeGoodByTheNext(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "450")
	x := load(t, c.DB, c.Account("acme"), day("2026-01-10"))
	killed := errors.New("killed")
	err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		m := x.Measure(x.Rules(nil))[0]
		f := m.fired(decimal.NewFromInt(80), x.AsOf)
		if fresh, err := insertFired(t.Context(), tx, f); err != nil || !fresh {
			t.Fatalf("the first process could not write the alert: %v", err)
		}
		return killed
	})
	if !errors.Is(err, killed) {
		t.Fatal(err)
	}
	if got := look(t, c.DB, "2026-01-10"); got.Fired != 1 || len(toldOf(t, c.DB)) != 1 {
		t.Errorf("after a process was killed the next look came to %+v and the messages %q", got, toldOf(t, c.DB))
	}
}

// Once told it stays told: a correction that takes usage away and more usage that brings it back repeat nothing, and the
// value of the day is shown as it is.
func TestAnAlertStaysFiredWhenUsageFallsAndRisesAgain(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	set := func(thresholds ...string) Rule {
		r := Rule{Customer: c.Customers["acme"].ID, Kind: Units, Meter: "api.calls", Roles: []customers.ContactRole{customers.Technical}}
		for _, s := range thresholds {
			r.Thresholds = append(r.Thresholds, dec(s))
		}
		return r
	}
	c.Sign(t, strings.Split(capped, "caps:")[0])
	rule := setRule(t, c, set("100", "400"), c.Finance)
	c.Use(t, "acme", "api.calls", "2026-01-10", "450")
	x := load(t, c.DB, c.Account("acme"), day("2026-01-10"))
	fire := func(usedLess bool) Looked {
		if usedLess {
			x.Facts.Usage.Add(keyOf(c, "api.calls"), day("2026-01-10"), dec("-100"))
		}
		x, err := Reckon(x.World, x.Facts, x.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		var out Looked
		if err := x.fire(t.Context(), c.DB, []Rule{rule}, robot, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := fire(false); got.Fired != 2 || got.Mails != 1 {
		t.Errorf("450 calls came to %+v, want both thresholds and one message", got)
	}
	if got := fire(true); got.Fired != 0 {
		t.Errorf("350 calls after a correction fired %+v", got)
	}
	x.Facts.Usage.Add(keyOf(c, "api.calls"), day("2026-01-10"), dec("200"))
	if got := fire(false); got.Fired != 0 || len(firedAlerts(t, c)) != 2 {
		t.Errorf("550 calls fired again: %+v, %q", got, firedAlerts(t, c))
	}
}

func TestARuleIsVersionedAndACustomerChangesItsOwnOnly(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	acme := c.Customers["acme"]
	dana := access.Actor{UserID: 77, Name: "Dana", Roles: []access.Role{access.Customer}, CustomerID: int64(acme.ID)}
	ours := setRule(t, c, Rule{Customer: acme.ID, Kind: Amount, Thresholds: []decimal.Decimal{dec("900"), dec("300")}, Addresses: []string{"ops@acme.example"}}, c.Finance)
	theirs := setRule(t, c, Rule{Customer: acme.ID, Kind: Amount, Thresholds: []decimal.Decimal{dec("250")}}, dana)
	err := try(t, c.DB, func(ctx context.Context, tx pgx.Tx) error {
		changed := ours
		changed.Thresholds = []decimal.Decimal{dec("1")}
		_, err := Set(ctx, tx, changed, day("2026-01-10"), dana)
		return err
	})
	if fault.Kind(err) != fault.Denied {
		t.Errorf("a customer changed the rule of its account manager: %v", err)
	}
	for _, stranger := range []customers.ID{c.Customers["lone"].ID} {
		err := try(t, c.DB, func(ctx context.Context, tx pgx.Tx) error {
			return Remove(ctx, tx, stranger, theirs.ID, day("2026-01-10"), dana)
		})
		if fault.Kind(err) != fault.Denied {
			t.Errorf("a customer removed a rule under another's name: %v", err)
		}
	}
	theirs.Thresholds = append(theirs.Thresholds, dec("500"))
	if got := setRule(t, c, theirs, dana); got.Revision != 2 {
		t.Errorf("the changed rule is revision %d, want 2", got.Revision)
	}
	if err := try(t, c.DB, func(ctx context.Context, tx pgx.Tx) error {
		return Remove(ctx, tx, acme.ID, ours.ID, day("2026-01-10"), c.Finance)
	}); err != nil {
		t.Fatal(err)
	}
	left, err := Rules(t.Context(), c.DB, acme.Account)
	if err != nil || len(left) != 1 || left[0].ID != theirs.ID || len(left[0].Thresholds) != 2 || left[0].SetBy != ByCustomer {
		t.Errorf("left are %+v, %v; want the customer's second revision alone", left, err)
	}
}

func TestARuleThatNamesNothingIsRefusedByField(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	acme := c.Customers["acme"].ID
	contract := load(t, c.DB, c.Account("acme"), day("2026-01-10")).Facts.Agreements[0].Contract
	one := []decimal.Decimal{dec("1")}
	for want, r := range map[string]Rule{
		"thresholds":    {Kind: Amount},
		"thresholds[0]": {Kind: Amount, Thresholds: []decimal.Decimal{dec("-3")}},
		"thresholds[1]": {Kind: Amount, Thresholds: []decimal.Decimal{dec("3"), dec("3.0")}},
		"kind":          {Kind: "often", Thresholds: one},
		"meter":         {Kind: Units, Meter: "api.cals", Thresholds: one},
		"line":          {Kind: Units, Contract: contract, Line: "seats", Thresholds: one},
		"limit":         {Kind: Percent, Contract: contract, Limit: "cap", LimitID: "roof", Thresholds: one},
		"contract":      {Kind: Amount, Contract: contract + 99, Thresholds: one},
		"addresses[0]":  {Kind: Amount, Thresholds: one, Addresses: []string{"Ops <ops@acme.example>"}},
		"roles[0]":      {Kind: Amount, Thresholds: one, Roles: []customers.ContactRole{"boss"}},
	} {
		r.Customer = acme
		err := try(t, c.DB, func(ctx context.Context, tx pgx.Tx) error {
			_, err := Set(ctx, tx, r, day("2026-01-10"), c.Finance)
			return err
		})
		if found := fault.Fields(err); len(found) != 1 || found[0].Path != want {
			t.Errorf("a rule with a wrong %s is refused with %v", want, err)
		}
	}
}

func TestWhatFiredCannotBeTakenBack(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	c.Use(t, "acme", "api.calls", "2026-01-10", "450")
	look(t, c.DB, "2026-01-10")
	for _, sql := range []string{`update spend.fired set mailed = ''`, `delete from spend.fired`, `update spend.rules set removed = true`} {
		if _, err := c.DB.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was let through", sql)
		}
	}
}

func keyOf(c *invoicingtest.Company, meter string) usage.Key {
	return usage.Key{Customer: c.Customers["acme"].ID, Meter: meter}
}

func setRule(t testing.TB, c *invoicingtest.Company, r Rule, by access.Actor) Rule {
	t.Helper()
	var out Rule
	if err := try(t, c.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = Set(ctx, tx, r, day("2026-01-10"), by)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func try(t testing.TB, db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) error {
	t.Helper()
	return db.Tx(t.Context(), func(tx pgx.Tx) error { return fn(t.Context(), tx) })
}

func TestTheMessageSaysHowMuchOfWhatAndWhoAskedForIt(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(capped, "amount: 500.00", "amount: 1700.00", 1))
	weeksOf(t, c, "2026-03-02", "2026-04-20")
	look(t, c.DB, "2026-04-20")
	all, err := mail.List(t.Context(), c.DB, mail.Filter{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(m mail.Entry) bool { return strings.HasPrefix(m.Key, "alert:") })
	if i < 0 {
		t.Fatalf("no message about 1,410 of 1,700 among %+v", all)
	}
	d, err := mail.Get(t.Context(), c.DB, all[i].ID)
	if err != nil {
		t.Fatal(err)
	}
	want := `Dear Brandywine Robotics,

80 % of the cap of 1,700.00 a month is reached.

Contract: C-1
Period:   1 April 2026 to 30 April 2026
So far:   1,410.00 of 1,700.00 USD (83 %)
Left:     290.00 USD

It is expected to be reached around 22 April. At the pace of the last 28 days, by day of the week; growth is not guessed.

The cap is a warning: the service goes on, and what is used goes on being billed.

Where to look: sign in and open Spending. It shows the running bill line by line, the forecast, and the alerts, to change or remove.
This alert comes with contract C-1. It is sent once a period.

Ratable Systems, Inc.
`
	if diff := cmp.Diff(want, d.Text); diff != "" {
		t.Errorf("the message is wrong (-want +got):\n%s", diff)
	}
	if mailboxes := fmt.Sprint(d.To); mailboxes != "[{Accounts payable ap@acme.example}]" {
		t.Errorf("it goes to %s: without technical contacts those for payables are told", mailboxes)
	}
	if n := count(t, c.DB, `select count(*) from webhook.events where type = 'usage.alert'`); n != 1 {
		t.Errorf("%d events of type usage.alert were emitted beside the message, want 1", n)
	}
}

func count(t testing.TB, db *postgres.DB, sql string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAMessageLinksToThePageWhereSomebodySaidItsAddress(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(capped, "amount: 500.00", "amount: 1700.00", 1))
	weeksOf(t, c, "2026-03-02", "2026-04-20")
	if _, err := Alerts(t.Context(), c.DB, day("2026-04-20"), "https://billing.example.com", robot); err != nil {
		t.Fatal(err)
	}
	var text, html string
	if err := c.DB.QueryRow(t.Context(), `select text_body, html_body from mail.outbox where message_key like 'alert:%' limit 1`).Scan(&text, &html); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "Where to look: https://billing.example.com/my/spending\nIt shows the running bill") || strings.Contains(text, "sign in") {
		t.Errorf("the text does not link to the page:\n%s", text)
	}
	if !strings.Contains(html, `<a href="https://billing.example.com/my/spending"`) || strings.Contains(html, "sign in") {
		t.Errorf("the HTML does not link to the page:\n%s", html)
	}
}
