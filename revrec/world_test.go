package revrec

import (
	"context"
	"fmt"
	"testing"
	"time"

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
	"ratable/ledger"
	"ratable/usage"
)

var (
	ctx    = context.Background()
	clerk  = access.System("revrec test")
	seller = access.Actor{Name: "Sam", Roles: []access.Role{access.Sales}}
	boss   = access.Actor{Name: "Fay", Roles: []access.Role{access.Finance}}
	anna   = access.Actor{Name: "Anna", Roles: []access.Role{access.Accountant}}
	bert   = access.Actor{Name: "Bert", Roles: []access.Role{access.Accountant}}
	now    = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
)

// world is a database with one legal entity and customers who have signed.
type world struct {
	db       *postgres.DB
	entity   entities.ID
	accounts []customers.AccountID
	contract map[customers.AccountID]contracts.Contract

	seller, boss, anna, bert access.Actor
}

// newWorld signs the same lines with some customers: "c0", "c1" and so on.
func newWorld(t testing.TB, signed int, lines ...contracts.Line) *world {
	t.Helper()
	w := &world{db: pgtest.New(t), contract: map[customers.AccountID]contracts.Contract{}}
	w.tx(t, func(tx pgx.Tx) (err error) {
		for into, actor := range map[*access.Actor]access.Actor{&w.seller: seller, &w.boss: boss, &w.anna: anna, &w.bert: bert} {
			u, err := access.CreateUser(ctx, tx, access.NewUser{Email: actor.Name + "@ratable.test", Name: actor.Name, Roles: actor.Roles}, clerk)
			if err != nil {
				return err
			}
			*into = actor
			into.UserID = u.ID
		}
		e, err := entities.Create(ctx, tx, entities.Entity{Code: "rde", Name: "Ratable GmbH", Country: "DE", City: "Berlin", TimeZone: "UTC", Currency: "EUR"}, clerk)
		if err != nil {
			return err
		}
		w.entity = e.ID
		for _, p := range sold {
			if _, err := catalog.AddProductVersion(ctx, tx, p, clerk); err != nil {
				return err
			}
		}
		_, err = catalog.AddMeter(ctx, tx, metered[0], clerk)
		return err
	})
	for i := range signed {
		w.sign(t, i, lines...)
	}
	return w
}

func (w *world) tx(t testing.TB, fn func(tx pgx.Tx) error) {
	t.Helper()
	if err := w.db.Tx(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func (w *world) sign(t testing.TB, i int, lines ...contracts.Line) {
	t.Helper()
	w.tx(t, func(tx pgx.Tx) error {
		c, err := customers.Create(ctx, tx, customers.New{
			ExternalID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("Customer %d", i), Kind: customers.Business, Entity: w.entity, Currency: "EUR",
			Billing: customers.Address{Lines: []string{"Street 1"}, City: "Berlin", Postcode: "10115", Country: "DE"}, SignedUpOn: day("2025-01-01"),
		}, clerk)
		if err != nil {
			return err
		}
		w.accounts = append(w.accounts, c.Account)
		d := document(lines...)
		d.Contract, d.Customer = fmt.Sprintf("C-%d", i), c.ExternalID
		w.contract[c.Account], err = w.agree(tx, d)
		return err
	})
}

// agree takes a document through approval by a second person.
func (w *world) agree(tx pgx.Tx, d contracts.Document) (contracts.Contract, error) {
	if _, err := contracts.Prepare(ctx, tx, d, day("2026-01-01"), w.seller); err != nil {
		return contracts.Contract{}, err
	}
	if err := contracts.Submit(ctx, tx, d.Contract, "signed", w.seller); err != nil {
		return contracts.Contract{}, err
	}
	if err := contracts.Approve(ctx, tx, d.Contract, "checked", w.boss); err != nil {
		return contracts.Contract{}, err
	}
	return contracts.Get(ctx, tx, d.Contract)
}

var events int

func (w *world) use(t testing.TB, customer int, on, quantity string) {
	t.Helper()
	events++
	at := day(on).Time(time.UTC).Add(time.Hour)
	_, err := usage.Ingest(ctx, w.db, []usage.Event{{
		Source: "test", ID: fmt.Sprint(events), Customer: fmt.Sprintf("c%d", customer), Meter: "calls", OccurredAt: at, Quantity: dec(quantity),
	}}, now, clerk)
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) run(t testing.TB, asOf string) Result {
	t.Helper()
	r, err := Run(ctx, w.db, Options{AsOf: day(asOf), Batch: 3}, clerk)
	if err != nil {
		t.Fatalf("run as of %s: %v", asOf, err)
	}
	for _, f := range r.Failures {
		t.Errorf("account %d failed: %v", f.Account, f.Err)
	}
	return r
}

// bill books what invoicing would for a line of an account.
func (w *world) bill(t testing.TB, account customers.AccountID, on, number, line string, kind contracts.Kind, span period.Span, amount money.Amount) {
	t.Helper()
	w.tx(t, func(tx pgx.Tx) error {
		standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
		if err != nil {
			return err
		}
		s, id := standings[account], int64(w.contract[account].ID)
		deferred, unbilled := ledger.Settle(s.Position(id, line), amount, money.Zero("EUR"))
		e := ledger.Entry{Account: account, Seq: s.Next, Entity: w.entity, Source: "invoice:" + number, BookedOn: day(on), Currency: "EUR", Memo: number}
		e.Billed = []ledger.Billed{{Event: ledger.Issue, Contract: id, Line: line, Kind: string(kind), Span: span, Amount: amount,
			Document: number, DocumentLine: 1, BookedOn: day(on), DueOn: day(on)}}
		for _, p := range []ledger.Posting{ledger.Debit(ledger.AccountsReceivable, amount), ledger.Credit(ledger.DeferredRevenue, deferred), ledger.Debit(ledger.UnbilledReceivable, unbilled)} {
			if p.Amount.IsZero() {
				continue
			}
			p.Document = number
			if p.Account != ledger.AccountsReceivable {
				p.Contract, p.Line = id, line
			}
			e.Postings = append(e.Postings, p)
		}
		return ledger.Append(ctx, tx, []ledger.Entry{e})
	})
}

// books says what is booked, in full, for a comparison of two databases or two
// moments.
func (w *world) books(t testing.TB) []string {
	t.Helper()
	rows, err := w.db.Query(ctx, `
		select format('%s %s %s %s %s %s %s row %s', p.account_id, e.source, p.booked_on, p.ledger_account, p.amount, p.line, p.month, p.schedule_id)
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		union all
		select format('%s schedule %s %s %s %s %s %s recognized in %s', s.account_id, s.id, s.line, s.kind, s.starts_on, s.month, s.amount, r.month)
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}
