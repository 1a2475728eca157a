package exports

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"ratable/ledger"
)

// genericColumns are those of the generic journal, one row a posting; what follows memo is ours to add to.
var genericColumns = []string{"entry_id", "entry_date", "period", "book", "entity", "line_no", "account_type", "gl_account",
	"debit", "credit", "currency", "fx_rate", "functional_debit", "functional_credit", "customer_id", "contract_id", "obligation_id",
	"source_type", "source_id", "schedule_id", "attribution_period", "reverses_entry_id", "memo",
	"gl_name", "class", "department", "location", "functional_currency", "customer", "product", "document"}

// generic is a posting under the generic columns, unguarded.
func generic(j Journal, i int, o Options) []string {
	l := j.Lines[i]
	debit, credit := sides(l.Amount)
	homeDebit, homeCredit, home := "", "", ""
	if !j.Rate.IsZero() {
		homeDebit, homeCredit = sides(l.Functional)
		home = string(j.Entity.Currency)
	}
	word, id, _ := strings.Cut(j.Source, ":")
	obligation, month := "", ""
	if l.Contract != "" {
		obligation = contractLine(l)
	}
	if !l.Month.IsZero() {
		month = l.Month.String()
	}
	return []string{j.ID, j.On.String(), j.Month.String(), bookName(j, o), j.Entity.Code, strconv.Itoa(i + 1), l.Account.String(), l.GL.Code,
		debit, credit, string(j.Currency), rate(j.Rate), homeDebit, homeCredit, l.Customer.ExternalID, l.Contract, obligation,
		word, id, number(l.Schedule), month, j.Reverses, l.Memo,
		l.GL.Name, l.GL.Class, l.GL.Department, l.GL.Location, home, l.Customer.Name, l.Product, l.Document}
}

// bookName is the book an entry is in alone, else what the options call the one exported.
func bookName(j Journal, o Options) string {
	if j.Book != "" {
		return string(j.Book)
	}
	return o.Book
}

// number is empty for none.
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func writeCSV(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, genericColumns...)
	for _, j := range journals {
		for i := range j.Lines {
			cells := generic(j, i, o)
			for n := range cells {
				cells[n] = guard(cells[n])
			}
			t.row(cells...)
		}
	}
	return t.bytes()
}

// writeJSONLines writes an object a posting with the generic names, in their order; amounts are strings, because a JSON
// number is read as a float; what is empty is left out.
func writeJSONLines(journals []Journal, o Options) ([]byte, error) {
	var out bytes.Buffer
	for _, j := range journals {
		for i := range j.Lines {
			sep := "{"
			for n, value := range generic(j, i, o) {
				if value == "" {
					continue
				}
				text, err := json.Marshal(ledger.OneLine(value))
				if err != nil {
					return nil, err
				}
				out.WriteString(sep + `"` + genericColumns[n] + `":`)
				out.Write(text)
				sep = ","
			}
			out.WriteString("}\n")
		}
	}
	return out.Bytes(), nil
}

// writeXLSX writes the generic columns as a workbook. Amounts are numbers, so that they can be added up; one with more
// digits than a spreadsheet keeps (15) stays a text, exact.
func writeXLSX(journals []Journal, o Options) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "Journal"); err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter("Journal")
	if err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	row := 0
	put := func(cells []any) error {
		row++
		return w.SetRow("A"+strconv.Itoa(row), cells)
	}
	head := make([]any, len(genericColumns))
	for i, name := range genericColumns {
		head[i] = excelize.Cell{StyleID: bold, Value: name}
	}
	if err := put(head); err != nil {
		return nil, err
	}
	for _, j := range journals {
		for i := range j.Lines {
			cells := make([]any, len(genericColumns))
			for n, value := range generic(j, i, o) {
				cells[n] = workbookCell(genericColumns[n], value)
			}
			if err := put(cells); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = f.Write(&out)
	return out.Bytes(), err
}

// workbookCell is a number for an amount that a spreadsheet can hold, else a text. A text is never run: its cell says
// that it is one.
func workbookCell(column, value string) any {
	switch {
	case value == "":
		return nil
	case strings.HasSuffix(column, "debit") || strings.HasSuffix(column, "credit"):
		if len(value) <= 16 { // 15 digits and a dot
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				return n
			}
		}
	}
	return ledger.OneLine(value)
}
