package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"ratable/customers"
	"ratable/entities"
)

// Names are what exports call the things an entry has keys of. A key without a
// name is written as its number.
type Names struct {
	Entities  map[entities.ID]string  // code: "rus"
	Customers map[customers.ID]string // name
	Contracts map[int64]string        // number
}

func (n Names) entity(id entities.ID) string {
	if code, ok := n.Entities[id]; ok {
		return code
	}
	return strconv.FormatInt(int64(id), 10)
}

// customer and contract are empty where a posting has none.
func (n Names) customer(id customers.ID) string {
	if name, ok := n.Customers[id]; ok || id == 0 {
		return name
	}
	return strconv.FormatInt(int64(id), 10)
}

func (n Names) contract(id int64) string {
	if number, ok := n.Contracts[id]; ok || id == 0 {
		return number
	}
	return strconv.FormatInt(id, 10)
}

// Number names an entry in exports: its account and its place there. It is unique,
// and the same in every export.
func (e Entry) Number() string { return fmt.Sprintf("%d-%d", e.Account, e.Seq) }

// OneLine puts a text on one line: names and memos are people's words, and a line
// break in one would end a record.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

// inOrder holds entries to the order of days, in which every export is written.
func inOrder(last *Entry, e Entry) error {
	if e.BookedOn.Before(last.BookedOn) {
		return fmt.Errorf("entry %s of %s comes after entry %s of %s: entries are exported in order of day", e.Number(), e.BookedOn, last.Number(), last.BookedOn)
	}
	*last = e
	return nil
}
