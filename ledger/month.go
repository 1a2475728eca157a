package ledger

import (
	"time"

	"ratable/entities"
	"ratable/internal/period"
)

// MonthState says what may be booked in a month.
type MonthState string

// The states, in the order a month goes through them.
const (
	MonthFuture     MonthState = "future"      // nothing yet
	MonthOpen       MonthState = "open"        // everything
	MonthSoftClosed MonthState = "soft-closed" // adjustments only: see Entry.Adjusting
	MonthClosed     MonthState = "closed"      // nothing
	MonthReopened   MonthState = "reopened"    // everything, once more
)

// Takes says whether an entry may be booked in a month of this state. PostgreSQL holds the same rule.
func (s MonthState) Takes(adjusting bool) bool {
	switch s {
	case MonthOpen, MonthReopened:
		return true
	case MonthSoftClosed:
		return adjusting
	}
	return false
}

// Months is the state of all accounting months. Months close in order and reopen in reverse: so the books of an entity
// are closed through one month and soft-closed through the same or a later one, and the two months say it all.
//
//	2026-01  2026-02  2026-03 | 2026-04     | 2026-05 | 2026-06
//	closed   closed   closed  | soft-closed | open    | future    closed through 03, soft through 04, opened through 05
type Months struct {
	through, soft map[entities.ID]period.Month
	opened        map[entities.ID]period.Month               // none: an entity without future months
	last          map[entities.ID]map[period.Month]Happening // the last change of a month's state
}

// NewMonths has every month open: a book that begins, as simulate's does.
func NewMonths() *Months {
	return &Months{
		through: map[entities.ID]period.Month{}, soft: map[entities.ID]period.Month{},
		opened: map[entities.ID]period.Month{}, last: map[entities.ID]map[period.Month]Happening{},
	}
}

// ClosedThrough is the latest closed month, or no month when all are open.
func (m *Months) ClosedThrough(entity entities.ID) period.Month { return m.through[entity] }

// SoftThrough is the latest month that takes no new facts: soft-closed or closed.
func (m *Months) SoftThrough(entity entities.ID) period.Month {
	if soft := m.soft[entity]; soft.After(m.through[entity]) {
		return soft
	}
	return m.through[entity]
}

// OpenedThrough is the latest month that takes bookings, or no month when the entity has no future ones.
func (m *Months) OpenedThrough(entity entities.ID) period.Month { return m.opened[entity] }

// Close closes the books through a month, in memory.
func (m *Months) Close(entity entities.ID, month period.Month) {
	if month.After(m.through[entity]) {
		m.through[entity] = month
	}
}

// SoftClose lets the months through this one take adjustments only, in memory.
func (m *Months) SoftClose(entity entities.ID, month period.Month) {
	if month.After(m.soft[entity]) {
		m.soft[entity] = month
	}
}

// State says which state a month is in.
func (m *Months) State(entity entities.ID, month period.Month) MonthState {
	switch opened := m.opened[entity]; {
	case !month.After(m.through[entity]):
		return MonthClosed
	case !month.After(m.soft[entity]):
		return MonthSoftClosed
	case !opened.IsZero() && month.After(opened):
		return MonthFuture
	case m.last[entity][month] == Reopened:
		return MonthReopened
	}
	return MonthOpen
}

// FirstOpen is the first month on or after a month that takes new facts: where a fact of that month is booked. A
// soft-closed month is passed over like a closed one.
func (m *Months) FirstOpen(entity entities.ID, month period.Month) period.Month {
	return after(m.SoftThrough(entity), month)
}

// FirstAdjustable is the first month on or after a month that takes adjustments.
func (m *Months) FirstAdjustable(entity entities.ID, month period.Month) period.Month {
	return after(m.through[entity], month)
}

func after(through, month period.Month) period.Month {
	if month.After(through) {
		return month
	}
	return through.Next()
}

// apply moves the state on by what happened, in order. Requests change no state. A month that is the first to be closed
// and reopened leaves nothing closed, not even the months before it, as in PostgreSQL.
func (m *Months) apply(e MonthEvent) {
	switch e.Event {
	case Opened:
		if e.Month.After(m.opened[e.Entity]) {
			m.opened[e.Entity] = e.Month
		}
	case SoftClosed, Lifted, MonthIsClosed, Reopened:
		if m.last[e.Entity] == nil {
			m.last[e.Entity] = map[period.Month]Happening{}
		}
		m.last[e.Entity][e.Month] = e.Event
		delete(m.through, e.Entity)
		delete(m.soft, e.Entity)
		for month, last := range m.last[e.Entity] {
			if last == MonthIsClosed {
				m.Close(e.Entity, month)
			}
			if last == SoftClosed || last == MonthIsClosed {
				m.SoftClose(e.Entity, month)
			}
		}
	}
}

// Happening is what may happen to a month.
type Happening string

// What may happen. A request to reopen waits for another person's answer.
const (
	Opened          Happening = "opened"
	SoftClosed      Happening = "soft_closed"
	Lifted          Happening = "lifted" // soft-closed no more
	MonthIsClosed   Happening = "closed"
	ReopenRequested Happening = "reopen_requested"
	ReopenRefused   Happening = "reopen_refused"
	Reopened        Happening = "reopened"
)

// MonthEvent is something that happened to a month.
type MonthEvent struct {
	Entity     entities.ID
	Month      period.Month
	Seq        int // of the month's events, from 1
	Event      Happening
	ByUser     int64 // 0 is the system
	Reason     string
	KnownOrder int64 // of a closing: what was known when the month was closed
	RecordedAt time.Time
}
