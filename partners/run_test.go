package partners

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
)

// 1,000.00 a month and New York's tax of 8.875 %: 1,088.75. The partner earns 10 % of what is paid before tax.
const referral = `
contract: REF-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: referral, partner: partner, commission_percent: 10}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 100, every: month}}
`

func TestACommissionFollowsTheMoney(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, referral)
	w.Bill(t, "2026-01-01")
	step := func(on, want, why string) {
		t.Helper()
		if got := w.accrue(on); got != want {
			t.Errorf("%s: %s accrues %s, should be %s", on, why, got, want)
		}
	}
	step("2026-01-02", "nothing", "what is billed and not paid")
	invoice := w.numbers("acme")[0]
	w.pay("acme", "544.38", "2026-01-10", invoice)
	step("2026-01-10", "50.00", "half of the invoice") // 544.38 x 1000 / 1088.75 = 500.00(5), a tenth of it
	step("2026-01-10", "nothing", "the same day again")
	step("2026-01-05", "nothing", "a day before that")
	rest := w.pay("acme", "600.00", "2026-01-20", invoice)
	step("2026-01-20", "50.00", "the rest, and not the 55.63 too much")
	if _, err := invoicing.GrantCredit(ctx, w.DB, invoicing.Credit{Invoice: invoice, Line: 1, Amount: usd("100.00"), Reason: "outage", On: day("2026-01-25")}, w.Finance); err != nil {
		t.Fatal(err)
	}
	step("2026-01-25", "-10.00", "a credit of 100.00")
	w.tx(func(tx pgx.Tx) error {
		if _, err := payments.Release(ctx, tx, invoice, day("2026-01-26"), w.Finance); err != nil {
			return err
		}
		_, err := payments.Refund(ctx, tx, rest.ID, money.Zero("USD"), day("2026-01-27"), "credited", w.Finance)
		return err
	})
	step("2026-01-31", "nothing", "money sent back that had earned nothing any more")
	if got := w.balance("partner"); got != "CommissionPayable earned 90.00 settled 0.00 left 90.00" {
		t.Errorf("the partner's balance: %s", got)
	}
}

func TestAPartnerIsPaidNoMoreThanItEarned(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, referral)
	w.Bill(t, "2026-01-01")
	w.pay("acme", "1088.75", "2026-01-10", w.numbers("acme")[0])
	w.accrue("2026-01-10")
	for _, wrong := range []struct{ amount, reference, field string }{{"100.01", "wire", "amount"}, {"-1.00", "wire", "amount"}, {"5.00", " ", "reference"}} {
		if _, err := w.settle("partner", wrong.amount, "2026-02-01", wrong.reference); len(fault.Fields(err)) != 1 || fault.Fields(err)[0].Path != wrong.field {
			t.Errorf("paying %s with reference %q should be refused for its %s: %v", wrong.amount, wrong.reference, wrong.field, err)
		}
	}
	s, err := w.settle("partner", "60.00", "2026-02-01", "wire 17")
	if err != nil || s.Number() != "S-000001" || s.Entity != w.US.ID {
		t.Fatalf("settled as %+v (%v)", s, err)
	}
	if got := w.balance("partner"); got != "CommissionPayable earned 100.00 settled 60.00 left 40.00" {
		t.Errorf("the partner's balance: %s", got)
	}
	err = w.DB.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Settle(ctx, tx, Settlement{Party: w.Customers["partner"].ID, Owed: Commission, Amount: usd("1.00"), On: day("2026-02-01"), Reference: "x"}, w.Sales)
		return err
	})
	if fault.Kind(err) != fault.Denied {
		t.Errorf("sales pays a partner: %v", err)
	}
	if _, err := Run(ctx, w.DB, day("2026-02-01"), w.Sales); fault.Kind(err) != fault.Denied {
		t.Errorf("sales accrues commissions: %v", err)
	}
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{})
	if err != nil || trial.Row(ledger.CommissionExpense, "USD").Closing != usd("100.00") || trial.Row(ledger.CommissionPayable, "USD").Closing != usd("-40.00") || trial.Row(ledger.Cash, "USD").Closing != usd("1028.75") {
		t.Errorf("trial balance %v (%v)", trial.Rows, err)
	}
}

