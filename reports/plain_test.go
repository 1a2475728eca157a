package reports_test

import (
	"fmt"
	"slices"
	"strings"

	"ratable/reports"
)

func contains[T comparable](list []T, one T) bool { return slices.Contains(list, one) }

func firstWord(source string) string {
	word, _, _ := strings.Cut(source, ":")
	return word
}

func text(n int64) string { return fmt.Sprint(n) }

// pair is what a link is narrowed by.
func pair(l reports.Link, name string) string {
	for i := 0; i+1 < len(l.With); i += 2 {
		if l.With[i] == name {
			return l.With[i+1]
		}
	}
	return ""
}

// productOf is the product a row of revenue is of, read off where its figures lead.
func productOf(r reports.Row) string { return pair(r.Cells[len(r.Cells)-1].Link, "of") }
