package revrec

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/ledger"
)

func (w *world) close(m string, by access.Actor) error {
	return w.db.Tx(ctx, func(tx pgx.Tx) error { return Close(ctx, tx, w.entity, month(m), by) })
}

func (w *world) reopen(m, reason string, by access.Actor) error {
	return w.db.Tx(ctx, func(tx pgx.Tx) error { return ledger.ReopenMonth(ctx, tx, w.entity, month(m), by, reason) })
}

var year2026 = period.NewSpan(day("2026-01-01"), day("2027-01-01"))

func TestAMonthClosesOnceEverythingDueIsRecognizedAndBilled(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	refused := func(m, because string) {
		t.Helper()
		if err := w.close(m, w.anna); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), because) {
			t.Errorf("closing %s: %v, want a refusal that says %q", m, err, because)
		}
	}
	refused("2026-01", "101.92 EUR of 2026-01 is not recognized")
	w.run(t, "2026-02-01")
	refused("2026-01", "contract C-0 line seats: fixed for 2026-01-01..2026-12-31: due by the end of 2026-01 is 1200.00 EUR, billed is 0.00")
	w.bill(t, w.accounts[0], "2026-01-01", "RDE-1", "seats", contracts.FixedFee, year2026, eur("1200"))
	if err := w.close("2026-01", w.anna); err != nil {
		t.Fatalf("closing 2026-01 with everything in order: %v", err)
	}
	refused("2026-01", "closed already")
	refused("2026-03", "2026-02 is still open")
}

func TestUsageOfAMonthIsBilledInTheNextAndDoesNotHoldItsClose(t *testing.T) {
	w := newWorld(t, 1, perCall("calls", "0.01", "month"))
	w.use(t, 0, "2026-01-10", "1000")
	w.run(t, "2026-02-01")
	if err := w.close("2026-01", w.anna); err != nil {
		t.Fatalf("usage of January may be asked for in February, yet: %v", err)
	}
	w.run(t, "2026-03-01")
	err := w.close("2026-02", w.anna)
	if err == nil || !strings.Contains(err.Error(), "due by the end of 2026-02 is 10.00 EUR, billed is 0.00") {
		t.Errorf("closing February with January's usage not billed: %v", err)
	}
}

func TestALateFactReachesTheFirstOpenMonthAndHoldsTheNextClose(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.bill(t, w.accounts[0], "2026-01-01", "RDE-1", "seats", contracts.FixedFee, year2026, eur("1200"))
	w.run(t, "2026-02-01")
	if err := w.close("2026-01", w.anna); err != nil {
		t.Fatal(err)
	}
	w.use(t, 0, "2026-01-31", "700")
	w.run(t, "2026-03-01")
	rows, err := ContractRows(ctx, w.db, w.accounts[0], w.contract[w.accounts[0]].ID)
	if err != nil {
		t.Fatal(err)
	}
	late := rows[len(rows)-1]
	if late.Line != "calls" || late.Month != month("2026-01") || late.BookedIn != month("2026-02") || late.Amount != eur("7") {
		t.Errorf("late usage is %s of %s %s booked in %s, due is calls of 2026-01 7.00 in 2026-02", late.Line, late.Month, late.Amount, late.BookedIn)
	}
	view, err := ContractSchedule(ctx, w.db, w.entity, "EUR", w.contract[w.accounts[0]].ID)
	if err != nil {
		t.Fatal(err)
	}
	if cell := view.Lines[0].Cells[0]; view.Lines[0].Line != "calls" || cell.BookedIn != month("2026-02") || cell.Recognized != eur("7") {
		t.Errorf("the schedule shows line %s of January as %s booked in %s", view.Lines[0].Line, cell.Recognized, cell.BookedIn)
	}
}

func TestAMonthIsReopenedByAnotherPersonWithAReason(t *testing.T) {
	w := newWorld(t, 1, perCall("calls", "0.01", "month"))
	if err := w.close("2026-01", w.anna); err != nil {
		t.Fatal(err)
	}
	w.tx(t, func(tx pgx.Tx) error {
		return ledger.RequestReopen(ctx, tx, w.entity, month("2026-01"), w.anna, "wrong rate")
	})
	if err := w.reopen("2026-01", "wrong rate", w.anna); !errors.Is(err, fault.Denied) {
		t.Errorf("Anna reopens what she closed: %v", err)
	}
	if err := w.close("2026-02", w.seller); !errors.Is(err, fault.Denied) {
		t.Errorf("sales closes a month: %v", err)
	}
	if err := w.reopen("2026-01", "wrong rate", w.bert); err != nil {
		t.Errorf("Bert reopens with a reason: %v", err)
	}
	w.use(t, 0, "2026-01-10", "100")
	w.run(t, "2026-02-01")
	rows, err := ContractRows(ctx, w.db, w.accounts[0], w.contract[w.accounts[0]].ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].BookedIn != month("2026-01") {
		t.Errorf("usage of a month that was opened again is booked as %+v", rows)
	}
}

func TestAMonthMayBeClosedAfterUsageOfLaterMonthsIsBilled(t *testing.T) {
	w := newWorld(t, 1, perCall("calls", "0.01", "month"))
	w.use(t, 0, "2026-01-10", "1000")
	w.use(t, 0, "2026-02-10", "500")
	w.run(t, "2026-03-01")
	january, february := period.NewSpan(day("2026-01-01"), day("2026-02-01")), period.NewSpan(day("2026-02-01"), day("2026-03-01"))
	w.bill(t, w.accounts[0], "2026-02-01", "RDE-1", "calls", contracts.Metered, january, eur("10"))
	w.bill(t, w.accounts[0], "2026-03-01", "RDE-2", "calls", contracts.Metered, february, eur("5"))
	for _, m := range []string{"2026-01", "2026-02"} {
		if err := w.close(m, w.anna); err != nil {
			t.Errorf("closing %s in March: %v", m, err)
		}
	}
}

func TestAMonthMayBeClosedAfterUsageThatRunsOnIntoTheNextIsBilled(t *testing.T) {
	overage := func(span string, billed string) []Exception {
		days := period.NewSpan(day("2026-01-15"), day(span))
		stood := []ledger.Stood{{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "calls"}, Kind: string(contracts.OverCap), Span: days}, Amount: eur(billed), Times: 1}}
		return unbilled(agreement(document(perCall("calls", "0.10", "month"))), nil, stood, month("2026-01"))
	}
	if found := overage("2026-02-15", "30"); len(found) > 0 {
		t.Errorf("overage that came about in February holds January's close: %v", found)
	}
	if found := overage("2026-02-01", "30"); len(found) != 1 {
		t.Errorf("overage of January that is billed and not owed is no exception of it: %v", found)
	}
}
