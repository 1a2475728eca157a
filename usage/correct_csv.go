package usage

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// correctionFields are the columns of a file, in any order; the first two and the action must be
// there, dim.* columns may follow.
var correctionFields = []string{"source", "id", "action", "customer", "quantity", "occurred_at", "meter", "user", "reason", "request"}

const correctionHeader = "source,id,action[,customer,quantity,occurred_at,meter,user,reason,request,dim.*]"

// ParseCorrections reads corrections from a comma-separated file (RFC 4180,
// UTF-8) with the header source,id,action and any of customer, quantity,
// occurred_at, meter, user, reason, request and dim.NAME. An empty cell leaves
// what the event says; where no customer or reason stands, the given one is meant.
// Up to 20 bad rows are named by line, and nothing is returned then.
func ParseCorrections(r io.Reader, customer, reason string) ([]Correction, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if err := skipMark(buffered); err != nil {
		return nil, err
	}
	rows := csv.NewReader(buffered)
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, atLine(1, "header", "", "the file is empty: its first row must be "+correctionHeader)
	}
	if err != nil {
		return nil, csvFault(err)
	}
	columns := slices.Clone(header)
	for i := range columns {
		columns[i] = strings.Clone(columns[i])
	}
	if err := checkHeader(columns); err != nil {
		return nil, err
	}
	var out []Correction
	var problems []fault.Field
	for len(problems) < maxProblems {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvFault(err)
		}
		line, _ := rows.FieldPos(0)
		c := Correction{Customer: customer, Reason: reason}
		if field, value, message := c.fill(columns, row); message != "" {
			problems = append(problems, lineField(line, field, value, message))
		}
		if out = append(out, c); len(out) > MaxCorrections {
			return nil, atLine(line, "row", "", fmt.Sprintf("is one too many: corrections are made all or none, and at most %d fit", MaxCorrections))
		}
	}
	if len(problems) > 0 {
		return nil, fault.InvalidFields(problems...)
	}
	return out, nil
}

func checkHeader(columns []string) error {
	for i, name := range columns {
		dimension, isDimension := strings.CutPrefix(name, "dim.")
		switch {
		case slices.Contains(columns[:i], name):
			return atLine(1, "header", name, "the column stands twice")
		case !slices.Contains(correctionFields, name) && (!isDimension || textProblem(dimension) != ""):
			return atLine(1, "header", name, "the column is unknown: the header must be "+correctionHeader+separatorHint(name))
		}
	}
	for _, name := range correctionFields[:3] {
		if !slices.Contains(columns, name) {
			return atLine(1, "header", "", fmt.Sprintf("the column %s is missing: the header must be %s", name, correctionHeader))
		}
	}
	return nil
}

// fill reads a row; message says what is wrong with it.
func (c *Correction) fill(columns, row []string) (field, value, message string) {
	if len(row) != len(columns) {
		return "row", "", fmt.Sprintf("has %d cells where the header has %d", len(row), len(columns))
	}
	for i, name := range columns {
		cell := strings.Clone(row[i]) // the reader uses its row again
		if cell == "" {
			continue
		}
		if message := c.set(name, cell); message != "" {
			return name, cell, message
		}
	}
	for _, f := range [...]struct{ name, value string }{{"source", c.Source}, {"id", c.ID}, {"customer", c.Customer}, {"action", string(c.Action)}, {"reason", c.Reason}} {
		if f.value == "" {
			return f.name, "", "is missing"
		}
	}
	return "", "", ""
}

func (c *Correction) set(name, cell string) (message string) {
	switch name {
	case "source":
		c.Source = cell
	case "id":
		c.ID = cell
	case "action":
		c.Action = Action(cell)
	case "customer":
		c.Customer = cell
	case "meter":
		c.Meter = cell
	case "user":
		c.User = cell
	case "reason":
		c.Reason = cell
	case "request":
		c.Request = cell
	case "occurred_at":
		c.OccurredAt, message = parseTime(cell)
	case "quantity":
		q, err := ParseQuantity(cell)
		if err != nil {
			return err.Error()
		}
		c.Quantity = &q
	default:
		if c.Dimensions == nil {
			c.Dimensions = make(map[string]string)
		}
		c.Dimensions[strings.TrimPrefix(name, "dim.")] = cell
	}
	return message
}
