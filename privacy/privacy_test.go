package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/closing"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/privacy"
	"ratable/usage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var today = invoicingtest.Day("2026-03-10")

// office is a company that knows Wilma Brandt: payables of rhein, a login, letters, and usage under u-77.
type office struct {
	*invoicingtest.Company
	t            *testing.T
	admin, other access.Actor
}

const (
	wilma = "wilma.brandt@rheinwerk.example"
	named = "Wilma Brandt"
)

func open(t *testing.T) *office {
	o := &office{Company: invoicingtest.New(t, pgtest.New(t)), t: t}
	for _, who := range []struct {
		actor *access.Actor
		name  string
	}{{&o.admin, "Adam Inistrator"}, {&o.other, "Otto Other"}} {
		o.do(func(tx pgx.Tx) error {
			u, err := access.CreateUser(t.Context(), tx, access.NewUser{Email: strings.ToLower(strings.Fields(who.name)[0]) + "@ratable.example", Name: who.name, Roles: []access.Role{access.Admin}}, access.System("test"))
			*who.actor = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}
			return err
		})
	}
	return o
}

func (o *office) do(fn func(tx pgx.Tx) error) {
	o.t.Helper()
	if err := o.DB.Tx(o.t.Context(), fn); err != nil {
		o.t.Fatal(err)
	}
}

// meetWilma makes her known everywhere: as a contact twice, as a login, in letters, in the audit trail, in usage.
func (o *office) meetWilma() {
	ctx, system := o.t.Context(), access.System("test")
	rhein := o.Customers["rhein"]
	o.do(func(tx pgx.Tx) error {
		err := customers.Amend(ctx, tx, rhein.ID, customers.Amendment{StartsOn: invoicingtest.Day("2026-01-01"), Reason: named + " pays from now on", Billing: &customers.Address{
			Lines: []string{"c/o " + named, "Hafenstraße 12"}, City: "Düsseldorf", Postcode: "40221", Country: "DE"}, SetContacts: []customers.Contact{
			{Role: customers.Payable, Name: named, Email: "Wilma.Brandt@rheinwerk.example"}, {Role: customers.Technical, Name: "Joanna B.", Email: "jo" + wilma}}}, system)
		if err != nil {
			return err
		}
		if _, err := access.CreateUser(ctx, tx, access.NewUser{Email: wilma, Name: named, Roles: []access.Role{access.Customer}, CustomerID: int64(rhein.ID), Password: "northern lights at midnight"}, system); err != nil {
			return err
		}
		_, err = mail.Enqueue(ctx, tx, mail.Message{Key: "letter:1", Account: int64(rhein.Account), From: mail.Address{Email: "billing@ratable.example"},
			To: []mail.Address{{Name: named, Email: wilma}}, Subject: "For " + named, Text: "Dear " + named + ",\nwrite to " + wilma + " or jo" + wilma + ".", HTML: "<p>" + named + "</p>"}, system)
		if err != nil {
			return err
		}
		_, err = catalog.AddMeter(ctx, tx, catalog.Meter{Code: "people", Name: "People", Unit: "person", Aggregation: catalog.Unique, UniqueBy: "user"}, system)
		return err
	})
	var events []usage.Event
	for i, user := range []string{"u-77", "u-77", "u-770", "u-1"} {
		events = append(events, usage.Event{Source: "edge", ID: fmt.Sprint(i), Customer: "rhein", Meter: "people", Quantity: decimal.NewFromInt(1),
			OccurredAt: time.Date(2026, 1, 5+i, 12, 0, 0, 0, time.UTC), Dimensions: map[string]string{"user": user}})
	}
	if _, err := usage.Ingest(ctx, o.DB, events, time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC), system); err != nil {
		o.t.Fatal(err)
	}
}

const agreed = `
contract: C-1
entity: rteu
customer: rhein
currency: EUR
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 20, every: month}}
`

func (o *office) closeJanuary() closing.Seal {
	o.t.Helper()
	var s closing.Seal
	o.do(func(tx pgx.Tx) (err error) {
		s, err = closing.Close(o.t.Context(), tx, closing.At{Entity: o.EU, Month: period.NewMonth(2026, 1), AsOf: today}, nil, nil, o.Accountant)
		return err
	})
	return s
}

