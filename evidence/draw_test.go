package evidence

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/ledger"
)

var equal = cmp.Comparer(func(a, b money.Amount) bool { return a == b })

func drawn(t *rapid.T) []ledger.Booked {
	out := make([]ledger.Booked, rapid.IntRange(0, 200).Draw(t, "entries"))
	for i := range out {
		out[i] = ledger.Booked{Account: customers.AccountID(i%7 + 1), Seq: int64(i + 1), Moved: rapid.Int64Range(0, 1e12).Draw(t, "moved")}
	}
	return out
}

func TestASeedDrawsOneSampleForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawn(t)
		m := rapid.SampledFrom([]Method{Random, MonetaryUnit}).Draw(t, "method")
		size, seed := rapid.IntRange(1, 60).Draw(t, "size"), rapid.String().Draw(t, "seed")
		first := Draw(all, m, size, seed, "USD")
		if diff := cmp.Diff(first, Draw(all, m, size, seed, "USD"), equal); diff != "" {
			t.Fatalf("drawn again the sample is another one:\n%s", diff)
		}
		hits, last := 0, int64(0)
		for _, i := range first {
			hits += i.Hits
			if i.Seq <= last {
				t.Fatalf("entry %d is drawn twice or out of order", i.Seq)
			}
			last = i.Seq
			if i.Moved != money.Of(all[i.Seq-1].Moved, "USD") {
				t.Fatalf("entry %d moved %d and is drawn with %s", i.Seq, all[i.Seq-1].Moved, i.Moved)
			}
		}
		var sum int64
		for _, b := range all {
			sum += b.Moved
		}
		if want := min(size, len(all)); m == Random && len(first) != want || m == MonetaryUnit && sum > 0 && hits != want {
			t.Fatalf("%s of %d drew %d with %d hits", m, len(all), len(first), hits)
		}
	})
}

// Systematic monetary units: every entry is hit as often as intervals fit into it, give or take one.
func TestLargeEntriesAreHitByTheIntervalsInThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawn(t)
		size := rapid.IntRange(1, 60).Draw(t, "size")
		var sum int64
		for _, b := range all {
			sum += b.Moved
		}
		got := map[int64]int{}
		for _, i := range Draw(all, MonetaryUnit, size, "seed", "USD") {
			got[i.Seq] = i.Hits
		}
		n := int64(min(size, len(all)))
		for _, b := range all {
			// whole intervals in the entry: floor and ceiling of moved × n ÷ sum
			if sum == 0 {
				break
			}
			low := int(b.Moved / (sum/n + 1))
			if got[b.Seq] < low || b.Moved == 0 && got[b.Seq] > 0 {
				t.Fatalf("entry of %d in %d was hit %d times in a sample of %d, at least %d are due", b.Moved, sum, got[b.Seq], n, low)
			}
		}
	})
}

// The figures of one seed, so that a change of the generator would be seen: samples of last year have to stay what they were.
func TestTheGeneratorStaysTheSame(t *testing.T) {
	all := make([]ledger.Booked, 1000)
	for i := range all {
		all[i] = ledger.Booked{Account: 1, Seq: int64(i + 1), Moved: int64(i%10+1) * 100}
	}
	var random, monetary []int64
	for _, i := range Draw(all, Random, 5, "audit 2026", "USD") {
		random = append(random, i.Seq)
	}
	for _, i := range Draw(all, MonetaryUnit, 5, "audit 2026", "USD") {
		monetary = append(monetary, i.Seq)
	}
	if diff := cmp.Diff([][]int64{{260, 543, 584, 607, 890}, {55, 255, 455, 655, 855}}, [][]int64{random, monetary}); diff != "" {
		t.Errorf("the samples of a seed changed (-kept +drawn):\n%s", diff)
	}
}
