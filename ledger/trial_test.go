package ledger

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

func TestTheTrialBalanceOfASmallBook(t *testing.T) {
	b := openBook(t)
	b.append(t,
		b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")),
		b.revenue(1, 2, "2026-01-31", usd("40.00")),
		b.revenue(1, 3, "2026-02-28", usd("60.00")),
		b.revenue(2, 1, "2026-02-28", amount("900", "JPY")))
	got, err := TrialBalance(ctx, b.db, Filter{Entity: b.rus, Currency: "USD", From: day("2026-02-01"), Through: day("2026-02-28")})
	if err != nil {
		t.Fatal(err)
	}
	zero := usd("0.00")
	want := []TrialRow{
		{AccountsReceivable, "USD", usd("107.00"), zero, zero, usd("107.00")},
		{UnbilledReceivable, "USD", usd("40.00"), usd("60.00"), zero, usd("100.00")},
		{DeferredRevenue, "USD", usd("-100.00"), zero, zero, usd("-100.00")},
		{TaxLiability, "USD", usd("-7.00"), zero, zero, usd("-7.00")},
		{Revenue, "USD", usd("-40.00"), zero, usd("60.00"), usd("-100.00")},
	}
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Errorf("February (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]TrialRow{{0, "USD", zero, usd("60.00"), usd("60.00"), zero}}, got.Totals()); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if row := got.Row(Cash, "USD"); !row.Closing.IsZero() || row.Account != Cash {
		t.Errorf("an account without postings: %+v", row)
	}
	all, err := TrialBalance(ctx, b.db, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if totals := all.Totals(); len(totals) != 2 || totals[0].Currency != "JPY" || totals[1].Currency != "USD" {
		t.Errorf("two currencies have the totals %+v", totals)
	}
}

func TestTheTrialBalanceOfTheDatabaseIsThatOfTheEntriesAndIsZero(t *testing.T) {
	b := openBook(t)
	var count atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		// An entity of its own for each try: the database is filled only once.
		n := count.Add(1)
		entity := entities.ID(1000 + n)
		entries := anyEntries(t, customers.AccountID(3*n), entity, "USD")
		entries = append(entries, anyEntries(t, customers.AccountID(3*n+1), entity, "JPY")...)
		entries = append(entries, anyEntries(t, customers.AccountID(3*n+2), entity+1_000_000, "USD")...)
		if err := b.try(entries...); err != nil {
			t.Fatal(err)
		}
		f := Filter{Entity: entity, From: anyDay(t), Through: anyDay(t), Currency: rapid.SampledFrom([]money.Currency{"", "USD"}).Draw(t, "currency")}
		want, err := Tally(Each(entries), f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := TrialBalance(ctx, b.db, f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("trial balance of %+v (-entries +database):\n%s", f, diff)
		}
		for _, r := range got.Totals() {
			if !r.Opening.IsZero() || !r.Closing.IsZero() || r.Debit != r.Credit {
				t.Fatalf("%s does not balance: %+v", r.Currency, r)
			}
		}
		for _, r := range got.Rows {
			if r.Opening.Add(r.Debit).Sub(r.Credit) != r.Closing {
				t.Fatalf("%s does not roll forward: %+v", r.Account, r)
			}
		}
	})
}

func anyDay(t *rapid.T) period.Date {
	return rapid.SampledFrom([]period.Date{{}, day("2025-12-01"), day("2025-12-31"), day("2026-02-28")}).Draw(t, "day")
}

func TestEntriesInMemoryAreHandedOverInOrderOfDay(t *testing.T) {
	b := book{rus: 1}
	late, early, other := b.revenue(1, 1, "2026-02-28", usd("1.00")), b.revenue(1, 2, "2026-01-31", usd("1.00")), b.revenue(2, 1, "2026-01-31", usd("1.00"))
	given := []Entry{late, early, other}
	if diff := cmp.Diff([]Entry{early, other, late}, collect(t, Each(given))); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if !slices.EqualFunc(given, []Entry{late, early, other}, func(a, b Entry) bool { return a.Source == b.Source }) {
		t.Error("the caller's list was changed")
	}
}

func TestWhatWasBilledIsAddedUpByPieceAndMonth(t *testing.T) {
	b := openBook(t)
	credit := b.invoice(1, 3, "RUS-CN-1", "2026-02-01", usd("-30.00"), usd("-2.10"))
	credit.Billed[0].Event, credit.Billed[0].Span = Credited, month("2026-01").Span()
	b.append(t, b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")), b.invoice(1, 2, "RUS-2", "2026-01-15", usd("5.00"), usd("0.35")), credit,
		b.invoice(2, 1, "RUS-3", "2026-01-01", amount("5.00", "EUR"), amount("0.35", "EUR")))
	january := Piece{LineKey{7, "seats"}, "fixed", month("2026-01").Span()}
	want := []BilledSum{{1, january, month("2026-01"), usd("105.00")}, {1, january, month("2026-02"), usd("-30.00")}}
	for through, n := range map[string]int{"2025-12": 0, "2026-01": 1, "2026-02": 2} {
		for _, contract := range []int64{0, 7} {
			got, err := BilledByMonth(ctx, b.db, b.rus, "USD", contract, month(through))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[:n], got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("billed through %s (-want +got):\n%s", through, diff)
			}
		}
	}
	if got, err := BilledByMonth(ctx, b.db, b.rus, "USD", 8, month("2026-02")); err != nil || len(got) > 0 {
		t.Errorf("another contract was billed %v, %v", got, err)
	}
}
