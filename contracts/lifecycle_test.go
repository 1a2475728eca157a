package contracts_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

const document = `
contract: C-7
title: Brandywine 🚀
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, po_number: PO-1}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: graduated, tiers: [{up_to: 5000, unit: 0.02}, {unit: 0.015}]}}}
commitments:
  - {id: minimum, product: prepaid, lines: [calls], amount: 500, every: quarter}
`

// office is the company with what a test does to a contract.
type office struct {
	*testing.T
	*invoicingtest.Company
}

func open(t *testing.T) office {
	return office{t, invoicingtest.New(t, pgtest.New(t))}
}

func (o office) tx(fn func(ctx context.Context, tx pgx.Tx) error) error {
	ctx := o.Context()
	return o.DB.Tx(ctx, func(tx pgx.Tx) error { return fn(ctx, tx) })
}

func (o office) prepare(source string, by access.Actor) (c contracts.Contract, err error) {
	o.Helper()
	d, err := contracts.Parse([]byte(source))
	if err != nil {
		o.Fatal(err)
	}
	err = o.tx(func(ctx context.Context, tx pgx.Tx) error {
		c, err = contracts.Prepare(ctx, tx, d, d.Start(), by)
		return err
	})
	return c, err
}

type step func(ctx context.Context, tx pgx.Tx, number, reason string, by access.Actor) error

func (o office) take(do step, reason string, by access.Actor) error {
	return o.tx(func(ctx context.Context, tx pgx.Tx) error { return do(ctx, tx, "C-7", reason, by) })
}

func (o office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// refused holds that an error is of a kind and says what it should.
func (o office) refused(err error, kind error, saying string) {
	o.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), saying) {
		o.Errorf("should be refused as %q saying %q, is: %v", kind, saying, err)
	}
}

func (o office) get() contracts.Contract {
	o.Helper()
	c, err := contracts.Get(o.Context(), o.DB, "C-7")
	o.must(err)
	return c
}

func (o office) person(name string, role access.Role) access.Actor {
	o.Helper()
	var by access.Actor
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@ratable.example", Name: name, Roles: []access.Role{role}}, access.System("test"))
		by = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}
		return err
	}))
	return by
}

func on(s string) period.Date { return invoicingtest.Day(s) }

func TestAContractGoesFromDraftToActiveToExpired(t *testing.T) {
	o := open(t)
	c, err := o.prepare(document, o.Sales)
	o.must(err)
	status := func(want contracts.Status, day string) {
		t.Helper()
		if got := o.get().Status(on(day)); got != want {
			t.Errorf("on %s the contract is %s, not %s", day, got, want)
		}
	}
	status(contracts.Draft, "2026-01-01")
	if _, agreed := c.Agreement(); agreed {
		t.Error("a draft counts as agreed")
	}
	o.must(o.take(contracts.Submit, "please", o.Sales))
	status(contracts.InApproval, "2026-01-01")
	o.must(o.take(contracts.Approve, "", o.Finance))
	status(contracts.Approved, "2025-12-31")
	status(contracts.Active, "2026-12-31")
	status(contracts.Expired, "2027-01-01")
	agreements, err := contracts.LoadAgreements(t.Context(), o.DB, []customers.AccountID{o.Account("acme")})
	o.must(err)
	if got := agreements[o.Account("acme")]; len(got) != 1 || got[0].Number != "C-7" {
		t.Errorf("agreed is %v", got)
	}
}

func TestWhatIsStoredIsTheDocumentThatWasUploaded(t *testing.T) {
	o := open(t)
	d, err := contracts.Parse([]byte(document))
	o.must(err)
	_, err = o.prepare(document, o.Sales)
	o.must(err)
	stored := o.get().Latest().Document
	if diff := cmp.Diff(d, stored); diff != "" {
		t.Errorf("uploaded and stored differ (-uploaded +stored):\n%s", diff)
	}
	exported, err := contracts.Export(stored)
	o.must(err)
	again, err := o.prepare(string(exported), o.Sales)
	o.must(err)
	if len(again.History) != 1 {
		t.Errorf("uploading the export made version %d", len(again.History))
	}
}

func TestUploadingTheSameDocumentAgainChangesNothing(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	for _, same := range []string{document, strings.Replace(document, "40.00", `"40.00"`, 1), strings.Replace(document, "currency: USD", "payer: acme\ncurrency: usd\neffective: 2026-01-01", 1)} {
		c, err := o.prepare(same, o.Sales)
		o.must(err)
		if len(c.History) != 1 || !c.Latest().Approved() {
			t.Errorf("the same document again makes %d versions, the last one %q", len(c.History), c.Latest().Last())
		}
	}
}

