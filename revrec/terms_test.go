package revrec

import (
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// oracle spreads an amount over a term by walking single days and months with big.Rat: it shares nothing with Terms but the
// words of the policy.
type oracle struct {
	month  []string
	weight []*big.Rat
	full   []*big.Rat
	months int // of the term, when whole
}

func oracleOf(method catalog.Method, first, last time.Time) oracle {
	in, of := map[string]int64{}, map[string]int64{}
	var touched []string
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		m := d.Format("2006-01")
		if in[m] == 0 {
			touched = append(touched, m)
			of[m] = int64(time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
		}
		in[m]++
	}
	var o oracle
	months := 1
	for ; clamped(first, months).Before(last.AddDate(0, 0, 1)); months++ {
	}
	if clamped(first, months).Equal(last.AddDate(0, 0, 1)) {
		o.months = months
	}
	put := func(month string, weight, full *big.Rat) {
		o.month, o.weight, o.full = append(o.month, month), append(o.weight, weight), append(o.full, full)
	}
	after := func(k int) string {
		return time.Date(first.Year(), first.Month()+time.Month(k), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	}
	switch method {
	case catalog.MonthlyEven, catalog.NextMonth:
		for k := range months {
			if method == catalog.NextMonth {
				k++
			}
			put(after(k), big.NewRat(1, 1), big.NewRat(1, 1))
		}
	case catalog.MidMonth:
		for k := range months + 1 {
			w := big.NewRat(1, 1)
			if k == 0 || k == months {
				w = big.NewRat(1, 2)
			}
			put(after(k), w, big.NewRat(1, 1))
		}
	default:
		for i, m := range touched {
			switch whole := in[m] == of[m]; method {
			case catalog.MonthlyFraction:
				put(m, big.NewRat(in[m], of[m]), big.NewRat(1, 1))
			case catalog.MonthlyFractionHalf:
				if whole {
					put(m, big.NewRat(1, 1), big.NewRat(1, 1))
				} else {
					put(m, big.NewRat(1, 2), big.NewRat(1, 1))
				}
			case catalog.FullMonth:
				lastOfMonth := last.AddDate(0, 0, 1).Day() == 1
				if i == 0 || i < len(touched)-1 || lastOfMonth {
					put(m, big.NewRat(1, 1), big.NewRat(1, 1))
				}
			default:
				put(m, big.NewRat(in[m], 1), big.NewRat(of[m], 1))
			}
		}
	}
	return o
}

// clamped adds months, to the last day where the month is shorter.
func clamped(d time.Time, n int) time.Time {
	end := time.Date(d.Year(), d.Month()+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(end.Year(), end.Month(), min(d.Day(), end.Day()), 0, 0, 0, 0, time.UTC)
}

// nearest rounds half away from zero, toZero cuts off.
func nearest(r *big.Rat) int64 {
	twice := new(big.Rat).Abs(r)
	twice.Mul(twice, big.NewRat(2, 1)).Add(twice, big.NewRat(1, 1))
	q := new(big.Int).Quo(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2)))
	return q.Int64() * int64(r.Sign())
}

func toZero(r *big.Rat) int64 { return new(big.Int).Quo(r.Num(), r.Denom()).Int64() }

func (o oracle) spread(minor int64, r catalog.Rounding) []int64 {
	whole, n := new(big.Rat), len(o.weight)
	for _, w := range o.weight {
		whole.Add(whole, w)
	}
	share := func(w *big.Rat) *big.Rat {
		return new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(minor, 1), w), whole)
	}
	out, rest := make([]int64, n), minor
	each := func(round func(*big.Rat) int64, absorbs int) {
		for i, w := range o.weight {
			if i != absorbs {
				out[i] = round(share(w))
				rest -= out[i]
			}
		}
		out[absorbs] = rest
	}
	switch r {
	case catalog.LastAbsorbs:
		each(nearest, n-1)
	case catalog.FirstAbsorbs:
		each(nearest, 0)
	case catalog.FloorLastFullMonth:
		at := n - 1
		for i := range o.weight {
			if o.weight[i].Cmp(o.full[i]) == 0 {
				at = i
			}
		}
		if o.weight[n-1].Cmp(o.full[n-1]) != 0 && o.weight[at].Cmp(o.full[at]) != 0 {
			at = n - 1
		}
		each(toZero, at)
	case catalog.LargestRemainder:
		given := map[int]bool{}
		for i, w := range o.weight {
			out[i] = toZero(share(w))
			rest -= out[i]
		}
		for ; rest != 0; rest -= int64(big.NewRat(minor, 1).Sign()) {
			best := -1
			for i, w := range o.weight {
				lost := new(big.Rat).Abs(new(big.Rat).Sub(share(w), big.NewRat(toZero(share(w)), 1)))
				if !given[i] && (best < 0 || lost.Cmp(new(big.Rat).Abs(new(big.Rat).Sub(share(o.weight[best]), big.NewRat(toZero(share(o.weight[best])), 1)))) > 0) {
					best = i
				}
			}
			given[best] = true
			out[best] += int64(big.NewRat(minor, 1).Sign())
		}
	case catalog.RoundMonthlyThenLastTakes:
		monthly := nearest(share(o.full[0]))
		if o.months > 0 {
			monthly = nearest(big.NewRat(minor, int64(o.months)))
		}
		for i := range n - 1 {
			out[i] = nearest(new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(monthly, 1), o.weight[i]), o.full[i]))
			rest -= out[i]
		}
		out[n-1] = rest
	default:
		sofar, stood := new(big.Rat), int64(0)
		for i, w := range o.weight {
			sofar.Add(sofar, w)
			stands := nearest(share(sofar))
			out[i], stood = stands-stood, stands
		}
	}
	return out
}

