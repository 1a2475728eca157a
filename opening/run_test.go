package opening

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
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
