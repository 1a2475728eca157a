package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"ratable/catalog"
)

// Rows copied in a spreadsheet arrive as lines of cells with tabs between them.

// pasteOrder is the order of a line's cells, by its kind.
var pasteOrder = map[string][]string{
	"fixed": {"product", "fixed.quantity", "fixed.unit_price", "fixed.every", "fixed.in", "clause", "description"},
	"ramp":  {"product", "fixed.every", "fixed.in", "clause", "description"},
	"once":  {"product", "once.quantity", "once.unit_price", "once.on", "clause", "description"},
	"usage": {"product", "usage.meter", "usage.included", "usage.every", "usage.price.model", "usage.price.amount", "clause", "description"},
}

// pasteHeads are the headings by which a column is known, whatever its place.
var pasteHeads = map[string]string{
	"product": "product", "item": "product", "sku": "product", "quantity": "fixed.quantity", "qty": "fixed.quantity", "seats": "fixed.quantity",
	"unit price": "fixed.unit_price", "price": "fixed.unit_price", "every": "fixed.every", "period": "fixed.every", "billing": "fixed.every",
	"billed in": "fixed.in", "clause": "clause", "description": "description", "text": "description", "from": "from", "through": "through", "id": "id",
}

// pasteLines puts pasted rows into the lines, beginning at the field that the cursor was in, and else behind the last
// line that says something.
func (v *visit) pasteLines(e entry) error {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	e.focus = e.sheet.paste(v.form("paste.at"), v.echo.FormValue("paste"), sold)
	return v.showEditor(http.StatusOK, e)
}

var rowNamed = regexp.MustCompile(`([a-z_]+)\[(\d{1,3})\]`)

// paste fills cells and gives the row that was filled last.
func (s sheet) paste(at, text string, sold *catalog.Catalog) (last string) {
	var rows [][]string
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n") {
		if strings.TrimSpace(line) != "" && len(rows) < maxRows {
			rows = append(rows, strings.Split(strings.ToValidUTF8(line, "\uFFFD"), "\t"))
		}
	}
	if len(rows) == 0 {
		return ""
	}
	heads := headings(rows[0])
	if heads != nil {
		rows = rows[1:]
	}
	first, column := s.place(at)
	for i, cells := range rows {
		for s.rows("lines") <= first+i {
			if s.add("lines") == "" {
				return last
			}
		}
		row := fmt.Sprintf("lines[%d]", first+i)
		order := heads
		if order == nil {
			order = pasteOrder[fieldsByPath["lines[].kind"].choiceOf(s[row+".kind"])]
			order = order[min(column, len(order)):]
		}
		for k, cell := range cells {
			if k < len(order) && order[k] != "" {
				s[row+"."+order[k]] = tidied(order[k], cell, sold)
			}
		}
		last = row
	}
	return last
}

// headings reads a first row of headings; nil when it is none.
func headings(cells []string) []string {
	out := make([]string, len(cells))
	known := 0
	for i, cell := range cells {
		if out[i] = pasteHeads[strings.ToLower(strings.TrimSpace(cell))]; out[i] != "" {
			known++
		}
	}
	if known < 2 {
		return nil
	}
	return out
}

// place is the row and column that a field has in the grid.
func (s sheet) place(at string) (row, column int) {
	if m := rowNamed.FindStringSubmatch(at); m != nil && m[1] == "lines" {
		if _, known := fieldNamed(at); known && inBounds(at) {
			fmt.Sscan(m[2], &row)
			name := strings.TrimPrefix(at, fmt.Sprintf("lines[%d].", row))
			for i, key := range pasteOrder[fieldsByPath["lines[].kind"].choiceOf(s[fmt.Sprintf("lines[%d].kind", row)])] {
				if key == name {
					column = i
				}
			}
			return row, column
		}
	}
	for row = s.rows("lines"); row > 0 && s.blank(fmt.Sprintf("lines[%d]", row-1)); row-- {
	}
	return row, 0
}

var (
	writtenFigure = regexp.MustCompile(`^[^\d.-]{0,4}(-?\d{1,3}(?:,\d{3})*(?:\.\d+)?|-?\d+(?:\.\d+)?)[^\d]{0,4}$`)
	everyWords    = map[string]string{"monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year", "annually": "year", "half-yearly": "half-year", "once": "term", "one-time": "term", "one time": "term"}
)

// tidied reads a cell the way a spreadsheet writes it: $1,250.00 is 1250.00, Monthly is month, a product's name is its
// code. What is none of these stays as it is and is found wrong, if it is.
func tidied(key, cell string, sold *catalog.Catalog) string {
	cell = strings.TrimSpace(cell)
	f := fieldsByPath["lines[]."+key]
	switch f.shape {
	case numeric:
		if m := writtenFigure.FindStringSubmatch(cell); m != nil {
			return strings.ReplaceAll(m[1], ",", "")
		}
	case oneOf:
		word := strings.ToLower(cell)
		if said, ok := everyWords[word]; ok {
			return said
		}
		for i := 0; i+1 < len(f.choices); i += 2 {
			if word == f.choices[i] || word == strings.ToLower(f.choices[i+1]) {
				return f.choices[i]
			}
		}
	case coded:
		for _, p := range sold.Products() {
			if key == "product" && strings.EqualFold(p.Name, cell) {
				return p.Code
			}
		}
	}
	return cell
}
