package scenario

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/tax"
	"ratable/usage"
)

var twins = flag.Int64("twins", 3, "how many lives are lived in memory and on the database")

// What is played in memory and what the runs append to the database are the same
// documents and the same revenue, whatever was agreed, amended and used, and
// whenever it became known.
func TestPlayedInMemoryAndRunOnTheDatabaseALifeIsTheSame(t *testing.T) {
	for seed := int64(1); seed <= *twins; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			x := newTwin(t, seed)
			for on := lifeBegins; !on.After(x.through); on = on.AddDays(1) {
				x.day(on)
			}
			x.compare()
		})
	}
}

// twin lives one life twice.
type twin struct {
	*life
	t       *testing.T
	db      *postgres.DB
	sales   access.Actor
	through period.Date
}

func newTwin(t *testing.T, seed int64) *twin {
	x := &twin{life: newLife(t, seed), t: t, db: pgtest.New(t), through: period.NewDate(2026, 9, 30)}
	if seed%2 == 0 {
		x.abroad(x.through)
	}
	x.do(x.company)
	if seed%3 == 0 {
		x.choose()
	}
	x.sign(x.agreement().Latest().Document, lifeBegins)
	return x
}

func (x *twin) do(fn func(ctx context.Context, tx pgx.Tx) error) {
	x.t.Helper()
	ctx := x.t.Context()
	if err := x.db.Tx(ctx, func(tx pgx.Tx) error { return fn(ctx, tx) }); err != nil {
		x.t.Fatal(err)
	}
}

var fixture = access.System("fixture")

// choose lets the company book otherwise than by default from its first day on.
func (x *twin) choose() {
	v := ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: lifeBegins, Policy: ledger.DefaultPolicy(), Reason: "the group's manual"}
	v.Policy.Credits, v.Policy.CatchUp, v.Policy.CreditSplit = ledger.ContraAccount, ledger.InMonthOfChange, ledger.DeferredFirst
	v.Policy.BreakageTo, v.Policy.Overage = ledger.OwnAccount, ledger.InRevenue
	x.s.policies = x.s.policies.With(v)
	x.do(func(ctx context.Context, tx pgx.Tx) error {
		var desk []access.Actor
		for _, name := range []string{"prepares", "approves"} {
			u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@ratable.test", Name: name, Roles: []access.Role{access.Accountant}}, fixture)
			if err != nil {
				return err
			}
			desk = append(desk, access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles})
		}
		made, err := ledger.ProposePolicy(ctx, tx, v, desk[0])
		if err != nil {
			return err
		}
		return ledger.ApprovePolicy(ctx, tx, made.Entity, made.Book, made.Number, "", desk[1])
	})
}

// company sets up what the scenario's world has.
func (x *twin) company(ctx context.Context, tx pgx.Tx) error {
	u, err := access.CreateUser(ctx, tx, access.NewUser{Email: "sales@ratable.test", Name: "Sales", Roles: []access.Role{access.Sales}}, fixture)
	if err != nil {
		return err
	}
	x.sales = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}
	us, err := entities.Create(ctx, tx, entities.Entity{
		Code: "us", Name: "Northwind", Country: "US", Region: "NY", City: "New York", Postcode: "10013", TimeZone: "UTC", Currency: x.s.world.Entities.All()[0].Currency,
	}, fixture)
	if err != nil {
		return err
	}
	if len(x.rates) > 0 {
		if err := entities.RecordRates(ctx, tx, x.rates, fixture); err != nil {
			return err
		}
	}
	for _, p := range x.s.world.Catalog.Products() {
		p.ID = 0
		if _, err := catalog.AddProductVersion(ctx, tx, p, fixture); err != nil {
			return err
		}
	}
	for _, code := range []string{"calls", "storage", "payments"} {
		m, _ := x.s.world.Catalog.Meter(code)
		m.ID = 0
		if _, err := catalog.AddMeter(ctx, tx, m, fixture); err != nil {
			return err
		}
	}
	made := map[string]customers.Customer{}
	for _, id := range []string{"boss", "acme", "branch"} {
		made[id], err = customers.Create(ctx, tx, customers.New{
			ExternalID: id, Name: id, Kind: customers.Business, Entity: us.ID, Currency: money.Currency(x.currency), Parent: made["boss"].ID, SignedUpOn: ever,
			Billing: customers.Address{Lines: []string{"1 Main Street"}, City: "New York", Region: "NY", Postcode: "10013", Country: "US"},
		}, fixture)
		if err != nil {
			return err
		}
	}
	if err := tax.InstallSeed(ctx, tx); err != nil {
		return err
	}
	return tax.Register(ctx, tx, tax.Registration{Entity: "us", Place: "US-NY", Scheme: "local", StartsOn: ever}, fixture)
}

// sign takes a document through approval by somebody else.
func (x *twin) sign(d contracts.Document, on period.Date) {
	x.t.Helper()
	x.do(func(ctx context.Context, tx pgx.Tx) error {
		c, err := contracts.Prepare(ctx, tx, d, on, x.sales)
		if err != nil || c.Latest().Approved() { // what was drawn is what was agreed already
			return err
		}
		if err := contracts.Submit(ctx, tx, d.Contract, "drawn", x.sales); err != nil {
			return err
		}
		return x.approve(ctx, tx, d.Contract)
	})
}

