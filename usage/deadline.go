package usage

import (
	"fmt"
	"slices"

	"ratable/internal/period"
)

// Deadline is what a contract says of usage that comes late: until when use of
// some days is still taken. A contract that takes it whenever it comes has a
// deadline too, an open one: of several that measure the same thing the most
// generous holds, so that nobody's line refuses what another one sells.
type Deadline struct {
	Key                        // whose use of what
	Contract string            // its number, for people
	Days     period.Span       // of use
	Periods  period.Recurrence // billing periods; a Term is one, all the days
	After    int               // days after the end of the period of use; 0 with Open
	Open     bool              // takes usage whenever it comes
}

// Last is the last day on which use of a day is taken, counted from the end of
// its billing period: the day the bill is made of it. The end of the days ends
// the last period too.
//
//	period |-- March --|            After: 5
//	                   1 April: billed
//	                    ....5 April: the last day
func (d Deadline) Last(day period.Date) period.Date {
	whole := d.Days
	if d.Periods.Months() != 0 {
		whole = d.Periods.Piece(d.Periods.Index(day))
	}
	return period.MinDate(whole.End, d.Days.End).AddDays(d.After - 1)
}

// Deadlines are those that hold together, in any order.
type Deadlines []Deadline

// For finds the deadline that holds for use of a day: the most generous of those
// that speak of it. False when nobody refuses it: no contract measures it, or
// one takes it whenever it comes.
func (ds Deadlines) For(k Key, day period.Date) (holds Deadline, last period.Date, limited bool) {
	for _, d := range ds {
		if d.Key != k || !d.Days.Contains(day) {
			continue
		}
		if d.Open {
			return Deadline{}, period.Date{}, false
		}
		if l := d.Last(day); !limited || l.After(last) {
			holds, last, limited = d, l, true
		}
	}
	return holds, last, limited
}

// Refused says whether use of a day that is received on another is refused.
func (ds Deadlines) Refused(k Key, day, received period.Date) (Refusal, bool) {
	d, last, limited := ds.For(k, day)
	if !limited || !received.After(last) {
		return Refusal{}, false
	}
	return Refusal{Contract: d.Contract, Day: day, Last: last, Received: received}, true
}

// Refusal says why usage came too late.
type Refusal struct {
	Contract            string
	Day, Last, Received period.Date
}

func (r Refusal) String() string {
	return fmt.Sprintf("contract %s takes usage of %s through %s; it was received on %s", r.Contract, r.Day, r.Last, r.Received)
}

// Effective leaves out what decides nothing: the open deadlines of whatever
// nobody refuses. An account none of whose contracts refuses anything has none.
func (ds Deadlines) Effective() Deadlines {
	refusing := make(map[Key]bool)
	for _, d := range ds {
		if !d.Open {
			refusing[d.Key] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(ds), func(d Deadline) bool { return !refusing[d.Key] })
}
