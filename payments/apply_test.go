package payments

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
)

func TestWhatIsLeftOfAReceiptIsAppliedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "1500.00", "2026-01-10", "retainer"))
	w.expect(r, "left 1500.00")
	if err := w.apply(r.ID, jan["acme"], "80.00", "2026-01-11"); err != nil {
		t.Fatal(err)
	}
	if err := w.apply(r.ID, jan["acme"], "0.00", "2026-01-12"); err != nil { // as much as fits
		t.Fatal(err)
	}
	w.expect(r, jan["acme"]+" 80.00, "+jan["acme"]+" 1000.00, left 420.00")
	w.prove()

	err := w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Unapply(ctx, tx, r.ID, jan["acme"], usd("30.00"), day("2026-01-05"), "meant for February", w.finance)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.expect(r, jan["acme"]+" 80.00, "+jan["acme"]+" 1000.00, "+jan["acme"]+" -30.00, left 450.00")
	applied, err := AppliedTo(ctx, w.db, r.Account, jan["acme"])
	if err != nil {
		t.Fatal(err)
	}
	if last := applied[2]; last.BookedOn != day("2026-01-12") || last.Reason != "meant for February" || last.ReceiptNumber() != r.Number() {
		t.Errorf("taken back: %+v, should not be booked before it was applied", last)
	}
	if w.open(jan["acme"]) != "30.00" {
		t.Errorf("%s is open again with %s, should be 30.00", jan["acme"], w.open(jan["acme"]))
	}
	w.prove()
	if diff := cmp.Diff(map[string]int{"receipt.record": 1, "receipt.apply": 2, "receipt.unapply": 1}, w.audited()); diff != "" {
		t.Errorf("the audit trail (-should be +is):\n%s", diff)
	}
}

func TestAnApplicationThatDoesNotFitIsRefused(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "2000.00", "2026-01-10", "retainer"))
	small := w.record(w.transfer("acme", "50.00", "2026-01-10", "small"))
	wants(t, w.apply(r.ID, jan["acme"], "1080.01", "2026-01-11"), fault.Invalid, "is more than the 1,080.00 USD open on "+jan["acme"])
	wants(t, w.apply(small.ID, jan["acme"], "50.01", "2026-01-11"), fault.Invalid, "is more than the 50.00 USD left of the receipt")
	wants(t, w.apply(r.ID, jan["acme"], "-1.00", "2026-01-11"), fault.Invalid, "amount: must be more than zero")
	wants(t, w.apply(r.ID, jan["bolt"], "10.00", "2026-01-11"), fault.Invalid, "belongs to another paying family")
	wants(t, w.apply(r.ID, "RUS-2026-999999", "10.00", "2026-01-11"), fault.NotFound, "there is no invoice RUS-2026-999999")
	wants(t, w.apply(4711, jan["acme"], "10.00", "2026-01-11"), fault.NotFound, "there is no receipt R-004711")
	wants(t, w.db.Tx(ctx, func(tx pgx.Tx) error {
		eur := money.Of(100, "EUR")
		_, err := Apply(ctx, tx, r.ID, jan["acme"], eur, day("2026-01-11"), w.finance)
		return err
	}), fault.Invalid, "must be in USD")
	wants(t, w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Apply(ctx, tx, r.ID, jan["acme"], usd("1.00"), day("2026-01-11"), w.sales)
		return err
	}), fault.Denied, "finance or accountant")
	unapply := func(amount, reason string) error {
		return w.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := Unapply(ctx, tx, r.ID, jan["acme"], usd(amount), day("2026-01-12"), reason, w.finance)
			return err
		})
	}
	wants(t, unapply("1.00", "why not"), fault.Invalid, "at most the 0.00 USD applied")
	if err := w.apply(r.ID, jan["acme"], "1080.00", "2026-01-11"); err != nil {
		t.Fatal(err)
	}
	wants(t, unapply("1.00", " "), fault.Invalid, "reason: is missing")
	wants(t, unapply("1080.01", "typo"), fault.Invalid, "at most the 1,080.00 USD applied")
	wants(t, w.apply(r.ID, jan["acme"], "1.00", "2026-01-11"), fault.Invalid, "nothing is open on "+jan["acme"])
	w.expect(r, jan["acme"]+" 1080.00, left 920.00")
	w.prove()
}

// Twelve people want 300 of a receipt of 1,000 for an invoice of 1,080, all at once:
// three of them may have it.
func TestPeopleWhoApplyOneReceiptAtOnceNeverApplyMoreThanItHolds(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "1000.00", "2026-01-10", "retainer"))
	errs := atOnce(12, func(int) error { return w.apply(r.ID, jan["acme"], "300.00", "2026-01-11") })
	succeeded := 0
	for _, err := range errs {
		switch {
		case err == nil:
			succeeded++
		case errors.Is(err, fault.Invalid): // not enough left
		case errors.Is(err, fault.Conflict): // five others were faster, five times
		default:
			t.Errorf("somebody was told %v", err)
		}
	}
	if succeeded != 3 {
		t.Errorf("%d of them applied 300.00 of 1,000.00, should be 3", succeeded)
	}
	w.prove()
}

