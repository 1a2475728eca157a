package onboarding

import (
	"encoding/csv"
	"strings"
)

// Template is a file of a kind to begin with: every column and rows of an example.
func Template(k Kind) string {
	var b strings.Builder
	out := csv.NewWriter(&b)
	all := Columns(k)
	var head []string
	rows := 0
	for _, c := range all {
		head = append(head, c.Name)
		rows = max(rows, len(c.Examples))
	}
	write := func(cells []string) {
		if err := out.Write(cells); err != nil {
			panic(err) // into memory
		}
	}
	write(head)
	for n := range rows {
		var cells []string
		for _, c := range all {
			cell := ""
			if n < len(c.Examples) {
				cell = c.Examples[n]
			}
			cells = append(cells, cell)
		}
		write(cells)
	}
	out.Flush()
	return b.String()
}
