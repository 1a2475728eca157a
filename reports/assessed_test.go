package reports_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/reports"
	"ratable/revrec"
)

// judgments are of every kind that moves revenue beside what is stated: an estimate that a book sees otherwise, an uneven
// price, an allocation, and a hold.
var judgments = []string{`
contract: C-1004
effective: 2026-11-01
reason: a bonus that is likely
variable:
  - {name: bonus, direction: adds, amount: 7300, constrained: 3650, why: out of our hands, lines: [seats]}
books:
  - {book: ifrs, variable: bonus, constrained: 1825}
`, `
contract: C-1001
effective: 2026-11-01
reason: acceptance is open
holds: [{reason: the customer has not accepted, owner: Alma}]
`}

func TestReportsAgreeWithTheBooksOfAssessmentsInBothBooks(t *testing.T) {
	db := company.Clone(t)
	november := period.NewMonth(2026, time.November)
	rates(t, db, november.Last(), november.Next().Last())
	for _, text := range judgments {
		judge(t, db, text)
	}
	if err := bill(ctx, db, november.End()); err != nil {
		t.Fatal(err)
	}
	directory, err := entities.Load(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	seller, _ := directory.ByID(contractOf(t, db, "C-1004").Entity)
	b := book{seller, "USD"}
	asset := map[ledger.Book]string{}
	for _, rules := range []ledger.Book{"", ledger.IFRS} {
		for _, r := range reports.All {
			s := b.scope(november)
			s.Book = rules
			d := draw(t, db, r.Code, s)
			for _, c := range d.Checks {
				if !c.OK() {
					t.Errorf("%s by %q, %s: %s says %s, %s says %s", r.Code, rules, c.Name, c.LeftName, c.Left, c.RightName, c.Right)
				}
			}
			switch r.Code {
			case "unbilled":
				asset[rules] = cell(t, d, "by_contract", "C-1004", "closing").String()
			case "unreleased":
				if held, _ := d.Table("held_revenue"); len(held.Rows) != 1 || held.Rows[0].Cells[0].Text != "C-1001" || held.Rows[0].Cells[4].Text != "Alma" {
					t.Errorf("held from recognition are %+v, want all of C-1001 by Alma", held.Rows)
				}
			}
		}
	}
	if asset[""] == asset[ledger.IFRS] {
		t.Errorf("both books have %s of C-1004 unbilled, although they constrain the bonus otherwise", asset[""])
	}
}

// judge puts an assessment through the hands of two people.
func judge(t *testing.T, db *postgres.DB, text string) {
	t.Helper()
	x, err := revrec.ParseAssessment([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	proposer := accountant(t, db)
	var approver access.Actor
	users, err := access.ListUsers(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if a := (access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}); a.Has(access.Finance) && u.ID != proposer.UserID {
			approver = a
		}
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		j, err := revrec.ProposeAssessment(ctx, tx, x, proposer)
		if err != nil {
			return err
		}
		return revrec.ApproveAssessment(ctx, tx, x.Contract, j.Number, "checked", approver)
	})
	if err != nil {
		t.Fatal(err)
	}
}
