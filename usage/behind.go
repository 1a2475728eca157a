package usage

import (
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
)

// Behind asks what a quantity is made of: the events that a reading counts over some days of each seller's zone, as they
// count now, with what was corrected since they came.
type Behind struct {
	Account customers.AccountID
	Reading Reading
	Lacking []string    // dimensions that an event must not name
	Amounts bool        // priced by the event: quantities add up, whatever the meter makes of them
	Days    period.Span //
}

// Asks says whether an event that says so much is one of those that are asked for.
func (b Behind) Asks(dimensions map[string]string) bool {
	for _, name := range b.Lacking {
		if _, says := dimensions[name]; says {
			return false
		}
	}
	return b.Reading.counts(dimensions)
}

// aggregation is how the events become one quantity.
func (b Behind) aggregation() string {
	switch {
	case b.Amounts, b.Reading.Meter.Aggregation == "":
		return catalog.Sum
	}
	return b.Reading.Meter.Aggregation
}

// additive says that each event counts by itself.
func (b Behind) additive() bool {
	return b.aggregation() == catalog.Sum || b.aggregation() == catalog.Count
}

// CountedEvent is an event with what of a quantity it decides: its own quantity, or one of a count; of a largest or last
// value the event that decided it has all and the others nothing; of distinct values the first with each has one. So what
// events count adds up to the quantity, whatever the meter makes of them.
type CountedEvent struct {
	Recorded
	Day    period.Date  // of the seller's zone
	User   customers.ID // for whom it counts: its customer, or the one its customer is a duplicate of
	Counts decimal.Decimal
}

// BehindPart is a day or an hour of what is behind a quantity.
type BehindPart struct {
	Day    period.Date
	Hour   time.Time // in the seller's zone, when asked by the hour
	Events int64
	Counts decimal.Decimal
}

// Since is what became known of some days after a place in the order of knowing, such as that of a document.
type Since struct {
	Arrived   int64 // events that came
	Corrected int64 // events that were amended, retracted or restored
	First     time.Time
	Last      time.Time // when these became known
}

// Any says that something did.
func (s Since) Any() bool { return s.Arrived+s.Corrected > 0 }

// Sum adds up the parts.
func Sum(parts []BehindPart) (events int64, counts decimal.Decimal) {
	for _, p := range parts {
		events, counts = events+p.Events, counts.Add(p.Counts)
	}
	return events, counts
}
