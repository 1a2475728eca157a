package payments

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/webhook"
	"ratable/invoicing"
	"ratable/ledger"
)

// told is what other systems were told since the last time: "contract.approved C-1 acme".
func (w *world) told(after *int64) []string {
	w.t.Helper()
	events, err := webhook.Feed(ctx, w.db, webhook.FeedFilter{After: *after, Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	out := []string{}
	for _, e := range events {
		line := string(e.Type) + " " + e.Object.ID
		if e.Customer != "" && e.Customer != e.Object.ID {
			line += " of " + e.Customer
		}
		out = append(out, line)
		*after = max(*after, number64(w.t, e.Sequence))
	}
	return out
}

func number64(t *testing.T, s string) int64 {
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			t.Fatalf("%q is no sequence", s)
		}
		n = n*10 + int64(r-'0')
	}
	return n
}

// Contract, invoice, money, credit, the end of the contract and the close of the month: each fact is told once, in order.
func TestAWholeStoryIsToldToOthersInOrder(t *testing.T) {
	w := newWorld(t)
	closer := w.user("Ann", access.Accountant)
	var after int64
	tell := func(what string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, w.told(&after), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s tells (- wanted, + told):\n%s", what, d)
		}
	}
	tell("signing", "customer.created acme", "customer.created acme-lab", "customer.created bolt",
		"contract.submitted C-1 of acme", "contract.approved C-1 of acme", "contract.submitted C-2 of bolt", "contract.approved C-2 of bolt")

	jan := w.bill("2026-01-01")
	tell("the run of January", "invoice.issued "+jan["acme"]+" of acme", "invoice.issued "+jan["bolt"]+" of bolt")
	w.bill("2026-01-01")
	tell("the same run again")

	r := w.record(w.transfer("acme", "1100.00", "2026-01-20", jan["acme"]))
	tell("money", "payment.received R-000001 of acme", "invoice.paid "+jan["acme"]+" of acme")
	w.record(w.transfer("acme", "1100.00", "2026-01-20", jan["acme"]))
	tell("the same money again")
	w.credit(jan["acme"], "100.00", "2026-01-21")
	notes, err := invoicing.List(ctx, w.db, invoicing.Filter{From: day("2026-01-21"), Through: day("2026-01-21")})
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	tell("a credit", "credit_note.issued "+notes[0].Number+" of acme")
	w.tx(func(tx pgx.Tx) error {
		if _, err := Release(ctx, tx, jan["acme"], day("2026-01-22"), w.finance); err != nil {
			return err
		}
		_, err := Refund(ctx, tx, r.ID, money.Amount{}, day("2026-01-23"), "not needed", w.finance)
		return err
	})
	tell("what was paid too much", "payment.reversed R-000001 of acme", "payment.refunded R-000001 of acme")

	w.tx(func(tx pgx.Tx) error {
		if _, err := WriteOff(ctx, tx, jan["bolt"], usd("24.00"), day("2026-01-24"), "a quarrel", w.finance); err != nil {
			return err
		}
		_, err := Reinstate(ctx, tx, jan["bolt"], money.Amount{}, day("2026-01-25"), "settled", w.finance)
		return err
	})
	tell("a loss and its end", "invoice.written_off "+jan["bolt"]+" of bolt", "invoice.written_off "+jan["bolt"]+" of bolt")
	if err := invoicing.Void(ctx, w.db, jan["bolt"], day("2026-01-26"), "wrong address", w.finance); err != nil {
		t.Fatal(err)
	}
	tell("a void", "invoice.voided "+jan["bolt"]+" of bolt")

	w.amend("C-2", func(d contracts.Document) (contracts.Document, error) {
		d.Effective, d.Reason, d.Title = day("2026-02-01"), "a name for it", "Bolt"
		return d, nil
	})
	tell("an amendment", "contract.submitted C-2 of bolt", "contract.amended C-2 of bolt")
	w.amend("C-2", func(d contracts.Document) (contracts.Document, error) {
		return contracts.Terminate(d, day("2026-06-30"), contracts.Ending{Cause: contracts.Convenience}, contracts.Why{On: day("2026-03-01"), Reason: "moves on"})
	})
	tell("an end", "contract.submitted C-2 of bolt", "contract.terminated C-2 of bolt")
	w.tx(func(tx pgx.Tx) error {
		profile := customers.Profile{Name: "Bolt", LegalName: "Bolt Inc.", Kind: customers.Business}
		return customers.Amend(ctx, tx, w.customer["bolt"].ID, customers.Amendment{StartsOn: day("2026-02-01"), Profile: &profile, Reason: "renamed"}, system)
	})
	tell("a change of name", "customer.changed bolt")
	for range 2 {
		if _, err := contracts.TellEnded(ctx, w.db, day("2027-01-02")); err != nil {
			t.Fatal(err)
		}
	}
	tell("time", "contract.expired C-1 of acme")

	month := period.NewMonth(2026, time.January)
	w.tx(func(tx pgx.Tx) error { return ledger.SoftCloseMonth(ctx, tx, w.seller.ID, month, closer) })
	w.tx(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.seller.ID, month, closer) })
	w.tx(func(tx pgx.Tx) error { return ledger.RequestReopen(ctx, tx, w.seller.ID, month, closer, "forgotten") })
	w.tx(func(tx pgx.Tx) error { return ledger.ReopenMonth(ctx, tx, w.seller.ID, month, w.finance, "") })
	tell("the month", "period.soft_closed rus/2026-01", "period.closed rus/2026-01", "period.reopened rus/2026-01")
}

