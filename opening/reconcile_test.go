package opening

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/reconcile"
)

// unreconciled lists what differs in a month.
func (c *company) unreconciled(month period.Month) (out []reconcile.Result) {
	c.t.Helper()
	err := c.DB.Snapshot(ctx, func(tx pgx.Tx) error {
		all, err := reconcile.All(ctx, tx, c.US.ID, month)
		for _, r := range all {
			if r.State == reconcile.Difference {
				out = append(out, r)
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func TestEverythingReconcilesFromTheFirstMonthOn(t *testing.T) {
	here, came := begin(t), begin(t)
	random(rand.New(rand.NewPCG(11, 3)), here, came)
	here.sign("C-9", "lone", yearly)
	came.sign("C-9", "lone", yearly)
	here.live("2026-01-01", "2026-06-30")
	here.Bill(t, "2026-06-30")
	file := here.export("2026-07-01", asIs)
	file = regexp.MustCompile(`TaxLiability: \S+`).ReplaceAllString(file, "TaxLiability: -10.00\n  CustomerBalance: -25.00")
	came.bring(file + "balances: [{customer: acme, amount: 25.00}]\n" + "tax_payable: 10.00\n")
	if _, p := came.prove(); !p.Ties() {
		t.Errorf("the opening does not tie: %+v", p.Rows)
	}
	came.live("2026-07-01", "2026-08-31")
	for _, m := range []string{"2026-07-01", "2026-08-01"} {
		for _, r := range came.unreconciled(day(m).MonthOf()) {
			t.Errorf("%s: %s differs by %s: %s %s, %s %s", m, r.Name, r.Variance(), r.LeftIs, r.Left, r.RightIs, r.Right)
			for _, i := range r.Items[:min(4, len(r.Items))] {
				t.Logf("   %s: %s", i.Name, i.Why)
			}
		}
	}
}
