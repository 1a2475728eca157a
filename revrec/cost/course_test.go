package cost

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/period"
)

// asset is a cost as it was judged.
func asset(amount int64, by By, from period.Date, to period.Date) Cost {
	return Cost{Purpose: Obtain, Nature: commissionCost, Minor: amount, Currency: "USD", IncurredOn: from, From: from, To: to, Asset: true, By: by}
}

// naive is an oracle that knows nothing of Spread: every day of the span has the same part of the whole, exactly; what
// stands amortized at the end of a month is the exact sum rounded half away from zero.
func naive(amount int64, from, to, before period.Date) int64 {
	if before.After(to) {
		before = to
	}
	days := 0
	for d := from; d.Before(before); d = d.AddDays(1) {
		days++
	}
	all := 0
	for d := from; d.Before(to); d = d.AddDays(1) {
		all++
	}
	// floor(2 x amount x days / all + 1) / 2, for amounts above zero
	n := new(big.Int).Mul(big.NewInt(2*amount), big.NewInt(int64(days)))
	n.Add(n, big.NewInt(int64(all)))
	return n.Div(n, big.NewInt(2*int64(all))).Int64()
}

func TestADailyCourseIsWhatCountingDaysSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := day("2025-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "from"))
		to := from.AddDays(rapid.IntRange(1, 900).Draw(t, "days"))
		amount := rapid.Int64Range(1, 10_000_000).Draw(t, "amount")
		churn := period.Date{}
		if rapid.Bool().Draw(t, "churns") {
			churn = from.AddDays(rapid.IntRange(1, 900).Draw(t, "after"))
			if !churn.Before(to) {
				churn = period.Date{}
			}
		}
		through := to.MonthOf().Add(rapid.IntRange(-30, 3).Draw(t, "through"))
		k := Known{Ended: churn}
		if !churn.IsZero() && churn.AddDays(-1).MonthOf().After(through) {
			k.Ended = period.Date{}
		}
		s := asset(amount, Daily, from, to).Course(k, through)
		var amortized, impaired int64
		for m := from.MonthOf(); !m.After(through); m = m.Next() {
			until := m.End()
			ended := !churn.IsZero() && !churn.After(until)
			if ended {
				until = churn
			}
			want := naive(amount, from, to, until)
			for _, x := range s.Months {
				if x.Month == m {
					amortized, impaired = amortized+x.Amortized.Minor(), impaired+x.Impaired.Minor()
				}
			}
			left := int64(0)
			if ended {
				left = amount - want
			}
			if amortized != want || impaired != left {
				t.Fatalf("%d over %s..%s, left %s: by the end of %s %d is amortized and %d impaired, should be %d and %d", amount, from, to, churn, m, amortized, impaired, want, left)
			}
		}
		if !through.Before(to.MonthOf()) && !s.Carrying().IsZero() {
			t.Fatalf("at the end %s is left", s.Carrying())
		}
	})
}

func TestWhateverIsTestedThePartsAddUpAndNothingIsPutBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := day("2026-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "from"))
		to := from.AddMonths(rapid.IntRange(1, 36).Draw(t, "months"))
		amount := rapid.Int64Range(1, 1_000_000).Draw(t, "amount")
		c := asset(amount, rapid.SampledFrom([]By{Daily, Monthly, Transfer}).Draw(t, "by"), from, to)
		c.Expected = rapid.Int64Range(1, 1_000_000).Draw(t, "expected")
		monthly := rapid.Int64Range(0, 60_000).Draw(t, "monthly revenue")
		k := Known{Tests: map[period.Month]Test{}, Earned: func(through period.Month) money.Amount {
			return money.Of(monthly*int64(max(0, through.Sub(from.MonthOf())+1)), "USD")
		}}
		for range rapid.IntRange(0, 4).Draw(t, "tests") {
			m := from.MonthOf().Add(rapid.IntRange(0, 36).Draw(t, "month"))
			k.Tests[m] = Test{Month: m, Consideration: rapid.Int64Range(0, 2_000_000).Draw(t, "consideration"), Costs: rapid.Int64Range(0, 500_000).Draw(t, "costs")}
		}
		carrying := money.Of(amount, "USD")
		for _, m := range c.Course(k, to.MonthOf()).Months {
			carrying = carrying.Sub(m.Amortized)
			if m.Amortized.Sign() < 0 || m.Impaired.Sign() < 0 || carrying.Sub(m.Impaired).Sign() < 0 {
				t.Fatalf("in %s %s is amortized and %s impaired of %s", m.Month, m.Amortized, m.Impaired, carrying)
			}
			if x, tested := k.Tests[m.Month]; tested {
				if most := max(0, x.Consideration-x.Costs); carrying.Sub(m.Impaired).Minor() > most {
					t.Fatalf("after the test of %s %s is left, more than %d", m.Month, carrying.Sub(m.Impaired), most)
				}
			}
			carrying = carrying.Sub(m.Impaired)
		}
		if !carrying.IsZero() {
			t.Fatalf("at the end %s is left", carrying)
		}
	})
}

func TestSixThousandOverSixtyMonthsLosesFourThousandTwoHundredWithTheCustomer(t *testing.T) {
	c := asset(600_000, Monthly, day("2026-01-01"), day("2031-01-01"))
	s := c.Course(Known{Ended: day("2027-07-01")}, day("2027-06-01").MonthOf())
	if len(s.Months) != 18 {
		t.Fatalf("%d months", len(s.Months))
	}
	for i, m := range s.Months {
		if m.Amortized != usd("100.00") || (m.Impaired == usd("4200.00")) != (i == 17) {
			t.Errorf("%s: %s and %s", m.Month, m.Amortized, m.Impaired)
		}
	}
}
