package revrec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// known are the reports as known at a place in the known order.
type known struct {
	Waterfall WaterfallTable
	Schedule  ScheduleTable
	Deferred  []LineBalance
	Trial     ledger.Trial
}

func (w *world) known(t *testing.T, place int64) (k known) {
	t.Helper()
	f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-02"), Known: place}
	one := f
	one.Contract = w.contract[w.accounts[0]].ID
	var errs [4]error
	k.Waterfall, errs[0] = Waterfall(ctx, w.db, f, month("2026-01"), 12)
	k.Schedule, errs[1] = ScheduleKnown(ctx, w.db, one)
	k.Deferred, errs[2] = Deferred(ctx, w.db, f)
	k.Trial, errs[3] = ledger.TrialBalance(ctx, w.db, ledger.Filter{Entity: w.entity, From: day("2026-01-01"), Through: day("2026-02-28"), Known: place})
	k.Trial.Filter = ledger.Filter{}
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return k
}

var exactly = []cmp.Option{cmp.Comparer(func(a, b money.Amount) bool { return a == b }), cmp.Comparer(func(a, b period.Month) bool { return a == b }),
	cmp.Comparer(func(a, b period.Span) bool { return a == b }), cmp.Comparer(func(a, b period.Date) bool { return a == b }), cmpopts.EquateEmpty()}

func TestReportsAsKnownAtAWatermarkAreWhatTheyWereWhateverBecomesKnownLater(t *testing.T) {
	w := newWorld(t, 2, lines()...)
	place := func() (at int64) {
		if err := w.db.QueryRow(ctx, `select house_final_order()`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	type moment struct {
		at  int64
		saw known
	}
	var moments []moment
	remember := func() {
		at := place()
		moments = append(moments, moment{at, w.known(t, 0)})
	}
	remember()
	w.bill(t, w.accounts[0], "2026-01-01", "RDE-1", "seats", contracts.FixedFee, year2026, eur("1200"))
	remember()
	w.use(t, 0, "2026-01-10", "1000")
	w.run(t, "2026-02-01")
	remember()
	w.use(t, 0, "2026-01-20", "500") // late
	w.use(t, 1, "2026-02-03", "700")
	w.run(t, "2026-03-01")
	remember()
	w.bill(t, w.accounts[1], "2026-02-15", "RDE-2", "seats", contracts.FixedFee, year2026, eur("1200"))
	w.run(t, "2026-03-01")
	remember()
	for i, m := range moments {
		for again := range 2 {
			if diff := cmp.Diff(m.saw, w.known(t, m.at), exactly...); diff != "" {
				t.Errorf("moment %d asked again (%d) differs (-then +again):\n%s", i, again, diff)
			}
		}
		if i > 0 && cmp.Equal(m.saw, moments[i-1].saw, exactly...) {
			t.Errorf("nothing became known between moments %d and %d: the test shows nothing", i-1, i)
		}
		// The report of the control room draws the same waterfall by a statement of its own.
		f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-02")}
		other, err := WaterfallKnown(ctx, w.db, f, Moment{AsOf: f.AsOf, Known: m.at}, month("2026-01"), 12)
		if diff := cmp.Diff(m.saw.Waterfall, other, exactly...); err != nil || diff != "" {
			t.Errorf("moment %d, drawn the other way (%v):\n%s", i, err, diff)
		}
	}
	// What became known between two moments is the difference of their trial balances.
	for i := 1; i < len(moments); i++ {
		was, is := moments[i-1], moments[i]
		became, err := ledger.BecameKnown(ctx, w.db, ledger.Filter{Entity: w.entity}, was.at, is.at)
		if err != nil {
			t.Fatal(err)
		}
		sums := map[ledger.Account]money.Amount{}
		for _, b := range became {
			sums[b.Account] = sums[b.Account].Add(b.Amount)
		}
		for _, r := range is.saw.Trial.Rows {
			if want := r.Closing.Sub(was.saw.Trial.Row(r.Account, "EUR").Closing); sums[r.Account].Cmp(want) != 0 {
				t.Errorf("between moments %d and %d %s moved by %s, became known %s", i-1, i, r.Account, want, sums[r.Account])
			}
		}
	}
}
