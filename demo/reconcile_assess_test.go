package demo_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/reconcile"
	"ratable/revrec"
)

// judgments are assessments of each kind that moves revenue: between promises, to other months, beside the price, held.
var judgments = []string{`
contract: C-1001
effective: 2026-11-01
reason: the onboarding is worth less than the paper says, and outages are to be expected
allocation: relative
promises: [{line: onboarding, standalone: 9000}, {line: seats, standalone: 110000}]
variable: [{name: outages, direction: lowers, amount: 2400, lines: [seats]}]
`, `
contract: C-1005
effective: 2026-11-01
reason: a bonus that is likely
variable: [{name: bonus, direction: adds, amount: 5000, lines: [platform]}]
`, `
contract: C-1004
effective: 2026-11-01
reason: not accepted yet
holds: [{line: seats, reason: not accepted, owner: Alma}]
`, `
contract: C-1002
effective: 2026-11-01
reason: a part of the packs is never used
breakage: [{line: prepaid, expected_use: 7600, reason: two years of packs}]
`}

func TestReconciliationsStayAtZeroWhateverAnAccountantJudges(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	ctx := context.Background()
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		anna, err := access.CreateUser(ctx, tx, access.NewUser{Email: "anna@northlight.example", Name: "Anna", Roles: []access.Role{access.Accountant}}, access.System("test"))
		if err != nil {
			return err
		}
		bert, err := access.CreateUser(ctx, tx, access.NewUser{Email: "bert@northlight.example", Name: "Bert", Roles: []access.Role{access.Accountant}}, access.System("test"))
		if err != nil {
			return err
		}
		for _, text := range judgments {
			if err := judge(ctx, tx, text, access.Actor{UserID: anna.ID, Name: "Anna", Roles: anna.Roles}, access.Actor{UserID: bert.ID, Name: "Bert", Roles: bert.Roles}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(ctx, `select distinct account_id from contracts.contracts where currency = 'USD'`)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		t.Fatal(err)
	}
	// In dollars: the rates of exchange of the day are not there yet.
	if r, err := revrec.Run(ctx, db, revrec.Options{AsOf: period.NewDate(2026, 11, 30), Accounts: accounts}, access.System("test")); err != nil || len(r.Failures) > 0 {
		t.Fatal(r.Failures, err)
	}
	moved := texts(t, db, `select distinct code from ledger.accounts a join ledger.postings p on p.ledger_account = a.id where a.id in (1160, 2110, 2120, 2130) order by 1`)
	if len(moved) < 3 {
		t.Errorf("the judgments moved only %v", moved)
	}
	agree(t, db, period.NewMonth(2026, 11))
	agree(t, db, period.NewMonth(2026, 10))
}

func judge(ctx context.Context, tx pgx.Tx, text string, by, other access.Actor) error {
	x, err := revrec.ParseAssessment([]byte(text))
	if err != nil {
		return err
	}
	j, err := revrec.ProposeAssessment(ctx, tx, x, by)
	if err != nil {
		return err
	}
	return revrec.ApproveAssessment(ctx, tx, j.Contract, j.Number, "agreed", other)
}

// agree wants every comparison of a month at zero that has its sources.
func agree(t *testing.T, db *postgres.DB, month period.Month) {
	t.Helper()
	for _, r := range reconciled(t, db, reconcile.Scope{Entity: all(t, db)[0].ID, Currency: "USD", Month: month}) {
		if r.State == reconcile.Difference && r.Code != "bookings" { // the story's CRM has another deal
			t.Errorf("%s %s: %s against %s\n%+v", month, r.Code, r.Left.Display(), r.Right.Display(), r.Items)
		}
	}
}
