package demo_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/journals"
	"ratable/payments"
	"ratable/reconcile"
	"ratable/revrec/subledger"
)

// writeJournal posts a journal by hand.
func writeJournal(t *testing.T, db *postgres.DB, _ reconcile.Scope) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx pgx.Tx) error {
		who := map[string]access.Actor{}
		for email, role := range map[string]access.Role{"ines@northlight.example": access.Finance, "ivo@northlight.example": access.Accountant} {
			u, err := access.CreateUser(context.Background(), tx, access.NewUser{Email: email, Name: email, Roles: []access.Role{role}}, access.System("test"))
			if err != nil {
				return err
			}
			who[email] = access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}
		}
		j, err := journals.Enter(context.Background(), tx, journals.Written{Entity: "nlus", Currency: "USD", On: "2026-11-20", Reason: "Accrue the fee of the auditor",
			Lines: []journals.WrittenLine{{Account: "Fees", Debit: "412.00"}, {Account: "PayableToSupplier", Credit: "412.00"}}}, who["ines@northlight.example"])
		if err != nil {
			return err
		}
		if err := journals.Submit(context.Background(), tx, j.ID, who["ines@northlight.example"]); err != nil {
			return err
		}
		_, err = journals.Decide(context.Background(), tx, j.ID, access.Approve, "", who["ivo@northlight.example"])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

const toldOfNovember = `{"id":"in_1","kind":"invoice","customer":"helios-robotics","on":"2026-11-01","currency":"USD","document":"OLD-1","lines":[{"amount":90.00,"tax":9,"from":"2026-11-01","through":"2027-01-31"}]}
{"id":"pay_1","kind":"payment","customer":"helios-robotics","on":"2026-11-20","currency":"USD","document":"OLD-1","amount":50}
`

// tellElsewhere imports what another billing system asked for and got, and books it.
func tellElsewhere(t *testing.T, db *postgres.DB, _ reconcile.Scope) {
	t.Helper()
	r, err := subledger.Import(context.Background(), db, strings.NewReader(toldOfNovember), "stripe", false, today, access.System("test"))
	if err != nil || r.Count(subledger.Recorded) != 2 {
		t.Fatalf("%+v, %v", r.Rows, err)
	}
	if _, err := subledger.Run(context.Background(), db, period.NewDate(2026, 11, 30), access.System("test")); err != nil {
		t.Fatal(err)
	}
}

func TestJournalsAndDocumentsBilledElsewhereStandOnBothSides(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	s := reconcile.Scope{Entity: all(t, db)[0].ID, Currency: "USD", Month: period.NewMonth(2026, 11)}
	writeJournal(t, db, s)
	tellElsewhere(t, db, s)
	lose(t, db)
	for _, r := range reconciled(t, db, s, "receivables", "balances", "tax", "netting", "journals", "elsewhere", "receipts", "balanced", "billing") {
		if r.State != reconcile.OK || r.Compared == 0 {
			t.Errorf("%s is %s over %d: %s against %s %+v", r.Code, r.State, r.Compared, r.Left.Display(), r.Right.Display(), r.Items)
		}
		if want := map[string]string{"receivables": reconcileElsewhere, "journals": "Debits of journals"}[r.Code]; want != "" && !said(r, want) {
			t.Errorf("%s does not say %q: %+v", r.Code, want, r.Parts)
		}
	}
}

// lose writes an invoice off in part, and lets a processor keep a fee.
func lose(t *testing.T, db *postgres.DB) {
	t.Helper()
	open, err := payments.OpenInvoices(context.Background(), db, payments.Scope{Currency: "USD"})
	at := slices.IndexFunc(open, func(o payments.OpenInvoice) bool { return o.Open.Minor() > 1000 })
	if err != nil || at < 0 {
		t.Fatal(len(open), err)
	}
	err = db.Tx(context.Background(), func(tx pgx.Tx) error {
		if _, err := payments.WriteOff(context.Background(), tx, open[at].Number, money.Of(1000, "USD"), today, "nobody will pay it", access.System("test")); err != nil {
			return err
		}
		if err := payments.RecordFee(context.Background(), tx, 1, money.Of(250, "USD"), today, "kept", access.System("test")); err != nil {
			return err
		}
		if err := payments.OpenDispute(context.Background(), tx, 1, money.Of(4000, "USD"), money.Of(1500, "USD"), today, "the card network", access.System("test")); err != nil {
			return err
		}
		return payments.DecideDispute(context.Background(), tx, 1, true, today, "won", access.System("test"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

const reconcileElsewhere = "Documents billed elsewhere"

func said(r reconcile.Result, part string) bool {
	for _, p := range r.Parts {
		if p.Name == part && !p.Amount.IsZero() {
			return true
		}
	}
	return false
}
