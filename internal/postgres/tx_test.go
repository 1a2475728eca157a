package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// counters is a table with two rows to lock.
func counters(t *testing.T) *postgres.DB {
	t.Helper()
	db := pgtest.Admin(t, pgtest.New(t))
	for _, sql := range []string{
		`create table counters (name text primary key, n int not null)`,
		`insert into counters values ('a', 0), ('b', 0)`,
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func add(ctx context.Context, tx pgx.Tx, name string) error {
	_, err := tx.Exec(ctx, `update counters set n = n + 1 where name = $1`, name)
	return err
}

func TestTheVictimOfADeadlockIsRunAgain(t *testing.T) {
	db := counters(t)
	var both sync.WaitGroup // both hold their first row
	both.Add(2)
	var mu sync.Mutex
	runs := 0
	cross := func(first, second string) error {
		met := false
		return db.Tx(t.Context(), func(tx pgx.Tx) error {
			mu.Lock()
			runs++
			mu.Unlock()
			if err := add(t.Context(), tx, first); err != nil {
				return err
			}
			if !met {
				met = true
				both.Done()
				both.Wait()
			}
			return add(t.Context(), tx, second)
		})
	}
	result := make(chan error)
	go func() { result <- cross("a", "b") }()
	go func() { result <- cross("b", "a") }()
	for range 2 {
		if err := <-result; err != nil {
			t.Errorf("a transaction failed: %v", err)
		}
	}
	if n := one[int](t, db, `select sum(n) from counters`); n != 4 {
		t.Errorf("four additions were committed as %d", n)
	}
	if runs < 3 {
		t.Errorf("the functions ran %d times: no deadlock was provoked", runs)
	}
}

func TestASerializationFailureIsRunAgainAndSeesTheNewState(t *testing.T) {
	db := counters(t)
	runs := 0
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		runs++
		// A stricter level than Tx's own, to be refused for what happened since.
		if _, err := tx.Exec(t.Context(), `set transaction isolation level repeatable read`); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(t.Context(), `select n from counters where name = 'a'`).Scan(&n); err != nil {
			return err
		}
		if runs == 1 {
			if _, err := db.Exec(t.Context(), `update counters set n = 10 where name = 'a'`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `update counters set n = $1 where name = 'a'`, n+1)
		return err
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, error %v; want two runs and none", runs, err)
	}
	if n := one[int](t, db, `select n from counters where name = 'a'`); n != 11 {
		t.Errorf("the counter is %d, want 11: the second run must see the other's 10", n)
	}
}

func TestATransactionThatAlwaysLosesGivesUp(t *testing.T) {
	db := counters(t)
	runs := 0
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		runs++
		_, err := tx.Exec(t.Context(), `do $$ begin raise exception 'again' using errcode = 'serialization_failure'; end $$`)
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "40001" {
		t.Errorf("gave up with %v, want the serialization failure", err)
	}
	if runs < 2 || runs > 20 {
		t.Errorf("gave up after %d runs", runs)
	}
}

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	db := counters(t)
	stop := errors.New("stop")
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		if err := add(t.Context(), tx, "a"); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("the transaction's error is %v, want the function's own", err)
	}
	func() {
		defer func() { recover() }()
		db.Tx(t.Context(), func(tx pgx.Tx) error {
			if err := add(t.Context(), tx, "a"); err != nil {
				t.Error(err)
			}
			panic("what cannot happen")
		})
	}()
	if n := one[int](t, db, `select sum(n) from counters`); n != 0 {
		t.Errorf("%d additions of failed transactions are there", n)
	}
}

func TestASnapshotSeesOneInstantAndCannotWrite(t *testing.T) {
	db := counters(t)
	err := db.Snapshot(t.Context(), func(tx pgx.Tx) error {
		before := one[int](t, tx, `select sum(n) from counters`)
		if _, err := db.Exec(t.Context(), `update counters set n = n + 1`); err != nil {
			return err
		}
		if after := one[int](t, tx, `select sum(n) from counters`); after != before {
			t.Errorf("the snapshot saw %d, then %d", before, after)
		}
		return add(t.Context(), tx, "a")
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "25006" { // read_only_sql_transaction
		t.Errorf("a write in a snapshot: %v, want it refused", err)
	}
}

func TestRefusalsHaveTheirKindAndNameTheConstraint(t *testing.T) {
	db := pgtest.Admin(t, pgtest.New(t))
	for _, sql := range []string{
		`create table parents (id int primary key)`,
		`create table facts (id int primary key, parent int references parents, n int not null check (n > 0), short varchar(3),
			span daterange, exclude using gist (span with &&))`,
		`insert into facts values (1, null, 1, 'abc', '[2026-01-01,2026-02-01)')`,
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		sql, names string
		kind       error
	}{
		{`insert into facts values (1, null, 1)`, "facts_pkey", fault.Conflict},
		{`insert into facts values (2, null, 0)`, "facts_n_check", fault.Invalid},
		{`insert into facts values (2, null, null)`, `"n"`, fault.Invalid},
		{`insert into facts values (2, 7, 1)`, "facts_parent_fkey", fault.Invalid},
		{`insert into facts values (2, null, 1, null, '[2026-01-31,2026-03-01)')`, "facts_span_excl", fault.Invalid},
		{`insert into facts values (2, null, 1, 'abcd')`, "too long", fault.Invalid},
		{`insert into facts values (2, null, 99999999999)`, "out of range", fault.Invalid},
		{`select ` + "'\\x00'::text || convert_from('\\xff', 'UTF8')", "UTF8", fault.Invalid},
		{`select pg_read_file('/etc/passwd')`, "pg_read_file", fault.Denied},
		{`select nothing from nowhere`, "nowhere", nil},
	} {
		_, err := db.Exec(t.Context(), c.sql)
		if err == nil {
			t.Errorf("%s was not refused", c.sql)
			continue
		}
		got := postgres.Fault(err)
		if fault.Kind(got) != c.kind || !strings.Contains(got.Error(), c.names) {
			t.Errorf("%s:\n got kind %v: %v\nwant kind %v naming %s", c.sql, fault.Kind(got), got, c.kind, c.names)
		}
		var pg *pgconn.PgError
		if !errors.As(got, &pg) {
			t.Errorf("%s: the PostgreSQL error is lost", c.sql)
		}
	}
	var n int
	err := postgres.Fault(db.QueryRow(t.Context(), `select n from facts where id = 99`).Scan(&n))
	if !errors.Is(err, fault.NotFound) || !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("no row is %v, want not found", err)
	}
	given := fault.New(fault.Closed, "month 2026-03 is closed")
	if got := postgres.Fault(given); got != given {
		t.Errorf("a fault became %v", got)
	}
	if postgres.Fault(nil) != nil {
		t.Error("nil became an error")
	}
}
