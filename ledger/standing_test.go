package ledger

import (
	"ratable/internal/money"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/customers"
)

func TestBookingInMemoryEqualsLoadingWhatWasAppended(t *testing.T) {
	b := openBook(t)
	var accounts atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		account := customers.AccountID(accounts.Add(1))
		entries := anyEntries(t, account, b.rus, "USD")
		want := NewStanding()
		for _, e := range entries {
			want.Book(e)
		}
		if err := b.try(entries...); err != nil {
			t.Fatalf("append what was drawn: %v", err)
		}
		loaded, err := LoadStandings(ctx, b.db, []customers.AccountID{account})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, loaded[account]); diff != "" {
			t.Fatalf("what stands booked differs (-in memory +loaded):\n%s", diff)
		}
	})
}

func TestAnAccountWithNothingBookedStandsAtTheFirstPlace(t *testing.T) {
	b := openBook(t)
	b.append(t, b.revenue(1, 1, "2026-01-31", usd("5.00")))
	loaded, err := LoadStandings(ctx, b.db, []customers.AccountID{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(NewStanding(), loaded[2]); diff != "" {
		t.Errorf("an account without entries (-want +got):\n%s", diff)
	}
	if loaded[1].Next != 2 {
		t.Errorf("the next place after entry 1 is %d", loaded[1].Next)
	}
}

func TestWhatStandsOfAContractNamesTheLineThatAskedAndForgetsAVoid(t *testing.T) {
	s := NewStanding()
	b := book{rus: 1}
	first := b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00"))
	s.Book(first)
	credit := b.invoice(1, 2, "RUS-CN-1", "2026-01-01", usd("-30.00"), usd("-2.10"))
	credit.Billed[0].Event = Credited
	s.Book(credit)
	if got := s.Of(7); len(got) != 1 || got[0].Amount != usd("70.00") || got[0].Document != "RUS-1" || got[0].DocumentLine != 1 {
		t.Fatalf("after a credit of 30.00 there stands %+v", got)
	}
	void := b.invoice(1, 3, "RUS-1", "2026-01-01", usd("-100.00"), usd("-7.00"))
	void.Billed[0].Event = Void
	other := NewStanding()
	other.Book(first)
	other.Book(void)
	if got := other.Of(7)[0]; got.Times != 0 || !got.Amount.IsZero() {
		t.Errorf("after a void there stands %s, billed %d times", got.Amount, got.Times)
	}
	if len(s.Of(8)) != 0 {
		t.Error("another contract has something standing")
	}
}

// An assessment's revenue follows a row of the schedule, with its other side: neither is what the line has earned of what is
// stated. A refund that is paid out of the liability follows none, and changes nothing either.
func TestWhatIsJudgedMovesNoLine(t *testing.T) {
	s := NewStanding()
	key := LineKey{Contract: 1, Line: "seats"}
	at := func(p Posting, row int64) Posting {
		p.Contract, p.Line, p.Schedule = 1, "seats", row
		return p
	}
	hundred := money.Of(10_000, "EUR")
	for i, postings := range [][]Posting{
		{at(Debit(UnbilledReceivable, hundred), 0), at(Credit(Revenue, hundred), 1)},
		{at(Debit(ContractAsset, hundred), 2), at(Credit(Revenue, hundred), 2)},
		{at(Debit(Revenue, hundred), 3), at(Credit(RefundLiability, hundred), 3)},
		{at(Debit(RefundLiability, hundred), 0), Credit(Cash, hundred)},
	} {
		s.Book(Entry{Account: 1, Seq: int64(i + 1), Currency: "EUR", Postings: postings})
		if p := s.Lines[key]; p.Earned != hundred || p.Unbilled != hundred || !p.Deferred.IsZero() {
			t.Errorf("after entry %d the line has earned %s, %s of it unbilled and %s deferred; only the first entry is about it", i+1, p.Earned, p.Unbilled, p.Deferred)
		}
	}
}