// approve lets everybody who may have a say approve.
func (x *twin) approve(ctx context.Context, tx pgx.Tx, number string) error {
	for i := 0; ; i++ {
		c, err := contracts.Get(ctx, tx, number)
		if err != nil || c.Latest().Approved() {
			return err
		}
		role := c.Latest().Missing()[0]
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: fmt.Sprintf("%s%d-%d@ratable.test", role, c.Latest().Number, i), Name: "Approver", Roles: []access.Role{role}}, fixture)
		if err != nil {
			return err
		}
		if err := contracts.Approve(ctx, tx, number, "seen", access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}); err != nil {
			return err
		}
	}
}

// day lets something happen, and runs both.
func (x *twin) day(on period.Date) {
	x.t.Helper()
	x.today, x.news = on, false
	if x.oneIn(4) {
		x.event(on, "calls")
	}
	if x.oneIn(8) {
		x.event(on, one(x.draw, "storage", "payments"))
	}
	if x.oneIn(30) {
		x.event(period.MaxDate(lifeBegins, on.AddDays(-x.between(1, 60))), one(x.draw, "calls", "storage", "payments"))
		x.news, x.family.changed = true, true
	}
	x.correctPerhaps(on)
	versions := len(x.agreement().Versions)
	if err := x.amendPerhaps(); err != nil {
		x.t.Fatal(err)
	}
	if len(x.agreement().Versions) > versions {
		x.sign(x.agreement().Latest().Document, on)
	}
	if !x.news && on.Day() != 1 && !x.family.days[on] {
		return
	}
	if err := x.recognizeAll(on); err != nil {
		x.t.Fatal(err)
	}
	if err := x.invoice(on, true); err != nil {
		x.t.Fatal(err)
	}
	x.run(on)
}

// event reports usage to both.
func (x *twin) event(on period.Date, code string) {
	x.t.Helper()
	x.events++
	meter, _ := x.s.world.Catalog.Meter(code)
	who := one(x.draw, "acme", "acme", "branch")
	dimensions := map[string]string{"who": one(x.draw, "ann", "bob", "cyd")}
	if region := one(x.draw, "", "eu", "us"); region != "" {
		dimensions["region"] = region
	}
	o := usage.Occurrence{
		Customer: x.agreement().Users[who], Day: on, At: on.Time(time.UTC).Add(time.Duration(x.Intn(86400)) * time.Second), ID: fmt.Sprintf("%06d", x.events),
		Quantity: decimal.NewFromInt(int64(x.between(1, 300))), Dimensions: dimensions,
	}
	x.family.count(used{event: o.ID, key: usage.Key{Customer: o.Customer, Meter: code}, meter: meter, on: on, known: x.today, single: &o})
	_, err := usage.Ingest(x.t.Context(), x.db, []usage.Event{{
		Source: "life", ID: o.ID, Customer: who, Meter: code, OccurredAt: o.At, Quantity: o.Quantity, Dimensions: dimensions,
	}}, x.today.Time(time.UTC).Add(25*time.Hour), fixture)
	if err != nil {
		x.t.Fatal(err)
	}
	x.learned(on, fmt.Sprintf("%s of %s (%v) of %s", o.Quantity, code, dimensions, who))
}

// run is the night of a day on the database.
func (x *twin) run(on period.Date) {
	x.t.Helper()
	earned, err := revrec.Run(x.t.Context(), x.db, revrec.Options{AsOf: on.AddDays(-1)}, fixture)
	if err != nil || len(earned.Failures) > 0 {
		x.t.Fatalf("on %s revenue: %v %v\n%s", on, err, earned.Failures, x.story())
	}
	if on.Day() == 1 {
		if _, err := ledger.RemeasureMonth(x.t.Context(), x.db, 1, on.MonthOf().Prev(), fixture); err != nil {
			x.t.Fatalf("on %s: %v\n%s", on, err, x.story())
		}
	}
	billed, err := invoicing.Run(x.t.Context(), x.db, invoicing.Options{AsOf: on}, fixture)
	if err == nil && billed.Held != "" {
		err = fmt.Errorf("held: %s", billed.Held)
	}
	if err != nil || len(billed.Failures) > 0 {
		x.t.Fatalf("on %s invoices: %v %v\n%s", on, err, billed.Failures, x.story())
	}
}

// compare holds the journal in memory against that of the database.
func (x *twin) compare() {
	x.t.Helper()
	entries, err := ledger.EntriesPage(x.t.Context(), x.db, ledger.EntryFilter{Limit: 500})
	if err != nil {
		x.t.Fatal(err)
	}
	var stored []string
	for _, e := range entries {
		stored = append(stored, told(e.Entry)...)
	}
	var played []string
	for _, e := range x.book.entries {
		played = append(played, told(e)...)
	}
	slices.Sort(stored)
	slices.Sort(played)
	if len(played) < 10 {
		x.t.Errorf("only %d postings: this proves nothing", len(played))
	}
	if diff := cmp.Diff(played, stored); diff != "" {
		x.t.Errorf("memory (-) and database (+) differ:\n%s\n%s", diff, x.story())
	}
}

// told writes an entry without what only the database has.
func told(e ledger.Entry) []string {
	var out []string
	for _, p := range e.Postings {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s worth %s at %s line %s document %s month %s", e.BookedOn, e.Source, p.Account, p.Amount, p.Functional, e.Rate, p.Line, p.Document, p.Month)))
	}
	for _, b := range e.Billed {
		out = append(out, fmt.Sprintf("%s %s %s %s %s %s", e.BookedOn, e.Source, b.Line, b.Kind, b.Span, b.Amount))
	}
	return out
}
