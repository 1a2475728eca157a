package contracts

import (
	"fmt"
	"slices"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
)

// DefaultLate is what becomes of late usage where a contract does not say.
const DefaultLate = NextInvoice

// LateUsage is what becomes of usage that is taken after its period was billed. A contract that refuses some keeps to the
// default with what comes in between: late, and before its last day.
func (b Billing) LateUsage() LateUsage {
	if b.Late == "" || b.Late == Refuse {
		return DefaultLate
	}
	return b.Late
}

// LateUsageEnds is the first day on which late usage waits no longer for a regular document: thirty days after the
// contract none is to come.
func (a Agreement) LateUsageEnds() period.Date { return a.Term().End.AddDays(30) }

// RefusesLate says whether the contract stops taking usage some time after its billing period, and how many days after.
func (b Billing) RefusesLate() (days int, refuses bool) {
	return b.RefuseAfterDays, b.Late == Refuse
}

// maxRefuseAfter is about the longest time anybody argues over a bill.
const maxRefuseAfter = 730

func (b Billing) validateLate(f *findings) {
	word(f, "billing.late_usage", b.Late, NextInvoice, AtOnce, Reissue, Refuse)
	const at = "billing.refuse_after_days"
	switch {
	case b.Late == Refuse && b.RefuseAfterDays == 0:
		f.add(at, "", "is missing: say how many days after the end of its billing period usage is still taken, from 1 to %d", maxRefuseAfter)
	case b.Late != Refuse && b.RefuseAfterDays != 0:
		f.add(at, fmt.Sprint(b.RefuseAfterDays), "has a meaning only beside late_usage: refuse")
	case b.RefuseAfterDays < 0 || b.RefuseAfterDays > maxRefuseAfter:
		f.add(at, fmt.Sprint(b.RefuseAfterDays), "must be from 1 to %d days", maxRefuseAfter)
	}
}

// accepting is what a version says of a usage line, as far as it decides until when use is taken: a new price does not cut
// the period that a deadline counts from.
type accepting struct {
	line  Line
	after int
	open  bool
}

// Deadlines says until when the use of each day is taken, line by line: also that lines take it whenever it comes, which
// matters where another line measures the same (usage.Deadlines). Each day has the deadline of the version that governs
// it: what was agreed for days to come refuses nothing of days gone by.
func (a Agreement) Deadlines() (out usage.Deadlines) {
	align := a.Versions[0].Document.Billing.Align
	for _, id := range lineages(a, documentLines, lineID) {
		measured := a.takings(id, func(x, y accepting) bool { return x.measuresAs(y) })
		for _, s := range a.takings(id, func(x, y accepting) bool { return x.after == y.after && x.open == y.open && x.measuresAs(y) }) {
			cadence, err := period.ParseCadence(s.terms.line.Usage.Every)
			if err != nil {
				continue // not of a document that was ever accepted
			}
			d := usage.Deadline{Contract: a.Number, Days: s.span, After: s.terms.after, Open: s.terms.open,
				Periods: period.Recurrence{Anchor: s.anchor, Cadence: cadence}}
			if cadence != period.Term {
				d.Periods.Anchor = anchor(s.anchor, cadence, align)
			}
			parts := uncut(d, whole(measured, s.span).End)
			for _, user := range a.usersOf(s.terms.line) {
				for _, d := range parts {
					d.Key = usage.Key{Customer: user, Meter: s.terms.line.Usage.Meter}
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// uncut splits off the days of a deadline whose billing period goes on under the terms that follow: the bill is made at
// its end, not at theirs, and from there their days are counted.
func uncut(d usage.Deadline, end period.Date) []usage.Deadline {
	last := period.NewSpan(d.Days.Start, end)
	if d.Periods.Cadence != period.Term {
		piece := d.Periods.Piece(d.Periods.Index(d.Days.End.AddDays(-1)))
		last = period.NewSpan(period.MaxDate(piece.Start, d.Days.Start), period.MinDate(piece.End, end))
	}
	if d.Open || !last.End.After(d.Days.End) {
		return []usage.Deadline{d}
	}
	rest := d
	d.Days.End, rest.Days.Start = last.Start, last.Start
	rest.After += last.End.Sub(rest.Days.End)
	if d.Days.Empty() {
		return []usage.Deadline{rest}
	}
	return []usage.Deadline{d, rest}
}

// whole is the stretch that the days lie in.
func whole(all []stretch[accepting], days period.Span) period.Span {
	for _, s := range all {
		if s.span.Contains(days.Start) {
			return s.span
		}
	}
	return days
}

// measuresAs says whether a change of one into the other leaves billing periods whole.
func (x accepting) measuresAs(y accepting) bool {
	return slices.Equal(x.line.Users, y.line.Users) && x.line.Usage.Meter == y.line.Usage.Meter && x.line.Usage.Every == y.line.Usage.Every
}

func (a Agreement) takings(id string, same func(x, y accepting) bool) []stretch[accepting] {
	return stretchesOf(a, id, func(v *Version) (period.Span, accepting, bool) {
		l, ok := v.Document.line(id)
		days, refuses := v.Document.Billing.RefusesLate()
		return v.Document.days(l), accepting{l, days, !refuses}, ok && l.Usage != nil
	}, same)
}

// usersOf are those whose usage a line counts.
func (a Agreement) usersOf(l Line) []customers.ID {
	if len(l.Users) == 0 {
		return []customers.ID{a.Customer}
	}
	var out []customers.ID
	for _, external := range l.Users {
		if id, known := a.Users[external]; known {
			out = append(out, id)
		}
	}
	return out
}
