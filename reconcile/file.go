package reconcile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Source is another program whose side is loaded as a file.
type Source string

const (
	Bookings Source = "bookings" // of a CRM or quoting program
	Payouts  Source = "payouts"  // of a bank or payment processor
)

// Columns of a source's file, in the order in which the example shows them; any order is read.
func (s Source) Columns() []string {
	if s == Bookings {
		return []string{"number", "customer", "amount", "currency", "signed_on"}
	}
	return []string{"date", "transaction", "amount", "currency", "reference"}
}

// ParseSource reads the word for a source.
func ParseSource(word string) (Source, error) {
	if s := Source(word); s == Bookings || s == Payouts {
		return s, nil
	}
	return "", fault.InvalidFields(fault.Field{Path: "source", Value: word, Message: "is bookings or payouts"})
}

// Row is a row of a file as it was read. Number and Party are the contract and customer of a booking, transaction and
// reference of a payout.
type Row struct {
	Line          int // of the file, from 1
	Number, Party string
	Amount        money.Amount
	On            period.Date
	Wrong         []fault.Field // why it is refused; fields carry the line
}

// Load is a file, and the days of an entity it speaks for.
type Load struct {
	Source Source
	Entity entities.ID
	Span   period.Span
	File   string // its name
	Rows   []Row
	ID     int64
	Digest [32]byte
}

// Refused counts the rows that cannot be read.
func (l Load) Refused() (n int) {
	for _, r := range l.Rows {
		if len(r.Wrong) > 0 {
			n++
		}
	}
	return n
}

// maxRows bounds a file: a month of a busy account.
const maxRows = 100_000

// Parse reads a file of a source: comma-separated, UTF-8, with a header. A file that is none is refused as a whole; a row
// that cannot be read, or lies outside the days, is kept with what is wrong.
func Parse(source Source, span period.Span, r io.Reader) ([]Row, error) {
	rows, header, err := open(source, r)
	if err != nil {
		return nil, err
	}
	var out []Row
	seen := map[string]int{}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, csvFault(err)
		}
		line, _ := rows.FieldPos(0)
		if len(out) == maxRows {
			return nil, atLine(line, "row", "", fmt.Sprintf("is one too many: load at most %d rows at a time", maxRows))
		}
		row := read(source, span, line, header, cells)
		if first, twice := seen[row.Number]; twice && source == Bookings && row.Number != "" {
			row.refuse("number", row.Number, fmt.Sprintf("stands in line %d already: list a contract once", first))
		}
		seen[row.Number] = line
		out = append(out, row)
	}
}

func open(source Source, r io.Reader) (*csv.Reader, []string, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // the mark spreadsheets write; it was just seen
	}
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord = -1 // counted per row, with a better message
	wanted := strings.Join(source.Columns(), ",")
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, atLine(1, "header", "", "is missing, the file is empty: write "+wanted)
	}
	if err != nil {
		return nil, nil, csvFault(err)
	}
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
	}
	for _, name := range source.Columns() {
		if !slices.Contains(header, name) {
			return nil, nil, atLine(1, "header", "", "lacks the column "+name+": write "+wanted)
		}
	}
	return rows, header, nil
}

func read(source Source, span period.Span, line int, header, cells []string) Row {
	row := Row{Line: line}
	if len(cells) != len(header) {
		row.refuse("row", "", fmt.Sprintf("has %d cells where the header has %d", len(cells), len(header)))
		return row
	}
	at := map[string]string{}
	for i, name := range header {
		if !slices.Contains(source.Columns(), name) {
			continue // other programs write columns that nobody here needs
		}
		at[name] = strings.TrimSpace(cells[i])
		for _, f := range fault.Printable(name, at[name], 300) {
			row.refuse(f.Path, f.Value, f.Message)
		}
	}
	if len(row.Wrong) > 0 {
		return row
	}
	day, who, whose := "date", "transaction", "reference"
	if source == Bookings {
		day, who, whose = "signed_on", "number", "customer"
		if at[who] == "" {
			row.refuse(who, "", "is missing: write the contract's number")
		}
	}
	row.Number, row.Party = at[who], at[whose]
	row.readDay(day, at[day], span)
	row.readAmount(source, at["amount"], at["currency"])
	return row
}

func (r *Row) readDay(path, text string, span period.Span) {
	on, err := period.ParseDate(text)
	switch {
	case err != nil:
		r.refuse(path, text, "is no day: write it as 2026-10-31")
	case !span.Contains(on):
		r.refuse(path, text, "lies outside the days the file is said to cover, "+span.String())
	}
	r.On = on
}

func (r *Row) readAmount(source Source, text, code string) {
	currency, err := money.ParseCurrency(code)
	if err != nil {
		r.refuse("currency", code, err.Error())
		return
	}
	if r.Amount, err = money.ParseAmount(text, currency); err != nil {
		r.refuse("amount", text, err.Error())
	} else if source == Payouts && r.Amount.IsZero() {
		r.refuse("amount", text, "is no movement: leave the row out")
	}
}

func (r *Row) refuse(path, value, message string) {
	r.Wrong = append(r.Wrong, fault.Field{Path: path, Value: fault.Shown(value), Message: message, Line: r.Line})
}

func atLine(line int, path, value, message string) error {
	return fault.InvalidFields(fault.Field{Path: path, Value: fault.Shown(value), Message: message, Line: line})
}

// csvFault gives a reader's complaint its line; anything else is our failure.
func csvFault(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return atLine(parse.Line, "row", "", "cannot be read: "+parse.Err.Error())
	}
	return fmt.Errorf("read the file: %w", err)
}
