package payments

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/ledger"
)

func TestOnlyMoneyThatPaysNoInvoiceIsSentBack(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "1100.00", "2026-01-20", jan["acme"]))
	refund := func(amount, reason string) (a Application, err error) {
		err = w.db.Tx(ctx, func(tx pgx.Tx) error {
			a, err = Refund(ctx, tx, r.ID, usd(amount), day("2026-01-25"), reason, w.finance)
			return err
		})
		return a, err
	}
	for _, wrong := range []struct{ amount, reason, field string }{{"20.01", "too much came", "amount"}, {"5.00", " ", "reason"}, {"-5.00", "too much came", "amount"}} {
		if _, err := refund(wrong.amount, wrong.reason); len(fault.Fields(err)) != 1 || fault.Fields(err)[0].Path != wrong.field {
			t.Errorf("sending %s back because %q should be refused for its %s: %v", wrong.amount, wrong.reason, wrong.field, err)
		}
	}
	part, err := refund("5.00", "too much came")
	if err != nil {
		t.Fatal(err)
	}
	all, err := refund("0.00", "the rest of it")
	if err != nil || all.Amount != usd("15.00") || part.Document == all.Document || !all.Refund() {
		t.Errorf("the rest is %v %v, should be 15.00 under a number of its own", all, err)
	}
	if _, err := refund("0.00", "again"); fault.Kind(err) != fault.Invalid {
		t.Errorf("nothing is left to send back, and it was not refused: %v", err)
	}
	if err := w.apply(r.ID, jan["bolt"], "1.00", "2026-01-26"); err == nil {
		t.Error("money that was sent back paid an invoice")
	}
	w.prove()
	trial, err := ledger.TrialBalance(ctx, w.db, ledger.Filter{})
	if err != nil || trial.Row(ledger.Cash, "USD").Closing != usd("1080.00") {
		t.Errorf("cash should be 1,100.00 less 20.00 sent back: %v %v", trial, err)
	}
}