func (o *office) ask(a privacy.Asked) (r privacy.Request, err error) {
	err = o.DB.Tx(o.t.Context(), func(tx pgx.Tx) (err error) { r, err = privacy.Ask(o.t.Context(), tx, a, today, o.admin); return err })
	return r, err
}

func (o *office) decide(id int64, d access.Decision, by access.Actor) (r privacy.Request, err error) {
	err = o.DB.Tx(o.t.Context(), func(tx pgx.Tx) (err error) {
		r, err = privacy.Decide(o.t.Context(), tx, id, d, "seen", by)
		return err
	})
	return r, err
}

// mentions reads the whole database as text and says where a pattern stands: by another way than the migration's.
func (o *office) mentions(pattern string) map[string]int {
	o.t.Helper()
	ctx, db := o.t.Context(), pgtest.Admin(o.t, o.DB)
	rows, err := db.Query(ctx, `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`)
	if err != nil {
		o.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		o.t.Fatal(err)
	}
	find, out := regexp.MustCompile("(?i)"+pattern), map[string]int{}
	for _, table := range tables {
		rows, err := db.Query(ctx, `select to_jsonb(x)::text from `+table+` x`)
		if err != nil {
			o.t.Fatal(err)
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			o.t.Fatal(err)
		}
		for _, text := range texts {
			if find.MatchString(text) {
				out[table]++
			}
		}
	}
	return out
}

// books are all amounts there are, by table.
func (o *office) books() map[string]string {
	o.t.Helper()
	out := map[string]string{}
	for _, table := range []string{"ledger.postings", "ledger.entries", "ledger.billed", "invoicing.documents", "invoicing.lines", "usage.days", "contracts.versions", "closing.seals"} {
		var sum string
		if err := pgtest.Admin(o.t, o.DB).QueryRow(context.Background(), `select coalesce(md5(string_agg(to_jsonb(x)::text, '' order by to_jsonb(x)::text)), '') from `+table+` x`).Scan(&sum); err != nil {
			o.t.Fatal(err)
		}
		out[table] = sum
	}
	return out
}

