package demo_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/reports"
	"ratable/revrec"
)

func TestReconciliationsStayAtZeroWhateverTheAccountingPolicySays(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	ctx, on := context.Background(), period.NewDate(2026, 11, 20)
	person := func(tx pgx.Tx, name string) (access.Actor, error) {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@northlight.example", Name: name, Roles: []access.Role{access.Accountant, access.Finance}}, access.System("test"))
		return access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}, err
	}
	var by access.Actor
	err := db.Tx(ctx, func(tx pgx.Tx) (err error) {
		if by, err = person(tx, "Anna"); err != nil {
			return err
		}
		bert, err := person(tx, "Bert")
		if err != nil {
			return err
		}
		v := ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: period.NewDate(2026, 11, 1), Policy: ledger.DefaultPolicy(), Reason: "the group's manual"}
		v.Policy.Credits, v.Policy.Voids, v.Policy.CatchUp, v.Policy.CreditSplit = ledger.ContraAccount, ledger.ContraAccount, ledger.InMonthOfChange, ledger.RecognizedFirst
		v.Policy.BreakageTo, v.Policy.Overage = ledger.OwnAccount, ledger.InRevenue
		before, err := ledger.PolicyVersions(ctx, tx, v.Entity, v.Book)
		if err != nil {
			return err
		}
		for _, x := range before { // one that the demo leaves to its visitors
			if x.Waits() {
				if err := ledger.RejectPolicy(ctx, tx, x.Entity, x.Book, x.Number, "another one is tried", bert); err != nil {
					return err
				}
			}
		}
		if v, err = ledger.ProposePolicy(ctx, tx, v, by); err != nil {
			return err
		}
		return ledger.ApprovePolicy(ctx, tx, v.Entity, v.Book, v.Number, "", bert)
	})
	if err != nil {
		t.Fatal(err)
	}
	open := texts(t, db, `select d.number from invoicing.documents d where d.entity_id = 1 and d.currency = 'USD' and d.kind = 'invoice' order by d.issued_on desc limit 60`)
	credited, cancelled := 0, 0
	for i, number := range open { // what was paid or credited is refused: there is enough that was not
		if i%3 == 0 && cancelled < 3 && invoicing.Cancel(ctx, db, number, on, "ordered twice", by) == nil {
			cancelled++
		} else if _, err := invoicing.GrantCredit(ctx, db, invoicing.Credit{Invoice: number, Line: 1, Amount: money.Of(12_34, "USD"), Reason: "outage", On: on}, by); err == nil {
			credited++
		}
	}
	if credited < 3 || cancelled < 1 {
		t.Fatalf("%d credits and %d cancelled invoices prove little", credited, cancelled)
	}
	rows, err := db.Query(ctx, `select distinct account_id from contracts.contracts where currency = 'USD'`)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		t.Fatal(err)
	}
	if r, err := revrec.Run(ctx, db, revrec.Options{AsOf: period.NewDate(2026, 11, 30), Accounts: accounts}, access.System("test")); err != nil || len(r.Failures) > 0 {
		t.Fatal(r.Failures, err)
	}
	if moved := texts(t, db, `select distinct code from ledger.accounts a join ledger.postings p on p.ledger_account = a.id where a.id in (4830, 4850) order by 1`); len(moved) != 2 {
		t.Errorf("the policy shows only %v", moved)
	}
	november := period.NewMonth(2026, 11)
	agree(t, db, november)
	for _, r := range reports.All {
		d, err := reports.Draw(ctx, db, r, reports.Scope{Entity: all(t, db)[0], Currency: "USD", Month: november})
		if err != nil {
			t.Errorf("%s: %v", r.Code, err)
		}
		for _, c := range d.Checks {
			if !c.OK() {
				t.Errorf("%s: %s: %s has %s, %s %s", r.Code, c.Name, c.LeftName, c.Left.Display(), c.RightName, c.Right.Display())
			}
		}
	}
}
