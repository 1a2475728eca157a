package reports_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ratable/reports"
)

func TestWorkbookAndCSVOfEveryReportHaveTheSameCellsAndFormulasComeToTheirFigures(t *testing.T) {
	db := company.Clone(t)
	cells, formulas := 0, 0
	each(t, db, over, func(d reports.Drawn) {
		var file bytes.Buffer
		if err := reports.WriteXLSX(&file, d); err != nil {
			t.Fatalf("%s: %v", d.Report.Code, err)
		}
		f, err := excelize.OpenReader(&file)
		if err != nil {
			t.Fatalf("%s does not open: %v", d.Report.Code, err)
		}
		defer f.Close()
		sheets := f.GetSheetList()
		if len(sheets) != len(d.Tables)+1 || sheets[len(sheets)-1] != "About" {
			t.Fatalf("%s has sheets %v for %d tables", d.Report.Code, sheets, len(d.Tables))
		}
		for i, table := range d.Tables {
			var text bytes.Buffer
			if err := reports.WriteCSV(&text, d, table); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&text).ReadAll()
			if err != nil {
				t.Fatalf("%s/%s is no CSV: %v", d.Report.Code, table.Name, err)
			}
			if len(rows) != len(table.Rows)+1 {
				t.Errorf("%s/%s has %d rows in the CSV for %d", d.Report.Code, table.Name, len(rows)-1, len(table.Rows))
			}
			for r, row := range rows[1:] {
				for c, said := range row[:len(row)-1] { // the last says the currency
					at, _ := excelize.CoordinatesToCellName(c+1, r+2)
					raw, err := f.GetCellValue(sheets[i], at, excelize.Options{RawCellValue: true})
					if err != nil {
						t.Fatal(err)
					}
					cells++
					if !sameCell(table.Columns[c], said, raw) {
						t.Errorf("%s/%s %s: the CSV says %q, the workbook %q", d.Report.Code, table.Name, at, said, raw)
					}
					formula, _ := f.GetCellFormula(sheets[i], at)
					if formula == "" {
						continue
					}
					formulas++
					if got, err := f.CalcCellValue(sheets[i], at, excelize.Options{RawCellValue: true}); err != nil || !sameCell(table.Columns[c], said, got) {
						t.Errorf("%s/%s %s = %s comes to %s (%v), and stands as %s", d.Report.Code, table.Name, at, formula, got, err, said)
					}
				}
			}
			if pane, err := f.GetPanes(sheets[i]); err != nil || !pane.Freeze || pane.YSplit != 1 {
				t.Errorf("%s/%s: the head is not frozen", d.Report.Code, table.Name)
			}
		}
	})
	if cells < 8000 || formulas < 500 {
		t.Errorf("only %d cells and %d formulas were compared", cells, formulas)
	}
}

// sameCell compares a cell of the CSV with the workbook's: figures by value, the rest by its letters.
func sameCell(c reports.Column, said, raw string) bool {
	if said == raw {
		return true
	}
	if c.Kind != reports.Figure && c.Kind != reports.Count && c.Kind != reports.Number {
		return false
	}
	a, errA := strconv.ParseFloat(said, 64)
	b, errB := strconv.ParseFloat(raw, 64)
	return errA == nil && errB == nil && math.Abs(a-b) < 0.0005
}

func TestATextThatLooksLikeAFormulaIsNeverRun(t *testing.T) {
	for said, want := range map[string]string{
		"=HYPERLINK(\"http://evil\")": "'=HYPERLINK(\"http://evil\")", "+1": "'+1", "@SUM(A1)": "'@SUM(A1)", "-cmd": "'-cmd", "-12.50": "-12.50", "Plain": "Plain", "": "",
		"two\nlines": "two lines", "\t=1": " =1", "-": "-",
	} {
		if got := reports.Guarded(said); got != want {
			t.Errorf("%q is written as %q, want %q", said, got, want)
		}
	}
}

func TestATextReportShowsEveryTableAndEveryCheck(t *testing.T) {
	db := company.Clone(t)
	b := books(t, db)[0]
	for _, r := range reports.All {
		d := draw(t, db, r.Code, b.scope(over))
		var out strings.Builder
		if err := reports.WriteText(&out, d); err != nil {
			t.Fatal(err)
		}
		for _, table := range d.Tables {
			if !strings.Contains(out.String(), table.Title) || len(table.Rows) == 0 && !strings.Contains(out.String(), table.Empty) {
				t.Errorf("%s leaves out the table %s:\n%s", r.Code, table.Name, out.String())
			}
		}
		if n := strings.Count(out.String(), ": agrees\n"); n != len(d.Checks) {
			t.Errorf("%s says %d times that things agree, and made %d checks:\n%s", r.Code, n, len(d.Checks), out.String())
		}
	}
}
