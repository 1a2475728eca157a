// Package checklist lists what is looked at before a month is closed: the checks of every package that has some, in the
// order an accountant works through them.
//
// It owns no data and no rule of closing (closing), only the questions. A package that has a check of its own offers it as a
// closing.Check, and All names it here.
package checklist

import "ratable/closing"

// All is the whole list.
func All() []closing.Check {
	return []closing.Check{
		Recognized(), Billed(), RunsDecided(), UsageResolved(), CashReviewed(), RatesThere(), Remeasured(),
		Judged(), Stale(), HeldRevenue(), Unsupported(), Overbilled(),
		Unreleased(), Negative(), Orphans(), Mapped(), Acknowledged(), JournalsPosted(), Reconciled(), ReconciledOutside(), SealsHold(),
	}
}
