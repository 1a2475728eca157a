package journals

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// columns are what a file of lines may hold, under these heads and in any order.
var columns = []string{"account", "debit", "credit", "customer", "contract", "line", "document", "month"}

// maxCSV is the largest file of lines, in bytes.
const maxCSV = 1 << 20

// ReadCSV reads the lines of a journal from a file. What a line says is judged by Enter, which names lines[i] as here.
func ReadCSV(content []byte) ([]WrittenLine, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(content) > maxCSV {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: "is larger than 1 MB: split the journal"})
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if first, _, _ := bytes.Cut(content, []byte("\n")); !bytes.ContainsRune(first, ',') && bytes.ContainsRune(first, ';') {
		r.Comma = ';' // as spreadsheets save it where the comma is a decimal point
	}
	head, err := r.Read()
	if err != nil {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: "is empty; its first row names the columns: " + strings.Join(columns, ", ")})
	}
	at, found := heads(head)
	var out []WrittenLine
	for row := 2; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.InvalidFields(fault.Field{Path: fmt.Sprintf("lines[%d]", len(out)), Message: fmt.Sprintf("row %d cannot be read: %v", row, err)})
		}
		if len(record) > len(head) {
			found = append(found, fault.Field{Path: fmt.Sprintf("lines[%d]", len(out)), Message: fmt.Sprintf("row %d has %d columns, the first row names %d", row, len(record), len(head))})
		}
		out = append(out, lineOf(record, at))
	}
	if len(found) > 0 {
		return nil, fault.InvalidFields(found...)
	}
	return out, nil
}

func heads(head []string) (map[string]int, []fault.Field) {
	at := map[string]int{}
	var found []fault.Field
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(columns, name) {
			found = append(found, fault.Field{Path: "file", Value: fault.Shown(name), Message: "is no column; they are " + strings.Join(columns, ", ")})
		}
		if _, twice := at[name]; twice {
			found = append(found, fault.Field{Path: "file", Value: fault.Shown(name), Message: "is named twice in the first row"})
		}
		at[name] = i
	}
	for _, needed := range columns[:3] {
		if _, ok := at[needed]; !ok {
			found = append(found, fault.Field{Path: "file", Value: needed, Message: "is missing in the first row"})
		}
	}
	return at, found
}

func lineOf(record []string, at map[string]int) WrittenLine {
	value := func(name string) string {
		if i, ok := at[name]; ok && i < len(record) {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	return WrittenLine{value("account"), value("debit"), value("credit"), value("customer"), value("contract"), value("line"), value("document"), value("month")}
}