func drawTerms(t *rapid.T) (catalog.Spreading, time.Time, time.Time, money.Amount) {
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "first"))
	last := first.AddDate(0, 0, rapid.IntRange(0, 1200).Draw(t, "days"))
	if rapid.Bool().Draw(t, "whole months") {
		last = clamped(first, rapid.IntRange(1, 36).Draw(t, "months")).AddDate(0, 0, -1)
	}
	currency := rapid.SampledFrom([]money.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency")
	return catalog.Spreading{
		Method:   rapid.SampledFrom(catalog.Methods).Draw(t, "method"),
		Rounding: rapid.SampledFrom(catalog.Roundings).Draw(t, "rounding"),
	}, first, last, money.Of(rapid.Int64Range(-1e12, 1e12).Draw(t, "amount"), currency)
}

func TestEveryMethodAndRoundingSpreadsAsTheOracleDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		by, first, last, price := drawTerms(t)
		days := period.Through(day(first.Format("2006-01-02")), day(last.Format("2006-01-02")))
		parts, err := Terms{Spreading: by, Service: Service{Days: days}}.Spread(price)
		if err != nil {
			t.Fatal(err)
		}
		o := oracleOf(by.Method, first, last)
		want := o.spread(price.Minor(), by.Rounding)
		if len(parts) != len(want) {
			t.Fatalf("%s, %v: %d months, want %v", days, by, len(parts), o.month)
		}
		var sum money.Amount
		for i, p := range parts {
			if p.Period.Name != o.month[i] || p.Amount.Minor() != want[i] {
				t.Fatalf("%s, %v, %s: %s gets %s, want %s and %d minor units", days, by, price, p.Period.Name, p.Amount, o.month[i], want[i])
			}
			sum = sum.Add(p.Amount)
		}
		if sum != price {
			t.Fatalf("parts of %s come to %s", price, sum)
		}
	})
}

func TestAScheduleFollowsTheMethodOfItsProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		by, first, last, price := drawTerms(t)
		days := period.Through(day(first.Format("2006-01-02")), day(last.Format("2006-01-02")))
		p := contracts.Piece{Line: "a", Kind: contracts.FixedFee, Span: days, Amount: price, Recognition: catalog.Ratable, Spreading: by}
		o := oracleOf(by.Method, first, last)
		want := map[string]int64{}
		for i, amount := range o.spread(price.Minor(), by.Rounding) {
			want[o.month[i]] += amount
		}
		for _, r := range Schedule(1, []contracts.Piece{p}, days.Start.MonthOf()) {
			if r.Amount.Minor() != want[r.Key.Month.String()] {
				t.Fatalf("%s, %v, %s: the schedule of %s has %s, want %d minor units", days, by, price, r.Key.Month, r.Amount, want[r.Key.Month.String()])
			}
			delete(want, r.Key.Month.String())
		}
		for m, amount := range want {
			if amount != 0 {
				t.Fatalf("%s, %v, %s: the schedule leaves out %s, %d minor units", days, by, price, m, amount)
			}
		}
	})
}

func TestAnAccountingCalendarMayBeOfWeeks(t *testing.T) {
	calendar, err := period.FourFourFive(day("2025-01-05"), period.FiscalYear{Number: 2025, Weeks: 52}, period.FiscalYear{Number: 2026, Weeks: 52})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Terms{Service: Service{Days: period.NewSpan(day("2025-01-05"), day("2026-01-04"))}, Calendar: calendar}.Spread(usd("364.00"))
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 12 || parts[0].Amount != usd("28.00") || parts[2].Amount != usd("35.00") || parts[2].Period.Name != "FY2025-P03" {
		t.Errorf("364.00 over 52 weeks is %v, want 28.00, 28.00, 35.00 four times", parts)
	}
}

func TestWhatIsReleasedLateCatchesUpCondensesOrSlides(t *testing.T) {
	year := Service{Days: period.NewSpan(day("2019-01-01"), day("2020-01-01"))}
	for late, want := range map[Late][]string{
		CatchUp:  {"2019-03 300.00", "2019-04 100.00", "2019-12 100.00"},
		Condense: {"2019-03 120.00", "2019-04 120.00", "2019-12 120.00"},
		Sliding:  {"2019-03 100.00", "2019-04 100.00", "2020-02 100.00"},
	} {
		parts, err := Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: year, Released: day("2019-03-10"), Late: late}.Spread(usd("1200.00"))
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range []int{0, 1, len(parts) - 1} {
			if got := parts[at].Period.Name + " " + parts[at].Amount.String(); got != want[i] {
				t.Errorf("%s: part %d is %s, want %s", late, at, got, want[i])
			}
		}
	}
}

func TestAScheduleOfPercentagesComesToAHundred(t *testing.T) {
	year := Service{Days: period.NewSpan(day("2025-01-01"), day("2025-04-01"))}
	terms := Terms{Spreading: catalog.Spreading{Method: catalog.UserSchedule}, Service: year, Percents: decimals("50", "33.335", "16.665")}
	parts, err := terms.Spread(usd("100.00"))
	if err != nil || len(parts) != 3 || parts[1].Amount != usd("33.34") || parts[2].Amount != usd("16.66") {
		t.Errorf("50, 33.335 and 16.665 %% of 100.00 is %v, %v", parts, err)
	}
	terms.Percents = decimals("50", "49")
	if _, err := terms.Spread(usd("100.00")); err == nil {
		t.Error("99 % in all is taken")
	}
}

func decimals(texts ...string) []decimal.Decimal {
	out := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		out[i] = decimal.RequireFromString(text)
	}
	return out
}

func usd(text string) money.Amount {
	a, err := money.ParseAmount(text, "USD")
	if err != nil {
		panic(err)
	}
	return a
}
