package subledger

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/strict"
)

// Row is a fact of a file, and what became of it.
type Row struct {
	Line    int
	Told    Told
	Outcome Outcome
	Err     error
	fact    Fact
	group   group
}

// Outcome says what became of a row.
type Outcome string

// The outcomes.
const (
	Recorded Outcome = "recorded"
	Repeated Outcome = "repeated" // it is known already, with the same content
	Refused  Outcome = "refused"
)

// maxRows bounds a file: a day of a large billing system. Larger histories come in several files.
const maxRows = 100_000

// maxRow bounds a row: an invoice of some hundred lines.
const maxRow = 1 << 18

// lineKeys are columns of a CSV file that belong to the line of an invoice.
var lineKeys = []string{"amount", "tax", "from", "through", "method", "earned", "percent_for_others", "expires"}

// read reads facts: JSON lines, or CSV with the same keys as columns, where rows of one id are the lines of one invoice. A bad row is kept, with what is wrong.
func read(r io.Reader) ([]Row, error) {
	in := bufio.NewReaderSize(r, maxRow)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	start, err := in.Peek(1)
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "the file is empty: give JSON lines, or CSV with the columns id,kind,customer,on,currency,document,amount")
	}
	if err != nil {
		return nil, err
	}
	if start[0] == '{' {
		return readLines(in)
	}
	return readCSV(in)
}

func readLines(in io.Reader) ([]Row, error) {
	var out []Row
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 0, 64<<10), maxRow)
	for n := 1; scan.Scan(); n++ {
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		if len(out) == maxRows {
			return nil, fault.New(fault.Invalid, "line %d is one too many: import at most %d facts at a time", n, maxRows)
		}
		root, err := strict.Tree(bytes.Clone(scan.Bytes()), "fact", maxRow)
		row := Row{Line: n, Err: err}
		if err == nil {
			row.fill(root)
		}
		out = append(out, row)
	}
	if err := scan.Err(); err != nil {
		return nil, fault.New(fault.Invalid, "line %d is longer than %d bytes, or cannot be read", len(out)+1, maxRow)
	}
	return out, nil
}

func (row *Row) fill(root *yaml.Node) {
	if found := strict.Read(root, &row.Told); len(found) > 0 {
		row.Err = fault.InvalidFields(found...)
	}
}

func readCSV(in io.Reader) ([]Row, error) {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "the header cannot be read: %v", err)
	}
	var out []Row
	byID := map[string]*yaml.Node{}
	var roots []*yaml.Node
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "%v: save the file as CSV with commas, text in quotes", err)
		}
		n, _ := rows.FieldPos(0)
		root := asDocument(header, cells)
		if first := byID[valueOf(root, "id")]; first != nil && valueOf(root, "id") != "" && valueOf(root, "kind") == valueOf(first, "kind") && nodeOf(first, "lines") != nil {
			lines, more := nodeOf(first, "lines"), nodeOf(root, "lines")
			lines.Content = append(lines.Content, more.Content...)
			continue
		}
		if len(out) == maxRows {
			return nil, fault.New(fault.Invalid, "line %d is one too many: import at most %d facts at a time", n, maxRows)
		}
		byID[valueOf(root, "id")] = root
		roots, out = append(roots, root), append(out, Row{Line: n})
	}
	for i := range out {
		out[i].fill(roots[i])
	}
	return out, nil
}

// lined are kinds whose amounts are those of lines.
var lined = []string{string(Invoice), string(Unbilled)}

// asDocument is a row as the document it stands for: empty cells are not given, and what belongs to a line is put there.
func asDocument(header, cells []string) *yaml.Node {
	root, line := mapping(), mapping()
	kind := ""
	for i, name := range header {
		if strings.TrimSpace(name) == "kind" && i < len(cells) {
			kind = strings.TrimSpace(cells[i])
		}
	}
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		name := "column without a name"
		if i < len(header) {
			name = strings.TrimSpace(header[i])
		}
		into := root
		if slices.Contains(lined, kind) && slices.Contains(lineKeys, name) {
			into = line
		}
		into.Content = append(into.Content, text(name), text(cell))
	}
	if len(line.Content) > 0 {
		root.Content = append(root.Content, text("lines"), &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{line}})
	}
	return root
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Line: 1} }

func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Line: 1}
}

func nodeOf(root *yaml.Node, key string) *yaml.Node { return strict.NodeAt(root, key) }

func valueOf(root *yaml.Node, key string) string {
	if n := nodeOf(root, key); n != nil {
		return n.Value
	}
	return ""
}
