package ledger

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestAnEntryComesBackAsItWasBooked(t *testing.T) {
	b := openBook(t)
	want := []Entry{b.invoice(3, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")), b.revenue(3, 2, "2026-01-31", usd("40.00"))}
	b.append(t, want...)
	for _, e := range want {
		got, err := Get(ctx, b.db, 3, e.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b.converted(e)[0], got.Entry); diff != "" {
			t.Errorf("entry %d changed on its way through the database (-booked +read):\n%s", e.Seq, diff)
		}
		if got.KnownOrder == 0 || got.RecordedAt.IsZero() {
			t.Errorf("entry %d does not say when it became known", e.Seq)
		}
	}
	if _, err := Get(ctx, b.db, 3, 9); !errors.Is(err, fault.NotFound) {
		t.Errorf("an entry that is not there: %v", err)
	}
}

func TestAnEntryThatCannotBeBookedIsRefusedBeforeTheDatabase(t *testing.T) {
	b := book{rus: 1}
	good := b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00"))
	if err := good.Check(); err != nil {
		t.Fatalf("a good entry is refused: %v", err)
	}
	for _, c := range []struct {
		want  string
		spoil func(e *Entry)
	}{
		{"entry invoice:RUS-1 does not balance: debits less credits are 0.01 USD", func(e *Entry) { e.Postings[0].Amount = usd("107.01") }},
		{"entry 1 of account 1 lacks a source, place or day", func(e *Entry) { e.Source = "" }},
		{"entry 0 of account 1 lacks", func(e *Entry) { e.Seq = 0 }},
		{"lacks a source, place or day", func(e *Entry) { e.BookedOn = period.Date{} }},
		{"is in USD and posts EUR 107.00", func(e *Entry) { e.Postings[0].Amount = amount("107.00", "EUR") }},
		{"is in USD and bills EUR 100.00", func(e *Entry) { e.Billed[0].Amount = amount("100.00", "EUR") }},
		{"posts nothing to AccountsReceivable", func(e *Entry) { e.Postings[0].Amount = money.Zero("USD") }},
		{"posts to contract 7 without saying the line", func(e *Entry) { e.Postings[2].Line = "" }},
		{"books nothing", func(e *Entry) { e.Postings, e.Billed = nil, nil }},
	} {
		e := b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00"))
		c.spoil(&e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("refused with %v, should say %q", err, c.want)
		}
	}
}

func TestASourceOrAPlaceIsBookedOnce(t *testing.T) {
	b := openBook(t)
	first := b.revenue(1, 1, "2026-01-31", usd("5.00"))
	b.append(t, first)
	sameSource, samePlace := first, b.revenue(1, 1, "2026-02-28", usd("5.00"))
	sameSource.Seq = 2
	for _, c := range []struct {
		what, constraint string
		entry            Entry
	}{{"source", "entries_book_a_source_once", sameSource}, {"place", "entries_pkey", samePlace}} {
		err := b.try(c.entry)
		if !errors.Is(err, fault.Conflict) || postgres.Constraint(err) != c.constraint {
			t.Errorf("the same %s twice: %v, should be a conflict by %s", c.what, err, c.constraint)
		}
	}
	other := first
	other.Account = 2
	b.append(t, other) // each account has its own book
}

func TestOneBadEntryKeepsItsWholeBatchOut(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	if err := b.try(b.revenue(2, 1, "2026-01-31", usd("5.00")), b.revenue(1, 1, "2026-01-31", usd("5.00"))); err == nil {
		t.Fatal("an entry was booked twice")
	}
	if _, err := Get(ctx, b.db, 2, 1); !errors.Is(err, fault.NotFound) {
		t.Errorf("the other entry of the batch: %v, should not be there", err)
	}
}

// What Append refuses, the database refuses too, whoever writes: here its owner.
func TestTheDatabaseHoldsTheInvariantsByItself(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	entry := `insert into ledger.entries (account_id, seq, entity_id, source, booked_on, currency, memo) values (1, 2, 1, 'by hand', '2026-02-01', 'USD', '')`
	posting := `insert into ledger.postings (account_id, entry_seq, n, ledger_account, amount, currency, entity_id, booked_on, functional) values `
	for _, c := range []struct {
		what, constraint string
		sql              []string
	}{
		{"one side only", "postings_balance", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 500)`}},
		{"a cent short", "postings_balance", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 500), (1, 2, 2, 4000, -499, 'USD', 1, '2026-02-01', -499)`}},
		{"balanced over two currencies", "postings_agree", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 500), (1, 2, 2, 4000, -500, 'EUR', 1, '2026-02-01', -500)`}},
		{"balanced over two entries", "postings_balance", []string{entry, posting + `(1, 1, 3, 1010, 500, 'USD', 1, '2026-01-31', 500), (1, 2, 1, 4000, -500, 'USD', 1, '2026-02-01', -500)`}},
		{"added to a booked entry", "postings_come_together", []string{posting + `(1, 1, 3, 1010, 500, 'USD', 1, '2026-01-31', 500), (1, 1, 4, 4000, -500, 'USD', 1, '2026-01-31', -500)`}},
		{"a cent short in the currency of its entity", "postings_balance_functional", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 550), (1, 2, 2, 4000, -500, 'USD', 1, '2026-02-01', -549)`}},
		{"nothing in either currency", "postings_amount_check", []string{entry, posting + `(1, 2, 1, 1010, 0, 'USD', 1, '2026-02-01', 0), (1, 2, 2, 4000, 0, 'USD', 1, '2026-02-01', 0)`}},
		{"another day than its entry", "postings_agree", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-02', 500), (1, 2, 2, 4000, -500, 'USD', 1, '2026-02-02', -500)`}},
		{"another entity than its entry", "postings_agree", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 2, '2026-02-01', 500), (1, 2, 2, 4000, -500, 'USD', 2, '2026-02-01', -500)`}},
		{"of an entry that is not there", "postings_account_id_entry_seq_fkey", []string{posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 500), (1, 2, 2, 4000, -500, 'USD', 1, '2026-02-01', -500)`}},
		{"one entry of two that is not there", "postings_account_id_entry_seq_fkey", []string{entry, posting + `(1, 2, 1, 1010, 500, 'USD', 1, '2026-02-01', 500), (1, 2, 2, 4000, -500, 'USD', 1, '2026-02-01', -500), (2, 1, 1, 1010, 500, 'USD', 1, '2026-02-01', 500), (2, 1, 2, 4000, -500, 'USD', 1, '2026-02-01', -500)`}},
		{"billed by an entry that is not there", "billed_account_id_entry_seq_fkey", []string{`
			insert into ledger.billed (account_id, entry_seq, n, event, contract_id, line, kind, starts_on, ends_on, amount, currency, document, document_line, booked_on)
			values (1, 2, 1, 'issue', 1, 'seats', 'fixed', '2026-01-01', '2026-02-01', 500, 'USD', 'X-1', 1, '2026-01-01')`}},
		{"an account outside the chart", "postings_ledger_account_fkey", []string{entry, posting + `(1, 2, 1, 9999, 500, 'USD', 1, '2026-02-01', 500), (1, 2, 2, 4000, -500, 'USD', 1, '2026-02-01', -500)`}},
	} {
		for who, db := range map[string]*postgres.DB{"serving": b.db, "owner": pgtest.Admin(t, b.db)} {
			err := db.Tx(ctx, func(tx pgx.Tx) error {
				for _, sql := range c.sql {
					if _, err := tx.Exec(ctx, sql); err != nil {
						return err
					}
				}
				return nil
			})
			if !errors.Is(err, fault.Invalid) || postgres.Constraint(err) != c.constraint {
				t.Errorf("%s, as %s: %v, should be refused by %s", c.what, who, err, c.constraint)
			}
		}
	}
}

func TestWhatIsBookedIsNeverChanged(t *testing.T) {
	b := openBook(t)
	b.append(t, b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")))
	if err := b.db.Tx(ctx, func(tx pgx.Tx) error { return CloseMonth(ctx, tx, b.rus, month("2026-01"), anna) }); err != nil {
		t.Fatal(err)
	}
	for table, column := range map[string]string{
		"entries": "memo = ''", "postings": "amount = amount + 1", "billed": "amount = 0", "accounts": "name = ''", "month_events": "reason = ''",
	} {
		for _, sql := range []string{"update ledger." + table + " set " + column, "delete from ledger." + table, "truncate ledger." + table + " cascade"} {
			for who, db := range map[string]*postgres.DB{"serving": b.db, "owner": pgtest.Admin(t, b.db)} {
				_, err := db.Exec(ctx, sql)
				if err = postgres.Fault(err); !errors.Is(err, fault.Denied) {
					t.Errorf("%s, as %s: %v, should be denied", sql, who, err)
				}
			}
		}
	}
}
