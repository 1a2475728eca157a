package money

import "fmt"

// SpreadAbsorbing splits a total over time as other systems do: each part is total x weight / whole, rounded on its own by a
// mode, and the part at absorbs takes what is then missing or too much. For schedules brought over; Spread is the rule of the
// house. Weights are not negative and not all 0.
func SpreadAbsorbing(total Amount, weights []int64, mode Mode, absorbs int) []Amount {
	whole := sumWeights(weights)
	if whole == 0 || absorbs < 0 || absorbs >= len(weights) {
		panic(fmt.Sprintf("money: spread %s over %d weights of %d in all, part %d absorbs", total, len(weights), whole, absorbs))
	}
	parts := make([]Amount, len(weights))
	rest := total
	for i, w := range weights {
		if i != absorbs {
			parts[i] = Round(total.Exact().MulRatio(w, whole), mode)
			rest = rest.Sub(parts[i])
		}
	}
	parts[absorbs] = rest
	return parts
}
