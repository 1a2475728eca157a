package payments

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/ledger"
)

func TestATransferPaysTheInvoiceItNamesExactlyPartlyOrTooMuch(t *testing.T) {
	w := newWorld(t)
	jan, feb := w.bill("2026-01-01"), w.bill("2026-02-01")
	if w.open(jan["acme"]) != "1080.00" {
		t.Fatalf("January asks for %s, should be 1,000.00 plus 8%%", w.open(jan["acme"]))
	}

	partly := w.record(w.transfer("acme", "400.00", "2026-01-20", "first half of inv rus 2026/000001"))
	w.expect(partly, jan["acme"]+" 400.00, left 0.00")
	rest := w.record(w.transfer("acme", "680.00", "2026-01-25", jan["acme"]))
	w.expect(rest, jan["acme"]+" 680.00, left 0.00")
	over := w.record(w.transfer("acme", "1100.00", "2026-02-10", "our payment "+feb["acme"]))
	w.expect(over, feb["acme"]+" 1080.00, left 20.00")

	if jan["acme"] != "RUS-2026-000001" || w.open(jan["acme"]) != "0.00" || w.open(feb["acme"]) != "0.00" {
		t.Errorf("%s has %s open and %s has %s, both should be paid", jan["acme"], w.open(jan["acme"]), feb["acme"], w.open(feb["acme"]))
	}
	w.prove()
	if diff := cmp.Diff(map[string]int{"receipt.record": 3}, w.audited()); diff != "" {
		t.Errorf("the audit trail (-should be +is):\n%s", diff)
	}
}

func TestAReferenceWithoutANumberPaysTheOneInvoiceOfThatAmount(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	w.expect(w.record(w.transfer("bolt", "324.00", "2026-01-05", "thank you")), jan["bolt"]+" 324.00, left 0.00")
	w.bill("2026-02-01")
	// Two invoices of 1,080.00 are open, and nothing of 77.00 is: a person decides.
	unclear := w.record(w.transfer("acme", "1080.00", "2026-02-05", "thank you"))
	w.expect(unclear, "left 1080.00")
	w.expect(w.record(w.transfer("acme", "77.00", "2026-02-06", "")), "left 77.00")
	// One of the family pays another's invoice only by naming it.
	w.expect(w.record(w.transfer("acme-lab", "1080.00", "2026-02-07", jan["acme"])), jan["acme"]+" 1080.00, left 0.00")
	w.prove()
}

func TestMoneyThatCameBeforeItsInvoiceIsABalanceUntilThen(t *testing.T) {
	w := newWorld(t)
	jan, feb := w.bill("2026-01-01"), w.bill("2026-02-01")
	early := w.record(w.transfer("acme", "2160.00", "2026-01-15", jan["acme"]+", "+feb["acme"]))
	w.expect(early, jan["acme"]+" 1080.00, "+feb["acme"]+" 1080.00, left 0.00")
	for on, want := range map[string]string{"2026-01-14": "0.00", "2026-01-15": "1080.00", "2026-01-31": "1080.00", "2026-02-01": "0.00"} {
		report, err := Ageing(ctx, w.db, day(on), Scope{Payer: w.customer["acme"].ID})
		if err != nil {
			t.Fatal(err)
		}
		got := usd("0.00")
		for _, row := range report.Totals {
			got = got.Add(row.Unapplied)
		}
		if got.String() != want {
			t.Errorf("on %s the customer's balance is %s, should be %s", on, got, want)
		}
	}
	w.prove()
}

func TestAReceiptIsBookedInTheFirstOpenMonth(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	anna := w.user("Anna", access.Accountant)
	w.tx(func(tx pgx.Tx) error {
		return ledger.CloseMonth(ctx, tx, w.seller.ID, day("2026-01-01").MonthOf(), anna)
	})
	r := w.record(w.transfer("acme", "1000.00", "2026-01-30", jan["acme"]))
	if r.ReceivedOn != day("2026-01-30") || r.BookedOn != day("2026-02-01") || r.Applications[0].BookedOn != day("2026-02-01") {
		t.Errorf("received %s, booked %s, should be booked on the first open day", r.ReceivedOn, r.BookedOn)
	}
	w.prove()
}

