package ledger

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func (b book) close(m string, by access.Actor) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return CloseMonth(ctx, tx, b.rus, month(m), by) })
}

func (b book) reopen(m string, by access.Actor, reason string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return ReopenMonth(ctx, tx, b.rus, month(m), by, reason) })
}

func (b book) refuse(m string, by access.Actor, reason string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return RefuseReopen(ctx, tx, b.rus, month(m), by, reason) })
}

func (b book) ask(m string, by access.Actor, reason string) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return RequestReopen(ctx, tx, b.rus, month(m), by, reason) })
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustFail(t *testing.T, err, kind error, says string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, should be refused as %v and say %q", err, kind, says)
	}
}

func TestNothingIsBookedInAClosedMonthOrBeforeIt(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustDo(t, b.close("2026-01", anna))
	for _, on := range []string{"2026-01-01", "2026-01-31", "2025-12-31", "2024-02-29"} {
		err := b.try(b.revenue(1, 2, on, usd("5.00")))
		mustFail(t, err, fault.Closed, "month "+on[:7]+" of entity")
	}
	b.append(t, b.revenue(1, 2, "2026-02-01", usd("5.00")))
	other := b.revenue(2, 1, "2026-01-31", usd("5.00"))
	other.Entity = b.rde
	b.append(t, other) // closed for one entity only
}

func TestTheDatabaseRefusesAClosedMonthWhoeverWrites(t *testing.T) {
	b := openBook(t)
	bare := Entry{Account: 1, Seq: 1, Entity: b.rus, Source: "bare", BookedOn: day("2026-01-31"), Currency: "USD",
		Billed: b.invoice(1, 1, "RUS-1", "2026-01-31", usd("0.00"), usd("0.00")).Billed}
	b.append(t, bare)
	mustDo(t, b.close("2026-01", anna))
	for who, db := range map[string]*postgres.DB{"serving": b.db, "owner": pgtest.Admin(t, b.db)} {
		for _, sql := range []string{
			`insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo) values (1, 2, @entity, 'by hand', '2026-01-05', 'USD', '')`,
			`insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, currency, entity_id, booked_on, functional)
			 values (1, 1, 1, 1010, 500, 'USD', @entity, '2026-01-31', 500), (1, 1, 2, 4000, -500, 'USD', @entity, '2026-01-31', -500)`,
		} {
			_, err := db.Exec(ctx, sql, pgx.NamedArgs{"entity": b.rus})
			if err = postgres.Fault(err); !errors.Is(err, fault.Closed) {
				t.Errorf("as %s: %v, should be refused as closed:\n%s", who, err, sql)
			}
		}
	}
}

func TestMonthsCloseInOrderAndReopenInReverseByAnotherPerson(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	mustFail(t, b.close("2026-02", anna), fault.Conflict, "close month 2026-02 of rus: 2026-01 is still open: months close in order")
	mustDo(t, b.close("2026-01", anna))
	mustFail(t, b.close("2026-01", anna), fault.Conflict, "it is closed already")
	mustFail(t, b.close("2026-03", anna), fault.Conflict, "2026-02 is still open")
	mustDo(t, b.close("2026-02", anna))

	mustFail(t, b.ask("2026-03", bert, "late invoice"), fault.Conflict, "it is open")
	mustFail(t, b.ask("2026-01", bert, "late invoice"), fault.Conflict, "2026-02 is closed too: months reopen in reverse order")
	mustFail(t, b.ask("2026-02", bert, " "), fault.Invalid, "reason")
	mustFail(t, b.ask("2026-02", access.System("job"), "late invoice"), fault.Denied, "by people")
	mustFail(t, b.ask("2026-02", sam, "x"), fault.Denied, "accountant")
	mustFail(t, b.reopen("2026-02", bert, ""), fault.Conflict, "nobody asked to open it again")
	mustDo(t, b.ask("2026-02", anna, "late invoice"))
	mustFail(t, b.ask("2026-02", bert, "late invoice"), fault.Conflict, "it waits for an answer already")
	mustFail(t, b.reopen("2026-02", anna, ""), fault.Denied, "Anna asked for it: another person must open it again")
	mustFail(t, b.reopen("2026-02", sam, ""), fault.Denied, "accountant or finance")
	mustDo(t, b.reopen("2026-02", bert, "ok"))
	b.append(t, b.revenue(1, 2, "2026-02-15", usd("5.00")))
	mustDo(t, b.close("2026-02", bert))
	mustDo(t, b.ask("2026-02", anna, "again"))
	mustFail(t, b.reopen("2026-02", bert, "again"), fault.Denied, "Bert closed it: another person must open it again")
	mustDo(t, b.refuse("2026-02", bert, "not now"))
	mustDo(t, b.ask("2026-02", bert, "again"))
	mustDo(t, b.reopen("2026-02", fred, "again"))
	mustDo(t, b.ask("2026-01", bert, "once more"))
	mustDo(t, b.reopen("2026-01", fred, "once more"))
	b.append(t, b.revenue(1, 3, "2026-01-15", usd("5.00")))

	var got []string
	events, err := MonthEvents(ctx, b.db, b.rus)
	mustDo(t, err)
	for _, e := range events {
		got = append(got, e.Month.String()+" "+string(e.Event)+" "+e.Reason)
	}
	want := "2026-01 reopened once more, 2026-01 reopen_requested once more, 2026-02 reopened again, 2026-02 reopen_requested again, " +
		"2026-02 reopen_refused not now, 2026-02 reopen_requested again, 2026-02 closed , 2026-02 reopened ok, 2026-02 reopen_requested late invoice, " +
		"2026-02 closed , 2026-01 closed "
	if strings.Join(got, ", ") != want {
		t.Errorf("the history is\n%s, should be\n%s", strings.Join(got, ", "), want)
	}
	var audited int
	mustDo(t, b.db.QueryRow(ctx, `select count(*) from access.audit where subject_kind = 'month'`).Scan(&audited))
	if audited != len(events) {
		t.Errorf("%d closings and reopenings, %d in the audit trail", len(events), audited)
	}
}

