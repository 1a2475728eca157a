package period

import (
	"fmt"

	"ratable/internal/fault"
)

// Cadence says how often something comes round. It is its own spelling in
// documents and in the database.
type Cadence string

// The cadences of a contract.
const (
	Monthly    Cadence = "month"
	Quarterly  Cadence = "quarter"
	HalfYearly Cadence = "half-year"
	Yearly     Cadence = "year"
	Term       Cadence = "term" // once, for the whole term
)

// ParseCadence reads a cadence as documents write it.
func ParseCadence(s string) (Cadence, error) {
	switch c := Cadence(s); c {
	case Monthly, Quarterly, HalfYearly, Yearly, Term:
		return c, nil
	}
	return "", fault.New(fault.Invalid, "%s is not a cadence: write month, quarter, half-year, year or term", fault.Quote(s))
}

// Months returns the length of one period: 1, 3, 6 or 12, and 0 for Term. A
// cadence that was not parsed panics.
func (c Cadence) Months() int {
	switch c {
	case Monthly:
		return 1
	case Quarterly:
		return 3
	case HalfYearly:
		return 6
	case Yearly:
		return 12
	case Term:
		return 0
	}
	panic(fmt.Sprintf("period: %q is not a cadence", string(c)))
}

// Recurrence is a cadence counted from an anchor day. The nth date is
// anchor x n, not the date before plus a month, so a short month does not pull
// the later ones forward: 31 January, 28 February, 31 March.
type Recurrence struct {
	Anchor Date
	Cadence
}

// Nth returns the start of period n; n may be negative. A Term has only n = 0.
func (r Recurrence) Nth(n int) Date {
	if r.Months() == 0 && n != 0 {
		panic(fmt.Sprintf("period: a term comes once, there is no period %d", n))
	}
	return r.Anchor.AddMonths(n * r.Months())
}

// Piece returns period n, [Nth(n), Nth(n+1)). The one piece of a Term is open:
// only the contract knows where it ends.
func (r Recurrence) Piece(n int) Span {
	if r.Months() == 0 {
		return Span{r.Nth(n), Date{}}
	}
	return Span{r.Nth(n), r.Nth(n + 1)}
}

// Index returns the n whose piece contains a day, negative before the anchor.
// For a Term it is 0, or -1 before the anchor.
func (r Recurrence) Index(d Date) int {
	if r.Months() == 0 {
		if d.Before(r.Anchor) {
			return -1
		}
		return 0
	}
	n := floorDiv(d.MonthOf().Sub(r.Anchor.MonthOf()), r.Months())
	if d.Before(r.Nth(n)) { // same month, but before the anchor's day in it
		n--
	}
	return n
}

// Within returns the whole periods that touch a span, before and after the
// anchor, in order and unclipped: proration divides by the whole period's
// days. The caller clips with Intersect.
//
//	periods  |----|----|----|----|
//	span           -------
//	within        |----|----|
//
// For a Term it is the one span from the anchor to the end of the given span,
// which therefore has to be the contract's term.
func (r Recurrence) Within(span Span) []Span {
	if span.Empty() {
		return nil
	}
	if r.Months() == 0 {
		whole := Span{r.Anchor, span.End}
		if !whole.Overlaps(span) {
			return nil
		}
		return []Span{whole}
	}
	first, last := r.Index(span.Start), r.Index(span.closed().Last())
	pieces := make([]Span, 0, last-first+1)
	for n := first; n <= last; n++ {
		pieces = append(pieces, r.Piece(n))
	}
	return pieces
}
