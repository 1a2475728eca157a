package payments

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

// stands is where an account of Acme's book stands, debit positive.
func (w *world) stands(account ledger.Account) string {
	w.t.Helper()
	page, err := ledger.EntriesPage(ctx, w.db, ledger.EntryFilter{Account: w.customer["acme"].Account, Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	sum := usd("0.00")
	for _, e := range page {
		for _, p := range e.Postings {
			if p.Account == account {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum.String()
}

func (w *world) policy(on string, change func(*ledger.Policy)) {
	w.t.Helper()
	other := w.user("Gil", access.Finance)
	w.tx(func(tx pgx.Tx) error {
		p := ledger.DefaultPolicy()
		change(&p)
		v, err := ledger.ProposePolicy(ctx, tx, ledger.PolicyVersion{Entity: w.seller.ID, Book: ledger.USGAAP, Effective: day(on), Policy: p, Reason: "the auditors agreed"}, w.finance)
		if err != nil {
			return err
		}
		return ledger.ApprovePolicy(ctx, tx, v.Entity, v.Book, v.Number, "", other)
	})
}

func TestAnInvoiceIsWrittenOffByThePolicyOfItsEntityAndReinstatedWhenMoneyComes(t *testing.T) {
	w := newWorld(t)
	invoice := w.bill("2026-01-01")["acme"]
	gross := w.open(invoice)
	w.tx(func(tx pgx.Tx) error {
		_, err := WriteOff(ctx, tx, invoice, usd("100.00"), day("2026-03-01"), "insolvent", w.finance)
		return err
	})
	if got := w.stands(ledger.BadDebtExpense); got != "100.00" {
		t.Errorf("100.00 given up is a loss of %s", got)
	}
	w.policy("2026-04-01", func(p *ledger.Policy) { p.BadDebt, p.BadDebtTax = ledger.PriceConcession, ledger.Yes })
	var rest money.Amount
	w.tx(func(tx pgx.Tx) (err error) {
		rest, err = WriteOff(ctx, tx, invoice, money.Amount{}, day("2026-04-02"), "insolvent", w.finance)
		return err
	})
	if w.open(invoice) != "0.00" || w.stands(ledger.BadDebt) == "0.00" || w.stands(ledger.BadDebtExpense) != "100.00" || rest.Add(usd("100.00")).String() != gross {
		t.Errorf("of %s, after the policy changed %s is given up: %s as price, %s as loss, open %s", gross, rest, w.stands(ledger.BadDebt), w.stands(ledger.BadDebtExpense), w.open(invoice))
	}
	again := w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := WriteOff(ctx, tx, invoice, money.Amount{}, day("2026-04-02"), "again", w.finance)
		return err
	})
	if !errors.Is(again, fault.Invalid) || !strings.Contains(again.Error(), "at most 0.00 USD") {
		t.Errorf("what is not open is written off again: %v", again)
	}
	w.tx(func(tx pgx.Tx) error {
		_, err := Reinstate(ctx, tx, invoice, usd("60.00"), day("2026-05-02"), "the administrator pays", w.finance)
		return err
	})
	w.record(w.transfer("acme", "60.00", "2026-05-03", invoice))
	if w.open(invoice) != "0.00" || w.stands(ledger.BadDebtExpense) != "40.00" {
		t.Errorf("60.00 came in: open is %s, lost are %s", w.open(invoice), w.stands(ledger.BadDebtExpense))
	}
	for name, f := range map[string]func(tx pgx.Tx) error{
		"reason": func(tx pgx.Tx) error {
			_, err := WriteOff(ctx, tx, invoice, money.Amount{}, day("2026-04-02"), " ", w.finance)
			return err
		},
		"takes the role finance": func(tx pgx.Tx) error {
			_, err := WriteOff(ctx, tx, invoice, money.Amount{}, day("2026-04-02"), "why", w.sales)
			return err
		},
	} {
		if err := w.db.Tx(ctx, f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a write-off without a right or reason is refused as %v", err)
		}
	}
}

func TestAFeeIsAnExpenseAndADisputeIsParkedUntilItIsDecided(t *testing.T) {
	w := newWorld(t)
	invoice := w.bill("2026-01-01")["acme"]
	r := w.record(w.transfer("acme", "500.00", "2026-01-10", invoice))
	revenue := w.stands(ledger.Revenue)
	w.tx(func(tx pgx.Tx) error {
		return RecordFee(ctx, tx, r.ID, usd("14.80"), day("2026-01-10"), "card", w.finance)
	})
	w.tx(func(tx pgx.Tx) error {
		return OpenDispute(ctx, tx, r.ID, usd("500.00"), usd("15.00"), day("2026-02-10"), "fraud", w.finance)
	})
	for account, want := range map[ledger.Account]string{ledger.Fees: "14.80", ledger.DisputesReceivable: "500.00", ledger.DisputeExpense: "15.00", ledger.Cash: "-29.80"} {
		if got := w.stands(account); got != want {
			t.Errorf("disputed: %s stands at %s, not %s", account, got, want)
		}
	}
	twice := w.db.Tx(ctx, func(tx pgx.Tx) error {
		return OpenDispute(ctx, tx, r.ID, usd("1.00"), usd("0.00"), day("2026-02-11"), "fraud", w.finance)
	})
	if !errors.Is(twice, fault.Conflict) {
		t.Errorf("a second dispute before the first is decided: %v", twice)
	}
	w.tx(func(tx pgx.Tx) error { return DecideDispute(ctx, tx, r.ID, true, day("2026-03-10"), "won", w.finance) })
	if w.stands(ledger.Cash) != "470.20" || w.stands(ledger.DisputesReceivable) != "0.00" || w.stands(ledger.Revenue) != revenue {
		t.Errorf("won: cash %s, disputed %s, revenue %s", w.stands(ledger.Cash), w.stands(ledger.DisputesReceivable), w.stands(ledger.Revenue))
	}
	if err := w.db.Tx(ctx, func(tx pgx.Tx) error {
		return DecideDispute(ctx, tx, r.ID, false, day("2026-03-11"), "lost", w.finance)
	}); !errors.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
	w.policy("2026-06-01", func(p *ledger.Policy) { p.Disputes = ledger.AsRefund })
	w.tx(func(tx pgx.Tx) error {
		return OpenDispute(ctx, tx, r.ID, usd("40.00"), usd("0.00"), day("2026-06-02"), "fraud", w.finance)
	})
	w.tx(func(tx pgx.Tx) error { return DecideDispute(ctx, tx, r.ID, true, day("2026-07-02"), "won", w.finance) })
	w.tx(func(tx pgx.Tx) error {
		return OpenDispute(ctx, tx, r.ID, usd("10.00"), usd("0.00"), day("2026-08-02"), "fraud", w.finance)
	})
	w.tx(func(tx pgx.Tx) error {
		return DecideDispute(ctx, tx, r.ID, false, day("2026-09-02"), "lost", w.finance)
	})
	losses, err := Losses(ctx, w.db, w.seller.ID, day("2026-12-31"))
	if err != nil || len(losses) != 7 || losses[6].Kind != DisputeLost || losses[6].Entry != 0 {
		t.Errorf("the losses are %+v, %v", losses, err)
	}
	if w.stands(ledger.Disputes) != "50.00" || w.stands(ledger.Recoverables) != "-40.00" {
		t.Errorf("as a refund: disputes %s, recovered %s", w.stands(ledger.Disputes), w.stands(ledger.Recoverables))
	}
}
