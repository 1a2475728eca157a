package ledger

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// ConvertTogether converts amounts at a rate so that they come to what their sum converts to: each is rounded down, and
// the cents still missing go one each to the largest fractions cut off, on ties to the earlier (largest remainder). The
// negative amounts give the negative results, and amounts that add up to nothing still do.
func ConvertTogether(amounts []money.Amount, rate decimal.Decimal, home money.Currency) []money.Amount {
	out := make([]money.Amount, len(amounts))
	cut := make([]money.Exact, len(amounts))
	var sum money.Exact
	turned := turns(amounts)
	missing := money.Zero(home)
	for i, a := range amounts {
		out[i], cut[i] = money.Zero(home), money.Exact{}
		if a.IsZero() {
			continue
		}
		if turned {
			a = a.Neg()
		}
		exact := a.Exact().Convert(rate, home)
		sum = sum.Add(exact)
		out[i] = money.Round(exact, money.Floor)
		cut[i] = exact.Sub(out[i].Exact())
		missing = missing.Sub(out[i])
	}
	missing = missing.Add(money.Round(sum, money.HalfAwayFromZero))
	order := make([]int, len(amounts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cut[b].Cmp(cut[a]) })
	for _, i := range order[:missing.Minor()] {
		out[i] = out[i].Add(money.Of(1, home))
	}
	if turned {
		for i := range out {
			out[i] = out[i].Neg()
		}
	}
	return out
}

// turns says whether the first amount that is something is negative: then all are turned, so that an entry and the one
// that takes it back convert to the same figures.
func turns(amounts []money.Amount) bool {
	for _, a := range amounts {
		if !a.IsZero() {
			return a.Sign() < 0
		}
	}
	return false
}
