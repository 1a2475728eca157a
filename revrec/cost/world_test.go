package cost

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/revrec"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func day(s string) period.Date    { return invoicingtest.Day(s) }
func month(s string) period.Month { return day(s + "-01").MonthOf() }

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

// world is the invoicing tests' company with a contract of five years.
type world struct {
	*testing.T
	*invoicingtest.Company
}

const fiveYears = `
contract: C-60
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2030-12-31}
lines: [{id: seats, product: platform, fixed: {quantity: 10, unit_price: 100.00, every: month}}]
`

func newWorld(t *testing.T) *world {
	w := &world{t, invoicingtest.New(t, pgtest.New(t))}
	w.Sign(t, fiveYears)
	return w
}

func (w *world) try(do func(tx pgx.Tx) error) error { return w.DB.Tx(ctx, do) }

func (w *world) tx(do func(tx pgx.Tx) error) {
	w.Helper()
	if err := w.try(do); err != nil {
		w.Fatal(err)
	}
}

// commission is what a seller earned for winning the contract of five years.
func commission() Written {
	return Written{Contract: "C-60", Purpose: "obtain", Nature: "commission", Payee: "Sara Salas", Amount: "6,000.00", IncurredOn: "2025-12-20", By: "monthly_even", Reason: "Plan 2025, tier 2"}
}

// spend enters a cost and has it approved.
func (w *world) spend(written Written) (f Fact) {
	w.Helper()
	w.tx(func(tx pgx.Tx) (err error) { f, err = Enter(ctx, tx, written, w.Finance); return err })
	w.tx(func(tx pgx.Tx) error { return Approve(ctx, tx, f.ID, "", w.Accountant) })
	return f
}

func (w *world) run(asOf string) int {
	w.Helper()
	r, err := Run(ctx, w.DB, day(asOf), access.System("jobs"))
	if err != nil || len(r.Failures) > 0 {
		w.Fatalf("book costs as of %s: %v %v", asOf, err, r.Failures)
	}
	return r.Entries
}

// end terminates the contract of five years.
func (w *world) end(last string) {
	w.Helper()
	w.tx(func(tx pgx.Tx) error {
		c, err := contracts.Get(ctx, tx, "C-60")
		if err != nil {
			return err
		}
		d, err := contracts.Terminate(c.Latest().Document, day(last), contracts.Ending{Cause: contracts.Convenience}, contracts.Why{On: day(last), Reason: "left"})
		if err != nil {
			return err
		}
		if _, err := contracts.Prepare(ctx, tx, d, day(last), w.Sales); err != nil {
			return err
		}
		if err := contracts.Submit(ctx, tx, "C-60", "please", w.Sales); err != nil {
			return err
		}
		return contracts.Approve(ctx, tx, "C-60", "", w.Finance)
	})
}

// balances is what stands on the accounts of contract costs.
func (w *world) balances(through string) string {
	w.Helper()
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{Through: day(through)})
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, a := range []ledger.Account{ledger.CapitalizedCommission, ledger.CapitalizedFulfilment, ledger.CommissionPayable, ledger.PayableToSupplier, ledger.COGS, ledger.CommissionExpense, ledger.CommissionImpairment} {
		if sum := trial.Row(a, "USD").Closing; !sum.IsZero() {
			out = append(out, a.String()+" "+sum.String())
		}
	}
	return strings.Join(out, ", ")
}

// ties holds the roll-forward to the ledger, month by month.
func (w *world) ties(from, through string) {
	w.Helper()
	for m := month(from); !m.After(month(through)); m = m.Next() {
		rows, err := RollForward(ctx, w.DB, w.US.ID, "USD", 0, m.Span())
		if err != nil {
			w.Fatal(err)
		}
		closing := map[ledger.Account]money.Amount{ledger.CapitalizedCommission: money.Zero("USD"), ledger.CapitalizedFulfilment: money.Zero("USD")}
		opening := map[ledger.Account]money.Amount{ledger.CapitalizedCommission: money.Zero("USD"), ledger.CapitalizedFulfilment: money.Zero("USD")}
		for _, r := range rows {
			a := Cost{Purpose: r.Purpose}.account()
			closing[a], opening[a] = closing[a].Add(r.Closing), opening[a].Add(r.Opening)
		}
		trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{Entity: w.US.ID, From: m.First(), Through: m.Last()})
		if err != nil {
			w.Fatal(err)
		}
		for a, sum := range closing {
			if row := trial.Row(a, "USD"); row.Closing != sum || row.Opening != opening[a] {
				w.Errorf("%s: %s rolls from %s to %s and the ledger says %s to %s", m, a, opening[a], sum, row.Opening, row.Closing)
			}
		}
	}
}

func (w *world) refused(err, kind error, says string) {
	w.Helper()
	if fault.Kind(err) != kind || !strings.Contains(err.Error(), says) {
		w.Errorf("refused with %v, should be %v saying %q", err, kind, says)
	}
}

func (w *world) recognize(asOf string) {
	w.Helper()
	r, err := revrec.Run(ctx, w.DB, revrec.Options{AsOf: day(asOf)}, w.Accountant)
	if err != nil || len(r.Failures) > 0 {
		w.Fatal(err, r.Failures)
	}
}
