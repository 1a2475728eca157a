package closing

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

func TestAChangedAmountOfAClosedMonthIsNamed(t *testing.T) {
	b := open(t)
	for i, m := range []string{"2026-01", "2026-02", "2026-03"} {
		b.book(m+"-10", int64(1000+i))
		b.book(m+"-20", int64(2000+i))
		b.closed(m)
	}
	if v := b.verify(); v.Months != 3 || v.Entries != 6 || len(v.Broken)+len(v.Unsealed) > 0 {
		t.Fatalf("untouched books: %+v", v)
	}
	b.tamper("ledger.postings", `update ledger.postings set amount = amount + 1 where entry_seq = 4 and n = 1`)
	v := b.verify()
	if len(v.Broken) != 1 || v.Broken[0].String() != "rus 2026-02: entry 4 of account 7 (receipt:4) was changed" {
		t.Errorf("one cent more in February is told as %v", v.Broken)
	}
	if v.Months != 1 {
		t.Errorf("%d months hold before the first that differs, should be 1", v.Months)
	}
}

func TestEveryWayToChangeWhatWasClosedIsNamed(t *testing.T) {
	for _, c := range []struct{ table, sql, says string }{
		{"ledger.entries", `update ledger.entries set memo = 'other' where seq = 1`, "entry 1 of account 7 (receipt:1) was changed"},
		{"ledger.entries", `update ledger.entries set booked_on = '2026-02-02' where seq = 2`, "entry 2 of account 7 is gone"},
		{"ledger.postings", `delete from ledger.postings where entry_seq = 2 and n = 2`, "entry 2 of account 7 (receipt:2) was changed"},
		{"ledger.entries", `insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo) select 7, 99, entity_id, 'planted', '2026-01-31', 'USD', '' from ledger.entries where seq = 1`, "entry 99 of account 7 (planted) was not there"},
		{"closing.sealed_entries", `delete from closing.sealed_entries where seq = 1`, "entry 1 of account 7 (receipt:1) was not there"},
		{"entities.entities", `update entities.entities set city = 'Bonn' where code = 'rde'`, "facts of entities.entities were changed: 2 were known then, 2 stand now"},
		{"closing.sealed_inputs", `delete from closing.sealed_inputs where table_name = 'entities.fx_rates' and month = '2026-01-01'`, "the list of facts was changed"},
		{"closing.seals", `update closing.seals set hash = sha256('x') where month = '2026-01-01'`, "its hash was changed"},
		{"closing.seals", `update closing.seals set previous = sha256('x') where month = '2026-02-01'`, "2026-02: it was sealed upon another hash of the month before"},
	} {
		t.Run(c.table+" "+c.says, func(t *testing.T) {
			b := open(t)
			b.book("2026-01-10", 1000)
			b.book("2026-01-20", 2000)
			b.closed("2026-01")
			b.closed("2026-02")
			b.tamper(c.table, c.sql)
			if v := b.verify(); len(v.Broken) != 1 || !strings.Contains(v.Broken[0].String(), c.says) {
				t.Errorf("%s\nis told as %v, should say %q", c.sql, v.Broken, c.says)
			}
		})
	}
}

func TestAMonthSealedAnewBreaksTheChain(t *testing.T) {
	b := open(t)
	b.book("2026-01-10", 1000)
	b.closed("2026-01")
	b.closed("2026-02")
	seals, err := Seals(ctx, b.db, b.us.ID)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever owns the database changes an amount, and mends every number of that month.
	b.tamper("ledger.entries", `update ledger.entries set memo = 'other' where seq = 1`)
	stands, err := ledger.Digests(ctx, b.db, b.us.ID, month("2026-01"), seals[0].Columns)
	if err != nil {
		t.Fatal(err)
	}
	mended := seals[0]
	mended.LedgerHash = ledgerHash(stands)
	mended.Hash = mended.sum("rus")
	b.tamper("closing.sealed_entries", `update closing.sealed_entries set digest = $1 where month = '2026-01-01'`, stands[0].Sum)
	b.tamper("closing.seals", `update closing.seals set ledger_hash = $1, hash = $2 where month = '2026-01-01'`, mended.LedgerHash, mended.Hash)
	if v := b.verify(); len(v.Broken) != 1 || v.Broken[0].String() != "rus 2026-02: it was sealed upon another hash of the month before" {
		t.Errorf("a month sealed anew is told as %v", v.Broken)
	}
}