func TestTwoRunsAndTwoPaymentsAtOnceAreOne(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, referral)
	w.Bill(t, "2026-01-01")
	w.pay("acme", "1088.75", "2026-01-10", w.numbers("acme")[0])
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if r, err := Run(ctx, w.DB, day("2026-01-10"), access.System("twin")); err != nil || len(r.Failures) > 0 {
				t.Errorf("a run beside others: %v %v", err, r.Failures)
			}
		})
	}
	all.Wait()
	paid := make(chan error, 4)
	for range 4 {
		all.Go(func() {
			_, err := w.settle("partner", "60.00", "2026-02-01", "wire")
			paid <- err
		})
	}
	all.Wait()
	refused := 0
	for range 4 {
		if err := <-paid; err != nil && len(fault.Fields(err)) == 1 {
			refused++
		}
	}
	if got := w.balance("partner"); refused != 3 || got != "CommissionPayable earned 100.00 settled 60.00 left 40.00" {
		t.Errorf("%d of 4 payments are refused, balance: %s", refused, got)
	}
}

func TestAnAccrualOfAClosedMonthIsBookedInTheFirstOpenOne(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, referral)
	w.Bill(t, "2026-01-01")
	w.pay("acme", "1088.75", "2026-01-10", w.numbers("acme")[0])
	w.tx(func(tx pgx.Tx) error {
		return ledger.CloseMonth(ctx, tx, w.US.ID, day("2026-01-01").MonthOf(), w.Accountant)
	})
	w.accrue("2026-01-31")
	found, err := ledger.AccruedOn(ctx, w.DB, []customers.AccountID{w.Account("acme")}, forever)
	if err != nil || len(found) != 1 || found[0].Last != day("2026-02-01") {
		t.Errorf("accrued %+v (%v), should be booked on 1 February", found, err)
	}
}

// The marketplace keeps 3 % of 1,000.00: 30.00 a month. Half a month's credit brings half of the fee back.
func TestAMarketplacePaysWhatItCollectedLessItsFee(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, `
contract: MP-1
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-03-31}
reseller: {kind: marketplace, fee_percent: 3}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 99.99, every: month}}
`)
	w.Bill(t, "2026-01-01")
	d := w.Documents(t, w.Account("partner"))[0]
	if d.Fee != usd("30.00") || d.Total != d.Net.Add(d.Tax).Sub(usd("30.00")) || d.Net != usd("999.90") {
		t.Fatalf("net %s, fee %s, total %s", d.Net, d.Fee, d.Total)
	}
	if totals := d.Printed().Totals; totals[len(totals)-1] != (invoicing.PrintedTotal{Label: "Less marketplace fee, 3%", Basis: "kept by the marketplace", Amount: "-30.00"}) {
		t.Errorf("printed are %v", totals)
	}
	for i, want := range []string{"-15.00", "-15.00"} {
		amount := usd("499.95")
		note, err := invoicing.GrantCredit(ctx, w.DB, invoicing.Credit{Invoice: d.Number, Line: 1, Amount: amount, Reason: "outage", On: day("2026-01-10")}, w.Finance)
		if err != nil || note.Fee != usd(want) {
			t.Errorf("credit %d gives back a fee of %s, should be %s (%v)", i+1, note.Fee, want, err)
		}
	}
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{})
	if err != nil || !trial.Row(ledger.ChannelFees, "USD").Closing.IsZero() || !trial.Row(ledger.AccountsReceivable, "USD").Closing.IsZero() {
		t.Errorf("credited in full, what is left is %v (%v)", trial.Rows, err)
	}
}
