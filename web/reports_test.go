package web_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ratable/internal/access"
	"ratable/reports"
	"ratable/web"
)

func TestEveryReportHasAnAddressThatTheListLeadsTo(t *testing.T) {
	h := newHouse(t)
	list := h.Login(access.Accountant).Get("/reports")
	for _, r := range reports.All {
		if !slices.ContainsFunc(web.Addresses(), func(a web.Address) bool { return a.Method == http.MethodGet && a.Path == "/reports/"+r.Code }) {
			t.Errorf("the report %s has no address", r.Code)
		}
		if !strings.Contains(list.Body, `href="/reports/`+r.Code+`"`) {
			t.Errorf("the list of reports does not lead to %s", r.Code)
		}
	}
}

// TestAReportHasTheSameCentsOnThePageInTheFileAndInTheWorkbook follows revenue by product to a posting.
func TestAReportHasTheSameCentsOnThePageInTheFileAndInTheWorkbook(t *testing.T) {
	h := newHouse(t)
	for _, role := range []access.Role{access.Finance, access.Accountant, access.Auditor} {
		b := h.Login(role)
		p := b.Get("/reports/revenue?month=2026-03&currency=USD").Want(200, "Revenue by month", "Equals trial balance", "Platform")
		p.Check()
		shown := p.Table("Revenue by month")
		file := b.Get("/reports/revenue?month=2026-03&currency=USD&format=csv")
		rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
		if err != nil || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") {
			t.Fatalf("no CSV: %v, %s", err, file.Header.Get("Content-Type"))
		}
		workbook := b.Get("/reports/revenue?month=2026-03&currency=USD&format=xlsx")
		f, err := excelize.OpenReader(bytes.NewReader([]byte(workbook.Body)))
		if err != nil {
			t.Fatalf("no workbook: %v", err)
		}
		total := rows[len(rows)-1]
		if want := shown[len(shown)-1]; plain(want[len(want)-1]) != total[len(total)-2] {
			t.Errorf("the page adds up to %s, the file to %s", want[len(want)-1], total[len(total)-2])
		}
		at, _ := excelize.CoordinatesToCellName(len(total)-1, len(rows))
		if got, _ := f.GetCellValue("Revenue", at, excelize.Options{RawCellValue: true}); !sameNumber(got, total[len(total)-2]) {
			t.Errorf("the workbook adds up to %s in %s, the file to %s", got, at, total[len(total)-2])
		}
		f.Close()
	}
	h.Login(access.Sales).Get("/reports/revenue").Want(403)
}

func plain(figure string) string { return strings.ReplaceAll(figure, ",", "") }

func sameNumber(a, b string) bool {
	return strings.TrimRight(strings.TrimRight(a, "0"), ".") == strings.TrimRight(strings.TrimRight(b, "0"), ".")
}

func TestAReportIgnoresWhatItCannotShow(t *testing.T) {
	b := newHouse(t).Login(access.Finance)
	for _, query := range []string{"by=color", "from=2027-01", "from=1999-01", "since=2020-01", "table=none", "after=-5&table=revenue", "of=nothing&by=product", "book=none", "month=none"} {
		if p := b.Get("/reports/revenue?" + query); p.Status != 200 {
			t.Errorf("%s: %d\n%s", query, p.Status, p.Text())
		}
	}
	b.Get("/reports/revenue?format=csv&table=none").Want(404)
}
