package exports

import (
	"time"

	"ratable/internal/money"
)

// State is how far a batch has come.
type State string

const (
	Prepared     State = "prepared"     // written, not yet handed over
	Exported     State = "exported"     // somebody has the files
	Acknowledged State = "acknowledged" // the other ledger has booked them
	Rejected     State = "rejected"     // it has not, and will not: the entries may go again
)

// Batch is what one target got of an entity's month, once.
type Batch struct {
	ID int64
	Scope
	Level          Level
	Seq            int // among the batches of its scope
	EntityCode     string
	MappingVersion int
	Options        Options
	Entries        int
	Debit          money.Amount // of the entries; credits are as much
	PreparedBy     int64
	RecordedAt     time.Time
	Events         []BatchEvent
	Files          []File // without their content in lists
}

// BatchEvent is a state a batch came to.
type BatchEvent struct {
	State     State
	By        int64
	Reference string // of the other ledger
	Reason    string
	At        time.Time
}

// State is the latest.
func (b Batch) State() State { return b.Events[len(b.Events)-1].State }
