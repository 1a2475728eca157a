package ledger

import (
	"time"

	"ratable/entities"
	"ratable/internal/period"
)

// MonthState says whether entries may be booked in a month.
type MonthState string

const (
	MonthOpen   MonthState = "open"
	MonthClosed MonthState = "closed"
)

// Months is the state of all accounting months. Months close in order and reopen
// in reverse: so the books of an entity are closed through one month, and that
// month says it all.
//
//	2026-01  2026-02  2026-03 | 2026-04  2026-05
//	closed   closed   closed  | open     open        closed through 2026-03
type Months struct {
	through map[entities.ID]period.Month
}

// NewMonths has every month open: a book that begins, as simulate's does.
func NewMonths() *Months { return &Months{through: map[entities.ID]period.Month{}} }

// ClosedThrough is the latest closed month, or no month when all are open.
func (m *Months) ClosedThrough(entity entities.ID) period.Month { return m.through[entity] }

// Close closes the books through a month, in memory.
func (m *Months) Close(entity entities.ID, month period.Month) {
	if month.After(m.through[entity]) {
		m.through[entity] = month
	}
}

// State says whether a month is open.
func (m *Months) State(entity entities.ID, month period.Month) MonthState {
	if month.After(m.through[entity]) {
		return MonthOpen
	}
	return MonthClosed
}

// FirstOpen is the first open month on or after a month: where a fact of that
// month is booked.
func (m *Months) FirstOpen(entity entities.ID, month period.Month) period.Month {
	if m.State(entity, month) == MonthOpen {
		return month
	}
	return m.through[entity].Next()
}

// MonthEvent is a closing or a reopening, as it happened.
type MonthEvent struct {
	Entity     entities.ID
	Month      period.Month
	Seq        int    // of the month's events, from 1
	Event      string // "closed" or "reopened"
	ByUser     int64  // 0 is the system
	Reason     string
	RecordedAt time.Time
}
