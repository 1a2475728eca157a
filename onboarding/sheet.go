package onboarding

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
)

// Format of a file.
type Format string

// The formats that are read; an error file has that of the file it is about.
const (
	CSV  Format = "csv"
	YAML Format = "yaml"
	JSON Format = "json"
)

// sheet is a file that was read: rows of named cells, whatever it was written in.
type sheet struct {
	kind    Kind
	format  Format
	comma   rune
	crlf    bool
	bom     bool
	header  []string // as given
	columns []string // the column each header means; empty: it is read over
	rows    []given
}

// given is a row as it came.
type given struct {
	line  int
	raw   []string          // of CSV, as given
	node  *yaml.Node        // of YAML and JSON
	cells map[string]string // by column
	found []fault.Field
}

// blame notes what is wrong with a row. A finding without a value shows the cell's.
func (g *given) blame(column, format string, args ...any) {
	g.found = append(g.found, fault.Field{Path: column, Value: fault.Shown(g.cells[column]), Message: fmt.Sprintf(format, args...), Line: g.line})
}

// get is a cell without the blanks around it.
func (g *given) get(column string) string { return g.cells[column] }

// read reads a file of any format. Invalid: it cannot be read at all, or its header is wrong.
func read(k Kind, source []byte) (*sheet, error) {
	if len(source) > MaxFile {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: fmt.Sprintf("is larger than %d MB: send it in several files", MaxFile>>20)})
	}
	if bytes.HasPrefix(source, []byte{0xff, 0xfe}) || bytes.HasPrefix(source, []byte{0xfe, 0xff}) {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: `is in UTF-16: save it as "CSV UTF-8 (comma delimited)"`})
	}
	text := bytes.TrimPrefix(source, []byte("\ufeff"))
	bare := bytes.TrimSpace(text)
	if len(bare) == 0 {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: "is empty: take the template, it says what each column holds"})
	}
	if bare[0] == '{' || bare[0] == '[' {
		return readDocuments(k, JSON, text)
	}
	if k == Contracts && isDocument(bare) || bytes.HasPrefix(bare, []byte("- ")) || bytes.HasPrefix(bare, []byte("---")) || listed(k, bare) {
		return readDocuments(k, YAML, text)
	}
	s, err := readCSV(k, text)
	if s != nil {
		s.bom = len(text) < len(source)
	}
	return s, err
}

// listed says that the file is a list under the name of its kind: "customers:".
func listed(k Kind, bare []byte) bool { return bytes.HasPrefix(bare, []byte(string(k)+":")) }

// isDocument tells a contract document from a table: its first line is a key with a colon, a comment or a document's beginning.
func isDocument(bare []byte) bool {
	for line := range bytes.Lines(bare) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, _, colon := bytes.Cut(line, []byte(":"))
		return colon && !bytes.ContainsAny(key, ",;\t")
	}
	return false
}

// readCSV reads a table: separated by commas, semicolons or tabs, whichever its header has, with any line ends.
func readCSV(k Kind, text []byte) (*sheet, error) {
	s := &sheet{kind: k, format: CSV, crlf: bytes.Contains(text, []byte("\r\n"))}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	s.comma = ','
	for _, r := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(r))) > bytes.Count(first, []byte(string(s.comma))) {
			s.comma = r
		}
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = s.comma, -1, false
	for {
		raw, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(err)
		}
		line, _ := in.FieldPos(0)
		if s.header == nil {
			var found []fault.Field
			s.header = raw
			if s.columns, found = mapped(k, raw); len(found) > 0 {
				return nil, fault.InvalidFields(found...)
			}
			continue
		}
		if blank(raw) {
			continue
		}
		s.rows = append(s.rows, s.row(line, raw))
	}
	if len(s.rows) == 0 {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Line: 1, Message: "has a header and no rows"})
	}
	return s, nil
}

func unreadable(err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return fault.InvalidFields(fault.Field{Path: "file", Line: wrong.Line, Message: fmt.Sprintf("is no CSV here: %v; a cell with a quote is put in quotes, and the quote is doubled", wrong.Err)})
	}
	return err
}

func blank(raw []string) bool {
	for _, c := range raw {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// row names the cells of a table's row.
func (s *sheet) row(line int, raw []string) given {
	g := given{line: line, raw: raw, cells: map[string]string{}}
	for i, cell := range raw {
		if i >= len(s.columns) {
			if strings.TrimSpace(cell) != "" {
				g.found = append(g.found, fault.Field{Path: s.header[len(s.header)-1], Value: fault.Shown(cell), Line: line,
					Message: fmt.Sprintf("is followed by more cells than the header has names, %d: put a cell with a separator in quotes", len(s.header))})
			}
			break
		}
		if name := s.columns[i]; name != "" {
			g.set(name, cell)
		}
	}
	return g
}

// set takes a cell up. A guard that an export put before what a spreadsheet would run is taken off; the cell is looked at as it was.
func (g *given) set(column, cell string) {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		cell = cell[1:]
	}
	cell = strings.Trim(cell, " \u00a0\r\n") // a tab at the beginning is a trick, and stays to be seen
	g.cells[column] = cell
	switch {
	case !utf8.ValidString(cell):
		g.blame(column, "is not UTF-8: save the file as UTF-8, then correct this cell")
	case strings.ContainsRune(cell, utf8.RuneError):
		g.blame(column, "holds the replacement character U+FFFD: a letter was lost on the way; write it anew")
	case runs(cell):
		g.blame(column, "begins like a formula of a spreadsheet, which whoever opens an export would run: take the sign away")
	}
}

// runs says that a spreadsheet would take a text for a formula. A number with its sign is none.
func runs(cell string) bool {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return false
	}
	return len(cell) == 1 || strings.Trim(cell[1:], "0123456789.,") != "" || cell[0] != '-' && cell[0] != '+'
}