// amend enters a further version of a contract, and has it approved.
func (w *world) amend(number string, change func(contracts.Document) (contracts.Document, error)) {
	w.t.Helper()
	w.tx(func(tx pgx.Tx) error {
		c, err := contracts.Get(ctx, tx, number)
		if err != nil {
			return err
		}
		d, err := change(c.Latest().Document)
		if err != nil {
			return err
		}
		if _, err := contracts.Prepare(ctx, tx, d, day("2026-03-01"), w.sales); err != nil {
			return err
		}
		if err := contracts.Submit(ctx, tx, number, "signed", w.sales); err != nil {
			return err
		}
		return contracts.Approve(ctx, tx, number, "checked", w.finance)
	})
}

func TestWhatIsRolledBackIsToldToNobody(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	var after int64
	w.told(&after)
	stop := errors.New("stop")
	err := w.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := Record(ctx, tx, w.transfer("acme", "1080.00", "2026-01-20", jan["acme"]), w.finance); err != nil {
			return err
		}
		return stop
	})
	if got := w.told(&after); !errors.Is(err, stop) || len(got) != 0 {
		t.Errorf("%v; told all the same: %v", err, got)
	}
	w.record(w.transfer("acme", "1080.00", "2026-01-20", jan["acme"]))
	if got := w.told(&after); len(got) != 2 {
		t.Errorf("recorded after all, it tells %v", got)
	}
}

func TestADisputeIsToldStageByStage(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	r := w.record(w.transfer("acme", "1080.00", "2026-01-20", jan["acme"]))
	w.tx(func(tx pgx.Tx) error {
		return OpenDispute(ctx, tx, r.ID, usd("1080.00"), usd("15.00"), day("2026-02-01"), "the bank says so", w.finance)
	})
	w.tx(func(tx pgx.Tx) error {
		return DecideDispute(ctx, tx, r.ID, false, day("2026-02-20"), "lost", w.finance)
	})
	events, err := webhook.Feed(ctx, w.db, webhook.FeedFilter{Types: []webhook.Type{webhook.PaymentDisputed}})
	if err != nil || len(events) != 2 || !strings.Contains(string(events[0].Data), `"stage":"opened"`) || !strings.Contains(string(events[1].Data), `"stage":"lost"`) {
		t.Errorf("told: %s, %v", events, err)
	}
}

// The mail of an invoice that a server took is told in the transaction that notes it.
func TestAnInvoiceThatWasSentIsTold(t *testing.T) {
	w := newWorld(t)
	w.tx(func(tx pgx.Tx) error {
		return customers.Amend(ctx, tx, w.customer["acme"].ID, customers.Amendment{StartsOn: day("2025-12-01"), Reason: "their desk",
			SetContacts: []customers.Contact{{Role: customers.Payable, Email: "ap@acme.example", Name: "AP"}}}, system)
	})
	jan := w.bill("2026-01-01")
	var after int64
	w.told(&after)
	renderers := map[string]mail.Renderer{"invoice": invoicing.Renderer()}
	for range 2 {
		if _, err := mail.Deliver(ctx, w.db, mail.Folder(t.TempDir()), renderers, time.Now().Add(time.Hour), 10, invoicing.EmitSent); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"invoice.sent " + jan["acme"] + " of acme"}, w.told(&after)); d != "" {
		t.Error(d)
	}
}
