package evidence

import (
	"crypto/sha256"
	"math/bits"
	"math/rand/v2"
	"slices"

	"ratable/internal/money"
	"ratable/ledger"
)

// Draw takes a sample of a population, which has to be in a fixed order. The same arguments give the same sample.
func Draw(population []ledger.Booked, m Method, size int, seed string, c money.Currency) []Item {
	size = min(size, len(population))
	if size == 0 {
		return nil
	}
	generator := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(seed))))
	hits := make(map[int]int, size)
	if m == MonetaryUnit {
		hits = monetary(population, size, generator)
	} else {
		for _, i := range distinct(len(population), size, generator) {
			hits[i] = 1
		}
	}
	places := make([]int, 0, len(hits))
	for i := range hits {
		places = append(places, i)
	}
	slices.Sort(places)
	out := make([]Item, len(places))
	for k, i := range places {
		b := population[i]
		out[k] = Item{b.Account, b.Seq, money.Of(b.Moved, c), hits[i]}
	}
	return out
}

// distinct draws k of n places, each set with the same chance (Floyd).
func distinct(n, k int, g *rand.Rand) []int {
	chosen := make(map[int]bool, k)
	var out []int
	for j := n - k; j < n; j++ {
		i := g.IntN(j + 1)
		if chosen[i] {
			i = j
		}
		chosen[i] = true
		out = append(out, i)
	}
	return out
}

// monetary goes through the units in order, at an interval of moved ÷ size from a random start: unit k is
// floor((start + k × moved) ÷ size), so that the intervals add up to all there is without a remainder. Entries that move
// nothing are never drawn.
func monetary(population []ledger.Booked, size int, g *rand.Rand) map[int]int {
	var moved uint64
	for _, b := range population {
		moved += uint64(b.Moved)
	}
	hits := map[int]int{}
	if moved == 0 {
		return hits
	}
	start := g.Uint64N(moved)
	at, upTo := 0, uint64(population[0].Moved)
	for k := range uint64(size) {
		high, low := bits.Mul64(k, moved)
		low, carry := bits.Add64(low, start, 0)
		unit, _ := bits.Div64(high+carry, low, uint64(size))
		for upTo <= unit {
			at++
			upTo += uint64(population[at].Moved)
		}
		hits[at]++
	}
	return hits
}