func TestAPersonIsForgottenEverywhereAndBooksAndSealsStayWhole(t *testing.T) {
	o := open(t)
	o.meetWilma()
	o.Sign(t, agreed)
	o.Bill(t, "2026-01-01")
	o.closeJanuary()
	before, kept := o.books(), o.mentions("wilma|brandt")
	if kept["customers.contacts"] == 0 || kept["access.users"] == 0 || kept["mail.outbox"] == 0 || kept["access.audit"] == 0 {
		t.Fatalf("Wilma is not known where she should be: %v", kept)
	}

	r, err := o.ask(privacy.Asked{Email: " Wilma.Brandt@Rheinwerk.example ", UsageValue: "u-77", Reason: "her letter of 2 March, signed, names " + named})
	if err != nil {
		t.Fatal(err)
	}
	held, err := privacy.Held(t.Context(), o.DB, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(held, func(p privacy.Place) bool { return p.Table == "invoicing.documents" }); i < 0 || !strings.Contains(held[i].Kept, "tax law") {
		t.Errorf("the invoice that names her is not said to be kept, and why: %+v", held)
	}
	if got := o.books(); !cmp.Equal(before, got) {
		t.Errorf("asking changed the books: %s", cmp.Diff(before, got))
	}
	if _, err := o.decide(r.ID, access.Approve, o.admin); !errors.Is(err, fault.Denied) {
		t.Errorf("who asked approves: %v", err)
	}
	done, err := o.decide(r.ID, access.Approve, o.other)
	if err != nil {
		t.Fatal(err)
	}
	if done.State != privacy.Erased || done.Email != "erased-1@erased.invalid" || done.UsageValue != "" || len(done.Names) != 0 {
		t.Errorf("the request still names her: %+v", done)
	}

	rest := o.mentions("(^|[^a-z])wilma[.]brandt|wilma brandt")
	if diff := cmp.Diff(map[string]int{"invoicing.documents": 1}, rest); diff != "" {
		t.Errorf("she is still named (-allowed +found):\n%s", diff)
	}
	if joanna := o.mentions("jowilma"); joanna["customers.contacts"] == 0 || joanna["mail.outbox"] == 0 {
		t.Errorf("somebody whose address ends like hers was erased too: %v", joanna)
	}
	if got := o.mentions(`"u-77"`); len(got) != 0 {
		t.Errorf("usage still names her: %v", got)
	}
	if got := o.mentions(`"u-770"`); got["usage.events"] != 1 {
		t.Errorf("another user's events: %v", got)
	}
	if diff := cmp.Diff(before, o.books()); diff != "" {
		t.Errorf("the books are not what they were:\n%s", diff)
	}
	o.expectSealed(1)
	o.expectPeople("3")
	o.expectNobodySignsIn()
	if _, err := o.decide(r.ID, access.Approve, o.other); err == nil {
		t.Error("a request was carried out twice")
	}
}

// expectSealed wants January to verify, and to stop doing so when an erased fact is changed once more by hand.
func (o *office) expectSealed(months int) {
	o.t.Helper()
	verify := func() closing.Verified {
		v, err := closing.Verify(o.t.Context(), o.DB, 0, period.Month{})
		if err != nil {
			o.t.Fatal(err)
		}
		return v
	}
	if v := verify(); v.Months != months || len(v.Broken) > 0 {
		o.t.Errorf("the seal of a closed month does not hold after the erasure: %+v", v)
	}
	_, err := pgtest.Admin(o.t, o.DB).Exec(o.t.Context(), `
		alter table customers.contacts disable trigger user;
		update customers.contacts set name = 'Somebody else' where name = 'Erased person 1';
		alter table customers.contacts enable trigger user`)
	if err != nil {
		o.t.Fatal(err)
	}
	if v := verify(); len(v.Broken) != 1 || !strings.Contains(v.Broken[0].String(), "customers.contacts") {
		o.t.Errorf("an erased fact was changed by hand and nobody says so: %+v", v)
	}
}

// expectPeople wants as many different users as before: a pseudonym counts as the person did.
func (o *office) expectPeople(want string) {
	o.t.Helper()
	rhein := o.Customers["rhein"]
	days, err := usage.LoadDays(o.t.Context(), o.DB, []customers.AccountID{rhein.Account}, invoicingtest.Day("2026-01-01"), invoicingtest.Day("2026-02-01"))
	if err != nil {
		o.t.Fatal(err)
	}
	meters, err := catalog.LoadMeters(o.t.Context(), o.DB)
	if err != nil {
		o.t.Fatal(err)
	}
	people, _ := meters.Meter("people")
	got, err := days[rhein.Account].Total(usage.Reading{Customers: []customers.ID{rhein.ID}, Meter: people}, period.NewMonth(2026, 1).Span())
	if err != nil || got.String() != want {
		o.t.Errorf("%s different people were counted, want %s (%v)", got, want, err)
	}
}

func (o *office) expectNobodySignsIn() {
	o.t.Helper()
	for _, email := range []string{wilma, "erased-1@erased.invalid"} {
		if _, err := access.Authenticate(o.t.Context(), o.DB, email, "northern lights at midnight", "127.0.0.1", time.Now()); err == nil {
			o.t.Errorf("%s still signs in", email)
		}
	}
}

func TestARejectedRequestChangesNothing(t *testing.T) {
	o := open(t)
	o.meetWilma()
	r, err := o.ask(privacy.Asked{Email: wilma, Reason: "a phone call"})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = o.decide(r.ID, access.Reject, o.other); err != nil || r.State != privacy.Rejected {
		t.Fatalf("rejected: %+v, %v", r, err)
	}
	if got := o.mentions("wilma[.]brandt"); got["customers.contacts"] == 0 {
		t.Errorf("a rejected request erased: %v", got)
	}
	if _, err := o.DB.Exec(t.Context(), `select privacy.erase($1, 1)`, r.ID); err == nil {
		t.Error("the serving role erases without an approval")
	}
	for _, sql := range []string{
		`select privacy.rewrite(1, 'customers.contacts', 'true', 'jsonb_build_object(''name'', '''')')`,
		`select set_config('house.erasing', pg_current_xact_id()::text, true); update customers.contacts set name = ''`,
		`insert into privacy.erased_facts values (1, 'x', '{}', 1, sha256('a'), sha256('b'))`,
		`update privacy.requests set names = '{}'`,
		`delete from privacy.kept`,
	} {
		if _, err := o.DB.Exec(t.Context(), sql); err == nil {
			t.Errorf("the serving role may: %s", sql)
		}
	}
}

func TestWhatIsHeldIsGivenWithoutSecrets(t *testing.T) {
	o := open(t)
	o.meetWilma()
	r, err := o.ask(privacy.Asked{Email: wilma, Reason: "she asks what we know"})
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	o.do(func(tx pgx.Tx) error { text, err = privacy.Give(t.Context(), tx, r.ID, o.admin); return err })
	var given struct {
		Person string
		Held   []privacy.Place
	}
	if err := json.Unmarshal(text, &given); err != nil || given.Person != wilma || len(given.Held) < 4 {
		t.Errorf("given: %v, %s", err, text)
	}
	if strings.Contains(string(text), "argon2id") {
		t.Error("the file holds a password's hash")
	}
	if !strings.Contains(string(text), "Dear "+named) {
		t.Error("the file lacks the letter that she got")
	}
}

func TestAConsumerIsForgottenWhenNothingIsLeftBetweenUs(t *testing.T) {
	o := open(t)
	o.do(func(tx pgx.Tx) error {
		c, err := customers.Create(t.Context(), tx, customers.New{ExternalID: "p-1", Name: "Karl Kunde", Kind: customers.Consumer, Entity: o.EU.ID, Currency: "EUR", SignedUpOn: invoicingtest.Day("2026-01-01"),
			Billing:  customers.Address{Lines: []string{"Gartenweg 7"}, City: "Bonn", Postcode: "53111", Country: "DE"},
			Contacts: []customers.Contact{{Role: customers.Payable, Name: "Karl Kunde", Email: "karl@kunde.example"}}}, access.System("test"))
		o.Customers["p-1"] = c
		return err
	})
	o.Sign(t, strings.NewReplacer("C-1", "C-2", "rhein", "p-1").Replace(agreed))
	asked := privacy.Asked{Customer: "p-1", Reason: "his letter"}
	if _, err := o.ask(asked); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "C-2") {
		t.Errorf("with a running contract: %v", err)
	}
	if _, err := o.ask(privacy.Asked{Customer: "rhein", Reason: "x"}); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "no person") {
		t.Errorf("a business is no person: %v", err)
	}
	o.do(func(tx pgx.Tx) (err error) {
		var r privacy.Request
		r, err = privacy.Ask(t.Context(), tx, asked, invoicingtest.Day("2027-02-01"), o.admin)
		if err != nil {
			return err
		}
		_, err = privacy.Decide(t.Context(), tx, r.ID, access.Approve, "", o.other)
		return err
	})
	if got := o.mentions("karl|kunde|gartenweg"); len(got) > 0 {
		t.Errorf("he is still named: %v", got)
	}
	c, err := customers.Get(t.Context(), o.DB, o.Customers["p-1"].ID, today)
	if err != nil || c.Name != "Erased person 1" || c.Billing.City != "Bonn" || c.Billing.Lines[0] != "erased" {
		t.Errorf("the customer is %+v, %v", c, err)
	}
}

func TestARequestThatNamesNobodyIsRefusedWithTheWayOut(t *testing.T) {
	o := open(t)
	for _, x := range []struct {
		asked privacy.Asked
		says  string
	}{
		{privacy.Asked{Reason: "x"}, "email"},
		{privacy.Asked{Email: wilma, Customer: "rhein", Reason: "x"}, "cannot be given with an address"},
		{privacy.Asked{Email: "wilma", Reason: "x"}, "is not an e-mail address"},
		{privacy.Asked{Email: wilma}, "reason"},
		{privacy.Asked{Email: wilma, Reason: "x"}, "nothing here names"},
		{privacy.Asked{Email: "adam@ratable.example", Reason: "x"}, "signs in as one of us"},
		{privacy.Asked{Customer: "nobody", Reason: "x"}, "there is no customer"},
	} {
		if _, err := o.ask(x.asked); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%+v: %v, want %q", x.asked, err, x.says)
		}
	}
}
