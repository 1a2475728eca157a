package period

import (
	"fmt"
	"slices"
)

// Span is the days [Start, End): End is the first day after it. A span whose
// End is no date goes on for ever (a contract nobody has ended; ends_on NULL).
// The zero Span is empty.
type Span struct{ Start, End Date }

// NewSpan returns [start, end); end may be no date. A span that ends before it
// starts panics: documents are checked where they are read.
func NewSpan(start, end Date) Span {
	s := Span{start, end}
	start.must()
	if !s.Open() && end.Before(start) {
		panic(fmt.Sprintf("period: the span from %s ends before it starts, on %s", start, end))
	}
	return s
}

// Through returns the span from one day through another, both included, as
// people write it.
func Through(from, through Date) Span { return NewSpan(from, through.AddDays(1)) }

// Open says whether the span has no end.
func (s Span) Open() bool { return !s.Start.IsZero() && s.End.IsZero() }

// Empty says whether there is no day in the span.
func (s Span) Empty() bool { return s.Start.IsZero() || !s.Open() && !s.Start.Before(s.End) }

// Days returns how many days the span has. An open span panics: there is no
// number to prorate with.
func (s Span) Days() int {
	if s.Empty() {
		return 0
	}
	return s.closed().End.Sub(s.Start)
}

func (s Span) closed() Span {
	if s.Open() {
		panic(fmt.Sprintf("period: the span from %s has no end to count to", s.Start))
	}
	return s
}

// Last returns the last day, for people; no date when open or empty.
func (s Span) Last() Date {
	if s.Empty() || s.Open() {
		return Date{}
	}
	return s.End.AddDays(-1)
}

// Contains says whether a day lies in the span.
func (s Span) Contains(d Date) bool {
	return !d.IsZero() && !s.Empty() && !d.Before(s.Start) && (s.Open() || d.Before(s.End))
}

// Covers says whether every day of t lies in s. An empty t always does.
func (s Span) Covers(t Span) bool { return t.Empty() || s.Intersect(t) == t }

// Overlaps says whether the spans share a day. Spans that only touch do not:
//
//	s  ----
//	t      ----   no
//	t     ----    yes
func (s Span) Overlaps(t Span) bool { return !s.Intersect(t).Empty() }

// Intersect returns the days both spans have, or the zero Span.
func (s Span) Intersect(t Span) Span {
	if s.Empty() || t.Empty() {
		return Span{}
	}
	both := Span{MaxDate(s.Start, t.Start), MinDate(s.End, t.End)}
	if both.Empty() {
		return Span{}
	}
	return both
}

// Cut splits the span at days, in any order and with repeats; days outside it
// or at its ends cut nothing. The pieces tile the span:
//
//	s    ------------
//	at      ^    ^
//	     ---|----|---
func (s Span) Cut(at ...Date) []Span {
	if s.Empty() {
		return nil
	}
	cuts := slices.Clone(at)
	slices.SortFunc(cuts, Date.Compare)
	pieces := make([]Span, 0, len(cuts)+1)
	rest := s
	for _, d := range cuts {
		if rest.Contains(d) && d != rest.Start {
			pieces = append(pieces, Span{rest.Start, d})
			rest.Start = d
		}
	}
	return append(pieces, rest)
}

// Months returns the calendar months the span touches, in order.
func (s Span) Months() []Month {
	if s.Empty() {
		return nil
	}
	first, last := s.Start.MonthOf(), s.closed().Last().MonthOf()
	months := make([]Month, 0, last.Sub(first)+1)
	for n := range last.Sub(first) + 1 {
		months = append(months, first.Add(n))
	}
	return months
}

// String shows both ends included, "2026-01-01..2026-01-31"; an open span ends
// in "..", an empty one is "".
func (s Span) String() string {
	if s.Empty() {
		return ""
	}
	return s.Start.String() + ".." + s.Last().String()
}