func TestWhoeverHadAHandInAContractCannotApproveIt(t *testing.T) {
	o := open(t)
	colleague := o.person("colleague", access.Finance)
	o.refused(o.take(contracts.Submit, "", o.Sales), fault.NotFound, "C-7")
	_, err := o.prepare(document, o.Finance)
	o.must(err)
	o.refused(o.take(contracts.Approve, "", o.Sales), fault.Conflict, "a draft")
	o.must(o.take(contracts.Submit, "", colleague))
	o.refused(o.take(contracts.Approve, "", o.Finance), fault.Denied, "another person")
	o.refused(o.take(contracts.Approve, "", colleague), fault.Denied, "another person")
	o.refused(o.take(contracts.Approve, "", o.Sales), fault.Denied, "")
	o.refused(o.take(contracts.Approve, "", access.System("job")), fault.Denied, "person")
	third := o.person("third", access.Finance)
	o.must(o.take(contracts.Approve, "", third))
	o.refused(o.take(contracts.Approve, "", third), fault.Conflict, "approved already")
	if _, err := o.prepare(document, o.person("reader", access.Accountant)); !errors.Is(err, fault.Denied) {
		t.Errorf("an accountant prepares contracts: %v", err)
	}
}

// The same in SQL, for whoever comes past the Go code.
func TestTheDatabaseAsksForASecondPersonToo(t *testing.T) {
	o := open(t)
	c, err := o.prepare(document, o.Sales)
	o.must(err)
	approve := func(preparedBy int64) error {
		_, err := o.DB.Exec(t.Context(), `
			insert into contracts.decisions (account_id, contract_id, version, seq, event, prepared_by, by_user)
			values (@account, @contract, 1, 1, 'approved', @prepared, @sales)`,
			pgx.NamedArgs{"account": c.Account, "contract": c.ID, "prepared": preparedBy, "sales": o.Sales.UserID})
		return err
	}
	for preparedBy, constraint := range map[int64]string{
		o.Sales.UserID:   "decisions_take_a_second_person",
		o.Finance.UserID: "foreign key", // naming somebody else as the one who prepared it
	} {
		if err := approve(preparedBy); err == nil || !strings.Contains(err.Error(), constraint) {
			t.Errorf("the preparer's own approval in SQL should fail on %s: %v", constraint, err)
		}
	}
	for _, change := range []string{`update contracts.versions set prepared_by = 0`, `delete from contracts.versions`, `update contracts.contracts set payer_id = 0`, `delete from contracts.decisions`} {
		if _, err := o.DB.Exec(t.Context(), change); err == nil {
			t.Errorf("history was changed: %s", change)
		}
	}
}

func TestOfTwoPeopleWhoDecideAtOnceOneIsTold(t *testing.T) {
	o := open(t)
	rival := o.person("rival", access.Finance)
	_, err := o.prepare(document, o.Sales)
	o.must(err)
	o.must(o.take(contracts.Submit, "", o.Sales))
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Go(func() { errs[0] = o.take(contracts.Approve, "fine", o.Finance) })
	both.Go(func() { errs[1] = o.take(contracts.Reject, "too cheap", rival) })
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("approved: %v, rejected: %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			o.refused(err, fault.Conflict, "already")
		}
	}
	if r := o.get().Latest(); len(r.Decisions) != 2 {
		t.Errorf("the decisions are %v", r.Decisions)
	}
}

func TestOfTwoPeopleWhoUploadAtOnceNobodyLosesAVersion(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	errs := make([]error, 4)
	var all sync.WaitGroup
	for i := range errs {
		d, err := contracts.Parse([]byte(strings.Replace(document, "title: Brandywine 🚀", "reason: seats\ntitle: Offer "+string(rune('A'+i)), 1)))
		o.must(err)
		all.Go(func() {
			errs[i] = o.tx(func(ctx context.Context, tx pgx.Tx) error {
				_, err := contracts.Prepare(ctx, tx, d, d.Start(), o.Sales)
				return err
			})
		})
	}
	all.Wait()
	o.must(errors.Join(errs...))
	c := o.get()
	titles := map[string]bool{}
	for i, r := range c.History {
		if r.Number != i+1 {
			t.Errorf("version %d stands in place %d", r.Number, i+1)
		}
		titles[r.Document.Title] = true
	}
	if len(titles) != 5 {
		t.Errorf("the versions are %v", titles)
	}
}

