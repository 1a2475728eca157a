package ledger

import (
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/money"
)

// Invoicing and recognition take turns in any order, each posting as it does: the
// invoice against the receivable, the recognition against revenue.
func TestDeferredAndUnbilledFollowFromBilledAndEarnedInAnyOrderOfTheEngines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewStanding()
		key := LineKey{7, "seats"}
		var billedMinor, earnedMinor int64
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			change := rapid.Int64Range(-10_000, 30_000).Filter(func(n int64) bool { return n != 0 }).Draw(t, "change")
			billing := rapid.Bool().Draw(t, "billing")
			if billing {
				billedMinor += change
			} else {
				earnedMinor += change
			}
			s.Book(turn(s, key, money.Of(change, "USD"), billing))

			p := s.Position(7, "seats")
			if p.Billed.Minor() != billedMinor || p.Earned.Minor() != earnedMinor {
				t.Fatalf("billed %s and earned %s, should be %d and %d cents", p.Billed, p.Earned, billedMinor, earnedMinor)
			}
			if d, u := p.Deferred.Minor(), p.Unbilled.Minor(); d-u != billedMinor-earnedMinor {
				t.Fatalf("deferred %d less unbilled %d is not billed %d less earned %d", d, u, billedMinor, earnedMinor)
			}
			if want := max(0, billedMinor-earnedMinor); p.Deferred.Minor() != want {
				t.Fatalf("billed %d and earned %d: deferred is %s, should be %d cents", billedMinor, earnedMinor, p.Deferred, want)
			}
			if want := max(0, earnedMinor-billedMinor); p.Unbilled.Minor() != want {
				t.Fatalf("billed %d and earned %d: unbilled is %s, should be %d cents", billedMinor, earnedMinor, p.Unbilled, want)
			}
		}
	})
}

// turn is the entry of one engine for one line.
func turn(s *Standing, key LineKey, change money.Amount, billing bool) Entry {
	billed, earned, other := change, money.Zero("USD"), Debit(AccountsReceivable, change)
	if !billing {
		billed, earned, other = earned, billed, Credit(Revenue, change)
	}
	deferred, unbilled := Settle(s.Lines[key], billed, earned)
	e := Entry{Account: 1, Seq: s.Next, Source: "turn", Currency: "USD", BookedOn: day("2026-01-31")}
	for _, p := range []Posting{other, Credit(DeferredRevenue, deferred), Debit(UnbilledReceivable, unbilled)} {
		if p.Account != AccountsReceivable {
			p.Contract, p.Line = key.Contract, key.Line
		}
		if !p.Amount.IsZero() {
			e.Postings = append(e.Postings, p)
		}
	}
	if billing {
		e.Billed = []Billed{{Event: Issue, Contract: key.Contract, Line: key.Line, Kind: "fixed", Amount: change}}
	}
	if err := e.Check(); err != nil {
		panic(err)
	}
	return e
}

func TestAPositionMovesAsItsEntryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Position
		s, key := NewStanding(), LineKey{7, "seats"}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			change := money.Of(rapid.Int64Range(1, 30_000).Draw(t, "change"), "USD")
			if rapid.Bool().Draw(t, "billing") {
				p = p.After(change, money.Zero("USD"))
				s.Book(turn(s, key, change, true))
			} else {
				p = p.After(money.Zero("USD"), change)
				s.Book(turn(s, key, change, false))
			}
			if got := s.Lines[key]; got.Deferred.Cmp(p.Deferred) != 0 || got.Unbilled.Cmp(p.Unbilled) != 0 {
				t.Fatalf("After says deferred %s, unbilled %s; booking says %s, %s", p.Deferred, p.Unbilled, got.Deferred, got.Unbilled)
			}
		}
	})
}

func TestBalancesThatDriftedComeRightWithTheNextEntry(t *testing.T) {
	// Billed 100, earned 40, but only 50.00 is booked as deferred and 3.00 as unbilled.
	p := Position{Billed: usd("100.00"), Earned: usd("40.00"), Deferred: usd("50.00"), Unbilled: usd("3.00")}.After(usd("10.00"), usd("20.00"))
	if want := (Position{usd("110.00"), usd("60.00"), usd("50.00"), usd("0.00")}); p != want {
		t.Errorf("after billing 10 and earning 20 the line stands at %+v, should be at %+v", p, want)
	}
}
