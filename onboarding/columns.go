package onboarding

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// Column is a column of a kind of file.
type Column struct {
	Name     string
	Aliases  []string // other headers that mean it
	Required bool     // each row needs a value
	About    string   // one sentence
	Examples []string // one for each row of the template
}

// The columns that an error file adds. They are read over when it comes back.
const (
	errorField = "error_field"
	errorText  = "error"
)

// Columns lists what a kind of file may hold.
func Columns(k Kind) []Column {
	switch k {
	case Customers:
		return customerColumns
	case Contracts:
		return contractColumns
	case Invoices:
		return invoiceColumns
	case Balances:
		return balanceColumns
	}
	return nil
}

// folded is a header as people mean it: "E-Mail ", "e_mail" and "email" are one.
func folded(header string) string {
	header = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(header, "\ufeff")))
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(header)
}

// columnOf finds the column that a header means.
func columnOf(all []Column, header string) (string, bool) {
	want := folded(header)
	for _, c := range all {
		if folded(c.Name) == want || slices.ContainsFunc(c.Aliases, func(a string) bool { return folded(a) == want }) {
			return c.Name, true
		}
	}
	return "", want == folded(errorField) || want == folded(errorText)
}

// mapped gives each header its column, and refuses what is unknown, given twice or missing.
func mapped(k Kind, headers []string) (columns []string, found []fault.Field) {
	all := Columns(k)
	seen := map[string]string{}
	for _, h := range headers {
		name, known := columnOf(all, h)
		columns = append(columns, name)
		switch {
		case !known:
			found = append(found, fault.Field{Path: fault.Shown(h), Line: 1, Message: fmt.Sprintf("is no column of a file of %s; the nearest is %s. Rename it, or take it out: what is not read is lost", k, nearest(all, h))})
		case name != "" && seen[name] != "":
			found = append(found, fault.Field{Path: fault.Shown(h), Line: 1, Message: fmt.Sprintf("means the column %s, as %s does; keep one", name, fault.Shown(seen[name]))})
		}
		if known {
			seen[name] = h
		}
	}
	for _, c := range all {
		if c.Required && seen[c.Name] == "" {
			found = append(found, fault.Field{Path: c.Name, Line: 1, Message: "is missing from the header: " + c.About})
		}
	}
	return columns, found
}

// nearest is the column whose name, or another name of it, takes the fewest changes to come to.
func nearest(all []Column, header string) string {
	best, least := "", 1<<30
	for _, c := range all {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if d := distance(folded(header), folded(name)); d < least {
				best, least = c.Name, d
			}
		}
	}
	return best
}

// distance counts the letters to insert, take out or exchange (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 60 { // no header of ours is longer
		x = x[:60]
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			same := before
			if x[i] != y[j] {
				same++
			}
			before, row[j+1] = row[j+1], min(same, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
