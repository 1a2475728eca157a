package journals

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/ledger"
)

func TestAJournalIsPostedByAnotherPersonAndTakesItselfBack(t *testing.T) {
	w := newWorld(t)
	written := bonus()
	written.ReversesOn = "2026-04-01"
	j := w.enter(written)
	if j = w.get(j.ID); j.State() != Drafted || j.Number() != fmt.Sprintf("Draft %d", j.ID) {
		t.Fatalf("entered it is %s, called %s", j.State(), j.Number())
	}
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, j.ID, access.Approve, "", w.Accountant); return err }), fault.Conflict, "nothing waits")
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, j.ID, w.Finance) })
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, j.ID, access.Approve, "", w.Finance); return err }), fault.Denied, "another person")
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, j.ID, access.Approve, "", w.Sales); return err }), fault.Denied, "accountant")
	w.tx(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, j.ID, access.Approve, "", w.Accountant); return err })
	if j = w.get(j.ID); j.State() != Posting || len(j.Posted) != 2 || j.Posted[0].Number != "RTUS-JE-2026-000001" || j.Posted[1].Number != "RTUS-JE-2026-000002" {
		t.Errorf("posted as %v, %+v", j.State(), j.Posted)
	}
	got := []string{w.balance(ledger.Fees, "2026-03-31"), w.balance(ledger.PayableToSupplier, "2026-03-31"), w.balance(ledger.Fees, "2026-04-01"), w.balance(ledger.PayableToSupplier, "2026-04-01")}
	if diff := cmp.Diff([]string{"1200.00", "-1200.00", "0.00", "0.00"}, got); diff != "" {
		t.Errorf("balances before and after it takes itself back (-want +got):\n%s", diff)
	}
	entries, err := ledger.EntriesPage(ctx, w.DB, ledger.EntryFilter{Source: "manual"})
	if err != nil || len(entries) != 2 || entries[0].Source != "manual:RTUS-JE-2026-000002" || entries[1].Postings[0].Month != month("2026-03") {
		t.Errorf("the ledger has %v %+v", err, entries)
	}
}

func TestPostgresAlsoRefusesWhoPreparedAndAnythingOutOfOrder(t *testing.T) {
	w := newWorld(t)
	j := w.enter(bonus())
	const insert = `insert into journals.events (journal_id, seq, event, after, prepared_by, by_user, reason) values ($1, $2, $3, nullif($4, ''), $5, $6, 'x')`
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, j.ID, w.Finance) })
	for _, c := range []struct {
		what, event, after string
		seq                int
		prepared, by       int64
		kind               error
	}{
		{"by who prepared it", "approved", "submitted", 3, w.Finance.UserID, w.Finance.UserID, fault.Invalid},
		{"by the program", "approved", "submitted", 3, w.Finance.UserID, 0, fault.Invalid},
		{"hiding who prepared it", "approved", "submitted", 3, w.Accountant.UserID, w.Finance.UserID, fault.Invalid},
		{"without having been submitted", "approved", "drafted", 2, w.Finance.UserID, w.Accountant.UserID, fault.Invalid},
		{"twice submitted", "submitted", "drafted", 2, w.Finance.UserID, w.Accountant.UserID, fault.Conflict},
		{"leaving a gap", "approved", "submitted", 5, w.Finance.UserID, w.Accountant.UserID, fault.Invalid},
	} {
		err := w.try(func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, insert, j.ID, c.seq, c.event, c.after, c.prepared, c.by)
			return fail(err)
		})
		if fault.Kind(err) != c.kind {
			t.Errorf("a decision %s: %v", c.what, err)
		}
	}
	for _, table := range []string{"journals", "lines", "events", "attachments", "posted", "templates", "rules", "rule_decisions", "charges", "charge_lines"} {
		if _, err := w.DB.Exec(ctx, "delete from journals."+table); err == nil {
			t.Errorf("journals.%s may be deleted from", table)
		}
	}
}

