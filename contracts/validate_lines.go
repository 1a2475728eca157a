package contracts

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Bounds that no contract of the field comes near; pricing takes time with each.
const maxLines = 500

func (d Document) validateLines(f *findings) {
	switch n := len(d.Lines); {
	case n == 0:
		f.add("lines", "", "is empty: a contract needs at least one line")
	case n > maxLines:
		f.add("lines", "", "has %d lines; at most %d fit, so make it several contracts", n, maxLines)
		return
	}
	seen := map[string]string{}
	for i, l := range d.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		unique(f, seen, at+".id", l.ID)
		f.key(at+".product", l.Product, "a product of the catalog")
		f.text(at+".description", l.Description, 200)
		f.text(at+".clause", l.Clause, 60)
		validateUsers(f, at+".users", l)
		word(f, at+".role", l.Role, Principal, Agent)
		d.validateRole(f, at, l)
		d.validatePrice(f, at, l)
	}
	for i, c := range d.Commits {
		unique(f, seen, fmt.Sprintf("commitments[%d].id", i), c.ID)
	}
	for i, c := range d.Prepaid {
		unique(f, seen, fmt.Sprintf("prepaid[%d].id", i), c.ID)
	}
}

// validatePrice holds a line to exactly one way of being priced.
func (d Document) validatePrice(f *findings, at string, l Line) {
	n := 0
	for _, has := range []bool{l.Fixed != nil, l.Usage != nil, l.Once != nil} {
		if has {
			n++
		}
	}
	switch {
	case n > 1:
		f.add(at, l.ID, "has more than one of fixed, usage and once; split it into lines")
	case l.Fixed != nil:
		d.validateFixed(f, at+".fixed", *l.Fixed)
	case l.Usage != nil:
		validateUsage(f, at+".usage", *l.Usage)
	case l.Once != nil:
		d.validateOnce(f, at+".once", *l.Once)
	default:
		f.add(at, l.ID, "has no price: give it fixed, usage or once")
	}
}

// unique holds ids apart across lines, commitments and caps alike, because each
// of them is a lineage in invoices and postings.
func unique(f *findings, seen map[string]string, path, id string) {
	f.key(path, id, "this promise, and stays the same through amendments")
	if first, again := seen[id]; again && id != "" {
		f.add(path, fault.Shown(id), "is used twice; %s has it already", first)
		return
	}
	seen[id] = path
}

// validateDays holds the days of every line and ramp against the term.
func (d Document) validateDays(f *findings, term period.Span) {
	for i, l := range d.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		inside := true
		for _, end := range []struct {
			key string
			day period.Date
		}{{"from", l.From}, {"through", l.Through}} {
			if !end.day.IsZero() && !term.Contains(end.day) {
				f.add(at+"."+end.key, end.day.String(), "lies outside the term %s", term)
				inside = false
			}
		}
		if !inside {
			continue
		}
		if days := d.days(l); days.Empty() {
			f.add(at+".through", l.Through.String(), "is before the line's first day %s", days.Start)
		} else {
			d.validateFeeDays(f, at, l, days, term)
		}
	}
}

// validateRamp holds the steps against the line's days: they must tile them.
// After the first step that does not fit, nothing sensible can be said of the
// ones behind it.
//
//	line  |---------------------|
//	steps |-----)[------)[------|    no gap, no overlap, no overhang
func validateRamp(f *findings, at string, ramp []Step, days period.Span) {
	next := days.Start
	for i, s := range ramp {
		here := fmt.Sprintf("%s[%d]", at, i)
		switch {
		case s.From.IsZero():
			f.add(here+".from", "", "is missing: this step begins on %s", next)
		case s.Through.IsZero():
			f.add(here+".through", "", "is missing: the last day of this step")
		case s.From.Before(next) && i > 0:
			f.add(here+".from", s.From.String(), "overlaps the step before, which runs through %s", next.AddDays(-1))
		case s.From.Before(next):
			f.add(here+".from", s.From.String(), "is before the line's first day %s", next)
		case s.From != next:
			f.add(here+".from", s.From.String(), "leaves a gap: this step must begin on %s", next)
		case s.Through.Before(s.From):
			f.add(here+".through", s.Through.String(), "is before from %s", s.From)
		case !s.Through.Before(days.End):
			f.add(here+".through", s.Through.String(), "runs past the line's last day %s", days.End.AddDays(-1))
		default:
			next = s.Through.AddDays(1)
			continue
		}
		return
	}
	if next != days.End {
		f.add(fmt.Sprintf("%s[%d].through", at, len(ramp)-1), next.AddDays(-1).String(), "leaves a gap: the last step must end on the line's last day %s", days.End.AddDays(-1))
	}
}