func TestAnAmendmentKeepsWhatTheContractIs(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	for _, change := range []struct{ what, old, replacement, field, saying string }{
		{"no reason", "quantity: 10", "quantity: 12", "reason", "say why"},
		{"another customer", "customer: acme", "reason: r\ncustomer: lone", "customer", "cannot change"},
		{"another entity", "entity: rtus", "reason: r\nentity: rteu", "customer", "cannot change"},
		{"another currency", "currency: USD", "reason: r\ncurrency: EUR", "currency", "it is USD"},
		{"another first day", "from: 2026-01-01", "from: 2026-02-01", "term.from", "began on 2026-01-01"},
		{"other billing periods", "net_days: 30", "net_days: 30, align: calendar", "billing.align", "it is anniversary"},
	} {
		_, err := o.prepare(strings.Replace(document, change.old, change.replacement, 1), o.Sales)
		o.refused(err, fault.Invalid, change.saying)
		if fields := fault.Fields(err); len(fields) == 0 || fields[0].Path != change.field {
			t.Errorf("%s is blamed on %v, not on %s", change.what, fields, change.field)
		}
	}
	amended := strings.Replace(document, "quantity: 10", "quantity: 12", 1) + "effective: 2026-03-01\nreason: two more\n"
	c, err := o.prepare(amended, o.Sales)
	o.must(err)
	if a, _ := c.Agreement(); len(a.Versions) != 1 {
		t.Error("an amendment counts before it is approved")
	}
	o.must(o.take(contracts.Submit, "", o.Sales))
	_, err = o.prepare(strings.Replace(amended, "quantity: 12", "quantity: 13", 1), o.Sales)
	o.refused(err, fault.Conflict, "waits for a decision")
	o.must(o.take(contracts.Approve, "", o.Finance))
	if a, _ := o.get().Agreement(); len(a.Versions) != 2 || a.Latest().EffectiveOn != on("2026-03-01") {
		t.Errorf("agreed is %v", a.Versions)
	}
}

func TestARejectedContractComesBackAsANewVersion(t *testing.T) {
	o := open(t)
	_, err := o.prepare(document, o.Sales)
	o.must(err)
	o.must(o.take(contracts.Submit, "", o.Sales))
	o.refused(o.take(contracts.Reject, "", o.Finance), fault.Invalid, "say why")
	o.must(o.take(contracts.Reject, "read clause 3 again", o.Finance))
	if got := o.get().Status(on("2026-01-01")); got != contracts.Rejected {
		t.Errorf("the contract is %s", got)
	}
	c, err := o.prepare(document, o.Sales) // it was right after all
	o.must(err)
	if len(c.History) != 2 || c.Latest().Last() != "" {
		t.Fatalf("after a second upload the last version is %d, %q", c.Latest().Number, c.Latest().Last())
	}
	o.must(o.take(contracts.Submit, "", o.Sales))
	o.must(o.take(contracts.Approve, "", o.Finance))
}

func TestWhatNobodySellsOrKnowsIsNamed(t *testing.T) {
	o := open(t)
	_, err := o.prepare(`
contract: C-7
entity: moon
customer: nobody
payer: noone
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: a, product: teapot, fixed: {quantity: 1, unit_price: 1, every: month}}
  - {id: b, product: api, usage: {meter: steam, every: month, price: {model: flat, amount: 1}}}
commitments: [{id: m, product: promise, lines: [b], amount: 1, every: month}]
prepaid: [{id: c, product: lid, lines: [b], amount: 1, every: month}]
`, o.Sales)
	var got []string
	for _, f := range fault.Fields(err) {
		got = append(got, f.Path+" "+f.Value)
	}
	want := []string{"entity moon", "customer nobody", "payer noone", "lines[0].product teapot", "lines[1].usage.meter steam", "commitments[0].product promise", "prepaid[0].product lid"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("named are (-want +got):\n%s", diff)
	}
	_, err = o.prepare(strings.Replace(document, "from: 2026-01-01", "from: 2023-01-01", 1), o.Sales)
	o.refused(err, fault.Invalid, "is not a product of the catalog on 2023-01-01")
	_, err = o.prepare(strings.Replace(document, "customer: acme", "customer: acme\npayer: lone", 1), o.Sales)
	o.refused(err, fault.Invalid, "different paying families")
}

func TestAConcessionIsAFactOfTheContract(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	january := period.Through(on("2026-01-01"), on("2026-01-31"))
	grant := func(g contracts.Granted, by access.Actor) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.Grant(ctx, tx, "C-7", g, by) })
	}
	granted := contracts.Granted{Line: "seats", Span: january, Amount: money.Of(2500, "USD"), Reason: "outage of 12 January", GrantedOn: on("2026-02-02")}
	for _, bad := range []struct {
		change func(*contracts.Granted)
		saying string
	}{
		{func(g *contracts.Granted) { g.Amount = money.Zero("USD") }, "more than zero"},
		{func(g *contracts.Granted) { g.Amount = money.Of(1, "EUR") }, "in USD"},
		{func(g *contracts.Granted) { g.Reason = "" }, "reason"},
		{func(g *contracts.Granted) { g.Reason = "bell\a" }, "control character"},
		{func(g *contracts.Granted) { g.Line = "seat" }, "is not a line"},
		{func(g *contracts.Granted) { g.Span.End = on("2027-02-01") }, "outside the contract's term"},
	} {
		g := granted
		bad.change(&g)
		o.refused(grant(g, o.Finance), fault.Invalid, bad.saying)
	}
	o.refused(grant(granted, o.Sales), fault.Denied, "")
	o.must(grant(granted, o.Finance))
	stored := o.get().Concessions
	if len(stored) != 1 {
		t.Fatalf("stored are %v", stored)
	}
	granted.ID = stored[0].ID
	if diff := cmp.Diff(granted, stored[0]); diff != "" {
		t.Errorf("granted and stored differ:\n%s", diff)
	}
}
