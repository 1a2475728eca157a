package invoicing

import (
	"cmp"
	"slices"
)

// largest keeps the drafts of the largest net, whatever its sign; amounts of two
// currencies are compared by their figures alone, which is good enough to look at.
func largest(drafts []Draft) []Draft {
	slices.SortStableFunc(drafts, func(a, b Draft) int {
		return cmp.Or(b.Net.Abs().Decimal().Cmp(a.Net.Abs().Decimal()), cmp.Compare(a.Account, b.Account))
	})
	return drafts[:min(len(drafts), Sample)]
}
