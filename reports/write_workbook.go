package reports

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"ratable/internal/money"
)

// WriteXLSX writes the report as a workbook: a sheet for each table, its head frozen, amounts as numbers in the currency's
// digits, totals as formulas over the rows they add up, and a last sheet that says what it is of. A text is never run: its
// cell says that it is one, and what looks like a formula is guarded as in the CSV.
func WriteXLSX(w io.Writer, d Drawn) error {
	f := excelize.NewFile()
	defer f.Close()
	b := book{f: f, d: d}
	for i, t := range d.Tables {
		if err := b.dress(cmp.Or(t.Currency, d.Scope.Currency)); err != nil {
			return err
		}
		name := sheetName(t)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return err
		}
		if err := b.sheet(name, t); err != nil {
			return fmt.Errorf("write the sheet %s: %w", name, err)
		}
	}
	if err := b.about(); err != nil {
		return err
	}
	return f.Write(w)
}

// sheetName is at most 31 letters and holds none of those a workbook forbids.
func sheetName(t Table) string {
	name := strings.ReplaceAll(t.Name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:min(len(name), 31)]
}

// book is a workbook being written.
type book struct {
	f *excelize.File
	d Drawn

	head, money, total, totalMoney, strong int
}

// dress makes the styles, the same once however often. An amount stands as accountants write it: negative in parentheses.
func (b *book) dress(c money.Currency) (err error) {
	format := "#,##0"
	if c != "" && c.Exponent() > 0 { // none: a workbook without an amount
		format += "." + strings.Repeat("0", c.Exponent())
	}
	format += "_);(" + format + ")"
	line := []excelize.Border{{Type: "top", Style: 1, Color: "000000"}}
	for _, s := range []struct {
		into  *int
		style excelize.Style
	}{
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&b.money, excelize.Style{CustomNumFmt: &format}},
		{&b.strong, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&b.total, excelize.Style{Font: &excelize.Font{Bold: true}, Border: line}},
		{&b.totalMoney, excelize.Style{Font: &excelize.Font{Bold: true}, Border: line, CustomNumFmt: &format}},
	} {
		if *s.into, err = b.f.NewStyle(&s.style); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) sheet(name string, t Table) error {
	w, err := b.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, c := range t.Columns {
		if err := w.SetColWidth(i+1, i+1, map[Kind]float64{Words: 32, Code: 18, Figure: 16, Count: 10, Day: 12, Month: 10, Number: 12}[c.Kind]); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = excelize.Cell{StyleID: b.head, Value: c.Label}
	}
	if err := w.SetRow("A1", head); err != nil {
		return err
	}
	for n, r := range t.Rows {
		cells := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			cells[i] = b.cell(c, r, i)
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// mostDigits is how many digits of a number a spreadsheet keeps. An amount with more stays a text, exact.
const mostDigits = 15

func (b *book) cell(c Column, r Row, column int) any {
	text, strong := value(c, r.Cells[column]), r.Kind != Line
	if c.Kind == Figure && r.Cells[column].Amount.Currency() != "" {
		style := b.money
		if r.Kind == Subtotal || r.Kind == Total {
			style = b.totalMoney
		}
		if len(strings.Trim(text, "-.")) > mostDigits+1 {
			return excelize.Cell{StyleID: style, Value: text}
		}
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			panic("reports: an amount that is no number: " + text)
		}
		return excelize.Cell{StyleID: style, Value: number, Formula: formula(r.Adds, column)}
	}
	switch {
	case text == "":
		return nil
	case c.Kind == Count && r.Cells[column].Text == "":
		return r.Cells[column].Count
	case c.Kind == Number && r.Kind == Line && len(text) <= mostDigits:
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return number
		}
	case r.Kind == Subtotal, r.Kind == Total:
		return excelize.Cell{StyleID: b.total, Value: Guarded(text)}
	case strong:
		return excelize.Cell{StyleID: b.strong, Value: Guarded(text)}
	}
	return Guarded(text)
}

// formula adds up rows of a column: a range where they stand together, each by itself where they do not.
func formula(rows []int, column int) string {
	if len(rows) == 0 {
		return ""
	}
	name, err := excelize.ColumnNumberToName(column + 1)
	if err != nil {
		panic("reports: " + err.Error())
	}
	var parts []string
	for i := 0; i < len(rows); {
		last := i
		for last+1 < len(rows) && rows[last+1] == rows[last]+1 {
			last++
		}
		first, end := name+strconv.Itoa(rows[i]+2), name+strconv.Itoa(rows[last]+2)
		if first == end {
			parts = append(parts, first)
		} else {
			parts = append(parts, first+":"+end)
		}
		i = last + 1
	}
	const most = 200 // arguments of SUM: 255 in every program that reads workbooks
	if len(parts) > most {
		return ""
	}
	return "SUM(" + strings.Join(parts, ",") + ")"
}

// about says what the workbook is of and what was checked.
func (b *book) about() error {
	const name = "About"
	if _, err := b.f.NewSheet(name); err != nil {
		return err
	}
	s := b.d.Scope
	rows := [][]any{{b.d.Report.Title}, {b.d.Report.Question}}
	if s.Entity.ID != 0 {
		rows = append(rows, []any{"Entity", Guarded(s.Entity.Name)}, []any{"Currency", string(s.Currency)}, []any{"As booked through", s.Month.Last().String()})
	}
	if b.d.Report.From > 0 {
		rows = append(rows, []any{"From", s.From.First().String()})
	}
	if !s.Since.IsZero() {
		rows = append(rows, []any{"Compared with what was known at the close of", s.Since.String()})
	}
	for _, c := range b.d.Checks {
		said := "agrees"
		if !c.OK() {
			said = "differs by " + c.Left.Sub(c.Right).String()
		}
		rows = append(rows, []any{c.Name, c.LeftName, c.Left.String(), c.RightName, c.Right.String(), said})
	}
	for _, n := range b.d.Notes {
		rows = append(rows, []any{n})
	}
	for i, cells := range rows {
		if err := b.f.SetSheetRow(name, "A"+strconv.Itoa(i+1), &cells); err != nil {
			return err
		}
	}
	return b.f.SetColWidth(name, "A", "F", 28)
}