func TestTwoReceiptsAtOnceNeverPayAnInvoiceTwice(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	var receipts []Receipt
	for _, name := range []string{"one", "two"} {
		receipts = append(receipts, w.record(w.transfer("acme", "1000.00", "2026-01-10", name)))
	}
	for _, err := range atOnce(2, func(i int) error { return w.apply(receipts[i].ID, jan["acme"], "0.00", "2026-01-11") }) {
		if err != nil {
			t.Errorf("as much as fits was refused: %v", err)
		}
	}
	if w.open(jan["acme"]) != "0.00" {
		t.Errorf("%s has %s open, should be paid exactly", jan["acme"], w.open(jan["acme"]))
	}
	w.prove()
}

// The same transfer, recorded by four people, is one receipt; a payment and a void
// at the same moment never both succeed.
func TestRecordingAndVoidingAtOnceAgree(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	for _, err := range atOnce(4, func(int) error {
		_, err := w.try(w.transfer("bolt", "324.00", "2026-01-10", jan["bolt"]))
		return err
	}) {
		if err != nil {
			t.Errorf("a repeat was refused: %v", err)
		}
	}
	var paid Receipt
	errs := atOnce(2, func(i int) (err error) {
		if i == 0 {
			return invoicing.Void(ctx, w.db, jan["acme"], day("2026-01-12"), "wrong address", w.finance)
		}
		paid, err = w.try(w.transfer("acme", "1080.00", "2026-01-12", jan["acme"]))
		return err
	})
	if errs[1] != nil {
		t.Errorf("the payment was refused: %v", errs[1])
	}
	if voided := errs[0] == nil; voided == (paid.Applied == usd("1080.00")) {
		t.Errorf("voided: %v (%v), and %s of the payment is applied", voided, errs[0], paid.Applied)
	}
	if receipts, err := ListReceipts(ctx, w.db, Filter{}); err != nil || len(receipts) != 2 {
		t.Errorf("there are %d receipts (%v), should be 2", len(receipts), err)
	}
	w.prove()
}

func atOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errs
}

func TestACreditAfterThePaymentIsReleasedAndPaysAnotherInvoice(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	first := w.record(w.transfer("acme", "1000.00", "2026-01-10", jan["acme"]))
	second := w.record(w.transfer("acme", "80.00", "2026-01-11", jan["acme"]))
	w.credit(jan["acme"], "250.00", "2026-01-20") // and 20.00 of tax
	if w.open(jan["acme"]) != "-270.00" {
		t.Fatalf("%s has %s open, should be -270.00", jan["acme"], w.open(jan["acme"]))
	}
	w.prove()
	var released []Application
	w.tx(func(tx pgx.Tx) (err error) {
		released, err = Release(ctx, tx, jan["acme"], day("2026-01-21"), w.finance)
		return err
	})
	if len(released) != 2 || released[0].Amount != usd("-80.00") || released[1].Amount != usd("-190.00") {
		t.Errorf("released are %+v, should be 80.00 of the later receipt and 190.00 of the other", released)
	}
	w.expect(first, jan["acme"]+" 1000.00, "+jan["acme"]+" -190.00, left 190.00")
	w.expect(second, jan["acme"]+" 80.00, "+jan["acme"]+" -80.00, left 80.00")
	w.prove()
	wants(t, w.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Release(ctx, tx, jan["acme"], day("2026-01-21"), w.finance)
		return err
	}), fault.Conflict, "it is not overpaid: 0.00 USD is open")

	feb := w.bill("2026-02-01")
	for _, r := range []Receipt{first, second} {
		if err := w.apply(r.ID, feb["acme"], "0.00", "2026-02-02"); err != nil {
			t.Fatal(err)
		}
	}
	if w.open(feb["acme"]) != "810.00" || w.open(jan["acme"]) != "0.00" {
		t.Errorf("February has %s open and January %s, should be 810.00 and 0.00", w.open(feb["acme"]), w.open(jan["acme"]))
	}
	w.prove()
	if got := w.audited(); got["invoice.release"] != 1 || got["receipt.unapply"] != 2 {
		t.Errorf("the audit trail has %v", got)
	}
}

func TestTheDatabaseRefusesWhatTheCodeWould(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "500.00", "2026-01-10", jan["acme"]))
	insert := `insert into payments.applications (account_id, receipt_id, n, document, amount, booked_on, entry_seq, reason, by_user)
		values ($1, $2, $3, $4, $5, '2026-01-10', $6, 'x', 0)`
	for name, c := range map[string]struct {
		n          int
		document   string
		amount     int64
		constraint string
	}{
		"more than the receipt": {2, jan["acme"], 1, "applications_within_receipt"},
		"more than was applied": {2, jan["acme"], -50001, "applications_taken_back_once"},
		"from another document": {2, jan["bolt"], -1, "applications_taken_back_once"},
		"a place that is taken": {1, jan["acme"], -1, "applications_pkey"},
	} {
		_, err := w.db.Exec(ctx, insert, r.Account, r.ID, c.n, c.document, c.amount, r.Entry)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: PostgreSQL says %v, should name %s", name, err, c.constraint)
		}
	}
	for _, table := range []string{"receipts", "applications", "movements"} {
		for _, db := range []*postgres.DB{w.db, pgtest.Admin(t, w.db)} {
			if _, err := db.Exec(ctx, "delete from payments."+table); !errors.Is(postgres.Fault(err), fault.Denied) {
				t.Errorf("payments.%s can be emptied: %v", table, err)
			}
		}
	}
}