func TestWhatIsWrongIsSaidFieldByField(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, seats)
	for _, c := range []struct {
		what   string
		change func(*Written)
		path   string
		says   string
	}{
		{"no reason", func(x *Written) { x.Reason = " " }, "reason", "is missing"},
		{"no entity", func(x *Written) { x.Entity = "nowhere" }, "entity", "is no legal entity"},
		{"a currency of nobody", func(x *Written) { x.Currency = "XQX" }, "currency", "ISO 4217"},
		{"a book of nobody", func(x *Written) { x.Book = "german" }, "book", "is no book"},
		{"no day", func(x *Written) { x.On = "31.3.2026" }, "on", "such as 2026-03-31"},
		{"back before it was", func(x *Written) { x.ReversesOn = "2026-03-31" }, "reverses_on", "2026-04-01"},
		{"repeating for ever", func(x *Written) { x.Every = "month" }, "through", "such as"},
		{"repeating once", func(x *Written) { x.Every, x.Through = "term", "2026-12-31" }, "every", "month, quarter"},
		{"unbalanced", func(x *Written) { x.Lines[0].Debit = "1200.01" }, "lines", "a difference of 0.01"},
		{"one line", func(x *Written) { x.Lines = x.Lines[:1] }, "lines", "at least two"},
		{"an unknown account", func(x *Written) { x.Lines[0].Account = "Gifts" }, "lines[0].account", "is no account"},
		{"both sides", func(x *Written) { x.Lines[0].Credit = "1" }, "lines[0].debit", "not both"},
		{"a negative amount", func(x *Written) { x.Lines[1].Credit = "-1200" }, "lines[1].credit", "other column"},
		{"too many decimals", func(x *Written) { x.Lines[1].Credit = "1200.001" }, "lines[1].credit", "such as 1234.50"},
		{"an unknown customer", func(x *Written) { x.Lines[0].Customer = "nobody" }, "lines[0].customer", "is no customer"},
		{"an unknown contract", func(x *Written) { x.Lines[0].Contract = "C-9" }, "lines[0].contract", "is no contract"},
		{"an unknown line", func(x *Written) { x.Lines[0].Contract, x.Lines[0].Line = "C-1", "sofas" }, "lines[0].line", "is no line of contract C-1"},
		{"a line of nothing", func(x *Written) { x.Lines[0].Line = "seats" }, "lines[0].line", "needs the contract"},
		{"a month of nothing", func(x *Written) { x.Lines[0].Month = "March" }, "lines[0].month", "such as 2026-03"},
		{"receivables", func(x *Written) { x.Lines[0].Account = "AccountsReceivable" }, "lines[0].account", "an invoice, a credit note"},
		{"deferred revenue of a line", func(x *Written) {
			x.Lines[0] = WrittenLine{Account: "2100", Debit: "1200", Contract: "C-1", Line: "seats"}
		}, "lines[0].account", "not booked by hand"},
		{"revenue of a line", func(x *Written) {
			x.Lines[1] = WrittenLine{Account: "Revenue", Credit: "1200", Contract: "C-1", Line: "seats"}
		}, "lines[1].account", "proved by its schedule"},
		{"a commission to nobody", func(x *Written) { x.Lines[1].Account = "CommissionPayable" }, "lines[1].account", "name the partner or supplier"},
	} {
		written := bonus()
		c.change(&written)
		err := w.try(func(tx pgx.Tx) error { _, err := Enter(ctx, tx, written, w.Finance); return err })
		said := false
		for _, f := range fault.Fields(err) {
			said = said || f.Path == c.path && strings.Contains(f.Message, c.says)
		}
		if !said {
			t.Errorf("%s: %v, should say of %s %q", c.what, err, c.path, c.says)
		}
	}
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Enter(ctx, tx, bonus(), w.Sales); return err }), fault.Denied, "finance or accountant")
	full := bonus()
	full.Lines[0].Customer, full.Lines[0].Contract, full.Lines[0].Line, full.Lines[0].Document, full.Lines[0].Month = "acme", "C-1", "seats", "MEMO-7", "2026-02"
	l := w.get(w.enter(full).ID).Lines[0]
	if l.Customer != w.Customers["acme"].ID || l.Contract == 0 || l.Line != "seats" || l.Document != "MEMO-7" || l.Month != month("2026-02") {
		t.Errorf("a line comes back as %+v", l)
	}
}

