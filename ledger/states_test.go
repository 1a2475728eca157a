package ledger

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var (
	sam  = access.Actor{UserID: 3, Name: "Sam", Roles: []access.Role{access.Sales}}
	fred = access.Actor{UserID: 4, Name: "Fred", Roles: []access.Role{access.Finance}}
)

func (b book) soft(m string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return SoftCloseMonth(ctx, tx, b.rus, month(m), anna) })
}

func (b book) lift(m, reason string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return LiftSoftClose(ctx, tx, b.rus, month(m), anna, reason) })
}

func (b book) open(m string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return OpenMonth(ctx, tx, b.rus, month(m), anna) })
}

// adjustment is revenue booked as an accountant's adjustment.
func (b book) adjustment(seq int64, on string) Entry {
	e := b.revenue(1, seq, on, usd("5.00"))
	e.Source, e.Adjusting = fmt.Sprintf("journal:%d", seq), true
	return e
}

func TestEachStateTakesWhatItShould(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustDo(t, b.close("2026-01", anna))
	mustDo(t, b.soft("2026-02"))
	mustDo(t, b.open("2026-04"))
	seq := int64(1)
	for _, c := range []struct {
		on         string
		state      MonthState
		fact, adjs bool
		says       string
	}{
		{"2026-01-15", MonthClosed, false, false, "is closed"},
		{"2026-02-28", MonthSoftClosed, false, true, "is soft-closed: it takes adjustments only"},
		{"2026-03-01", MonthOpen, true, true, ""},
		{"2026-04-30", MonthOpen, true, true, ""},
		{"2026-05-01", MonthFuture, false, false, "is not open yet"},
	} {
		months, err := LoadMonths(ctx, b.db)
		mustDo(t, err)
		state := months.State(b.rus, day(c.on).MonthOf())
		if state != c.state || state.Takes(false) != c.fact || state.Takes(true) != c.adjs {
			t.Errorf("%s is %s and takes facts %t, adjustments %t; should be %s, %t, %t", c.on, state, state.Takes(false), state.Takes(true), c.state, c.fact, c.adjs)
		}
		for _, adjusting := range []bool{false, true} {
			e := b.revenue(1, seq+1, c.on, usd("5.00"))
			e.Adjusting = adjusting
			err := b.try(e)
			if want := state.Takes(e.Adjusting); want != (err == nil) {
				t.Errorf("%s, adjusting %t: %v; should be taken: %t", c.on, e.Adjusting, err, want)
			}
			if err != nil {
				mustFail(t, err, fault.Closed, c.says)
				continue
			}
			seq++
		}
	}
}

func TestOneFactAmongAdjustmentsKeepsThemAllOutOfASoftClosedMonth(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustDo(t, b.soft("2026-01"))
	mustFail(t, b.try(b.adjustment(2, "2026-01-30"), b.revenue(1, 3, "2026-01-31", usd("5.00"))), fault.Closed, "month 2026-01 of entity")
	b.append(t, b.adjustment(2, "2026-01-30"), b.revenue(1, 3, "2026-02-01", usd("5.00")))
	got, err := Get(ctx, b.db, 1, 2)
	mustDo(t, err)
	if !got.Adjusting {
		t.Error("the adjustment comes back as a fact")
	}
	// Its postings cannot be completed by hand for what is no adjustment.
	admin := pgtest.Admin(t, b.db)
	if _, err := admin.Exec(ctx, `alter table ledger.entries disable trigger entries_in_open_month`); err != nil {
		t.Fatal(err)
	}
	_, err = admin.Exec(ctx, `insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo) values (1, 4, $1, 'by hand', '2026-01-05', 'USD', '')`, b.rus)
	mustDo(t, err)
	_, err = admin.Exec(ctx, `insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, currency, entity_id, booked_on, functional)
		values (1, 4, 1, 1010, 500, 'USD', $1, '2026-01-05', 500), (1, 4, 2, 4000, -500, 'USD', $1, '2026-01-05', -500)`, b.rus)
	mustFail(t, postgres.Fault(err), fault.Closed, "is soft-closed")
}

func TestASoftCloseIsLiftedWithAReasonAndInReverse(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustFail(t, b.soft("2026-02"), fault.Conflict, "2026-01 is still open: months close in order")
	mustDo(t, b.soft("2026-01"))
	mustFail(t, b.soft("2026-01"), fault.Conflict, "soft-closed or closed already")
	mustDo(t, b.soft("2026-02"))
	mustFail(t, b.lift("2026-01", "late bill"), fault.Conflict, "not the latest soft-closed month")
	mustDo(t, b.close("2026-01", anna))
	mustFail(t, b.ask("2026-01", anna, "x"), fault.Conflict, "2026-02 is soft-closed: lift that first")
	mustFail(t, b.lift("2026-02", ""), fault.Invalid, "reason")
	mustDo(t, b.lift("2026-02", "late bill"))
	b.append(t, b.revenue(1, 2, "2026-02-01", usd("5.00")))
	mustFail(t, b.lift("2026-01", "x"), fault.Conflict, "not the latest soft-closed month")
}

