package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/webtest"
)

// subscriber is what a person types who signs somebody up.
func subscriber(key, name string) url.Values {
	return url.Values{"key": {key}, "plan": {"starter"}, "quantity": {"2"}, "starts_on": {webtest.Today.String()}, "entity": {"rus"}, "customer.name": {name}, "customer.kind": {"business"},
		"customer.email": {"ap@shop.example"}, "customer.country": {"US"}, "customer.region": {"NY"}, "customer.city": {"New York"}, "customer.postcode": {"10001"}, "customer.lines": {"1 Main St"}}
}

func shop(t *testing.T) *webtest.Site {
	t.Helper()
	site := webtest.New(t)
	webtest.Furnish(site)
	webtest.Plans(site)
	return site
}

func TestSupportSignsACustomerUpAndTheListShowsIt(t *testing.T) {
	site := shop(t)
	support := site.Login(access.Support)
	support.Get("/subscriptions/new").Want(200, "New subscription", "sanctioned parties").Check()
	p := support.PostForm("/subscriptions/new", subscriber("k1", "Corner Shop")).Want(200, "S-000001", "Starter, version 1", "Change the subscription")
	p.Check()
	support.PostForm("/subscriptions/new", subscriber("k1", "Corner Shop")).Want(200, "S-000001") // a second click
	list := support.Get("/subscriptions").Want(200, "Corner Shop", "60.00")
	list.Check()
	if rows := list.Table("Subscriptions"); len(rows) != 2 || strings.Join(rows[0][:6], "|") != "S-000001|Corner Shop|Starter|1|2|Active" { // and the foot
		t.Errorf("the list shows %q", rows)
	}
	support.Get("/subscriptions?state=paused").Want(200, "No subscription")
	if csv := support.Get("/subscriptions?format=csv"); !strings.Contains(csv.Body, "S-000001,Corner Shop,starter,1,2,Active,,2026-05-15,60.00,USD") {
		t.Errorf("the file says %s", csv.Body)
	}
	bad := subscriber("k2", "")
	bad.Set("quantity", "many")
	if p := support.PostForm("/subscriptions/new", bad).Want(422); p.Message("quantity") == "" || p.Field("customer.city") != "New York" {
		t.Errorf("a bad form comes back with %q and the city %q", p.Message("quantity"), p.Field("customer.city"))
	}
}

func TestAMatchWaitsForASecondPersonAndThenRuns(t *testing.T) {
	site := shop(t)
	finance := site.Login(access.Finance)
	finance.PostForm("/subscriptions/new", subscriber("k1", "Suex OTC")).Want(200, "is held")
	finance.Get("/screening").Want(200, "SUEX OTC, S.R.O.", "CYBER2", "Sign-up on starter").Check()
	finance.Get("/screening/1").Want(200, "Compare address").Check()
	finance.PostForm("/screening/1", url.Values{"decision": {"cleared"}, "reason": {"Ohio firm"}}).Want(403, "entered the customer")
	admin := site.Login(access.Admin)
	admin.PostForm("/screening/1", url.Values{"decision": {"cleared"}}).Want(422, "say how you know").Check()
	admin.PostForm("/screening/1", url.Values{"decision": {"cleared"}, "reason": {"Registered in Ohio in 1998"}}).Want(200, "S-000002 runs", "Nothing waits")
	admin.Get("/screening?view=all").Want(200, "Cleared").Check()
	finance.Get("/contracts/S-000002").Want(200, "Starter, version 1")
}

