package examples

import (
	"fmt"
	"math/big"
	"time"

	"pgregory.net/rapid"
)

// The oracle: cents as integers, shares as big.Rat, days one by one. It shares no code with the engine.

func cents(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

func half(r *big.Rat) int64 {
	twice := new(big.Rat).Abs(r)
	twice.Mul(twice, big.NewRat(2, 1)).Add(twice, big.NewRat(1, 1))
	q := new(big.Int).Quo(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2)))
	return q.Int64() * int64(r.Sign())
}

func part(total, weight, whole int64) *big.Rat {
	return new(big.Rat).Mul(big.NewRat(total, 1), big.NewRat(weight, whole))
}

// stands is cumulative rounding over integer weights.
func stands(total int64, weights []int64) []int64 {
	var whole, sofar, stood int64
	for _, w := range weights {
		whole += w
	}
	out := make([]int64, len(weights))
	for i, w := range weights {
		sofar += w
		now := half(part(total, sofar, whole))
		out[i], stood = now-stood, now
	}
	return out
}

// remainders is largest remainder over positive integer weights.
func remainders(total int64, weights []int64) []int64 {
	var whole int64
	for _, w := range weights {
		whole += w
	}
	out, lost := make([]int64, len(weights)), make([]*big.Rat, len(weights))
	missing := total
	for i, w := range weights {
		exact := part(total, w, whole)
		out[i] = new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		lost[i] = exact.Sub(exact, big.NewRat(out[i], 1))
		missing -= out[i]
	}
	for ; missing > 0; missing-- {
		best := 0
		for i := range lost {
			if lost[i].Cmp(lost[best]) > 0 {
				best = i
			}
		}
		out[best]++
		lost[best] = big.NewRat(-1, 1)
	}
	return out
}

func drawDay(t *rapid.T) time.Time {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "day"))
}

func drawFirst(t *rapid.T) time.Time {
	d := drawDay(t)
	return time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func drawCents(t *rapid.T, label string) int64 { return rapid.Int64Range(1, 1e9).Draw(t, label) }

func iso(d time.Time) string { return d.Format("2006-01-02") }

func month(d time.Time, n int) string {
	return time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}

func monthEnd(d time.Time, n int) string {
	return iso(time.Date(d.Year(), d.Month()+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC))
}

// daysByMonth walks a service day by day.
func daysByMonth(first, last time.Time) (names []string, days []int64) {
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		if m := d.Format("2006-01"); len(names) == 0 || names[len(names)-1] != m {
			names, days = append(names, m), append(days, 0)
		}
		days[len(days)-1]++
	}
	return names, days
}

type m = map[string]any

func table(names []string, amounts []int64) m {
	out := m{}
	for i, name := range names {
		out[name] = cents(amounts[i])
	}
	return out
}

func texts(amounts []int64) []any {
	var out []any
	for _, a := range amounts {
		out = append(out, cents(a))
	}
	return out
}

func ones(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

func sum(list []int64) int64 {
	var out int64
	for _, x := range list {
		out += x
	}
	return out
}

func names(start time.Time, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = month(start, i)
	}
	return out
}