func TestAMovementIsRecordedOnce(t *testing.T) {
	w := newWorld(t)
	w.bill("2026-01-01")
	first := w.record(w.transfer("acme", "100.00", "2026-01-10", "deposit"))
	again := w.record(w.transfer("acme", "100.00", "2026-01-10", "deposit"))
	if again.ID != first.ID || !again.Repeated || first.Repeated {
		t.Errorf("the same transfer is %s and %s (repeated %v)", first.Number(), again.Number(), again.Repeated)
	}
	twin := w.transfer("acme", "100.00", "2026-01-10", "deposit")
	twin.Nth = 2
	if r := w.record(twin); r.ID == first.ID {
		t.Errorf("a second transfer like the first is taken for it")
	}
	named := w.transfer("acme", "100.00", "2026-01-10", "deposit")
	named.Transaction = "TX-1"
	one := w.record(named)
	if r := w.record(named); r.ID != one.ID || one.ID == first.ID {
		t.Errorf("bank transaction TX-1 is %s and %s", one.Number(), r.Number())
	}
	named.Amount = usd("101.00")
	_, err := w.try(named)
	wants(t, err, fault.Conflict, "bank transaction TX-1 is recorded as "+one.Number())
	w.prove()
}

func TestWhatCannotBeAReceiptIsRefused(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	good := w.transfer("acme", "100.00", "2026-01-10", "deposit")
	for name, c := range map[string]struct {
		change func(*Receipt)
		kind   error
		says   string
	}{
		"nothing":          {func(r *Receipt) { r.Amount = usd("0.00") }, fault.Invalid, "amount: must be more than zero"},
		"money going out":  {func(r *Receipt) { r.Amount = usd("-5.00") }, fault.Invalid, "amount: must be more than zero"},
		"no day":           {func(r *Receipt) { r.ReceivedOn = Receipt{}.ReceivedOn }, fault.Invalid, "received_on: is missing"},
		"nobody":           {func(r *Receipt) { r.Payer = 0 }, fault.Invalid, "payer: is missing"},
		"a stranger":       {func(r *Receipt) { r.Payer = 4711 }, fault.NotFound, "there is no customer 4711"},
		"no entity":        {func(r *Receipt) { r.Entity = 4711 }, fault.NotFound, "there is no legal entity 4711"},
		"a control sign":   {func(r *Receipt) { r.Reference = "a\x00b" }, fault.Invalid, "reference: holds the control character U+0000"},
		"another family's": {func(r *Receipt) { r.Wishes = []Part{{Document: jan["bolt"]}} }, fault.Invalid, "is no open invoice of the payer's family"},
		"more than it is":  {func(r *Receipt) { r.Wishes = []Part{{jan["acme"], usd("100.01")}} }, fault.Invalid, "is more than the 100.00 USD left of the receipt"},
		"more than open": {func(r *Receipt) { r.Amount = usd("5000.00"); r.Wishes = []Part{{jan["acme"], usd("1080.01")}} }, fault.Invalid,
			"is more than the 1,080.00 USD open on " + jan["acme"]},
	} {
		r := good
		c.change(&r)
		_, err := w.try(r)
		if err == nil {
			t.Errorf("%s was recorded", name)
			continue
		}
		wants(t, err, c.kind, c.says)
	}
	w.tx(func(tx pgx.Tx) error {
		_, err := Record(ctx, tx, good, w.sales)
		wants(t, err, fault.Denied, "finance or accountant")
		return nil
	})
	if len(w.audited()) > 0 {
		t.Errorf("something was recorded: %v", w.audited())
	}
	w.prove()
}

func TestACardNumberIsNeverStored(t *testing.T) {
	w := newWorld(t)
	r := w.transfer("acme", "100.00", "2026-01-10", "card 4111 1111 1111 1111 of Ann")
	r.Transaction = "5500005555555559"
	got := w.record(r)
	if got.Reference != "card ************1111 of Ann" || got.Transaction != "************5559" {
		t.Errorf("stored are %q and %q", got.Reference, got.Transaction)
	}
}
