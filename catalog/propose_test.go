package catalog_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// today is the day on which changes are proposed.
var today = day("2026-05-10")

// office is a database with the shop in it and the people who keep it.
type office struct {
	t                *testing.T
	db               *postgres.DB
	paula, pete, fay access.Actor
}

func open(t *testing.T) office {
	o := office{t: t, db: pgtest.New(t)}
	o.paula, o.pete, o.fay = o.person("Paula", access.Product), o.person("Pete", access.Product), o.person("Fay", access.Finance)
	o.must(func(ctx context.Context, tx pgx.Tx) error { return catalog.Add(ctx, tx, parsed(t, shop), clerk) })
	return o
}

func (o office) person(name string, role access.Role) access.Actor {
	var u access.User
	o.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		u, err = access.CreateUser(ctx, tx, access.NewUser{Email: strings.ToLower(name) + "@ratable.test", Name: name, Password: "correct horse battery staple", Roles: []access.Role{role}}, clerk)
		return err
	})
	return access.Actor{UserID: u.ID, Name: name, Roles: u.Roles}
}

func (o office) must(verb func(ctx context.Context, tx pgx.Tx) error) {
	o.t.Helper()
	if err := inTx(o.db, verb); err != nil {
		o.t.Fatal(err)
	}
}

func (o office) sold() *catalog.Catalog {
	o.t.Helper()
	c, err := catalog.Load(context.Background(), o.db)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// propose sends a file the way the command line and the web do.
func (o office) propose(text string, by access.Actor) (p catalog.Proposal, err error) {
	o.t.Helper()
	d := parsed(o.t, text)
	err = inTx(o.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		p, err = catalog.Propose(ctx, tx, d, "the new price list", today, catalog.Checks{}, by)
		return err
	})
	return p, err
}

func (o office) submitted(text string, by access.Actor) catalog.Proposal {
	o.t.Helper()
	p, err := o.propose(text, by)
	if err != nil || p.ID == 0 {
		o.t.Fatalf("proposal %d: %v", p.ID, err)
	}
	o.must(func(ctx context.Context, tx pgx.Tx) error { return catalog.SubmitProposal(ctx, tx, p.ID, "", by) })
	return p
}

func (o office) approve(id int64, by access.Actor) error {
	return inTx(o.db, func(ctx context.Context, tx pgx.Tx) error { return catalog.ApproveProposal(ctx, tx, id, "", by) })
}

// dearer is a price list from June: one line of it is new.
const dearer = `products:
  - {code: platform, name: Northlight platform, tax_code: saas_b2b, recognition: ratable, features: {sso: true, audit-log: true, seats: {per_unit: 1.0, unit: seat}, workspaces: 5, api: {meter: api.calls}, scim: true}, starts_on: 2026-06-01,
     standalone: [{currency: EUR, every: month, price: 59, low: 44, mid: 49, high: 60}, {currency: USD, every: month, price: 55.00}]}
  - {code: api-calls, name: API calls, unit: call, tax_code: api_usage, recognition: as_used}
`

func TestAChangeCountsWhenAnotherPersonApproved(t *testing.T) {
	o := open(t)
	p := o.submitted(dearer, o.paula)
	if got, _ := o.sold().Product("platform", day("2026-06-01")); got.Version != 1 {
		t.Fatal("a proposal counted before anybody approved it")
	}
	if err := o.approve(p.ID, o.paula); !errors.Is(err, fault.Denied) {
		t.Errorf("who prepared it approved it: %v", err)
	}
	if err := o.approve(p.ID, o.pete); err != nil {
		t.Fatal(err)
	}
	c := o.sold()
	before, _ := c.Product("platform", day("2026-05-31"))
	after, _ := c.Product("platform", day("2026-06-01"))
	if was, _ := before.StandaloneIn("EUR", "month"); !was.Best().Equal(decimal.NewFromInt(49)) || before.Version != 1 {
		t.Errorf("in May the platform sells for %s, should be 49 still", was.Best())
	}
	if is, _ := after.StandaloneIn("EUR", "month"); !is.Best().Equal(decimal.NewFromInt(59)) || after.Version != 2 || len(after.Features) != 6 {
		t.Errorf("in June the platform is %+v, should sell for 59", after)
	}
	if len(c.Products()) != 3 {
		t.Errorf("%d product versions stand; the API calls are unchanged and get none", len(c.Products()))
	}
	if err := o.approve(p.ID, o.fay); !errors.Is(err, fault.Conflict) {
		t.Errorf("approved twice: %v", err)
	}
}

