package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is a cell as files write it: exact, without separators, the same in every form.
func value(c Column, cell Cell) string {
	switch c.Kind {
	case Figure:
		if cell.Amount.Currency() == "" {
			return cell.Text // the label of a total in a figure's column, or nothing
		}
		return cell.Amount.String()
	case Count:
		if cell.Text != "" || cell.Count == 0 {
			return cell.Text
		}
		return strconv.FormatInt(cell.Count, 10)
	case Day:
		if !cell.On.IsZero() {
			return cell.On.String()
		}
	case Month:
		if !cell.Month.IsZero() {
			return cell.Month.String()
		}
	}
	return cell.Text
}

// Guarded puts an apostrophe before a text that a spreadsheet would run as a formula; a plain number is left alone.
func Guarded(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, text)
	if text == "" || !strings.ContainsRune("=+-@", rune(text[0])) {
		return text
	}
	if text[0] == '-' && strings.Trim(text[1:], "0123456789.") == "" {
		return text
	}
	return "'" + text
}

// Find looks a table up by its name; no name is the first.
func (d Drawn) Table(name string) (Table, bool) {
	if name == "" && len(d.Tables) > 0 {
		return d.Tables[0], true
	}
	i := slices.IndexFunc(d.Tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return Table{}, false
	}
	return d.Tables[i], true
}

// FileName is what a file of the report is called, without its ending.
func (d Drawn) FileName() string {
	name := fmt.Sprintf("%s-%s-%s", d.Report.Code, strings.ToLower(d.Scope.Entity.Code), d.Scope.Month)
	if d.Scope.By != "" {
		name += "-" + d.Scope.By
	}
	return name
}

// WriteCSV writes one table: a head, then every row, totals included; headings are rows with one word. RFC 4180.
func WriteCSV(w io.Writer, d Drawn, t Table) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := make([]string, 0, len(t.Columns)+1)
	for _, c := range t.Columns {
		head = append(head, c.Name)
	}
	if err := out.Write(append(head, "currency")); err != nil {
		return err
	}
	for _, r := range t.Rows {
		cells := make([]string, 0, len(t.Columns)+1)
		for i, c := range t.Columns {
			cells = append(cells, Guarded(value(c, r.Cells[i])))
		}
		if err := out.Write(append(cells, string(d.Scope.Currency))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteText writes the whole report for a terminal: figures to the right, negative ones in parentheses.
func WriteText(w io.Writer, d Drawn) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %s, as booked through %s\n", d.Report.Title, d.Scope.Entity.Name, d.Scope.Currency, d.Scope.Month.Last())
	for _, t := range d.Tables {
		b.WriteString("\n")
		if t.Title != "" {
			b.WriteString(t.Title + "\n")
		}
		t.text(&b)
	}
	for _, c := range d.Checks {
		said := "agrees"
		if !c.OK() {
			said = "DIFFERS by " + c.Left.Sub(c.Right).Display()
		}
		fmt.Fprintf(&b, "\n%s: %s %s, %s %s: %s\n", c.Name, c.LeftName, c.Left.Display(), c.RightName, c.Right.Display(), said)
	}
	for _, n := range d.Notes {
		b.WriteString("\n" + n + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t Table) text(b *strings.Builder) {
	grid := [][]string{make([]string, len(t.Columns))}
	for i, c := range t.Columns {
		grid[0][i] = c.Label
	}
	for _, r := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			cells[i] = value(c, r.Cells[i])
			if a := r.Cells[i].Amount; c.Kind == Figure && a.Currency() != "" {
				cells[i] = a.Display() + " "
				if a.Sign() < 0 {
					cells[i] = "(" + a.Neg().Display() + ")"
				}
			}
		}
		grid = append(grid, cells)
	}
	widths := make([]int, len(t.Columns))
	for _, cells := range grid {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, cells := range grid {
		var row strings.Builder
		for i, cell := range cells {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if k := t.Columns[i].Kind; k == Figure || k == Count || k == Number {
				row.WriteString(pad + cell + "  ")
			} else {
				row.WriteString(cell + pad + "  ")
			}
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	if len(t.Rows) == 0 {
		b.WriteString(t.Empty + "\n")
	}
}