const seats = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines: [{id: seats, product: platform, fixed: {quantity: 10, unit_price: 100.00, every: month}}]
`

func TestAClosedMonthIsRefusedWithTheDayThatIsTheWayOut(t *testing.T) {
	w := newWorld(t)
	first := bonus()
	first.On = "2026-01-31"
	w.post(first)
	waits := w.enter(bonus())
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, waits.ID, w.Finance) })
	for _, m := range []string{"2026-01", "2026-02", "2026-03"} {
		w.close(m)
	}
	err := w.try(func(tx pgx.Tx) error { _, err := Enter(ctx, tx, bonus(), w.Finance); return err })
	w.refused(err, fault.Invalid, "2026-04-01 or later")
	err = w.try(func(tx pgx.Tx) error {
		_, err := Decide(ctx, tx, waits.ID, access.Approve, "", w.Accountant)
		return err
	})
	w.refused(err, fault.Invalid, "give the lines the month 2026-03")
	if j := w.get(waits.ID); j.State() != Submitted || len(j.Posted) > 0 {
		t.Errorf("refused, it is %s with %v", j.State(), j.Posted)
	}
	w.tx(func(tx pgx.Tx) error {
		_, err := Decide(ctx, tx, waits.ID, access.Reject, "April, please", w.Accountant)
		return err
	})
	again := bonus()
	again.On, again.Corrects, again.Lines[0].Month = "2026-04-02", waits.ID, "2026-03"
	j := w.post(again)
	if w.get(waits.ID).State() != Withdrawn || j.Posted[0].On != day("2026-04-02") {
		t.Errorf("corrected, the first is %s and the second posted %+v", w.get(waits.ID).State(), j.Posted)
	}
	w.refused(w.try(func(tx pgx.Tx) error { again.Corrects = j.ID; _, err := Enter(ctx, tx, again, w.Finance); return err }), fault.Conflict, "a posted journal is reversed")
}

func TestAPostedJournalIsTakenBackOnceAndByAnotherPerson(t *testing.T) {
	w := newWorld(t)
	j := w.post(bonus())
	reverse := func(on, reason string) (back Journal, err error) {
		err = w.try(func(tx pgx.Tx) (err error) {
			back, err = Reverse(ctx, tx, j.ID, day(on), reason, w.Finance)
			return err
		})
		return back, err
	}
	_, err := reverse("2026-04-01", " ")
	w.refused(err, fault.Invalid, "say what was wrong")
	_, err = reverse("2026-03-30", "wrong account")
	w.refused(err, fault.Invalid, "from 2026-03-31 on")
	back, err := reverse("2026-04-10", "wrong account")
	if err != nil {
		t.Fatal(err)
	}
	_, err = reverse("2026-04-10", "again")
	w.refused(err, fault.Conflict, "takes it back already")
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, back.ID, access.Approve, "", w.Finance); return err }), fault.Denied, "another person")
	w.tx(func(tx pgx.Tx) error {
		_, err := Decide(ctx, tx, back.ID, access.Reject, "the account is right", w.Accountant)
		return err
	})
	if back, err = reverse("2026-04-10", "wrong account after all"); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx pgx.Tx) error {
		_, err := Decide(ctx, tx, back.ID, access.Approve, "", w.Accountant)
		return err
	})
	if got := w.balance(ledger.Fees, "2026-04-10"); got != "0.00" {
		t.Errorf("taken back, the account has %s", got)
	}
	w.refused(w.try(func(tx pgx.Tx) error {
		_, err := Reverse(ctx, tx, back.ID, day("2026-05-01"), "x", w.Finance)
		return err
	}), fault.Conflict, "enter that one again")
	entry, err := ledger.EntriesPage(ctx, w.DB, ledger.EntryFilter{Source: "manual:RTUS-JE-2026-000002"})
	if err != nil || len(entry) != 1 || entry[0].Postings[0].Month != month("2026-03") && entry[0].Postings[0].Month != month("2026-04") {
		t.Errorf("the entry that takes it back: %v %v", err, entry)
	}
}

func TestNumbersHaveNoGapWhateverIsApprovedAtOnceOrRefused(t *testing.T) {
	w := newWorld(t)
	const n = 8
	var ids []ID
	for range n {
		j := w.enter(bonus())
		w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, j.ID, w.Finance) })
		ids = append(ids, j.ID)
	}
	var g sync.WaitGroup
	for i, id := range ids {
		g.Go(func() {
			err := w.try(func(tx pgx.Tx) error {
				if _, err := Decide(ctx, tx, id, access.Approve, "", w.Accountant); err != nil || i%3 > 0 {
					return err
				}
				return fault.New(fault.Conflict, "the power fails")
			})
			if err != nil && i%3 > 0 {
				t.Error(err)
			}
		})
	}
	g.Wait()
	entries, err := ledger.EntriesPage(ctx, w.DB, ledger.EntryFilter{Source: "manual"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		seen[e.Source] = true
	}
	for i := range entries {
		if want := fmt.Sprintf("manual:RTUS-JE-2026-%06d", i+1); !seen[want] {
			t.Errorf("%d journals are posted and %s is missing: %v", len(entries), want, seen)
		}
	}
	if len(entries) != 5 {
		t.Errorf("%d journals are posted, 5 were approved", len(entries))
	}
}
