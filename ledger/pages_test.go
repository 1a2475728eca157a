package ledger

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
)

// smallBook has two accounts: one was invoiced and earned, the other earned.
func smallBook(t *testing.T) book {
	b := openBook(t)
	zeroed := Entry{Account: 1, Seq: 3, Entity: b.rus, Source: "invoice:RUS-2", BookedOn: day("2026-02-01"), Currency: "USD", Memo: "Invoice of 0.00",
		Billed: b.invoice(1, 3, "RUS-2", "2026-02-01", usd("0.00"), usd("0.00")).Billed}
	other := b.revenue(2, 1, "2026-01-31", usd("3.00"))
	for i := range other.Postings {
		other.Postings[i].Contract, other.Postings[i].Line = 8, "api"
	}
	b.append(t, b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")), b.revenue(1, 2, "2026-01-31", usd("40.00")), zeroed, other)
	return b
}

func TestEntriesAreFoundByAnythingTheyHold(t *testing.T) {
	b := smallBook(t)
	for _, c := range []struct {
		what   string
		filter EntryFilter
		want   []string
	}{
		{"everything, latest first", EntryFilter{}, []string{"1-3", "2-1", "1-2", "1-1"}},
		{"an account", EntryFilter{Account: 1}, []string{"1-3", "1-2", "1-1"}},
		{"an entity", EntryFilter{Entity: b.rde}, nil},
		{"a kind of source", EntryFilter{Source: "invoice"}, []string{"1-3", "1-1"}},
		{"a whole source", EntryFilter{Source: "invoice:RUS-1"}, []string{"1-1"}},
		{"half a word of a source", EntryFilter{Source: "inv"}, nil},
		{"a pattern is no pattern", EntryFilter{Source: "invoice%"}, nil},
		{"a month", EntryFilter{Month: month("2026-01")}, []string{"2-1", "1-2", "1-1"}},
		{"a contract", EntryFilter{Contract: 8}, []string{"2-1"}},
		{"a contract, also billed for 0.00", EntryFilter{Contract: 7, Account: 1}, []string{"1-3", "1-2", "1-1"}},
		{"a line", EntryFilter{Contract: 7, Line: "api"}, nil},
		{"a document", EntryFilter{Document: "RUS-1"}, []string{"1-1"}},
		{"a document of 0.00", EntryFilter{Document: "RUS-2"}, []string{"1-3"}},
		{"a ledger account", EntryFilter{Ledger: UnbilledReceivable}, []string{"2-1", "1-2"}},
		{"a ledger account of a line", EntryFilter{Ledger: Revenue, Contract: 7}, []string{"1-2"}},
		{"a line and a document of different postings", EntryFilter{Ledger: AccountsReceivable, Contract: 7}, nil},
	} {
		page, err := EntriesPage(ctx, b.db, c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range page {
			got = append(got, r.Number())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func TestThePagesOfEntriesShowEachOnceAndWhole(t *testing.T) {
	b := openBook(t)
	var entries []Entry
	for seq := range int64(23) {
		on := day("2026-01-01").AddDays(int(seq / 3)) // three on each day
		entries = append(entries, b.invoice(1, seq+1, fmt.Sprintf("RUS-%d", seq), on.String(), usd("10.00"), usd("1.00")))
	}
	b.append(t, entries...)
	entries = b.converted(entries...)
	slices.Reverse(entries)
	for _, f := range []EntryFilter{{Limit: 4}, {Limit: 4, Ledger: AccountsReceivable}} {
		var got []Entry
		for {
			page, err := EntriesPage(ctx, b.db, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.Entry)
			}
			f.After = page[len(page)-1].Cursor()
		}
		if diff := cmp.Diff(entries, got); diff != "" {
			t.Errorf("pages of %+v (-want +got):\n%s", f, diff)
		}
	}
	if total := entries[0].Total(); total != usd("11.00") {
		t.Errorf("an invoice of 10 and 1 tax moves %s", total)
	}
}

// Each number leads to the postings it is the sum of.
func TestBalancesDrillDownToPostingsThatAddUpToThem(t *testing.T) {
	b := openBook(t)
	var count atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		n := count.Add(1)
		entity, account := entities.ID(1000+n), customers.AccountID(n)
		entries := anyEntries(t, account, entity, "USD")
		if err := b.try(entries...); err != nil {
			t.Fatal(err)
		}
		f := Filter{Entity: entity, Through: anyDay(t)}
		trial, err := TrialBalance(ctx, b.db, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range trial.Rows {
			if sum := b.drill(t, PostingFilter{Filter: f, Ledger: row.Account, Limit: 2}); sum != row.Closing {
				t.Fatalf("%s closes at %s, its postings add up to %s", row.Account, row.Closing, sum)
			}
		}
		lines, err := LinesPage(ctx, b.db, LineFilter{Entity: entity, Account: account, Through: f.Through})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(positions(entries, f), lines, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("lines through %s (-booked +read):\n%s", f.Through, diff)
		}
		for _, line := range lines {
			deferred := b.drill(t, PostingFilter{Filter: f, Account: account, Ledger: DeferredRevenue, Contract: line.Contract, Line: line.Line})
			if deferred.Neg().Cmp(line.Deferred) != 0 {
				t.Fatalf("%+v has deferred %s, its postings add up to %s", line.LineKey, line.Deferred, deferred)
			}
		}
	})
}

// positions books the entries that a filter covers, in memory, as LinesPage shows
// them.
func positions(entries []Entry, f Filter) []LineBalance {
	s, zero := NewStanding(), money.Zero("USD")
	for _, e := range entries {
		if f.covers(e) && !f.ended(e.BookedOn) {
			s.Book(e)
		}
	}
	var out []LineBalance
	for key, p := range s.Lines {
		p = Position{p.Billed.Add(zero), p.Earned.Add(zero), p.Deferred.Add(zero), p.Unbilled.Add(zero)}
		out = append(out, LineBalance{entries[0].Account, key, "USD", p})
	}
	slices.SortFunc(out, func(a, b LineBalance) int {
		if a.Contract != b.Contract {
			return int(a.Contract - b.Contract)
		}
		return map[bool]int{true: -1, false: 1}[a.Line < b.Line]
	})
	return out
}

// drill adds up all pages of postings.
func (b book) drill(t *rapid.T, f PostingFilter) money.Amount {
	sum := money.Zero("USD")
	for {
		page, err := PostingsPage(ctx, b.db, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return sum
		}
		for _, p := range page {
			sum = sum.Add(p.Amount)
		}
		f.After = page[len(page)-1].Cursor()
	}
}

func TestAPostingSaysWhichEntryItIsOf(t *testing.T) {
	b := smallBook(t)
	page, err := PostingsPage(ctx, b.db, PostingFilter{Customer: 40, Document: "RUS-1", Ledger: DeferredRevenue})
	if err != nil {
		t.Fatal(err)
	}
	want := []Posted{{
		Posting: Posting{Account: DeferredRevenue, Amount: usd("-100.00"), Functional: usd("-100.00"), Customer: 40, Contract: 7, Line: "seats", Document: "RUS-1"},
		Book:    1, Seq: 1, N: 3, Entity: b.rus, Source: "invoice:RUS-1", BookedOn: day("2026-01-01"), Memo: "Invoice RUS-1 to Acme",
	}}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Errorf("postings of RUS-1 (-want +got):\n%s", diff)
	}
}

func TestThePagesOfLinesShowEachOnce(t *testing.T) {
	b := openBook(t)
	settled := b.revenue(1, 4, "2026-03-31", usd("1.00"))
	settled.Postings[0].Contract, settled.Postings[0].Line, settled.Postings[1].Line = 0, "", "paid" // earned and paid at once
	settled.Postings[0].Account = Cash
	entries := []Entry{b.revenue(1, 1, "2026-01-31", usd("1.00")), b.revenue(1, 2, "2026-01-31", usd("1.00")), b.revenue(1, 3, "2026-01-31", usd("1.00")), settled, b.revenue(2, 1, "2026-01-31", usd("1.00"))}
	for i := range entries[:3] {
		for j := range entries[i].Postings {
			entries[i].Postings[j].Contract, entries[i].Postings[j].Line = int64(7+i/2), fmt.Sprint("line ", i)
		}
	}
	b.append(t, entries...)
	for _, c := range []struct {
		filter LineFilter
		want   []string
	}{
		{LineFilter{Limit: 2}, []string{"1 7 line 0", "1 7 line 1", "1 7 paid", "1 8 line 2", "2 7 seats"}},
		{LineFilter{Limit: 2, Outstanding: true}, []string{"1 7 line 0", "1 7 line 1", "1 8 line 2", "2 7 seats"}},
		{LineFilter{Account: 1, Contract: 8}, []string{"1 8 line 2"}},
		{LineFilter{Currency: "EUR"}, nil},
		{LineFilter{Through: day("2026-01-30")}, nil},
	} {
		var got []string
		for f := c.filter; ; {
			page, err := LinesPage(ctx, b.db, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, l := range page {
				got = append(got, fmt.Sprint(l.Account, l.Contract, " ", l.Line))
			}
			f.After = page[len(page)-1].Cursor()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("lines of %+v (-want +got):\n%s", c.filter, diff)
		}
	}
}