// The digest computed the other way round: rows read one by one, hashed in Go.
func TestTheDigestOfAnEntryIsWhatItsDescriptionSays(t *testing.T) {
	b := open(t)
	b.book("2026-01-10", 1234)
	columns, err := ledger.SealedColumns(ctx, b.db)
	if err != nil {
		t.Fatal(err)
	}
	var named map[string][]string
	if err := json.Unmarshal([]byte(columns), &named); err != nil {
		t.Fatal(err)
	}
	for table, must := range map[string][]string{"entries": {"memo", "known_order", "adjusting", "book"}, "postings": {"amount", "functional", "month", "schedule_id"}, "billed": {"amount", "due_on"}} {
		for _, column := range must {
			if !strings.Contains(strings.Join(named[table], " ")+" ", column+" ") {
				t.Errorf("the seal does not cover %s of %s: %v", column, table, named[table])
			}
		}
	}
	var lines []string
	for _, q := range []string{`select * from ledger.entries`, `select * from ledger.postings order by n`} {
		rows, err := b.db.Query(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToMap)
		if err != nil {
			t.Fatal(err)
		}
		table := strings.Fields(strings.TrimPrefix(q, "select * from ledger."))[0]
		for _, row := range found {
			var cells []string
			for _, c := range named[table] {
				value := row[c]
				if d, ok := value.(time.Time); ok {
					value = d.Format("2006-01-02")
				}
				cell, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				cells = append(cells, string(cell))
			}
			lines = append(lines, "["+strings.Join(cells, ", ")+"]")
		}
	}
	want := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	got, err := ledger.Digests(ctx, b.db, b.us.ID, month("2026-01"), columns)
	if err != nil || len(got) != 1 || !bytes.Equal(got[0].Sum, want[:]) {
		t.Errorf("PostgreSQL gives %x (%v), reading the rows gives %x of\n%s", got[0].Sum, err, want, strings.Join(lines, "\n"))
	}
}

func TestAReopenedMonthIsSealedAgainAndItsFirstSealIsKept(t *testing.T) {
	b := open(t)
	b.book("2026-01-10", 1000)
	first := b.closed("2026-01")
	b.do(func(tx pgx.Tx) error {
		return RequestReopen(ctx, tx, b.us, month("2026-01"), "a missing receipt", b.bert)
	})
	waiting, err := access.Pending(ctx, b.db, []access.Role{access.Finance})
	if err != nil {
		t.Fatal(err)
	}
	if asked, m, err := Waiting(waiting, b.us); err != nil || m != month("2026-01") || asked.RequestedBy.Name != "Bert" || asked.MayDecide(b.anna) == nil || asked.MayDecide(b.fred) != nil {
		t.Errorf("waiting: %+v %s %v", asked, m, err)
	}
	for who, by := range map[string]access.Actor{"who asked": b.bert, "who closed": b.anna} {
		err := b.db.Tx(ctx, func(tx pgx.Tx) error {
			return DecideReopen(ctx, tx, b.us, month("2026-01"), access.Approve, "", by)
		})
		if err == nil || !strings.Contains(err.Error(), "another person") {
			t.Errorf("%s opens it: %v", who, err)
		}
	}
	b.do(func(tx pgx.Tx) error {
		return DecideReopen(ctx, tx, b.us, month("2026-01"), access.Reject, "not now", b.fred)
	})
	b.do(func(tx pgx.Tx) error {
		return RequestReopen(ctx, tx, b.us, month("2026-01"), "a missing receipt", b.bert)
	})
	b.do(func(tx pgx.Tx) error {
		return DecideReopen(ctx, tx, b.us, month("2026-01"), access.Approve, "", b.fred)
	})
	b.book("2026-01-30", 500)
	second := b.closed("2026-01")
	if bytes.Equal(first.Hash, second.Hash) || second.Entries != 2 || first.Entries != 1 {
		t.Errorf("sealed with %d and %d entries as %s and %s", first.Entries, second.Entries, first.Text(), second.Text())
	}
	if v := b.verify(); v.Months != 1 || len(v.Broken) > 0 {
		t.Errorf("after the second closing: %+v", v)
	}
	seals, err := Seals(ctx, b.db, b.us.ID)
	if err != nil || len(seals) != 2 || !bytes.Equal(seals[0].Hash, first.Hash) {
		t.Errorf("%d seals are kept: %v", len(seals), err)
	}
}

