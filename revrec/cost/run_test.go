package cost

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/ledger"
	"ratable/partners"
	"ratable/payments"
)

func TestACommissionIsAmortizedAndTheRestWrittenOffWhenTheCustomerLeaves(t *testing.T) {
	w := newWorld(t)
	f := w.spend(commission())
	if !f.Cost.Asset || f.Cost.From != day("2026-01-01") || f.Cost.To != day("2031-01-01") || f.Cost.Paragraph != "340-40-25-1" {
		t.Errorf("judged as %+v", f.Cost)
	}
	if n := w.run("2025-12-31"); n != 1 || w.balances("2025-12-31") != "CapitalizedCommission 6000.00, CommissionPayable -6000.00" {
		t.Errorf("incurred: %d entries, %s", n, w.balances("2025-12-31"))
	}
	w.run("2026-02-28")
	if got := w.balances("2026-02-28"); got != "CapitalizedCommission 5800.00, CommissionPayable -6000.00, CommissionExpense 200.00" {
		t.Errorf("after two months: %s", got)
	}
	w.end("2027-06-30")
	w.run("2027-06-30")
	if got := w.balances("2027-06-30"); got != "CommissionPayable -6000.00, CommissionExpense 1800.00, CommissionImpairment 4200.00" {
		t.Errorf("left after 18 of 60 months: %s", got)
	}
	if n := w.run("2027-06-30") + w.run("2026-03-31") + w.run("2031-12-31"); n != 0 {
		t.Errorf("again, earlier and later book %d entries", n)
	}
	w.ties("2025-12", "2027-07")
}

func TestWhoEntersACostDoesNotApproveItAndUntilThenItIsNothing(t *testing.T) {
	w := newWorld(t)
	var f Fact
	w.tx(func(tx pgx.Tx) (err error) { f, err = Enter(ctx, tx, commission(), w.Finance); return err })
	if w.run("2026-03-31") != 0 {
		t.Error("a cost that waits is booked")
	}
	w.refused(w.try(func(tx pgx.Tx) error { return Approve(ctx, tx, f.ID, "", w.Finance) }), fault.Denied, "another person")
	w.refused(w.try(func(tx pgx.Tx) error { return Approve(ctx, tx, f.ID, "", w.Sales) }), fault.Denied, "finance or accountant")
	w.refused(w.try(func(tx pgx.Tx) error { return Reject(ctx, tx, f.ID, " ", w.Accountant) }), fault.Invalid, "say why")
	_, err := w.DB.Exec(ctx, `insert into cost.decisions (fact_id, event, prepared_by, by_user) values ($1, 'approved', $2, $2)`, f.ID, w.Finance.UserID)
	if err == nil {
		t.Error("PostgreSQL lets whoever entered a cost approve it")
	}
	w.tx(func(tx pgx.Tx) error { return Reject(ctx, tx, f.ID, "the plan says 5,000", w.Accountant) })
	w.refused(w.try(func(tx pgx.Tx) error { return Approve(ctx, tx, f.ID, "", w.Accountant) }), fault.Conflict, "nothing waits")
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Enter(ctx, tx, commission(), w.Sales); return err }), fault.Denied, "finance or accountant")
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Examine(ctx, tx, f.ID, WrittenTest{}, w.Finance); return err }), fault.Conflict, "nothing to test")
	_, err = Get(ctx, w.DB, 999)
	w.refused(err, fault.NotFound, "no contract cost 999")
	if w.run("2026-03-31") != 0 {
		t.Error("a cost that was sent back is booked")
	}
	for _, table := range []string{"facts", "decisions", "movements"} {
		if _, err := w.DB.Exec(ctx, "update cost."+table+" set known_order = 0"); err == nil {
			t.Errorf("cost.%s may be changed", table)
		}
	}
}

func TestWhatIsWrongWithACostIsSaidFieldByField(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		change     func(*Written)
		path, says string
	}{
		{func(x *Written) { x.Contract = "C-9" }, "contract", "no contract that was approved"},
		{func(x *Written) { x.Purpose = "fun" }, "purpose", "obtain or fulfil"},
		{func(x *Written) { x.Nature = "gift" }, "nature", "commission, referral_fee"},
		{func(x *Written) { x.Payee = "" }, "payee", "say who is paid"},
		{func(x *Written) { x.Party = "nobody" }, "party", "no customer or partner"},
		{func(x *Written) { x.Amount = "-1" }, "amount", "above zero"},
		{func(x *Written) { x.Amount = "0.00" }, "amount", "above zero"},
		{func(x *Written) { x.Currency = "QQQ" }, "currency", "ISO 4217"},
		{func(x *Written) { x.IncurredOn = "soon" }, "incurred_on", "such as"},
		{func(x *Written) { x.IncurredOn = "2031-01-01" }, "incurred_on", "2030-12-31"},
		{func(x *Written) { x.Benefit = "0" }, "benefit", "1 to 360"},
		{func(x *Written) { x.By = "guess" }, "by", "transfer"},
		{func(x *Written) { x.By = "transfer" }, "expected", "above zero"},
		{func(x *Written) { x.Reason = "" }, "reason", "is missing"},
	} {
		written := commission()
		c.change(&written)
		_, err := Judge(ctx, w.DB, written)
		if fs := fault.Fields(err); len(fs) != 1 || fs[0].Path != c.path {
			t.Errorf("%s: %v", c.path, err)
		}
		w.refused(err, fault.Invalid, c.says)
	}
}