func TestAProposalShowsWhatChangesFieldByField(t *testing.T) {
	o := open(t)
	changes, found := o.sold().Compare(parsed(t, dearer), today, catalog.Checks{})
	if len(found) > 0 || len(changes.List) != 1 || changes.Unchanged != 1 {
		t.Fatalf("%+v %v", changes, found)
	}
	var said []string
	for _, f := range changes.List[0].Fields {
		said = append(said, f.Path+": "+f.Old+" -> "+f.New)
	}
	want := "standalone[EUR month].price: 49 -> 59, standalone[EUR month].high: 54 -> 60, features.scim: off -> on, features.workspaces: 3 -> 5"
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("the change reads\n%s\nand should read\n%s", got, want)
	}
}

func TestTheSameFileAgainIsTheSameChangeAndThenNone(t *testing.T) {
	o := open(t)
	first := o.submitted(dearer, o.paula)
	second, err := o.propose(dearer, o.fay)
	if err != nil || second.ID != first.ID {
		t.Errorf("the same file while it waits became change %d, should be %d (%v)", second.ID, first.ID, err)
	}
	if err := o.approve(first.ID, o.fay); err != nil {
		t.Fatal(err)
	}
	if third, err := o.propose(dearer, o.paula); err != nil || third.ID != 0 {
		t.Errorf("the same file after it counts became change %d (%v), should be nothing to do", third.ID, err)
	}
}

func TestWhatChangedSinceIsNotOverwritten(t *testing.T) {
	o := open(t)
	paulas := o.submitted(dearer, o.paula)
	petes := o.submitted(`products: [{code: platform, name: Platform, tax_code: saas_b2b, recognition: ratable, starts_on: 2026-07-01}]`, o.pete)
	others := o.submitted(`products: [{code: storage, name: Storage, tax_code: data_processing, recognition: as_used, starts_on: 2026-05-01}]`, o.pete)
	if err := o.approve(paulas.ID, o.fay); err != nil {
		t.Fatal(err)
	}
	err := o.approve(petes.ID, o.fay)
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "product platform has changed since: it was compared with version 1 and stands at version 2") {
		t.Errorf("Pete's change would overwrite Paula's: %v", err)
	}
	if err := o.approve(others.ID, o.fay); err != nil {
		t.Errorf("a change of another product was refused: %v", err)
	}
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		return catalog.RejectProposal(ctx, tx, petes.ID, "on Paula's", o.fay)
	})
	if p, err := catalog.GetProposal(t.Context(), o.db, petes.ID); err != nil || p.State() != catalog.Rejected || len(o.sold().Products()) != 4 {
		t.Errorf("Pete's change is %s (%v)", p.State(), err)
	}
}

func TestTwoAtOnceMakeOneProposalAndOneVersion(t *testing.T) {
	o := open(t)
	ids := make([]int64, 4)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			p, err := o.propose(dearer, o.paula)
			if err != nil {
				t.Error(err)
			}
			ids[i] = p.ID
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] || id == 0 {
			t.Fatalf("the same file sent four times at once became the changes %v", ids)
		}
	}
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		return catalog.SubmitProposal(ctx, tx, ids[0], "", o.paula)
	})
	said := make([]error, 2)
	for i, by := range []access.Actor{o.pete, o.fay} {
		group.Go(func() { said[i] = o.approve(ids[0], by) })
	}
	group.Wait()
	if (said[0] == nil) == (said[1] == nil) || len(o.sold().Products()) != 3 {
		t.Errorf("two approvals at once answered %v and left %d product versions, want one of them and 3", said, len(o.sold().Products()))
	}
}

func TestTheProgramProposesAndAPersonSubmits(t *testing.T) {
	o := open(t)
	p, err := o.propose(dearer, access.System("command line"))
	if err != nil || p.State() != catalog.Draft {
		t.Fatalf("%s %v", p.State(), err)
	}
	o.must(func(ctx context.Context, tx pgx.Tx) error { return catalog.SubmitProposal(ctx, tx, p.ID, "", o.paula) })
	if err := o.approve(p.ID, o.paula); !errors.Is(err, fault.Denied) {
		t.Errorf("who submitted it approved it: %v", err)
	}
	if err := o.approve(p.ID, access.System("command line")); !errors.Is(err, fault.Denied) {
		t.Errorf("the program approved: %v", err)
	}
	if err := o.approve(p.ID, o.fay); err != nil {
		t.Error(err)
	}
	sales := o.person("Sal", access.Sales)
	if _, err := o.propose(shop, sales); !errors.Is(err, fault.Denied) {
		t.Errorf("sales proposed: %v", err)
	}
}

