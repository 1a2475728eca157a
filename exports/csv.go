package exports

import (
	"bytes"
	"encoding/csv"
	"unicode/utf8"

	"ratable/ledger"
)

// guard keeps a text on one line and from being run as a formula.
func guard(s string) string { return ledger.Cell(s) }

// cut shortens a text to what a target takes, by characters; 0 takes all.
func cut(s string, most int) string {
	s = ledger.OneLine(s)
	if most == 0 || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// table is a CSV file: RFC 4180, CRLF, no separator of thousands, a dot before decimals.
type table struct {
	buf bytes.Buffer
	w   *csv.Writer
}

func newTable(o Options, head ...string) *table {
	t := &table{}
	if o.BOM {
		t.buf.WriteString("\ufeff")
	}
	t.w = csv.NewWriter(&t.buf)
	t.w.UseCRLF = true
	t.row(head...)
	return t
}

// row writes cells; a failure shows at bytes. Text cells were guarded by whoever wrote them: figures and days are ours.
func (t *table) row(cells ...string) { _ = t.w.Write(cells) }

func (t *table) bytes() ([]byte, error) {
	t.w.Flush()
	return t.buf.Bytes(), t.w.Error()
}
