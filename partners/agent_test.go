package partners

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
)

func (w *world) closing(a ledger.Account) string {
	w.Helper()
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{})
	if err != nil {
		w.Fatal(err)
	}
	return trial.Row(a, "USD").Closing.String()
}

func (w *world) recognize(through string) {
	w.Helper()
	r, err := revrec.Run(ctx, w.DB, revrec.Options{AsOf: day(through)}, access.System("partners test"))
	if err != nil || len(r.Failures) > 0 {
		w.Fatalf("recognize through %s: %v %v", through, err, r.Failures)
	}
}

// As the marketplace's agent its fee of 3 % is no expense: 900.00 a quarter are billed, 27.00 are withheld at once and
// passed on as the quarter of 90 days goes by, 9.30 of it in January.
func TestAsAMarketplacesAgentTheFeeIsPassedOnAsItIsEarned(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, `
contract: MP-2
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: marketplace, fee_percent: 3, role: agent}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 90, every: quarter}}
`)
	w.Bill(t, "2026-01-01")
	if got := w.closing(ledger.PayableToPrincipal); got != "27.00" {
		t.Errorf("withheld is %s, should be 27.00", got)
	}
	w.recognize("2026-01-31")
	if got := w.balance("partner"); got != "PayableToPrincipal earned 9.30 settled 27.00 left -17.70" || w.closing(ledger.Revenue) != "-300.70" || w.closing(ledger.DeferredRevenue) != "-590.00" {
		t.Errorf("after January: %s, revenue %s, deferred %s", got, w.closing(ledger.Revenue), w.closing(ledger.DeferredRevenue))
	}
	deferred, err := revrec.Deferred(ctx, w.DB, revrec.Filter{Entity: w.US.ID, Currency: "USD", AsOf: day("2026-01-31").MonthOf()})
	if err != nil || len(deferred) != 1 || deferred[0].Remaining != usd("590.00") || deferred[0].Recognized != usd("300.70") || deferred[0].PassedOn != usd("9.30") {
		t.Errorf("by line: %+v (%v)", deferred, err)
	}
	w.recognize("2026-03-31")
	if got := w.closing(ledger.PayableToPrincipal) + " " + w.closing(ledger.Revenue) + " " + w.closing(ledger.ChannelFees); got != "0.00 -873.00 0.00" {
		t.Errorf("in the end: %s, should be nothing owed and 873.00 kept", got)
	}
}

// A voided document takes its fee back with it.
func TestAVoidedMarketplaceDocumentLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, `
contract: MP-3
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: marketplace, fee_percent: 3}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 90, every: quarter}}
`)
	w.Bill(t, "2026-01-01")
	if err := invoicing.Void(ctx, w.DB, w.numbers("partner")[0], day("2026-01-02"), "wrong buyer", w.Finance); err != nil {
		t.Fatal(err)
	}
	for _, a := range []ledger.Account{ledger.AccountsReceivable, ledger.ChannelFees, ledger.DeferredRevenue, ledger.TaxLiability} {
		if got := w.closing(a); got != "0.00" {
			t.Errorf("%s stands at %s", a, got)
		}
	}
}

// 300.00 a month of which 70 % is Lone Star's: it is owed 210.00 for January and paid no more than that.
func TestASupplierIsPaidWhatWasEarnedForIt(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, `
contract: AG-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
lines:
  - {id: help, product: support, role: agent, pass_on_percent: 70, supplier: lone, fixed: {quantity: 1, unit_price: 300, every: month}}
`)
	w.Bill(t, "2026-01-01")
	w.recognize("2026-01-31")
	pay := func(amount string) error {
		return w.DB.Tx(ctx, func(tx pgx.Tx) error {
			_, err := Settle(ctx, tx, Settlement{Party: w.Customers["lone"].ID, Owed: Supply, Amount: usd(amount), On: day("2026-02-10"), Reference: "January"}, w.Finance)
			return err
		})
	}
	if err := pay("210.01"); len(fault.Fields(err)) != 1 {
		t.Errorf("a cent too much was paid: %v", err)
	}
	if err := pay("210.00"); err != nil {
		t.Fatal(err)
	}
	if got := w.balance("lone"); got != "PayableToPrincipal earned 210.00 settled 210.00 left 0.00" || w.closing(ledger.Revenue) != "-90.00" {
		t.Errorf("the supplier's balance: %s, revenue %s", got, w.closing(ledger.Revenue))
	}
	s, err := StatementOf(ctx, w.DB, w.Customers["lone"].ID, day("2026-02-01").MonthOf())
	if err != nil || len(s.Rolls) != 1 || s.Rolls[0].Opening != usd("210.00") || s.Rolls[0].Paid != usd("210.00") || !s.Rolls[0].Closing.IsZero() || len(s.Settlements) != 1 {
		t.Errorf("February's statement: %+v (%v)", s, err)
	}
}
