package contracts

import (
	"slices"

	"ratable/internal/period"
)

// Terminate ends the contract on a day before its term does: last is its last day. Lines that had not begun by then
// never do; ramps, installments and days of their own are cut at it. The revision counts from why.On, the last day at
// the latest.
func Terminate(d Document, last period.Date, e Ending, why Why) (Document, error) {
	var f findings
	if !d.Term.Span().Contains(last) {
		f.add("last", last.String(), "lies outside the term %s", d.Term.Span())
		return d.finished(f)
	}
	if why.On = period.MinDate(why.On, last); why.On.IsZero() {
		why.On = last
	}
	next := d.revised(why)
	next.Term.Through, next.Ending, next.Renewal = last, &e, nil
	next.Term.Renewed = slices.DeleteFunc(next.Term.Renewed, last.Before)
	if next.Trial != nil {
		next.Trial.Through = period.MinDate(next.Trial.Through, last)
	}
	gone := next.endLines(last)
	next.endSpend(last, gone)
	return next.finished(f)
}

// endLines cuts the lines at the last day and gives the ids of those that never begin.
func (d *Document) endLines(last period.Date) (gone []string) {
	d.Lines = slices.DeleteFunc(d.Lines, func(l Line) bool {
		late := last.Before(l.From) || l.Once != nil && last.Before(l.Once.On)
		if late {
			gone = append(gone, l.ID)
		}
		return late
	})
	for i := range d.Lines {
		l := &d.Lines[i]
		if !l.Through.Before(last) {
			l.Through = period.Date{}
		}
		if l.Fixed != nil && l.Through.IsZero() {
			l.Fixed.Ramp = clipped(l.Fixed.Ramp, last)
		}
	}
	return gone
}

// endSpend cuts everything that is about lines. What was about lines that never begin goes with them.
func (d *Document) endSpend(last period.Date, gone []string) {
	d.Prepaid = slices.DeleteFunc(d.Prepaid, func(p Prepaid) bool {
		late := last.Before(p.From) || !about(p.Lines, gone)
		if late {
			gone = append(gone, p.ID)
		}
		return late
	})
	for i := range d.Prepaid {
		d.Prepaid[i].Through = endedBy(d.Prepaid[i].Through, last)
		d.Prepaid[i].Lines = without(d.Prepaid[i].Lines, gone)
	}
	d.Commits = slices.DeleteFunc(d.Commits, func(c Commit) bool { return last.Before(c.From) || !about(c.Lines, gone) })
	for i := range d.Commits {
		d.Commits[i].Through = endedBy(d.Commits[i].Through, last)
		d.Commits[i].Lines = without(d.Commits[i].Lines, gone)
		if _, there := find(d.Commits, commitID, d.Commits[i].Within); !there {
			d.Commits[i].Within = ""
		}
	}
	d.Caps = slices.DeleteFunc(d.Caps, func(c Cap) bool { return !about(c.Lines, gone) })
	for i := range d.Caps {
		d.Caps[i].Lines = without(d.Caps[i].Lines, gone)
	}
	d.endGifts(last, gone)
}

func (d *Document) endGifts(last period.Date, gone []string) {
	d.Discounts = slices.DeleteFunc(d.Discounts, func(x Discount) bool { return last.Before(x.From) || !about(x.Lines, gone) })
	for i := range d.Discounts {
		d.Discounts[i].Through = endedBy(d.Discounts[i].Through, last)
		d.Discounts[i].Lines = without(d.Discounts[i].Lines, gone)
	}
	d.Credits = slices.DeleteFunc(d.Credits, func(x Credit) bool { return last.Before(x.From) || !about(x.Lines, gone) })
	for i := range d.Credits {
		d.Credits[i].Through = endedBy(d.Credits[i].Through, last)
		d.Credits[i].Lines = without(d.Credits[i].Lines, gone)
	}
	if d.Trial != nil && len(d.Trial.Lines) > 0 {
		if d.Trial.Lines = without(d.Trial.Lines, gone); len(d.Trial.Lines) == 0 {
			d.Trial = nil
		}
	}
}

// endedBy ends a promise's own last day with the contract; one that ran to the end runs to the new end.
func endedBy(through, last period.Date) period.Date {
	if through.Before(last) {
		return through
	}
	return period.Date{}
}

// about says whether any of the named lines is left; no names mean all lines.
func about(lines []string, gone []string) bool {
	return len(lines) == 0 || len(without(lines, gone)) > 0
}

func without(lines, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(id string) bool { return slices.Contains(gone, id) })
}
