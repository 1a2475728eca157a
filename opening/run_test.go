package opening

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/ledger"
	"ratable/revrec"
)

func (c *company) prove() (k Kept, p Proof) {
	c.t.Helper()
	err := c.DB.Snapshot(ctx, func(tx pgx.Tx) error {
		all, err := List(ctx, tx, c.US.ID)
		if err != nil || len(all) != 1 {
			return errors.Join(err, errors.New("there is not one opening"))
		}
		k = all[0]
		p, err = Prove(ctx, tx, k)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return k, p
}

func (c *company) seal(id int64, by access.Actor) error {
	return c.DB.Tx(ctx, func(tx pgx.Tx) error { _, err := Seal(ctx, tx, id, "looked at", by); return err })
}

// A proof that cannot fail proves nothing: somebody books on a line on the eve, past the file and the schedule.
func TestAnOpeningThatDoesNotTieIsShownAndNotSealed(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	c.bring(file("595.07", "", "604.93"))
	account := c.Account("acme")
	err := c.DB.Tx(ctx, func(tx pgx.Tx) error {
		standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
		if err != nil {
			return err
		}
		list := ledger.BringOver(ledger.DeferredRevenue, usd("-1.00"))
		for key := range standings[account].Lines {
			list[0].Contract, list[0].Line = key.Contract, key.Line
		}
		return ledger.Append(ctx, tx, []ledger.Entry{{Account: account, Seq: standings[account].Next, Entity: c.US.ID, Currency: "USD", BookedOn: day("2026-06-30"), Source: "opening:planted", Memo: "Planted", Postings: list}})
	})
	if err != nil {
		t.Fatal(err)
	}
	k, p := c.prove()
	if p.Ties() || len(p.Wrong) != 1 || p.Left != usd("1.00") {
		t.Errorf("1.00 too much is deferred, and the proof says ties %v, left %s, wrong %v", p.Ties(), p.Left, p.Wrong)
	}
	if err := c.seal(k.ID, c.Finance); !errors.Is(err, fault.Conflict) {
		t.Errorf("it is sealed all the same: %v", err)
	}
}

func TestAPreviewChangesNothing(t *testing.T) {
	c := begin(t)
	c.sign("C-1", "acme", yearly)
	r, err := Preview(ctx, c.DB, []byte(file("700.00", ", treatment: keep", "500.00")), c.Accountant)
	if err != nil || r.Accounts != 1 || r.Invoices != 1 || r.Receipts != 1 || len(r.Differences) != 1 || !r.DryRun {
		t.Errorf("the preview is %+v, %v", r, err)
	}
	if len(c.balances(day("2026-12-31"))) > 0 {
		t.Error("the preview booked something")
	}
}

func TestAFileKilledHalfWayGoesOnWithTheOtherAccounts(t *testing.T) {
	here, came := begin(t), begin(t)
	for _, c := range []*company{here, came} {
		c.sign("C-1", "acme", yearly)
		c.sign("C-2", "lone", strings.ReplaceAll(yearly, "1200", "365"))
	}
	here.live("2026-01-01", "2026-06-30")
	source := []byte(here.export("2026-07-01", asIs))
	r, p, err := rehearsed(ctx, came.DB, source, came.Accountant)
	if err != nil {
		t.Fatal(err)
	}
	// What Import does until it is killed after the first account.
	err = came.DB.Tx(ctx, func(tx pgx.Tx) error { return insertFile(ctx, tx, p.entity.ID, r.File, source, came.Accountant) })
	if err == nil {
		k, _, _ := p.kept(ctx, came.DB)
		err = came.DB.Tx(ctx, func(tx pgx.Tx) error { return p.bring(ctx, tx, k, p.accounts[0], came.Accountant) })
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, half := came.prove(); half.Missing != 1 || half.Ties() {
		t.Errorf("half way %d accounts are missing, and it ties: %v", half.Missing, half.Ties())
	}
	if got := came.bring(string(source)); got.Accounts != 1 || got.Repeated != 1 {
		t.Errorf("sent again, %d accounts come and %d are there", got.Accounts, got.Repeated)
	}
	if _, p := came.prove(); !p.Ties() {
		t.Errorf("it does not tie: %+v", p)
	}
}

func TestStandalonePricesOfInceptionComeAsAnAssessmentToBeApproved(t *testing.T) {
	for _, by := range []string{"accountant", "system"} {
		c := begin(t)
		c.sign("C-1", "acme", "lines:\n  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 1200.00, every: year}}\n  - {id: support, product: support, fixed: {quantity: 1, unit_price: 365.00, every: year}}\n")
		source := strings.NewReplacer(
			"recognized: 595.07}", "recognized: 595.07, standalone: 1100.00}\n      - {line: support, recognized: 181.00, standalone: 500.00}",
			"amount: 1200.00}", "amount: 1200.00}\n      - {contract: C-1, line: support, from: 2026-01-01, through: 2026-12-31, amount: 365.00}",
			"-604.93", "-788.93").Replace(file("595.07", "", "604.93"))
		actor := c.Accountant
		if by == "system" {
			actor = access.System("command line")
		}
		if _, err := Import(ctx, c.DB, []byte(source), actor); err != nil {
			t.Fatalf("by %s: %v", by, err)
		}
		k, err := contracts.Get(ctx, c.DB, "C-1")
		if err != nil {
			t.Fatal(err)
		}
		all, err := revrec.Assessments(ctx, c.DB, k.Account, k.ID)
		if err != nil || len(all) != 1 || !all[0].Waits() || all[0].Promises[1].Standalone.String() != "500" {
			t.Errorf("by %s: the assessments are %+v, %v", by, all, err)
		}
		if _, p := c.prove(); !p.Ties() {
			t.Errorf("by %s: it does not tie: %+v", by, p)
		}
	}
}
