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
			done.Amount = money.SpreadTo(p.Amount, int64(done.Days.Days()), int64(p.Days.Days()))
			kept, ahead = append(kept, done), append(ahead, left)
		default:
			ahead = append(ahead, p)
		}
	}
	if len(ahead) == 0 {
		return kept
	}
	weights := make([]int64, len(ahead))
	for i, p := range ahead {
		weights[i] = p.Weight
	}
	if first := ahead[0]; len(kept) > 0 && kept[len(kept)-1].Period == first.Period {
		whole := int64(first.Days.Days() + kept[len(kept)-1].Days.Days())
		for i := range weights {
			weights[i] *= whole
		}
		weights[0] = first.Weight * int64(first.Days.Days())
	}
	for i, amount := range money.Spread(rest, weights) {
		ahead[i].Amount = amount
	}
	return append(kept, ahead...)
}