func TestAChangeIsLookedAtInMoneyBeforeItIsConfirmed(t *testing.T) {
	site := shop(t)
	sales := site.Login(access.Sales)
	sales.PostForm("/subscriptions/new", subscriber("k1", "Corner Shop")).Want(200)
	webtest.Bill(site, webtest.Today) // 60.00 for 15 April to 14 May
	at := "/contracts/S-000001/change"
	sales.Get(at).Want(200, "Starter, quantity 2, 60.00 USD a month").Check()
	// On the first day all of the 60.00 is credited and 180.00 charged.
	look := sales.PostForm(at, url.Values{"change": {"plan"}, "plan": {"pro"}, "do": {"look"}}).Want(200, "What it changes", "Counts from 15 Apr 2026", "The next run bills 120.00 USD more", "Confirm")
	look.Check()
	if rows := look.Table("Invoices that differ"); strings.Join(rows[0], ": ") != "15 Apr 2026: 0.00: 120.00: 120.00" {
		t.Errorf("the upgrade bills %q", rows)
	}
	sales.Get("/contracts/S-000001").Want(200, "Starter, version 1") // looking changes nothing
	sales.PostForm(at, url.Values{"change": {"plan"}, "plan": {"pro"}, "do": {"confirm"}}).Want(200, "Done: Pro, quantity 2")
	sales.PostForm(at, url.Values{"change": {"quantity"}, "quantity": {"1"}, "do": {"look"}}).Want(200, "Counts from 15 May 2026")
	sales.PostForm(at, url.Values{"change": {"quantity"}, "quantity": {"0"}, "do": {"look"}}).Want(422)
	sales.PostForm(at, url.Values{"change": {"plan"}, "do": {"look"}}).Want(422, "is not a plan on sale")
	sales.PostForm(at, url.Values{"change": {"cancel"}, "do": {"confirm"}}).Want(200, "Ends on 14 May 2026")
	sales.PostForm(at, url.Values{"change": {"pause"}, "do": {"look"}}).Want(422).Check()
	sales.PostForm(at, url.Values{"change": {"keep"}, "do": {"confirm"}}).Want(200, "Done: Pro, quantity 2")
	sales.PostForm(at, url.Values{"change": {"pause"}, "do": {"confirm"}}).Want(200, "paused")
	sales.PostForm(at, url.Values{"change": {"resume"}, "do": {"confirm"}}).Want(200)
	sales.PostForm("/contracts/C-2026-001/change", url.Values{"change": {"pause"}}).Want(409, "not on a plan")
}

func TestACustomerChangesTheirOwnPlanAndNobodyElses(t *testing.T) {
	site := shop(t)
	sales := site.Login(access.Sales)
	sales.PostForm("/subscriptions/new", subscriber("k1", "Corner Shop")).Want(200)
	sales.PostForm("/subscriptions/new", subscriber("k2", "Other Shop")).Want(200)
	c, err := contracts.Get(t.Context(), site.DB, "S-000001")
	if err != nil {
		t.Fatal(err)
	}
	var me access.Actor
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: "me@shop.example", Name: "Me", Password: webtest.Password, Roles: []access.Role{access.Customer}, CustomerID: int64(c.Customer)}, access.System("test"))
		me = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles, CustomerID: int64(c.Customer)}
		return err
	})
	b := site.LoginAs(me)
	b.Get("/my/plan").Want(200, "S-000001", "Starter").Lacks("S-000002").Check()
	b.Get("/my/plan/S-000001").Want(200, "60.00 USD a month").Check()
	b.PostForm("/my/plan/S-000001", url.Values{"change": {"cancel"}, "do": {"look"}}).Want(200, "What it changes", "Ends on 14 May 2026").Check()
	b.PostForm("/my/plan/S-000001", url.Values{"change": {"cancel"}, "do": {"confirm"}}).Want(200, "Ends on 14 May 2026")
	for _, path := range []string{"/my/plan/S-000002", "/my/plan/C-2026-001", "/my/plan/S-9"} {
		b.Get(path).Want(404)
		b.PostForm(path, url.Values{"change": {"cancel"}, "do": {"confirm"}}).Want(404)
	}
	b.Get("/contracts/S-000001/change").Want(403)
	b.Get("/subscriptions").Want(403)
	b.Get("/screening").Want(403)
}

func TestCustomersOfAnOldVersionAreMovedWithNotice(t *testing.T) {
	site := shop(t)
	sales, product := site.Login(access.Sales), site.Login(access.Product)
	sales.PostForm("/subscriptions/new", subscriber("k1", "Corner Shop")).Want(200)
	webtest.Publish(site, "starter", "Starter", strings.Replace(webtest.Starter, "unit_price: 30", "unit_price: 33", 1))
	at := "/subscriptions/plans/starter/migrate"
	p := product.Get(at).Want(200, "Corner Shop", "15 May 2026", "6.00", "Move 1 customer")
	p.Check()
	product.PostForm(at, url.Values{"told_on": {"2027-01-01"}}).Want(422, "today at the latest")
	product.PostForm(at, url.Values{"told_on": {webtest.Today.String()}}).Want(200, "1 customer will move", "Nobody").Check()
	product.Get("/subscriptions?state=ahead").Want(200, "from 15 May 2026")
	product.Get("/subscriptions/plans/gold/migrate").Want(404)
}
