package usage

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// csvBatch is how many events ParseCSV hands over at once: large enough that the
// round trips of a transaction do not count, small enough to stay in the cache.
const csvBatch = 5000

// csvColumns must all be there, in any order; dim.* columns may follow.
var csvColumns = []string{"source", "id", "customer", "meter", "occurred_at", "quantity"}

const csvHeader = "source,id,customer,meter,occurred_at,quantity[,dim.*]"

// ParseCSV reads usage events from a comma-separated file (RFC 4180, UTF-8) with
// the header source,id,customer,meter,occurred_at,quantity and any number of
// dim.NAME columns, whose empty cells are no dimension.
//
// each gets the events in batches and must not keep the slice. After the first
// bad row it is not called again, but reading goes on to name up to 20 of them by
// line; batches before it have been handed over. An importer corrects the rows
// and sends the whole file again: what was accepted is then a repeat.
func ParseCSV(r io.Reader, each func([]Event) error) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if err := skipMark(buffered); err != nil {
		return err
	}
	rows := csv.NewReader(buffered)
	rows.ReuseRecord = true
	rows.FieldsPerRecord = -1 // counted here, with a better message
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return atLine(1, "header", "", "the file is empty: its first row must be "+csvHeader)
	}
	if err != nil {
		return csvFault(err)
	}
	columns, err := readHeader(header)
	if err != nil {
		return err
	}
	return readRows(rows, columns, each)
}

// skipMark passes over the UTF-8 mark spreadsheets write, and names the other one.
func skipMark(r *bufio.Reader) error {
	mark, err := r.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read usage file: %w", err)
	}
	switch {
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, err := r.Discard(3)
		return err
	case bytes.HasPrefix(mark, []byte("\xff\xfe")) || bytes.HasPrefix(mark, []byte("\xfe\xff")):
		return atLine(1, "header", "", "the file is UTF-16: save it as CSV UTF-8")
	}
	return nil
}

// columns says where each field stands in a row.
type columns struct {
	count      int
	at         [6]int // as csvColumns
	dimensions []dimensionColumn
}

type dimensionColumn struct {
	at   int
	name string
}

func readHeader(header []string) (columns, error) {
	c := columns{count: len(header)}
	found := make(map[string]bool)
	for i, name := range header {
		dimension, isDimension := strings.CutPrefix(name, "dim.")
		known := slices.Index(csvColumns, name)
		switch {
		case found[name]:
			return c, atLine(1, "header", name, "the column stands twice")
		case known >= 0:
			c.at[known] = i
		case isDimension && textProblem(dimension) == "":
			c.dimensions = append(c.dimensions, dimensionColumn{i, strings.Clone(dimension)})
		default:
			return c, atLine(1, "header", name, "the column is unknown: the header must be "+csvHeader+separatorHint(name))
		}
		found[strings.Clone(name)] = true
	}
	for _, name := range csvColumns {
		if !found[name] {
			return c, atLine(1, "header", "", fmt.Sprintf("the column %s is missing: the header must be %s", name, csvHeader))
		}
	}
	if len(c.dimensions) > maxDimensions {
		return c, atLine(1, "header", "", fmt.Sprintf("there are more than %d dim. columns", maxDimensions))
	}
	return c, nil
}

// separatorHint helps those whose spreadsheet speaks German or French.
func separatorHint(name string) string {
	for separator, called := range map[string]string{";": "semicolons", "\t": "tabs"} {
		if strings.Contains(name, separator) {
			return " separated by commas, not " + called
		}
	}
	return ""
}

func readRows(rows *csv.Reader, c columns, each func([]Event) error) error {
	batch := make([]Event, 0, csvBatch)
	var problems []fault.Field
	for len(problems) < maxProblems {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// Quotes are off: everything after it would be nonsense.
			problems = append(problems, fault.Fields(csvFault(err))...)
			if len(problems) == 0 {
				return csvFault(err)
			}
			break
		}
		line, _ := rows.FieldPos(0)
		e, field, value, message := c.event(row)
		if message != "" {
			problems = append(problems, lineField(line, field, value, message))
			continue
		}
		if len(problems) > 0 {
			continue
		}
		if batch = append(batch, e); len(batch) == csvBatch {
			if err := each(batch); err != nil {
				return fmt.Errorf("usage rows through line %d: %w", line, err)
			}
			batch = batch[:0]
		}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	if len(batch) == 0 {
		return nil
	}
	return each(batch)
}

// event makes an event of a row; message says what is wrong with it.
func (c *columns) event(row []string) (e Event, field, value, message string) {
	if len(row) != c.count {
		return e, "row", "", fmt.Sprintf("has %d cells where the header has %d", len(row), c.count)
	}
	e = Event{Source: row[c.at[0]], ID: row[c.at[1]], Customer: row[c.at[2]], Meter: row[c.at[3]]}
	at, quantity := row[c.at[4]], row[c.at[5]]
	if at == "" {
		return e, "occurred_at", "", "is missing"
	}
	if e.OccurredAt, message = parseTime(at); message != "" {
		return e, "occurred_at", at, message
	}
	if quantity == "" {
		return e, "quantity", "", "is missing"
	}
	q, err := ParseQuantity(quantity)
	if err != nil {
		return e, "quantity", quantity, err.Error()
	}
	e.Quantity = q
	for _, d := range c.dimensions {
		if row[d.at] == "" {
			continue
		}
		if e.Dimensions == nil {
			e.Dimensions = make(map[string]string, len(c.dimensions))
		}
		e.Dimensions[d.name] = row[d.at]
	}
	if field, message = e.problem(); message != "" {
		return e, field, e.text(field), message
	}
	return e, "", "", ""
}

func lineField(line int, field, value, message string) fault.Field {
	return fault.Field{Path: field, Value: fault.Shown(value), Message: message, Line: line}
}

func atLine(line int, field, value, message string) error {
	return fault.InvalidFields(lineField(line, field, value, message))
}

// csvFault tells a malformed file from one that could not be read.
func csvFault(err error) error {
	var malformed *csv.ParseError
	if errors.As(err, &malformed) {
		return atLine(malformed.Line, "row", "", "is not CSV: "+malformed.Err.Error())
	}
	return fmt.Errorf("read usage file: %w", err)
}