func TestAYearOrLessIsAnExpenseAtOnceUnlessThePolicySaysOtherwise(t *testing.T) {
	w := newWorld(t)
	short := commission()
	short.Benefit = "12" // no longer than the term counts; the year that is left does
	short.IncurredOn = "2030-01-01"
	f := w.spend(short)
	if f.Cost.Asset || f.Cost.Paragraph != "340-40-25-4" {
		t.Errorf("twelve months are %+v", f.Cost)
	}
	w.run("2030-01-31")
	if got := w.balances("2030-01-31"); got != "CommissionPayable -6000.00, CommissionExpense 6000.00" {
		t.Errorf("expensed: %s", got)
	}
	policy := func(p Policy, reason string) error {
		return w.try(func(tx pgx.Tx) error {
			f, err := SetPolicy(ctx, tx, w.US.ID, p, reason, w.Finance)
			if err != nil {
				return err
			}
			return Approve(ctx, tx, f.ID, "", w.Accountant)
		})
	}
	w.refused(policy(Policy{}, "x"), fault.Invalid, "from which day")
	w.refused(policy(Policy{StartsOn: day("2030-01-01"), Benefit: -1}, "x"), fault.Invalid, "1 to 360")
	w.refused(policy(Policy{StartsOn: day("2030-01-01")}, ""), fault.Invalid, "say why")
	if err := policy(Policy{StartsOn: day("2030-01-01")}, "no expedient any more"); err != nil {
		t.Fatal(err)
	}
	if f, err := Judge(ctx, w.DB, short); err != nil || !f.Cost.Asset {
		t.Errorf("without the expedient: %+v %v", f.Cost, err)
	}
	earlier := short
	earlier.IncurredOn = "2029-12-31"
	earlier.Benefit = ""
	if p, err := PolicyOn(ctx, w.DB, w.US.ID, day("2029-12-31")); err != nil || !p.Expedient {
		t.Errorf("the day before it: %+v %v", p, err)
	}
	for _, c := range []struct {
		change func(*Written)
		asset  bool
	}{
		{func(x *Written) { x.Nature = "legal" }, false}, {func(x *Written) { x.Lost = true }, false}, {func(x *Written) { x.Nature, x.Chargeable = "legal", true }, true},
		{func(x *Written) { x.Purpose = "fulfil" }, true}, {func(x *Written) { x.Purpose, x.Past = "fulfil", true }, false},
	} {
		x := commission()
		c.change(&x)
		if f, err := Judge(ctx, w.DB, x); err != nil || f.Cost.Asset != c.asset {
			t.Errorf("%+v: %+v %v", x, f.Cost, err)
		}
	}
}

func TestATestImpairsAndTheRestIsAmortizedOverTheRestOfTheTime(t *testing.T) {
	w := newWorld(t)
	f := w.spend(commission())
	w.run("2026-06-30") // carrying 5,400.00
	test := func(x WrittenTest) error {
		return w.try(func(tx pgx.Tx) error {
			found, err := Examine(ctx, tx, f.ID, x, w.Finance)
			if err != nil {
				return err
			}
			return Approve(ctx, tx, found.ID, "", w.Accountant)
		})
	}
	w.refused(test(WrittenTest{"2031-01", "1", "0", "x"}), fault.Invalid, "2025-12 to 2030-12")
	w.refused(test(WrittenTest{"2026-06", "much", "0", ""}), fault.Invalid, "say what the expectation rests on")
	if err := test(WrittenTest{"2026-06", "3,000.00", "300.00", "half of the seats were given back"}); err != nil {
		t.Fatal(err)
	}
	w.run("2026-07-31")
	// 2,700.00 is left for 54 months: 50.00 a month.
	if got := w.balances("2026-07-31"); got != "CapitalizedCommission 2650.00, CommissionPayable -6000.00, CommissionExpense 650.00, CommissionImpairment 2700.00" {
		t.Errorf("tested at the end of June: %s", got)
	}
	w.run("2030-12-31")
	if got := w.balances("2030-12-31"); got != "CommissionPayable -6000.00, CommissionExpense 3300.00, CommissionImpairment 2700.00" {
		t.Errorf("at the end: %s", got)
	}
	w.ties("2025-12", "2031-01")
}

