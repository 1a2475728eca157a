package reports

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

func eur(n int64) money.Amount { return money.Of(n, "EUR") }

func TestAReleaseTakesTheOpeningBalanceFirstAndNeverMore(t *testing.T) {
	for _, c := range []struct{ opening, released, want int64 }{
		{100, -30, -30}, {100, -130, -100}, {100, 20, 0}, {0, -50, 0}, {-40, -50, 0}, {100, -100, -100}, {100, 0, 0},
	} {
		if got := fromOpening(eur(c.opening), eur(c.released)); got.Minor() != c.want {
			t.Errorf("of an opening balance of %d a release of %d takes %d, want %d", c.opening, c.released, got.Minor(), c.want)
		}
	}
}

// A line is accrued and billed at random: what is left is its balance, in the newest months, and no month has more left
// than was accrued for it.
func TestWhatIsLeftOfAccrualsIsTheBalanceInTheNewestMonths(t *testing.T) {
	first := period.NewMonth(2026, time.January)
	rapid.Check(t, func(t *rapid.T) {
		var line []ledger.Accrual
		balance := int64(0)
		accrued := map[period.Month]int64{}
		for i := range rapid.IntRange(1, 12).Draw(t, "months") {
			n := rapid.Int64Range(-50, 1000).Draw(t, "accrued")
			line = append(line, ledger.Accrual{Month: first.Add(i), Amount: eur(n)})
			accrued[first.Add(i)], balance = n, balance+n
		}
		billed := rapid.Int64Range(0, max(balance, 0)).Draw(t, "billed")
		line = append(line, ledger.Accrual{Amount: eur(-billed)})
		balance -= billed
		left := int64(0)
		var oldestLeft period.Month
		for m, a := range leftOf(line) {
			left += a.Minor()
			if m.IsZero() {
				continue
			}
			if a.Abs().Cmp(eur(accrued[m]).Abs()) > 0 {
				t.Fatalf("%s has %s left of %d", m, a, accrued[m])
			}
			if oldestLeft.IsZero() || m.Before(oldestLeft) {
				oldestLeft = m
			}
		}
		if left != balance {
			t.Fatalf("left are %d of a balance of %d", left, balance)
		}
		for m, n := range accrued { // every newer month is left whole
			if balance > 0 && n > 0 && !oldestLeft.IsZero() && m.After(oldestLeft) {
				if got := leftOf(line)[m]; got.Minor() != n {
					t.Fatalf("%s is left with %s of %d although %s has something left", m, got, n, oldestLeft)
				}
			}
		}
	})
}

// Whatever moves there are, the roll-forward of a contract adds up, and what is recognized of the opening is never more than it.
func TestARollForwardLosesNoMove(t *testing.T) {
	causes := []string{"", "invoice", "credit_note", "void", "revenue", "remeasure", "journal", "opening"}
	rapid.Check(t, func(t *rapid.T) {
		var moves []ledger.Move
		sums := map[int64]int64{}
		for range rapid.IntRange(0, 30).Draw(t, "moves") {
			m := ledger.Move{Contract: rapid.Int64Range(0, 3).Draw(t, "contract"), Line: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "line"),
				Ledger: rapid.SampledFrom(liable).Draw(t, "account"), Cause: rapid.SampledFrom(causes).Draw(t, "cause"), Amount: eur(rapid.Int64Range(-500, 500).Draw(t, "amount"))}
			moves = append(moves, m)
			sums[m.Contract] -= m.Amount.Minor()
		}
		for _, r := range roll(moves, true) {
			sum := eur(0)
			for _, a := range r.steps {
				sum = sum.Add(a)
			}
			if sum.Minor() != sums[r.contract] {
				t.Fatalf("contract %d rolls to %s, its moves to %d", r.contract, sum, sums[r.contract])
			}
			if r.opening.Sign() > 0 {
				t.Fatalf("contract %d recognizes %s of its opening balance: a release is negative", r.contract, r.opening)
			}
		}
	})
}

func TestAFormulaNamesTheRowsItAddsUp(t *testing.T) {
	for _, c := range []struct {
		rows []int
		want string
	}{{[]int{0, 1, 2}, "SUM(C2:C4)"}, {[]int{1}, "SUM(C3)"}, {[]int{0, 2, 3, 7}, "SUM(C2,C4:C5,C9)"}, {nil, ""}} {
		if got := formula(c.rows, 2); got != c.want {
			t.Errorf("rows %v are added up by %q, want %q", c.rows, got, c.want)
		}
	}
}

func TestAScopeThatAReportCannotShowIsRefusedFieldByField(t *testing.T) {
	r, err := Find("revenue")
	if err != nil {
		t.Fatal(err)
	}
	march := period.NewMonth(2026, time.March)
	for name, s := range map[string]Scope{
		"from after month": {Month: march, From: march.Next()}, "too many months": {Month: march, From: march.Add(-MostColumns)}, "unknown way": {Month: march, By: "color"},
	} {
		if _, err := r.Complete(s); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if s, err := r.Complete(Scope{Month: march}); err != nil || s.From != march.Add(-11) || s.By != "product" {
		t.Errorf("left open means %+v, %v", s, err)
	}
	if _, err := Find("nothing"); err == nil {
		t.Error("a report is found that there is not")
	}
}