func TestAMonthClosedWithoutASealIsToldSo(t *testing.T) {
	b := open(t)
	b.book("2026-01-10", 1000)
	b.do(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, b.us.ID, month("2026-01"), b.anna) })
	b.closed("2026-02")
	if v := b.verify(); fmt.Sprint(v.Unsealed) != "[rus 2026-01]" || v.Months != 1 || len(v.Broken) > 0 {
		t.Errorf("%+v", v)
	}
}

// A booking that took its place in the order of knowing before a close and comes after it takes its place again: what was
// known at the close stays what it was.
func TestABookingThatACloseOvertookTakesItsPlaceAfterIt(t *testing.T) {
	b := open(t)
	b.book("2026-01-10", 1000)
	placed, closing := make(chan bool), make(chan bool)
	var once sync.Once
	var failed error
	var wait sync.WaitGroup
	wait.Go(func() {
		failed = b.db.Tx(ctx, func(tx pgx.Tx) error {
			// The place is taken here, the months' lock below: as a large COPY does.
			var place int64
			if err := tx.QueryRow(ctx, `select nextval('known_order')`).Scan(&place); err != nil {
				return err
			}
			first := false
			once.Do(func() { first = true; close(placed); <-closing })
			if !first {
				place = 0
			}
			_, err := tx.Exec(ctx, `insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo, known_order)
				values (7, 2, $1, 'late', '2026-02-01', 'USD', '', coalesce(nullif($2::bigint, 0), nextval('known_order')))`, b.us.ID, place)
			return err
		})
	})
	<-placed
	s := b.closed("2026-01")
	close(closing)
	wait.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	var known int64
	if err := b.db.QueryRow(ctx, `select known_order from ledger.entries where seq = 2`).Scan(&known); err != nil || known <= s.Known {
		t.Errorf("the booking is known at %d, the close at %d (%v)", known, s.Known, err)
	}
}

// A watermark waits for whoever holds an earlier place.
func TestAFinalWatermarkWaitsForFactsUnderWay(t *testing.T) {
	b := open(t)
	began, end := make(chan bool), make(chan bool)
	var wait sync.WaitGroup
	wait.Go(func() {
		_ = b.db.Tx(ctx, func(tx pgx.Tx) error {
			err := b.append(tx, "2026-01-05", 100, "")
			close(began)
			<-end
			return err
		})
	})
	<-began
	got := make(chan int64)
	go func() {
		place, err := finalOrder(ctx, b.db)
		if err != nil {
			place = -1
		}
		got <- place
	}()
	waiting := func() (n int) {
		err := pgtest.Admin(t, b.db).QueryRow(ctx, `select count(*) from pg_locks where locktype = 'advisory' and not granted`).Scan(&n)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	for waiting() == 0 {
		select {
		case place := <-got:
			t.Fatalf("the watermark %d was given while a fact was under way", place)
		default:
		}
	}
	close(end)
	wait.Wait()
	place := <-got
	var known int64
	if err := b.db.QueryRow(ctx, `select max(known_order) from ledger.entries`).Scan(&known); err != nil || place <= known {
		t.Errorf("the watermark is %d, the fact that was under way is known at %d (%v)", place, known, err)
	}
}

func TestEveryTableOfFactsKeepsTheOrder(t *testing.T) {
	b := open(t)
	rows, err := b.db.Query(ctx, `
		select t::text from house_fact_tables() t
		where not exists (select from pg_trigger g where g.tgrelid = t and g.tgname = 'house_hold_place')`)
	if err != nil {
		t.Fatal(err)
	}
	loose, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(loose) > 0 {
		t.Errorf("facts of %v may appear below a final watermark: say house_append_only or house_keep_order after the table (%v)", loose, err)
	}
}
