// Package usage keeps what was consumed: metered events, their sums per quarter
// of an hour and per day, and the events nobody could place.
//
// It owns the two ways in (CloudEvents as JSON, CSV), idempotency, the rollups,
// the conflicts, the quarantine and the archives. It does not own meters (catalog), customers
// (customers) or what usage costs (contracts): a quantity here has no price.
//
// Times: OccurredAt is when it was used, an instant kept to the microsecond. The
// day an event belongs to is the civil day of the selling entity's zone, fixed
// when the event is accepted. recorded_at is for audit only. The caller's `now`
// serves one purpose: to refuse events from the future.
//
// Invariants:
//   - an event counts once for ever by (account, source, id): usage.keys has
//     what was ever accepted, also when its month was archived long ago;
//   - the same content again is a repeat, other content a conflict: it is kept
//     and reported, and the first content stands;
//   - the rollups equal a plain recount of the events after every transaction; of
//     an archived month they equal a recount of its files with what came since;
//   - a month leaves the database as a whole, after its file was read back and
//     recounted; what prices need of it one by one stays, or they refuse;
//   - an event with an unknown customer or meter is neither lost nor counted: it
//     waits in quarantine for a replay.
package usage

import (
	"time"

	"github.com/shopspring/decimal"
)

// Event is one measured use, as the sender says it.
type Event struct {
	Source     string // who measured; with ID the sender's own key
	ID         string
	Customer   string // external id
	Meter      string // meter code
	OccurredAt time.Time
	Quantity   decimal.Decimal // in the meter's unit; never negative
	Dimensions map[string]string
}

// Receipt says what became of every event handed in:
// Accepted + Repeated + Quarantined + len(Conflicts) is their number.
type Receipt struct {
	Accepted, Repeated, Quarantined int
	Conflicts                       []Conflict
}

// Conflict is an event that came again under the same source and id with other
// content. Kept is what came first, Offered what was refused. Of a kept event
// that was archived only source, id and time are known here: Archived names the
// file that says the rest.
type Conflict struct {
	Kept, Offered Event
	Archived      string
}

// KeptQuantity is the quantity that stands; "" when only the archive says it.
func (c Conflict) KeptQuantity() string {
	if c.Archived != "" {
		return ""
	}
	return c.Kept.Quantity.String()
}

// add sums receipts of consecutive batches.
func (r *Receipt) add(b Receipt) {
	r.Accepted += b.Accepted
	r.Repeated += b.Repeated
	r.Quarantined += b.Quarantined
	r.Conflicts = append(r.Conflicts, b.Conflicts...)
}

// maxProblems is how many faults one document may name: enough to correct a file
// in one go, few enough to read.
const maxProblems = 20
