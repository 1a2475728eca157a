package web

import (
	"encoding/csv"
	"strings"
)

// csvFile answers with rows as a file: the head first, then each row that `rows` gives. Every cell is guarded, because a
// spreadsheet runs what begins like a formula. Nothing is sent before the first few kilobytes are there, so that what
// fails at once is an error page; what fails later breaks the connection off.
func (v *visit) csvFile(name string, head []string, rows func(write func(cells ...string) error) error) error {
	h := v.echo.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := csv.NewWriter(v.echo.Response())
	out.UseCRLF = true // RFC 4180
	write := func(cells ...string) error {
		guarded := make([]string, len(cells))
		for i, cell := range cells {
			guarded[i] = unformula(cell)
		}
		return out.Write(guarded)
	}
	if err := write(head...); err != nil {
		return err
	}
	if err := rows(write); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// unformula puts an apostrophe before what a spreadsheet would run; a plain negative number stays one.
func unformula(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if cell[0] == '-' && strings.Trim(cell[1:], "0123456789.") == "" {
		return cell
	}
	return "'" + cell
}
