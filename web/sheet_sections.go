package web

import (
	"fmt"
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/internal/period"
)

// This file is what buttons put into a form: sections that a contract may have, and what is likely in a row that was
// added.

// has says whether a section is in the form, filled in or not.
func (s sheet) has(section string) bool { return len(s.under(section+".")) > 0 }

// begun is what a section that was just added says.
var begun = map[string]string{"renewal.months": "12", "renewal.auto": "true"}

// begin puts a section into the form; one that is there stays as it is.
func (s sheet) begin(section string) string {
	if !s.has(section) {
		for _, f := range formFields {
			if strings.HasPrefix(f.path, section+".") {
				s[f.path] = begun[f.path]
			}
		}
	}
	return section
}

// end takes a section out with all that was typed in it.
func (s sheet) end(section string) {
	for _, name := range s.under(section + ".") {
		delete(s, name)
	}
}

// suggest fills in the days of a new step or installment: behind the one before it, within the line's days.
func (s sheet) suggest(list string, n int) {
	line, inLine := cutLine(list)
	if !inLine || n < 0 {
		return
	}
	first, last := s.day(line+".from", "term.from"), s.day(line+".through", "term.through")
	row, before := fmt.Sprintf("%s[%d].", list, n), fmt.Sprintf("%s[%d].", list, n-1)
	switch {
	case first.IsZero():
	case strings.HasSuffix(list, ".ramp"):
		from := first
		if n > 0 {
			if from = s.day(before + "through"); from.IsZero() || !last.IsZero() && !from.Before(last) {
				return
			}
			from = from.AddDays(1)
		}
		through := from.AddMonths(12).AddDays(-1)
		if !last.IsZero() {
			through = period.MinDate(through, last)
		}
		s[row+"from"], s[row+"through"] = from.String(), through.String()
	case strings.HasSuffix(list, ".installments"):
		on := first
		if n > 0 {
			if on = s.day(before + "on"); on.IsZero() {
				return
			}
			on = on.AddMonths(3)
		}
		if last.IsZero() || !last.Before(on) {
			s[row+"on"] = on.String()
		}
	}
}

// cutLine is the row that a list inside it belongs to: a line, or a prepaid amount.
func cutLine(list string) (row string, ok bool) {
	row, _, ok = strings.Cut(list, "].")
	return row + "]", ok
}

// day is the first of some fields that says a day.
func (s sheet) day(names ...string) period.Date {
	for _, name := range names {
		if d, err := period.ParseDate(strings.TrimSpace(s[name])); err == nil {
			return d
		}
	}
	return period.Date{}
}

// withRows gives a list without rows its first ones where there must be some: a contract has lines, a ramp steps, a price
// by tiers tiers.
func withRows(s sheet) {
	if s.rows("lines") == 0 {
		s.add("lines")
	}
	for _, name := range s.names() {
		list := ""
		switch at, ok := strings.CutSuffix(name, ".model"); {
		case ok && strings.Contains(modelKeys[s[name]], "tiers"):
			list = at + ".tiers"
		case ok && s[name] == "matrix":
			list = at + ".prices"
		case strings.HasSuffix(name, "].kind") && (s[name] == "ramp" || s[name] == "installments"):
			list = strings.TrimSuffix(name, "kind") + "fixed." + s[name]
		}
		for n := 0; list != "" && n < 2 && s.rows(list) == n; n++ {
			s.add(list)
			s.suggest(list, n)
		}
	}
}

// meters are those of the catalog that a usage line names.
func (s sheet) meters(sold *catalog.Catalog) []string {
	var out []string
	for i := range s.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		code := strings.TrimSpace(s[row+".usage.meter"])
		if _, known := sold.Meter(code); known && s[row+".kind"] == "usage" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}