func TestAMonthOfAnEntityThatIsNotOursIsNotFound(t *testing.T) {
	b := openBook(t)
	b.rus = 99
	mustFail(t, b.close("2026-01", anna), fault.NotFound, "there is no legal entity 99")
}

func TestTheFirstOpenMonthIsWhereALateFactIsBooked(t *testing.T) {
	b := openBook(t)
	mustDo(t, b.close("2026-02", anna)) // the first close may be any month without an open one that is booked in
	loaded, err := LoadMonths(ctx, b.db)
	mustDo(t, err)
	memory := NewMonths()
	memory.Close(b.rus, month("2026-02"))
	memory.Close(b.rus, month("2026-01")) // closed by the above, and not opened by this
	for _, c := range []struct {
		entity      entities.ID
		month, want string
		state       MonthState
	}{
		{b.rus, "2025-01", "2026-03", MonthClosed}, {b.rus, "2026-02", "2026-03", MonthClosed},
		{b.rus, "2026-03", "2026-03", MonthOpen}, {b.rus, "2026-09", "2026-09", MonthOpen}, {b.rde, "2026-01", "2026-01", MonthOpen},
	} {
		asked, err := FirstOpen(ctx, b.db, c.entity, month(c.month))
		mustDo(t, err)
		for how, got := range map[string]period.Month{"asked": asked, "loaded": loaded.FirstOpen(c.entity, month(c.month)), "in memory": memory.FirstOpen(c.entity, month(c.month))} {
			if got.String() != c.want {
				t.Errorf("%s: a fact of %s is booked in %s, should be %s", how, c.month, got, c.want)
			}
		}
		if got := loaded.State(c.entity, month(c.month)); got != c.state {
			t.Errorf("%s is %s, should be %s", c.month, got, c.state)
		}
	}
	if got := loaded.ClosedThrough(b.rus); got != month("2026-02") {
		t.Errorf("the books are closed through %s", got)
	}
}

// Without the lock both would succeed: each looks before the other has committed.
func TestABookingUnderWayIsFinishedBeforeItsMonthCloses(t *testing.T) {
	b := openBook(t)
	tx, err := b.db.Pool().Begin(ctx)
	mustDo(t, err)
	defer tx.Rollback(ctx)
	mustDo(t, Append(ctx, tx, []Entry{b.revenue(1, 1, "2026-01-31", usd("5.00"))}))

	closed := make(chan error, 1)
	go func() { closed <- b.close("2026-01", anna) }()
	if !b.waitsForALock(t, closed) {
		t.Fatal("the month closed while an entry of it was being booked")
	}
	mustDo(t, tx.Commit(ctx))
	mustDo(t, <-closed)
	mustFail(t, b.try(b.revenue(1, 2, "2026-01-31", usd("5.00"))), fault.Closed, "2026-01")
}

func TestABookingThatFindsItsMonthBeingClosedWaitsAndIsRefused(t *testing.T) {
	b := openBook(t)
	tx, err := b.db.Pool().Begin(ctx)
	mustDo(t, err)
	defer tx.Rollback(ctx)
	mustDo(t, CloseMonth(ctx, tx, b.rus, month("2026-01"), anna))

	booked := make(chan error, 1)
	go func() { booked <- b.try(b.revenue(1, 1, "2026-01-31", usd("5.00"))) }()
	if !b.waitsForALock(t, booked) {
		t.Fatal("an entry was booked while its month was being closed")
	}
	mustDo(t, tx.Commit(ctx))
	mustFail(t, <-booked, fault.Closed, "2026-01")
}

// waitsForALock looks until somebody waits for a lock of this database (true) or
// the other one is done (false).
func (b book) waitsForALock(t *testing.T, done chan error) bool {
	t.Helper()
	patience, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	for {
		var waiting bool
		mustDo(t, b.db.QueryRow(patience, `
			select exists (select from pg_locks l join pg_database d on d.oid = l.database
			               where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)`).Scan(&waiting))
		if waiting {
			return true
		}
		select {
		case err := <-done:
			t.Logf("it did not wait: %v", err)
			return false
		default:
		}
	}
}