func TestTheDatabaseKeepsMonthsInOrderByItself(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustDo(t, b.close("2026-01", anna))
	try := func(m, event string, user int64) error {
		_, err := pgtest.Admin(t, b.db).Exec(ctx, `insert into ledger.month_events (entity_id, month, seq, event, by_user)
			select $1, $2, coalesce(max(seq), 0) + 1, $3, $4 from ledger.month_events where entity_id = $1 and month = $2`, b.rus, month(m).First(), event, user)
		return postgres.Fault(err)
	}
	for _, c := range []struct{ m, event, says string }{
		{"2026-03", "closed", "months close in order"}, {"2026-01", "closed", "months close in order"}, {"2026-03", "soft_closed", "months close in order"},
		{"2026-01", "lifted", "not the latest soft-closed"}, {"2026-02", "reopen_requested", "reverse order"}, {"2026-01", "reopened", "nobody asked"},
		{"2026-01", "reopen_refused", "nobody asked"},
	} {
		mustFail(t, try(c.m, c.event, 9), fault.Invalid, c.says)
	}
	mustDo(t, try("2026-01", "reopen_requested", 2))
	for _, user := range []int64{0, 1, 2} { // the program, the closer, the asker
		mustFail(t, try("2026-01", "reopened", user), fault.Invalid, "another person")
	}
	mustDo(t, try("2026-01", "reopened", 4))
}

// The model of a month is what the histories below should leave.
func TestNoHistoryBooksInAClosedMonth(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-01", usd("5.00")))
	seq := int64(1)
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			months, err := LoadMonths(ctx, b.db)
			mustDo(t, err)
			m := month("2026-01").Add(rapid.IntRange(0, 5).Draw(r, "month"))
			state := months.State(b.rus, m)
			switch rapid.SampledFrom([]string{"book", "book", "adjust", "adjust", "soft", "lift", "close", "ask", "reopen", "refuse"}).Draw(r, "verb") {
			case "book", "adjust":
				e := b.revenue(1, seq+1, m.First().String(), usd("5.00"))
				e.Adjusting = rapid.Bool().Draw(r, "adjusting")
				err := b.try(e)
				if want := state.Takes(e.Adjusting); want != (err == nil) || err != nil && !errors.Is(err, fault.Closed) {
					r.Fatalf("%s is %s: adjusting %t gives %v", m, state, e.Adjusting, err)
				}
				if err == nil {
					seq++
				}
			case "soft":
				_ = b.soft(m.String())
			case "lift":
				_ = b.lift(m.String(), "x")
			case "close":
				_ = b.close(m.String(), anna)
			case "ask":
				_ = b.ask(m.String(), anna, "x")
			case "reopen":
				_ = b.reopen(m.String(), rapid.SampledFrom([]access.Actor{anna, bert, fred}).Draw(r, "who"), "x")
			case "refuse":
				_ = b.refuse(m.String(), fred, "x")
			}
			checkHistory(r, b)
		}
	})
}

// checkHistory replays what happened, independently of Months: no entry became known while its month was closed, and none
// but adjustments while it was soft-closed; and both functions of the database agree with Months.
func checkHistory(r *rapid.T, b book) {
	events, err := MonthEvents(ctx, b.db, b.rus)
	if err != nil {
		r.Fatal(err)
	}
	state := func(m period.Month, known int64) (is MonthState) {
		is = MonthOpen
		for i := len(events) - 1; i >= 0 && events[i].KnownOrder < known; i-- {
			switch e := events[i]; {
			case e.Event == MonthIsClosed && !m.After(e.Month):
				is = MonthClosed
			case e.Event == SoftClosed && !m.After(e.Month) && is != MonthClosed:
				is = MonthSoftClosed
			case (e.Event == Reopened || e.Event == Lifted) && m == e.Month:
				is = MonthOpen
			}
		}
		return is
	}
	page, err := EntriesPage(ctx, b.db, EntryFilter{Entity: b.rus, Limit: 500})
	if err != nil {
		r.Fatal(err)
	}
	for _, e := range page {
		if is := state(e.BookedOn.MonthOf(), e.KnownOrder); !is.Takes(e.Adjusting) {
			r.Fatalf("entry %d (adjusting %t) became known while %s was %s", e.Seq, e.Adjusting, e.BookedOn.MonthOf(), is)
		}
	}
	months, err := LoadMonths(ctx, b.db)
	if err != nil {
		r.Fatal(err)
	}
	is, err := loadStanding(ctx, b.db, b.rus)
	if err != nil {
		r.Fatal(err)
	}
	if is.through != months.ClosedThrough(b.rus) || is.soft != months.SoftThrough(b.rus) {
		r.Fatalf("PostgreSQL says closed through %s and soft through %s, Months %s and %s", is.through, is.soft, months.ClosedThrough(b.rus), months.SoftThrough(b.rus))
	}
}
