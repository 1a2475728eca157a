package contracts_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

const (
	starter = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 30, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 300, every: month, price: {model: per_unit, amount: 0.10}}}
`
	listed = `33151,"SUEX OTC, S.R.O.",-0- ,"CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Website suex.io"`
)

// shop is the company with plans on sale and a screening list.
type shop struct{ office }

func openShop(t *testing.T) shop {
	o := shop{open(t)}
	l, err := customers.ParseOFAC(customers.OFAC{SDN: []byte(listed)})
	o.must(err)
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := customers.ImportScreening(ctx, tx, l, on("2026-01-01"), access.System("test"))
		return err
	}))
	o.publish("starter", starter)
	o.publish("pro", strings.Replace(starter, "unit_price: 30", "unit_price: 90", 1))
	return o
}

func (o shop) publish(code, terms string) {
	o.Helper()
	var root yaml.Node
	o.must(yaml.Unmarshal([]byte(terms), &root))
	p := catalog.Plan{Code: code, StartsOn: on("2025-01-01"), Name: strings.ToUpper(code), Currency: "USD"}
	text, found := contracts.ReadTemplate(root.Content[0], p)
	if len(found) > 0 {
		o.Fatal(found)
	}
	p.Document = text
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := catalog.AddPlanVersion(ctx, tx, p, access.System("test"))
		return err
	}))
}

func request(key, name string) contracts.SignUpRequest {
	return contracts.SignUpRequest{Key: key, Entity: "rtus", Plan: "starter", Quantity: decimal.NewFromInt(2), StartsOn: on("2026-03-31"),
		Customer: &contracts.Signer{Name: name, Email: "ap@x.example", Country: "US", Region: "NY", City: "New York", Postcode: "10001", Lines: []string{"1 Main St"}}}
}

func (o shop) signUp(r contracts.SignUpRequest, by access.Actor) (out contracts.SignedUp, err error) {
	err = o.tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = contracts.SignUp(ctx, tx, r, on("2026-03-31"), by)
		return err
	})
	return out, err
}

func (o shop) change(number string, x contracts.PlanChange, day string, by access.Actor) (c contracts.Contract, err error) {
	err = o.tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		c, err = contracts.ChangeSubscription(ctx, tx, number, x, on(day), by)
		return err
	})
	return c, err
}

func TestASignUpIsActiveAtOnceByThePlansOwnApproval(t *testing.T) {
	o := openShop(t)
	got, err := o.signUp(request("k1", "Corner Shop"), o.Sales)
	o.must(err)
	if got.Held() || got.Number != "S-000001" || got.Customer.ExternalID != "s-000001" {
		t.Fatalf("signed up: %+v", got)
	}
	c, err := contracts.Get(t.Context(), o.DB, got.Number)
	o.must(err)
	r := c.Latest()
	if c.Status(on("2026-03-31")) != contracts.Active || r.Last() != "signed" || r.Decisions[0].By != 0 || r.Document.Plan.Version != 1 || r.Document.Lines[0].Fixed.Quantity.String() != "2" {
		t.Errorf("the contract is %s by %+v: %+v", c.Status(on("2026-03-31")), r.Decisions, r.Document)
	}
	renewed, err := contracts.RenewDue(t.Context(), o.DB, on("2027-03-31"))
	if err != nil || len(renewed.Renewed) != 1 {
		t.Errorf("after a year it renews: %+v, %v", renewed, err)
	}
}

func TestTheDatabaseSignsNothingButAPublishedPlan(t *testing.T) {
	o := openShop(t)
	_, err := o.prepare(document, o.Sales)
	o.must(err)
	planned := strings.Replace(strings.Replace(document, "C-7", "C-8", 1), "currency: USD", "currency: USD\nplan: {code: starter, version: 9}", 1)
	_, err = o.prepare(planned, o.Sales)
	o.must(err)
	admin := pgtest.Admin(t, o.DB)
	sign := `insert into contracts.decisions (account_id, contract_id, version, seq, event, prepared_by, by_user, reason, plan_code, plan_version)
		select v.account_id, v.contract_id, v.version, 1, 'signed', v.prepared_by, $2, 'x', $3::text, $4::integer
		from contracts.versions v join contracts.contracts c on c.id = v.contract_id where c.number = $1`
	for what, c := range map[string]struct {
		number  string
		by      int64
		plan    any
		version any
	}{
		"a document without a plan":      {"C-7", 0, "starter", 1},
		"a version that nobody approved": {"C-8", 0, "starter", 9},
		"another version than its own":   {"C-8", 0, "starter", 1},
		"no plan at all":                 {"C-8", 0, nil, nil},
		"in somebody's name":             {"C-8", o.Sales.UserID, "starter", 9},
	} {
		if _, err := admin.Exec(t.Context(), sign, c.number, c.by, c.plan, c.version); err == nil {
			t.Errorf("the database signs %s", what)
		}
	}
}

func TestAPossibleMatchIsHeldUntilAPersonClearsIt(t *testing.T) {
	o := openShop(t)
	got, err := o.signUp(request("k1", "Suex OTC GmbH"), o.Sales)
	o.must(err)
	if !got.Held() {
		t.Fatalf("a listed party has contract %s", got.Number)
	}
	_, err = o.prepare(strings.Replace(document, "customer: acme", "customer: "+got.Customer.ExternalID, 1), o.Sales)
	o.refused(err, fault.Invalid, "may be a listed party")
	again, err := o.signUp(request("k1", "Suex OTC GmbH"), o.Sales)
	o.must(err)
	if !again.Held() || !again.Repeated {
		t.Errorf("sent again: %+v", again)
	}
	matches, err := customers.Matches(t.Context(), o.DB, false)
	o.must(err)
	release := func(d customers.ScreenDecision) (numbers []string, err error) {
		err = o.tx(func(ctx context.Context, tx pgx.Tx) error {
			if _, err := customers.DecideScreening(ctx, tx, matches[0].ID, d, "Registered in Ohio", on("2026-04-10"), o.Finance); err != nil {
				return err
			}
			numbers, err = contracts.ReleaseSignUps(ctx, tx, got.Customer.ID, on("2026-04-10"), o.Finance)
			return err
		})
		return numbers, err
	}
	_, err = release(customers.Confirmed)
	o.refused(err, fault.Conflict, "not cleared")
	numbers, err := release(customers.Cleared)
	o.must(err)
	c, err := contracts.Get(t.Context(), o.DB, numbers[0])
	o.must(err)
	if d := c.Latest().Document; d.Term.From != on("2026-04-10") || d.Lines[0].Fixed.Quantity.String() != "2" {
		t.Errorf("released it is %+v", d)
	}
	if again, err = o.signUp(request("k1", "Suex OTC GmbH"), o.Sales); err != nil || again.Number != numbers[0] {
		t.Errorf("sent again after it was cleared: %+v, %v", again, err)
	}
}

func TestOfTwoSignUpsWithOneKeyAtOnceThereIsOne(t *testing.T) {
	o := openShop(t)
	var wait sync.WaitGroup
	results, errs := make([]contracts.SignedUp, 8), make([]error, 8)
	for i := range results {
		wait.Go(func() { results[i], errs[i] = o.signUp(request("same", "Corner Shop"), o.Sales) })
	}
	wait.Wait()
	fresh := 0
	for i, r := range results {
		o.must(errs[i])
		if !r.Repeated {
			fresh++
		}
		if r.Number != results[0].Number {
			t.Errorf("two contracts, %s and %s", r.Number, results[0].Number)
		}
	}
	if fresh != 1 {
		t.Errorf("%d of 8 say that they signed up", fresh)
	}
	_, err := o.signUp(request("same", "Another Shop"), o.Sales)
	o.refused(err, fault.Conflict, "used for another sign-up")
}

func TestABadSignUpNamesItsFieldsAndLeavesNothing(t *testing.T) {
	o := openShop(t)
	for path, spoil := range map[string]func(*contracts.SignUpRequest){
		"plan":              func(r *contracts.SignUpRequest) { r.Plan = "gold" },
		"entity":            func(r *contracts.SignUpRequest) { r.Entity = "" },
		"quantity":          func(r *contracts.SignUpRequest) { r.Quantity = decimal.NewFromInt(-1) },
		"starts_on":         func(r *contracts.SignUpRequest) { r.StartsOn = on("2020-01-01") },
		"currency":          func(r *contracts.SignUpRequest) { r.Currency = "EUR" },
		"customer":          func(r *contracts.SignUpRequest) { r.Customer = nil },
		"existing_customer": func(r *contracts.SignUpRequest) { r.Customer, r.Existing = nil, "nobody" },
		"key":               func(r *contracts.SignUpRequest) { r.Key = "" },
		"customer.name":     func(r *contracts.SignUpRequest) { r.Customer.Name = "" },
		"customer.country":  func(r *contracts.SignUpRequest) { r.Customer.Country = "XX" },
		"customer.email":    func(r *contracts.SignUpRequest) { r.Customer.Email = "no" },
		"customer.kind":     func(r *contracts.SignUpRequest) { r.Customer.Kind = "robot" },
	} {
		r := request("bad "+path, "Corner Shop")
		spoil(&r)
		_, err := o.signUp(r, o.Sales)
		if found := fault.Fields(err); len(found) == 0 || found[0].Path != path {
			t.Errorf("a bad %s is answered by %v", path, err)
		}
	}
	_, err := o.signUp(request("k", "Corner Shop"), o.Accountant)
	o.refused(err, fault.Denied, "")
	if all, err := contracts.List(t.Context(), o.DB, contracts.Filter{Search: "S-"}); err != nil || len(all) != 0 {
		t.Errorf("bad sign-ups left %d contracts, %v", len(all), err)
	}
}

func TestASubscriptionIsChangedByItsPayerAndStaffAndNobodyElse(t *testing.T) {
	o := openShop(t)
	got, err := o.signUp(request("k1", "Corner Shop"), o.Sales)
	o.must(err)
	other, err := o.signUp(request("k2", "Other Shop"), o.Sales)
	o.must(err)
	mine := access.Actor{UserID: 99, Name: "Corner", Roles: []access.Role{access.Customer}, CustomerID: int64(got.Customer.ID)}
	_, err = o.change(other.Number, contracts.PlanChange{Kind: contracts.ToCancel}, "2026-04-05", mine)
	o.refused(err, fault.NotFound, "no contract")
	_, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToCancel}, "2026-04-05", o.Accountant)
	o.refused(err, fault.Denied, "")

	c, err := o.change(got.Number, contracts.PlanChange{Kind: contracts.ToPlan, Plan: "pro"}, "2026-04-10", mine)
	o.must(err)
	if d := c.Latest().Document; d.Start() != on("2026-04-10") || d.Plan.Code != "pro" || d.Lines[0].Fixed.Quantity.String() != "2" {
		t.Errorf("an upgrade counts from %s: %+v", d.Start(), d.Lines[0].Fixed)
	}
	c, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToPlan, Plan: "starter"}, "2026-04-20", mine)
	o.must(err)
	if now, ahead, _ := c.Subscription(on("2026-04-20")); now.Plan.Code != "pro" || ahead == nil || ahead.Start() != on("2026-04-30") {
		t.Errorf("a downgrade waits for the end of the period: %+v, %+v", now.Plan, ahead)
	}
	_, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToPlan, Plan: "starter", When: contracts.Now}, "2026-04-20", mine)
	o.refused(err, fault.Invalid, "paid for through 2026-04-29")
	c, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToKeep}, "2026-04-21", mine)
	o.must(err)
	if now, ahead, _ := c.Subscription(on("2026-05-20")); now.Plan.Code != "pro" || ahead != nil {
		t.Errorf("taken back it stays on %s, ahead %v", now.Plan.Code, ahead)
	}
	c, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToCancel}, "2026-04-25", mine)
	o.must(err)
	if d := c.Latest().Document; d.Term.Through != on("2026-04-29") || c.Status(on("2026-04-30")) != contracts.Terminated {
		t.Errorf("cancelled it ends on %s", d.Term.Through)
	}
	c, err = o.change(got.Number, contracts.PlanChange{Kind: contracts.ToKeep}, "2026-04-28", mine)
	o.must(err)
	if d := c.Latest().Document; d.Ending != nil || d.Term.Through != on("2027-03-30") || d.Plan.Code != "pro" {
		t.Errorf("the cancellation taken back it is %+v", d.Term)
	}
	if _, err = o.change(got.Number, contracts.PlanChange{Kind: "sell"}, "2026-04-28", mine); !errors.Is(err, fault.Invalid) {
		t.Errorf("an unknown change: %v", err)
	}
}

func TestAnOldVersionKeepsItsCustomersUntilTheyAreMoved(t *testing.T) {
	o := openShop(t)
	got, err := o.signUp(request("k1", "Corner Shop"), o.Sales)
	o.must(err)
	o.publish("starter", strings.Replace(starter, "unit_price: 30", "unit_price: 25", 1))
	c, err := contracts.Get(t.Context(), o.DB, got.Number)
	o.must(err)
	if c.Latest().Document.Lines[0].Fixed.UnitPrice.String() != "30" {
		t.Error("a new version reaches into a signed contract")
	}
	var moved []string
	var failed map[string]error
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		moved, failed, err = contracts.Migrate(ctx, tx, []string{got.Number, "S-9"}, on("2026-04-01"), on("2026-04-10"), o.Finance)
		return err
	}))
	if len(moved) != 1 || len(failed) != 1 {
		t.Fatalf("moved %v, failed %v", moved, failed)
	}
	c, err = contracts.Get(t.Context(), o.DB, got.Number)
	o.must(err)
	if d := c.Latest().Document; d.Start() != on("2026-04-30") || d.Plan.Version != 2 || d.Lines[0].Fixed.Quantity.String() != "2" || !strings.Contains(d.Reason, "notice was given on 2026-04-01") {
		t.Errorf("moved it is %+v from %s because %s", d.Plan, d.Start(), d.Reason)
	}
}

func TestASubscriptionIsNoPromiseBeyondItsPeriod(t *testing.T) {
	o := openShop(t)
	got, err := o.signUp(request("k1", "Corner Shop"), o.Sales)
	o.must(err)
	c, err := contracts.Get(t.Context(), o.DB, got.Number)
	o.must(err)
	enders, err := contracts.PeriodEnders(t.Context(), o.DB)
	if err != nil || len(enders) != 1 || !enders[c.ID] {
		t.Errorf("contracts that may end with a period: %v, %v", enders, err)
	}
	sums, err := contracts.SubscriptionSums(t.Context(), o.DB, contracts.SubscriptionFilter{On: on("2026-04-01"), State: "active"})
	if err != nil || sums["USD"].Count != 1 || sums["USD"].MRR.String() != "60.00" {
		t.Errorf("the sums are %v, %v", sums, err)
	}
	if next, more := c.Latest().Document.NextBill(on("2026-04-01")); !more || next != on("2026-04-30") {
		t.Errorf("the next bill is on %s", next)
	}
}
