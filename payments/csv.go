package payments

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
	"ratable/internal/money"
	"ratable/internal/period"
)

// statementColumns must all be there, in any order; the others may be.
var (
	statementColumns = []string{"date", "amount", "currency", "payer", "reference"}
	optionalColumns  = []string{"transaction", "entity"}
)

const statementHeader = "date,amount,currency,payer,reference[,transaction][,entity]"

// maxRows bounds a statement: a month of a busy bank account.
const maxRows = 10_000

// statementRow is a row of a bank statement as written. Wrong says why it cannot
// be read.
type statementRow struct {
	line     int
	cells    map[string]string
	received period.Date
	amount   money.Amount
	wrong    []fault.Field
}

// parseStatement reads a bank statement: comma-separated, UTF-8, with a header. A
// file that is none is refused as a whole; a bad row is kept, with what is wrong.
func parseStatement(r io.Reader) ([]statementRow, error) {
	rows, header, err := openStatement(r)
	if err != nil {
		return nil, err
	}
	var out []statementRow
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
			return nil, atLine(line, "row", "", fmt.Sprintf("is one too many: import at most %d rows at a time", maxRows))
		}
		out = append(out, readRow(line, header, cells))
	}
}

func openStatement(r io.Reader) (*csv.Reader, []string, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // the mark spreadsheets write; it was just seen
	}
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord = -1 // counted per row, with a better message
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, atLine(1, "header", "", "is missing, the file is empty: write "+statementHeader)
	}
	if err != nil {
		return nil, nil, csvFault(err)
	}
	for i, name := range header {
		if !slices.Contains(statementColumns, name) && !slices.Contains(optionalColumns, name) {
			return nil, nil, atLine(1, "header", name, "has a column that is unknown: write "+statementHeader+", separated by commas")
		}
		if slices.Contains(header[:i], name) {
			return nil, nil, atLine(1, "header", name, "has the column twice")
		}
	}
	for _, name := range statementColumns {
		if !slices.Contains(header, name) {
			return nil, nil, atLine(1, "header", "", "lacks the column "+name+": write "+statementHeader)
		}
	}
	return rows, header, nil
}

func readRow(line int, header, cells []string) statementRow {
	row := statementRow{line: line, cells: map[string]string{}}
	if len(cells) != len(header) {
		row.refuse("row", "", fmt.Sprintf("has %d cells where the header has %d", len(cells), len(header)))
		return row
	}
	for i, name := range header {
		row.cells[name] = strings.TrimSpace(cells[i])
		for _, f := range fault.Printable(name, row.cells[name], 300) {
			row.refuse(f.Path, f.Value, f.Message)
		}
	}
	if len(row.wrong) > 0 {
		return row
	}
	row.readMoney()
	for _, name := range []string{"date", "amount", "currency"} {
		if row.cells[name] == "" {
			row.refuse(name, "", "is missing")
		}
	}
	return row
}

// readMoney reads day, currency and amount; a missing one is named by readRow.
func (row *statementRow) readMoney() {
	var err error
	if text := row.cells["date"]; text != "" {
		if row.received, err = period.ParseDate(text); err != nil {
			row.refuse("date", "", err.Error())
		}
	}
	if row.cells["currency"] == "" || row.cells["amount"] == "" {
		return
	}
	currency, err := money.ParseCurrency(row.cells["currency"])
	if err != nil {
		row.refuse("currency", "", err.Error())
		return
	}
	if row.amount, err = money.ParseAmount(row.cells["amount"], currency); err != nil {
		row.refuse("amount", "", err.Error())
	} else if row.amount.Sign() <= 0 {
		row.refuse("amount", row.cells["amount"], "is no money received: leave out what was paid or charged")
	}
}

func (row *statementRow) refuse(path, value, message string) {
	row.wrong = append(row.wrong, fault.Field{Path: path, Value: fault.Shown(value), Message: message, Line: row.line})
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
	return fmt.Errorf("read bank statement: %w", err)
}
