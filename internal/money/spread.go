package money

import "fmt"

// SpreadTo returns how much of a total stands after done of whole units of
// time: round(total x done / whole), half away from zero. It is cumulative
// rounding in one call: the balance on any day, whether days or months are
// booked. A quarter of 91 days at 910.00 has earned 320.00 after 32 days.
//
// done is not held to 0..whole: usage may pass its estimate, and the caller
// knows whether a cap applies. whole has to be positive.
func SpreadTo(total Amount, done, whole int64) Amount {
	if whole <= 0 {
		panic(fmt.Sprintf("money: spread %s over %d", total, whole))
	}
	return Round(total.Exact().MulRatio(done, whole), HalfAwayFromZero)
}

// Spread splits a total over time, one part per weight (days of service in each
// month): a part is what stands after it less what stood before it, so that
//
//   - the parts add up to the total;
//   - every partial sum is within half a minor unit of the truth;
//   - the parts up to a month do not depend on the months after;
//   - -total gives the negative parts.
//
// Weights are not negative and not all 0 (unless the total is zero).
func Spread(total Amount, weights []int64) []Amount {
	parts := make([]Amount, len(weights))
	whole := sumWeights(weights)
	if whole == 0 {
		if !total.IsZero() {
			panic(fmt.Sprintf("money: spread %s over no time", total))
		}
		for i := range parts {
			parts[i] = total
		}
		return parts
	}
	var done int64
	stood := Zero(total.currency)
	for i, w := range weights {
		done += w
		stands := SpreadTo(total, done, whole)
		parts[i] = stands.Sub(stood)
		stood = stands
	}
	return parts
}

// SpreadToExact returns round(total x part / whole), half away from zero, for
// what is earned by value rather than by days: drawn-down usage of a prepaid
// commitment. part and whole share a currency, which need not be the total's;
// whole is not zero.
func SpreadToExact(total Amount, part, whole Exact) Amount {
	return Round(total.Exact().ratioOf(part, whole), HalfAwayFromZero)
}

// sumWeights adds weights that have to be counts.
func sumWeights(weights []int64) int64 {
	var sum int64
	for i, w := range weights {
		next, ok := add64(sum, w)
		if w < 0 || !ok {
			panic(fmt.Sprintf("money: weight %d of %d is %d: weights are not negative and their sum fits an int64", i, len(weights), w))
		}
		sum = next
	}
	return sum
}
