package payments

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

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
	"ratable/tax"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	ctx    = context.Background()
	system = access.System("payments test")
)

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// world is a seller with three customers who signed and were invoiced:
//
//	acme      1,000.00 a month plus 8% tax in Philadelphia, with a child acme-lab in the same family
//	bolt        300.00 a month, the same tax
type world struct {
	t        *testing.T
	db       *postgres.DB
	seller   entities.Entity
	customer map[string]customers.Customer
	sales    access.Actor
	finance  access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: pgtest.New(t), customer: map[string]customers.Customer{}}
	w.sales, w.finance = w.user("Sam", access.Sales), w.user("Fay", access.Finance)
	w.tx(func(tx pgx.Tx) (err error) {
		if err := tax.InstallSeed(ctx, tx); err != nil {
			return err
		}
		if err := tax.Register(ctx, tx, tax.Registration{Entity: "rus", Place: "US-PA", Scheme: "local", StartsOn: day("2020-01-01")}, system); err != nil {
			return err
		}
		_, err = catalog.AddProductVersion(ctx, tx, catalog.Product{Code: "platform", StartsOn: day("2020-01-01"), Name: "Platform", Unit: "seat",
			TaxCode: "saas_b2b", Recognition: catalog.Ratable}, system)
		if err != nil {
			return err
		}
		w.seller, err = entities.Create(ctx, tx, entities.Entity{Code: "rus", Name: "Ratable Inc.", Country: "US", Region: "NY", Postcode: "10001", City: "New York",
			Lines: []string{"1 Main St"}, TimeZone: "America/New_York", Currency: "USD", Email: "billing@ratable.example"}, system)
		return err
	})
	w.buyer("acme", "Acme Rockets", 0)
	w.buyer("acme-lab", "Acme Lab", w.customer["acme"].ID)
	w.buyer("bolt", "Bolt & Nut", 0)
	w.sign("C-1", "acme", "100.00")
	w.sign("C-2", "bolt", "30.00")
	return w
}

func (w *world) user(name string, role access.Role) (a access.Actor) {
	w.t.Helper()
	w.tx(func(tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@ratable.test", Name: name, Roles: []access.Role{role}}, system)
		a = access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles}
		return err
	})
	return a
}

func (w *world) buyer(id, name string, parent customers.ID) {
	w.t.Helper()
	w.tx(func(tx pgx.Tx) error {
		c, err := customers.Create(ctx, tx, customers.New{
			ExternalID: id, Name: name, LegalName: name + " Inc.", Kind: customers.Business, Parent: parent, Entity: w.seller.ID, Currency: "USD",
			Billing:    customers.Address{Lines: []string{"1 Market St"}, City: "Philadelphia", Region: "PA", Postcode: "19103", Country: "US"},
			SignedUpOn: day("2025-12-01"),
		}, system)
		w.customer[id] = c
		return err
	})
}

const agreement = `contract: %s
entity: rus
customer: %s
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: %s, every: month}}
`

func (w *world) sign(number, customer, price string) {
	w.t.Helper()
	d, err := contracts.Parse(fmt.Appendf(nil, agreement, number, customer, price))
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx pgx.Tx) error {
		if _, err := contracts.Prepare(ctx, tx, d, day("2026-01-01"), w.sales); err != nil {
			return err
		}
		if err := contracts.Submit(ctx, tx, number, "signed", w.sales); err != nil {
			return err
		}
		return contracts.Approve(ctx, tx, number, "checked", w.finance)
	})
}

// bill runs the invoices of a day and returns their numbers by external id of the payer.
func (w *world) bill(on string) map[string]string {
	w.t.Helper()
	result, err := invoicing.Run(ctx, w.db, invoicing.Options{AsOf: day(on)}, system)
	if err != nil || len(result.Failures) > 0 || result.Held != "" {
		w.t.Fatalf("invoice run of %s: %v, failures %v, held %q", on, err, result.Failures, result.Held)
	}
	rows, err := invoicing.List(ctx, w.db, invoicing.Filter{From: day(on), Through: day(on)})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range rows {
		for id, c := range w.customer {
			if c.ID == r.Payer {
				out[id] = r.Number
			}
		}
	}
	return out
}

func (w *world) credit(invoice, net, on string) {
	w.t.Helper()
	_, err := invoicing.GrantCredit(ctx, w.db, invoicing.Credit{Invoice: invoice, Line: 1, Amount: usd(net), Reason: "outage", On: day(on)}, w.finance)
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tx(do func(tx pgx.Tx) error) {
	w.t.Helper()
	if err := w.db.Tx(ctx, do); err != nil {
		w.t.Fatal(err)
	}
}

// transfer is money from a customer.
func (w *world) transfer(customer, amount, on, reference string) Receipt {
	return Receipt{Payer: w.customer[customer].ID, Amount: usd(amount), ReceivedOn: day(on), Reference: reference}
}

func (w *world) try(r Receipt) (out Receipt, err error) {
	err = w.db.Tx(ctx, func(tx pgx.Tx) error {
		out, err = Record(ctx, tx, r, w.finance)
		return err
	})
	return out, err
}

func (w *world) record(r Receipt) Receipt {
	w.t.Helper()
	out, err := w.try(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) apply(receipt int64, document, amount, on string) error {
	return w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Apply(ctx, tx, receipt, document, usd(amount), day(on), w.finance)
		return err
	})
}

