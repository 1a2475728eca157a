package contracts

import "ratable/internal/period"

// DefaultLate is what becomes of late usage where a contract does not say.
const DefaultLate = NextInvoice

// LateUsage is what becomes of usage that arrives after its period was billed.
func (b Billing) LateUsage() LateUsage {
	if b.Late == "" {
		return DefaultLate
	}
	return b.Late
}

// LateUsageEnds is the first day on which late usage waits no longer for a regular document: thirty days after the
// contract none is to come.
func (a Agreement) LateUsageEnds() period.Date { return a.Term().End.AddDays(30) }
