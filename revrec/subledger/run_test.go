package subledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

var (
	ctx   = context.Background()
	clerk = access.System("subledger test")
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a database with one legal entity and a customer, "acme".
type world struct {
	*testing.T
	db     *postgres.DB
	entity entities.ID
	acme   customers.Customer
}

func newWorld(t *testing.T) world {
	w := world{T: t, db: pgtest.New(t)}
	w.do(func(tx pgx.Tx) (err error) {
		e, err := entities.Create(ctx, tx, entities.Entity{Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "DE", City: "Dover", TimeZone: "UTC", Currency: "USD"}, clerk)
		if err != nil {
			return err
		}
		w.entity = e.ID
		w.acme, err = customers.Create(ctx, tx, customers.New{
			ExternalID: "acme", Name: "Acme", Kind: customers.Business, Entity: e.ID, Currency: "USD", SignedUpOn: day(t, "2025-01-01"),
			Billing: customers.Address{Lines: []string{"Street 1"}, City: "Portland", Region: "OR", Postcode: "97201", Country: "US"},
		}, clerk)
		return err
	})
	return w
}

func (w world) do(f func(pgx.Tx) error) {
	w.Helper()
	if err := w.db.Tx(ctx, f); err != nil {
		w.Fatal(err)
	}
}

func (w world) load(text string) Report {
	w.Helper()
	r, err := Import(ctx, w.db, strings.NewReader(text), "stripe", false, period.NewDate(2026, 12, 31), clerk)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w world) run(through string) Result {
	w.Helper()
	r, err := Run(ctx, w.db, day(w, through), clerk)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// balance is where an account stands through a day, debit positive.
func (w world) balance(a ledger.Account, through string) money.Amount {
	w.Helper()
	sum := money.Zero("USD")
	page, err := ledger.EntriesPage(ctx, w.db, ledger.EntryFilter{Account: w.acme.Account, Limit: 500})
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range page {
		for _, p := range e.Postings {
			if p.Account == a && !e.BookedOn.After(day(w, through)) {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum
}

const quarter = `{"id":"in_1","kind":"invoice","customer":"acme","on":"2026-01-01","currency":"USD","document":"A-1","lines":[{"amount":90.00,"tax":9,"from":"2026-01-01","through":"2026-03-31"}]}
{"id":"pay_1","kind":"payment","customer":"acme","on":"2026-01-20","currency":"USD","document":"A-1","amount":99,"fee":2.50}
`

func TestWhatWasBilledElsewhereIsBookedOnceHoweverOftenItIsToldAndRun(t *testing.T) {
	w := newWorld(t)
	if r := w.load(quarter); r.Count(Recorded) != 2 {
		t.Fatalf("two facts are taken up as %+v", r.Rows)
	}
	if r := w.load(quarter); r.Count(Repeated) != 2 {
		t.Errorf("told again they are %+v", r.Rows)
	}
	if r := w.load(strings.Replace(quarter, "2.50", "2.51", 1)); r.Count(Refused) != 1 || !strings.Contains(fmt.Sprint(r.Rows[1].Err), "known with other content") {
		t.Errorf("other content under a known id is %+v", r.Rows)
	}
	var group sync.WaitGroup // the same run at the same moment
	for range 3 {
		group.Go(func() {
			if _, err := Run(ctx, w.db, day(t, "2026-02-28"), clerk); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if r := w.run("2026-02-28"); r.Entries != 0 {
		t.Errorf("run again it books %d entries", r.Entries)
	}
	for account, want := range map[ledger.Account]string{ledger.Cash: "96.50", ledger.Fees: "2.50", ledger.AccountsReceivable: "0.00", ledger.TaxLiability: "-9.00",
		ledger.DeferredRevenue: "-31.00", ledger.Revenue: "-59.00"} {
		if got := w.balance(account, "2026-02-28"); got.String() != want {
			t.Errorf("%s stands at %s, not %s", account, got, want)
		}
	}
}

func TestALateCreditOfAClosedMonthIsBookedInTheFirstOpenOneAndSaysWhereItBelongs(t *testing.T) {
	w := newWorld(t)
	w.load(quarter)
	w.run("2026-01-31")
	w.do(func(tx pgx.Tx) error {
		return ledger.CloseMonth(ctx, tx, w.entity, period.NewMonth(2026, 1), access.Actor{UserID: 1, Name: "Anna", Roles: []access.Role{access.Accountant}})
	})
	w.load(`{"id":"cn_1","kind":"credit","customer":"acme","on":"2026-01-16","currency":"USD","document":"A-1","amount":49.50,"to":"customer_balance"}`)
	w.run("2026-03-31")
	if got := w.balance(ledger.Revenue, "2026-01-31"); got.String() != "-31.00" {
		t.Errorf("the closed month has %s", got)
	}
	// In proportion: on the 16th 15.00 of 90.00 are earned, so 7.50 of the 45.00 come off them and 75 days earn 37.50 instead of 75.00.
	if got := w.balance(ledger.Revenue, "2026-03-31"); got.String() != "-45.00" {
		t.Errorf("in all %s is earned, not 45.00", got.Neg())
	}
	page, err := ledger.EntriesPage(ctx, w.db, ledger.EntryFilter{Account: w.acme.Account, Source: "subledger", Month: period.NewMonth(2026, 2), Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, e := range page {
		for _, p := range e.Postings {
			if p.Account == ledger.Revenue && p.Month == period.NewMonth(2026, 1) {
				found = true
				if p.Amount.String() != "8.00" || !strings.HasSuffix(e.Source, "~2") {
					t.Errorf("January's revenue is corrected by %s in %s", p.Amount, e.Source)
				}
			}
		}
	}
	if !found {
		t.Errorf("no entry of February says that it belongs to January: %+v", page)
	}
	if r := w.run("2026-03-31"); r.Entries != 0 {
		t.Errorf("run again it books %d entries", r.Entries)
	}
}

func TestAFileIsReadRowByRowAndWhatIsWrongIsRefusedAlone(t *testing.T) {
	w := newWorld(t)
	r := w.load(`id,kind,customer,on,currency,document,amount,tax,from,through,earned
1,invoice,acme,2026-01-05,USD,B-1,31.00,3.10,2026-01-01,2026-01-31,
1,invoice,acme,2026-01-05,USD,B-1,10.00,,,,immediate
2,payment,acme,2026-01-09,USD,B-1,44.10,,,,
3,payment,nobody,2026-01-09,USD,B-1,1.00,,,,
4,refund,acme,2026-01-09,USD,B-1,99.00,,,,
5,refund,acme,2026-01-09,USD,B-1,0.001,,,,
6,party,acme,2026-01-09,USD,B-1,1.00,,,,
7,refund,acme,soon,USD,B-1,1.00,,,,
`)
	if r.Count(Recorded) != 2 || r.Count(Refused) != 5 {
		t.Errorf("%d are recorded and %d refused", r.Count(Recorded), r.Count(Refused))
	}
	for i, want := range []string{"", "", "customer: is the external id of none", "amount: is more than the 44.10 USD left of B-1", "amount: is no amount in USD", "kind: is none that is known", "on: "} {
		if row := r.Rows[i]; want == "" && row.Err != nil || want != "" && (row.Err == nil || !strings.Contains(row.Err.Error(), want)) {
			t.Errorf("line %d is refused as %v, should say %q", row.Line, row.Err, want)
		}
	}
	w.run("2026-01-31")
	for account, want := range map[ledger.Account]string{ledger.Cash: "44.10", ledger.Revenue: "-41.00", ledger.DeferredRevenue: "0.00"} {
		if got := w.balance(account, "2026-01-31"); got.String() != want {
			t.Errorf("%s stands at %s, not %s", account, got, want)
		}
	}
}

func TestTheSameFileAtTheSameMomentIsTakenUpOnce(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	var counts [4]int
	for i := range counts {
		group.Go(func() {
			r, err := Import(ctx, w.db, strings.NewReader(quarter), "stripe", false, period.NewDate(2026, 12, 31), clerk)
			if err != nil || r.Count(Recorded)+r.Count(Repeated) != 2 {
				t.Errorf("one of four imports: %+v, %v", r, err)
			}
			counts[i] = r.Count(Recorded)
		})
	}
	group.Wait()
	if sum := counts[0] + counts[1] + counts[2] + counts[3]; sum != 2 {
		t.Errorf("two facts are taken up %d times", sum)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	w := newWorld(t)
	r, err := Import(ctx, w.db, strings.NewReader(quarter), "stripe", true, period.NewDate(2026, 12, 31), clerk)
	if err != nil || r.Count(Recorded) != 2 {
		t.Errorf("a dry run is %+v, %v", r, err)
	}
	if accounts, err := Accounts(ctx, w.db); err != nil || len(accounts) != 0 {
		t.Errorf("after a dry run there are facts of %v, %v", accounts, err)
	}
}

func TestTheBooksGoByThePolicyOfTheDay(t *testing.T) {
	w := newWorld(t)
	people := map[string]access.Actor{}
	for _, name := range []string{"Anna", "Bert"} {
		w.do(func(tx pgx.Tx) error {
			u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@ratable.test", Name: name, Roles: []access.Role{access.Accountant}}, clerk)
			people[name] = access.Actor{UserID: u.ID, Name: name, Roles: []access.Role{access.Accountant}}
			return err
		})
	}
	p := ledger.DefaultPolicy()
	p.Voids = ledger.ContraAccount
	w.do(func(tx pgx.Tx) error {
		v, err := ledger.ProposePolicy(ctx, tx, ledger.PolicyVersion{Entity: w.entity, Book: ledger.USGAAP, Effective: day(t, "2026-02-01"), Policy: p, Reason: "voids are shown apart"}, people["Anna"])
		if err != nil {
			return err
		}
		return ledger.ApprovePolicy(ctx, tx, w.entity, ledger.USGAAP, v.Number, "", people["Bert"])
	})
	w.load(`{"id":"1","kind":"invoice","customer":"acme","on":"2026-01-01","currency":"USD","document":"A","lines":[{"amount":31,"from":"2026-01-01","through":"2026-01-31"}]}
{"id":"2","kind":"invoice","customer":"acme","on":"2026-01-01","currency":"USD","document":"B","lines":[{"amount":31,"from":"2026-01-01","through":"2026-01-31"}]}
{"id":"3","kind":"void","customer":"acme","on":"2026-01-31","currency":"USD","document":"A"}
{"id":"4","kind":"void","customer":"acme","on":"2026-02-10","currency":"USD","document":"B"}`)
	w.run("2026-02-28")
	for account, want := range map[ledger.Account]string{ledger.AccountsReceivable: "0.00", ledger.Revenue: "-31.00", ledger.Voids: "31.00"} {
		if got := w.balance(account, "2026-02-28"); got.String() != want {
			t.Errorf("%s stands at %s, not %s", account, got, want)
		}
	}
}
