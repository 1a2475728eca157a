package entities

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// ECB is the source of the European Central Bank's reference rates.
const ECB = "ECB"

// RatesFile is what a file of rates says.
type RatesFile struct {
	Rates   []Rate
	LeftOut []string // currencies that are none any more (ISO 4217 knows them no longer)
}

// rateFaults is how many cells are named before the file is given up.
const rateFaults = 20

// ParseECB reads the reference rates of the European Central Bank as it publishes them in CSV, each so many units for a
// euro: the day's (eurofxref.csv: a line, the day in words) or all since 1999 (eurofxref-hist.csv: a line a day). A cell
// without a rate is N/A or empty, and lines end in a comma. Every cell that cannot be read is named with its line;
// then nothing counts.
//
//	Date, USD, JPY, CZK,                      Date,USD,JPY,CYP,
//	21 November 2025, 1.1520, 180.05, 24.2,   2025-11-21,1.1520,180.05,N/A,
func ParseECB(file io.Reader) (RatesFile, error) {
	in := csv.NewReader(withoutMark(file))
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	p := ecbParsing{seen: map[period.Date]int{}}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			p.refuse(bad.Line, "line", "", "is not CSV: "+bad.Err.Error())
			break
		}
		if err != nil {
			return RatesFile{}, fmt.Errorf("read exchange rates: %w", err)
		}
		line, _ := in.FieldPos(0)
		p.row(line, row)
		if len(p.found) >= rateFaults {
			break
		}
	}
	if p.head == nil && len(p.found) == 0 {
		p.refuse(1, "Date", "", "is missing: the file is empty, where the first line should begin with Date and name the currencies")
	} else if len(p.out.Rates) == 0 && len(p.found) == 0 {
		p.refuse(2, "Date", "", "is missing: there is no line with rates below the first")
	}
	if len(p.found) > 0 {
		return RatesFile{}, fmt.Errorf("read exchange rates of the European Central Bank: %w", fault.InvalidFields(p.found...))
	}
	return p.out, nil
}

// withoutMark skips the mark for UTF-8 that spreadsheets leave.
func withoutMark(file io.Reader) io.Reader {
	in := bufio.NewReader(file)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(3) // it was just seen
	}
	return in
}

type ecbParsing struct {
	head  []string // currency by column; "" for one left out
	seen  map[period.Date]int
	out   RatesFile
	found []fault.Field
}

func (p *ecbParsing) refuse(line int, column, value, message string) {
	p.found = append(p.found, fault.Field{Path: column, Value: fault.Shown(value), Message: message, Line: line})
}

func (p *ecbParsing) row(line int, row []string) {
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	if p.head == nil {
		p.first(line, row)
		return
	}
	on, err := ecbDay(row[0])
	if err != nil {
		p.refuse(line, "Date", row[0], "is not a day such as 2025-11-21 or 21 November 2025")
		return
	}
	if was := p.seen[on]; was > 0 {
		p.refuse(line, "Date", row[0], fmt.Sprintf("stands in line %d already", was))
		return
	}
	p.seen[on] = line
	for i, cell := range row[1:] {
		if cell == "" || cell == "N/A" {
			continue
		}
		if i+1 >= len(p.head) {
			p.refuse(line, fmt.Sprintf("column %d", i+2), cell, "stands below no currency")
			continue
		}
		if p.head[i+1] != "" {
			p.cell(line, on, money.Currency(p.head[i+1]), cell)
		}
	}
}

// first reads the names of the columns.
func (p *ecbParsing) first(line int, row []string) {
	p.head = make([]string, len(row))
	if !strings.EqualFold(row[0], "date") {
		p.refuse(line, "Date", row[0], "should be Date: the first line names the columns, as in eurofxref.csv and eurofxref-hist.csv")
		return
	}
	for i, name := range row[1:] {
		c, err := money.ParseCurrency(name)
		switch {
		case name == "":
		case slices.Contains(p.head, name) || c == pivot:
			p.refuse(line, name, name, "stands twice, or is the euro itself")
		case err != nil && len(name) == 3 && strings.ToUpper(name) == name:
			p.out.LeftOut = append(p.out.LeftOut, name)
		case err != nil:
			p.refuse(line, fmt.Sprintf("column %d", i+2), name, "is not a currency such as USD")
		default:
			p.head[i+1] = name
		}
	}
}

func (p *ecbParsing) cell(line int, on period.Date, c money.Currency, cell string) {
	figure, err := decimal.NewFromString(cell)
	if err != nil || strings.ContainsAny(cell, "eE+") {
		p.refuse(line, string(c), cell, "is not a rate such as 1.1520, and not N/A")
		return
	}
	r := Rate{Base: pivot, Quote: c, On: on, Rate: figure, Source: ECB}
	if bad := r.validate(""); len(bad) > 0 {
		p.refuse(line, string(c), cell, bad[0].Message)
		return
	}
	p.out.Rates = append(p.out.Rates, r)
}

// ecbDay reads a day as either file writes it.
func ecbDay(s string) (period.Date, error) {
	if on, err := period.ParseDate(s); err == nil {
		return on, nil
	}
	at, err := time.Parse("2 January 2006", s)
	if err != nil {
		return period.Date{}, err
	}
	return period.DateOf(at, time.UTC), nil
}