func TestADayThatIsOverIsNoDayForAChange(t *testing.T) {
	o := open(t)
	for text, want := range map[string]string{
		strings.Replace(dearer, "2026-06-01", "2026-05-09", 1):                                                                         "products[0].starts_on: is over: a change counts from 2026-05-10 or later",
		strings.Replace(dearer, "starts_on: 2026-06-01,", "", 1):                                                                       "products[0].starts_on: is missing: say from which day the change counts",
		`products: [{code: api-calls, name: API calls, unit: call, tax_code: api_usage, recognition: as_used, starts_on: 2026-08-01}]`: "products[0].starts_on: is later than 2026-01-01, the day from which version 1 counts already",
		`products: [{code: new, name: New, tax_code: saas_b2b, recognition: ratable}]`:                                                 "products[0].starts_on: is missing: the first day on which it may be sold",
		`meters: [{code: users, name: Active users, unit: seat, aggregation: unique, unique_by: user, dimensions: [region]}]`:          `meters[0].unit: is "user" in the catalog: a meter never changes`,
	} {
		if _, err := o.propose(text, o.paula); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nis answered by %v, want %s", text, err, want)
		}
	}
}

func TestPostgresRefusesAnApprovalByWhoPreparedIt(t *testing.T) {
	o := open(t)
	p := o.submitted(dearer, o.paula)
	_, err := o.db.Exec(t.Context(), `insert into catalog.decisions (proposal_id, seq, event, prepared_by, by_user) values ($1, 2, 'approved', $2, $2)`, p.ID, o.paula.UserID)
	if got := postgres.Constraint(err); got != "decisions_take_a_second_person" {
		t.Errorf("refused by %q (%v)", got, err)
	}
	_, err = o.db.Exec(t.Context(), `insert into catalog.decisions (proposal_id, seq, event, prepared_by, by_user) values ($1, 2, 'approved', $2, $2)`, p.ID, o.fay.UserID)
	if err == nil {
		t.Error("a decision hid who prepared it")
	}
}

// TestAnExportAppliedChangesNothing holds for every catalog, whatever was proposed before.
func TestAnExportAppliedChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		price := rapid.Custom(func(r *rapid.T) decimal.Decimal {
			return decimal.New(rapid.Int64Range(1, 1_000_000).Draw(r, "figure"), -rapid.Int32Range(0, 6).Draw(r, "decimals"))
		})
		var products []catalog.Product
		for v := range rapid.IntRange(1, 4).Draw(r, "versions") {
			p := catalog.Product{Code: "p", Version: v + 1, Name: rapid.StringMatching(`[a-z0-9:#'"{}\[\]%@&*!|>-]{1,12}`).Draw(r, "name"), TaxCode: "saas_b2b",
				Recognition: catalog.AsUsed, Unit: rapid.SampledFrom([]string{"", "007", "1.50", "true", "null", "seat"}).Draw(r, "unit"),
				StartsOn: day("2026-01-01").AddDays(rapid.IntRange(0, 400).Draw(r, "day")), Retired: rapid.Bool().Draw(r, "retired")}
			if rapid.Bool().Draw(r, "priced") {
				p.Standalone = []catalog.Standalone{{Currency: "EUR", Every: rapid.SampledFrom([]string{"", "month", "year"}).Draw(r, "every"), Price: price.Draw(r, "price")}}
			}
			products = append(products, p)
		}
		plans := []catalog.Plan{{Code: "s", Version: 1, Name: "S", StartsOn: day("2026-01-01"),
			Document: []byte(`{"lines":[{"id":"a","description":"` + rapid.SampledFrom([]string{"", "12", "2026-01-01", "yes", "~", "é 🚀"}).Draw(r, "text") + `","price":"` + price.Draw(r, "unit price").String() + `"}]}`)}}
		c := catalog.New(products, []catalog.Meter{{Code: "m", Name: "M", Aggregation: catalog.Max}}, plans)
		text, err := catalog.Export(c.Newest())
		if err != nil {
			r.Fatal(err)
		}
		d, err := catalog.Parse(text, catalog.Checks{})
		if err != nil {
			r.Fatalf("%v\n%s", err, text)
		}
		changes, found := c.Compare(d, day("2027-06-01"), catalog.Checks{})
		if len(changes.List)+len(found) > 0 || changes.Unchanged != 3 {
			r.Errorf("an export would change %+v %v:\n%s", changes.List, found, text)
		}
	})
}