func (w *world) open(document string) string {
	w.t.Helper()
	found, err := openOf(ctx, w.db, document)
	if err != nil {
		w.t.Fatal(err)
	}
	return found.Open.String()
}

// expect compares what is applied of a receipt: "RUS-... 1080.00, left 20.00".
func (w *world) expect(r Receipt, want string) {
	w.t.Helper()
	r, err := ReceiptByID(ctx, w.db, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	var parts []string
	for _, a := range r.Applications {
		parts = append(parts, a.Document+" "+a.Amount.String())
	}
	if got := strings.Join(append(parts, "left "+r.Unapplied().String()), ", "); got != want {
		w.t.Errorf("%s is applied to: %s\nit should be: %s", r.Number(), got, want)
	}
}

func wants(t *testing.T, err error, kind error, text string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("the answer is %v\nit should be %v and say %q", err, kind, text)
	}
}

// prove holds the ledger to documents and receipts, added up here by themselves:
// each receivable is its document less credits and applications, each customer
// balance is what its receipt has left, cash is what came in, and all is zero.
func (w *world) prove() {
	w.t.Helper()
	trial, err := ledger.TrialBalance(ctx, w.db, ledger.Filter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, total := range trial.Totals() {
		if !total.Closing.IsZero() {
			w.t.Errorf("the trial balance is %s %s, not zero", total.Closing, total.Currency)
		}
	}
	owed, balances, cash := w.owed(), map[string]string{}, money.Zero("USD")
	receipts, err := ListReceipts(ctx, w.db, Filter{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range receipts {
		if r, err = ReceiptByID(ctx, w.db, r.ID); err != nil {
			w.t.Fatal(err)
		}
		left := r.Amount
		for _, a := range r.Applications {
			if left = left.Sub(a.Amount); a.Refund() {
				cash = cash.Sub(a.Amount)
			} else {
				owed[a.Document] = owed[a.Document].Sub(a.Amount)
			}
		}
		if cash = cash.Add(r.Amount); !left.IsZero() {
			balances[r.Number()] = left.String()
		}
	}
	maps.DeleteFunc(owed, func(_ string, a money.Amount) bool { return a.IsZero() })
	want := map[string]string{}
	for document, a := range owed {
		want[document] = a.String()
	}
	if diff := cmp.Diff(want, w.posted(ledger.AccountsReceivable, 1)); diff != "" {
		w.t.Errorf("receivables are not documents less applications (-should be +booked):\n%s", diff)
	}
	if diff := cmp.Diff(balances, w.posted(ledger.CustomerBalance, -1)); diff != "" {
		w.t.Errorf("customer balances are not what receipts have left (-should be +booked):\n%s", diff)
	}
	if booked := trial.Row(ledger.Cash, "USD").Closing; booked != cash {
		w.t.Errorf("cash is %s, and %s came in", booked, cash)
	}
}

// owed is what documents ask for, credits taken off, payments aside.
func (w *world) owed() map[string]money.Amount {
	w.t.Helper()
	rows, err := invoicing.List(ctx, w.db, invoicing.Filter{Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]money.Amount{}
	for _, row := range rows {
		d, err := invoicing.Get(ctx, w.db, row.Number)
		switch {
		case err != nil:
			w.t.Fatal(err)
		case d.Voided != nil:
		case d.Kind == entities.Invoice:
			out[d.Number] = out[d.Number].Add(d.Total)
		default:
			first := d.Lines[0].Corrects.Document // these tests credit one invoice at a time
			out[first] = out[first].Add(d.Total)
		}
	}
	return out
}

// posted is an account's balance by document, straight from the postings.
func (w *world) posted(account ledger.Account, sign int64) map[string]string {
	w.t.Helper()
	rows, err := w.db.Query(ctx, `select document, sum(amount)::bigint from ledger.postings where ledger_account = $1 group by document having sum(amount) <> 0`, account)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	var document string
	var minor int64
	if _, err := pgx.ForEachRow(rows, []any{&document, &minor}, func() error {
		out[document] = money.Of(minor*sign, "USD").String()
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// audited counts the lines of the audit trail by action.
func (w *world) audited() map[string]int {
	w.t.Helper()
	rows, err := w.db.Query(ctx, `select action, count(*) from access.audit where action like any (array['receipt.%', 'invoice.release', 'statement.%']) group by action`)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]int{}
	var action string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&action, &n}, func() error { out[action] = n; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return out
}
