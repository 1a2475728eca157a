package revrec

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// Respread spreads what is left of a price anew from a day: what was earned before stays as it is, down to the cent, and the rest
// goes over the remaining periods by their weights (606-10-25-13(a), and every credit of a part). A period that the day cuts
// keeps what it earned before, and takes part with its remaining days.
func Respread(parts []Portion, from period.Date, rest money.Amount) []Portion {
	var kept, ahead []Portion
	for _, p := range parts {
		switch {
		case !p.Days.End.After(from):
			kept = append(kept, p)
		case p.Days.Start.Before(from):
			done, left := p, p
			done.Days.End, left.Days.Start = from, from
			done.Amount = p.by(int64(done.Days.Days()), int64(p.Days.Days()))
			done.run = run{}
			kept, ahead = append(kept, done), append(ahead, left)
		default:
			ahead = append(ahead, p)
		}
	}
	if len(ahead) == 0 {
		return kept
	}
	slots, weights := make([]Slot, len(ahead)), make([]int64, len(ahead))
	for i, p := range ahead {
		slots[i], weights[i] = p.Slot, p.Weight
	}
	first, whole := slots[0], int64(slots[0].Days.Days())
	for _, p := range kept { // a period may have been cut before
		if p.Period == first.Period {
			whole += int64(p.Days.Days())
		}
	}
	if left := int64(first.Days.Days()); left < whole {
		for i := range weights {
			weights[i] *= whole
		}
		weights[0] = first.Weight * left
	}
	return append(kept, spreadOver(rest, slots, weights)...)
}
