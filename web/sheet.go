package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sheet is a contract form as it was filled in: what was typed, by the name of its field. It is kept exactly, whatever
// it says, and turned into a document to be judged; findings come back to the fields.
type sheet map[string]string

// maxRows bounds every list of the form; a row beyond it is no row.
const maxRows = 500

// typed reads a form that was sent; names that are no fields of it are dropped.
func typed(sent url.Values) sheet {
	s := sheet{}
	for name, values := range sent {
		if f, known := fieldNamed(name); known && inBounds(name) {
			if f.shape != among { // only boxes to tick say the same name several times
				values = values[:1]
			}
			s[name] = strings.ToValidUTF8(strings.ReplaceAll(strings.Join(values, ", "), "\r\n", "\n"), "\uFFFD")
		}
	}
	return s
}

func inBounds(name string) bool {
	for _, m := range rowNumber.FindAllStringSubmatch(name, -1) {
		if n, err := strconv.Atoi(m[1]); err != nil || n >= maxRows {
			return false
		}
	}
	return true
}

// rows counts the rows of a list: "lines" or "lines[2].usage.price.tiers".
func (s sheet) rows(list string) int {
	n := 0
	for name := range s {
		if rest, ok := strings.CutPrefix(name, list+"["); ok {
			if number, _, ok := strings.Cut(rest, "]"); ok {
				if i, err := strconv.Atoi(number); err == nil {
					n = max(n, i+1)
				}
			}
		}
	}
	return n
}

// under lists the names below a row or group.
func (s sheet) under(prefix string) []string {
	var out []string
	for name := range s {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	return out
}

// blank says that nobody typed anything into a row: choices do not count, they always say something.
func (s sheet) blank(row string) bool {
	for _, name := range s.under(row + ".") {
		if f, ok := fieldNamed(name); ok && f.says(s[name]) {
			return false
		}
	}
	return true
}

// add puts an empty row at the end of a list. A line takes over kind, period and timing of the one before.
func (s sheet) add(list string) string {
	n := s.rows(list)
	if n >= maxRows {
		return ""
	}
	row := fmt.Sprintf("%s[%d]", list, n)
	pattern := rowNumber.ReplaceAllString(list, "[]") + "[]."
	for _, f := range formFields {
		rest, inside := strings.CutPrefix(f.path, pattern)
		if !inside || strings.Contains(rest, "[]") {
			continue
		}
		s[row+"."+rest] = ""
		if f.shape == oneOf && n > 0 {
			s[row+"."+rest] = s[fmt.Sprintf("%s[%d].%s", list, n-1, rest)]
		}
	}
	return row
}

// remove takes a row out; the rows behind it move up.
func (s sheet) remove(list string, gone int) {
	n := s.rows(list)
	for i := gone; i < n; i++ {
		row := fmt.Sprintf("%s[%d].", list, i)
		for _, name := range s.under(row) {
			delete(s, name)
		}
		next := fmt.Sprintf("%s[%d].", list, i+1)
		for _, name := range s.under(next) {
			s[row+strings.TrimPrefix(name, next)] = s[name]
		}
	}
}

// press does what a button of the form asks for: "add-line", "remove-line-2" (counted from 0), or by the name of the list
// or section "add:lines[1].usage.price.tiers", "remove:caps:0", "add:trial". It gives the row to go on in, and whether it
// was such a button at all.
func (s sheet) press(button string) (row string, pressed bool) {
	button = strings.NewReplacer("add-line", "add:lines", "remove-line-", "remove:lines:").Replace(button)
	verb, name, _ := strings.Cut(button, ":")
	switch verb {
	case "add":
		if slices.Contains(sections, name) {
			return s.begin(name), true
		}
		if isList(name) && inBounds(name) {
			row = s.add(name)
			s.suggest(name, s.rows(name)-1)
		}
		return row, true
	case "remove":
		if slices.Contains(sections, name) {
			s.end(name)
			return "", true
		}
		list, number, _ := strings.Cut(name, ":")
		i, err := strconv.Atoi(number)
		if err == nil && isList(list) && i >= 0 && i < s.rows(list) {
			s.remove(list, i)
			if n := s.rows(list); n > 0 {
				row = fmt.Sprintf("%s[%d]", list, min(i, n-1))
			}
		}
		return row, true
	}
	return "", false
}

// names lists what the sheet holds, in order, for tests and hidden fields.
func (s sheet) names() []string {
	var out []string
	for name := range s {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
