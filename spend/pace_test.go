package spend

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/internal/period"
)

// series uses so much on each day from a first one on.
func series(from string, quantities ...int64) []Daily {
	var out []Daily
	for i, q := range quantities {
		if q != 0 {
			out = append(out, Daily{day(from).AddDays(i), decimal.NewFromInt(q), 1})
		}
	}
	return out
}

func repeat(week []int64, times int) []int64 {
	var out []int64
	for range times {
		out = append(out, week...)
	}
	return out
}

// business is a week from Monday on.
var business = []int64{100, 110, 120, 110, 90, 10, 0}

func TestABusinessWeekIsExpectedDayByDay(t *testing.T) {
	p := PaceOf(series("2026-03-02", repeat(business, 5)...), day("2026-04-06")) // both Mondays
	if !p.ByWeekday || p.Days != 28 || p.Unsaid != "" {
		t.Fatalf("five steady weeks give %+v", p)
	}
	for i, want := range business {
		on := day("2026-04-06").AddDays(i)
		if got := p.On(on); !got.Equal(decimal.NewFromInt(want)) {
			t.Errorf("%s, a %s, is expected to bring %s, want %d", on, on.Weekday(), got, want)
		}
	}
	if one := decimal.NewFromInt(1); !p.Slow.Equal(one) || !p.Busy.Equal(one) {
		t.Errorf("four equal weeks are %s slow and %s busy", p.Slow, p.Busy)
	}
}

func TestGrowthIsNotGuessed(t *testing.T) {
	var rising []int64
	for i := range 56 {
		rising = append(rising, int64(100+i))
	}
	p := PaceOf(series("2026-01-01", rising...), day("2026-02-26"))
	if got := p.On(day("2026-03-05")); got.Cmp(dec("155")) > 0 {
		t.Errorf("use that rises to 155 a day is expected to bring %s: more than it ever was", got)
	}
}

func TestOldUseDoesNotMoveAPace(t *testing.T) {
	days := series("2026-03-02", repeat(business, 5)...)
	with := append(series("2025-12-01", repeat([]int64{9000, 1, 4}, 20)...), days...)
	a, b := PaceOf(days, day("2026-04-06")), PaceOf(with, day("2026-04-06"))
	for i := range 7 {
		on := day("2026-04-06").AddDays(i)
		if !a.On(on).Equal(b.On(on)) || !a.Busy.Equal(b.Busy) || b.Unsaid != "" {
			t.Errorf("use before the last 28 days moved what %s brings from %s to %s (%s)", on, a.On(on), b.On(on), b.Unsaid)
		}
	}
}

func TestWhereThereIsTooLittleNothingIsSaid(t *testing.T) {
	spike := repeat([]int64{10, 10, 10, 10, 10, 0, 0}, 5)
	spike[20] = 5000
	for name, c := range map[string]struct {
		days []Daily
		says string
		idle bool
	}{
		"no usage":                        {nil, "nothing has been used yet", true},
		"one day":                         {series("2026-04-05", 900), "used for 1 day so far", false},
		"thirteen days":                   {series("2026-03-24", repeat([]int64{5}, 13)...), "used for 13 days", false},
		"a huge spike":                    {series("2026-03-02", spike...), "one day made up more than half", false},
		"all of it retracted":             {[]Daily{{day("2026-03-05"), decimal.Zero, 0}, {day("2026-03-25"), decimal.Zero, 0}}, "nothing has been used yet", true},
		"the last weeks retracted":        {append(series("2026-01-05", repeat(business, 4)...), Daily{day("2026-03-25"), decimal.Zero, 0}), "nothing was used in the last 28 days", true},
		"a day of today and the next one": {series("2026-04-06", 50, 60), "nothing has been used yet", true},
	} {
		p := PaceOf(c.days, day("2026-04-06"))
		if !strings.Contains(p.Unsaid, c.says) || p.Idle != c.idle {
			t.Errorf("%s: %q, idle %v; want %q, %v", name, p.Unsaid, p.Idle, c.says, c.idle)
		}
		if !p.On(day("2026-04-07")).IsZero() {
			t.Errorf("%s: still expects %s a day", name, p.On(day("2026-04-07")))
		}
	}
}

// The oracle lists the same weekdays of the four weeks and divides as fractions.
func TestAPaceIsTheMeanOfTheFourSameWeekdays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asOf := period.NewDate(2026, time.May, 1).AddDays(rapid.IntRange(0, 40).Draw(t, "as of"))
		first := rapid.IntRange(20, 60).Draw(t, "first day ago")
		quantities := map[period.Date]int64{}
		var days []Daily
		for ago := first; ago > 0; ago-- {
			q := rapid.Int64Range(0, 50).Draw(t, "quantity")
			if ago == first {
				q++ // the first use is a use
			}
			quantities[asOf.AddDays(-ago)] = q
			days = append(days, Daily{asOf.AddDays(-ago), decimal.NewFromInt(q), 1})
		}
		p := PaceOf(days, asOf)
		if p.Unsaid != "" {
			return // nothing used, or a spike: said elsewhere
		}
		for ahead := range 7 {
			on := asOf.AddDays(ahead)
			sum, n := int64(0), int64(0)
			for ago := 1; ago <= min(first, 28); ago++ {
				if before := asOf.AddDays(-ago); first < 28 || before.Weekday() == on.Weekday() {
					sum, n = sum+quantities[before], n+1
				}
			}
			want := new(big.Rat).SetFrac64(sum, n)
			off := new(big.Rat).Sub(p.On(on).Rat(), want)
			if off.Abs(off).Cmp(big.NewRat(1, 1_000_000_000)) > 0 {
				t.Fatalf("%s (first use %d days ago): %s is expected to bring %s, the days say %s", asOf, first, on, p.On(on), want.FloatString(9))
			}
		}
		if p.Slow.Cmp(decimal.NewFromInt(1)) > 0 || p.Busy.Cmp(decimal.NewFromInt(1)) < 0 {
			t.Fatalf("the slowest week is %s of the mean, the busiest %s", p.Slow, p.Busy)
		}
	})
}

func TestAnEstimateIsNoMorePreciseThanItCanBe(t *testing.T) {
	for in, want := range map[string]string{"1234.56": "1230.00", "1235.00": "1240.00", "98765.43": "98800.00", "9.99": "9.99", "12.34": "12.30", "0.00": "0.00"} {
		if got := honest(usd(in), usd("0.00")); got != usd(want) {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
	if got := honest(usd("1234.56"), usd("1234.00")); got != usd("1234.00") {
		t.Errorf("an estimate below what is charged already is shown as %s", got)
	}
	for in, want := range map[string]string{"123456.7": "123000", "12.345": "12.3", "7": "7"} {
		if got := significant(dec(in)); !got.Equal(dec(want)) {
			t.Errorf("%s units are shown as %s, want %s", in, got, want)
		}
	}
}