func TestAClosedMonthIsAmortizedInTheFirstOpenOne(t *testing.T) {
	w := newWorld(t)
	w.spend(commission())
	w.run("2026-01-31")
	late := commission()
	late.Purpose, late.Payee, late.Amount, late.IncurredOn, late.By = "fulfil", "Setup Ltd.", "1200", "2026-01-01", "daily"
	for _, m := range []string{"2025-12", "2026-01", "2026-02"} {
		w.tx(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.US.ID, month(m), w.Accountant) })
	}
	f := w.spend(late)
	w.run("2026-03-31")
	booked, err := Movements(ctx, w.DB, f.Account, f.ID)
	if err != nil || len(booked) != 4 {
		t.Fatalf("booked %v %v", booked, err)
	}
	for _, m := range booked {
		if m.BookedOn.MonthOf() != month("2026-03") {
			t.Errorf("%s of %s is booked on %s", m.Effect, m.Month, m.BookedOn)
		}
	}
	if booked[1].Month != month("2026-01") || booked[1].Amount != usd("20.37") { // 1,200 x 31 / 1826
		t.Errorf("January belongs to %+v", booked[1])
	}
	w.ties("2025-12", "2026-04")
}

func TestACostFollowsTheTransfer(t *testing.T) {
	w := newWorld(t)
	x := commission()
	x.By, x.Expected = "transfer", "60,000.00"
	w.spend(x)
	w.recognize("2026-02-28")
	w.run("2026-02-28")
	if got := w.balances("2026-02-28"); got != "CapitalizedCommission 5800.00, CommissionPayable -6000.00, CommissionExpense 200.00" {
		t.Errorf("2,000.00 of 60,000.00 is earned: %s", got)
	}
	w.ties("2025-12", "2026-03")
}

func TestRunsAtOnceBookACostOnce(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		x := commission()
		x.Payee = fmt.Sprint("Seller ", i)
		w.spend(x)
	}
	done := make(chan error, 4)
	for range 4 {
		go func() {
			r, err := Run(ctx, w.DB, day("2026-12-31"), w.Finance)
			if err == nil && len(r.Failures) > 0 {
				err = r.Failures[0].Err
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := w.balances("2026-12-31"); got != "CapitalizedCommission 24000.00, CommissionPayable -30000.00, CommissionExpense 6000.00" {
		t.Errorf("five commissions after a year: %s", got)
	}
	w.ties("2025-12", "2027-01")
}

const referred = `
contract: REF-1
entity: rtus
customer: lone
currency: USD
term: {from: 2026-01-01, through: 2027-12-31}
reseller: {kind: referral, partner: partner, commission_percent: 10}
lines: [{id: seats, product: platform, fixed: {quantity: 10, unit_price: 100, every: month}}]
`

func TestCommissionsOfReferralPartnersAreCapitalizedWhereThePolicySaysSo(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, referred)
	pay := func(on string) {
		w.Bill(t, on)
		docs := w.Documents(t, w.Account("lone"))
		w.tx(func(tx pgx.Tx) error {
			d := docs[len(docs)-1]
			_, err := payments.Record(ctx, tx, payments.Receipt{Payer: w.Customers["lone"].ID, Amount: d.Total, ReceivedOn: day(on), Reference: d.Number}, w.Finance)
			return err
		})
		if r, err := partners.Run(ctx, w.DB, day(on), w.Finance); err != nil || r.Entries != 1 {
			t.Fatalf("accrue on %s: %+v %v", on, r, err)
		}
	}
	pay("2026-01-01")
	if w.run("2026-01-31") != 0 {
		t.Error("without a policy a partner's commission is an expense and stays one")
	}
	w.tx(func(tx pgx.Tx) error {
		f, err := SetPolicy(ctx, tx, w.US.ID, Policy{StartsOn: day("2026-02-01"), Expedient: true, Referral: true}, "they are incremental", w.Finance)
		if err != nil {
			return err
		}
		return Approve(ctx, tx, f.ID, "", w.Accountant)
	})
	pay("2026-02-01")
	w.run("2026-02-28")
	// 100.00 of February over 699 days, 28 of them over: 4.01. January's 100.00 came before the policy.
	if got := w.balances("2026-02-28"); got != "CapitalizedCommission 95.99, CommissionPayable -200.00, CommissionExpense 104.01" {
		t.Errorf("capitalized from February on: %s", got)
	}
	if n := w.run("2026-02-28") + w.run("2026-01-31"); n != 0 {
		t.Errorf("again and earlier book %d entries", n)
	}
	if r, err := partners.Run(ctx, w.DB, day("2026-02-28"), w.Finance); err != nil || r.Entries != 0 {
		t.Errorf("the partner's accrual mistakes the amortization for its own: %+v %v", r, err)
	}
	w.ties("2026-01", "2026-03")
}
