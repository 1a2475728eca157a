package web_test

import (
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

// The contract of 25 seats at 40.00 a month is billed through April; the runs look at it on 15 April.
func TestAnAmendmentIsShownBesideTheContractAsItStands(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	sales := site.Login(access.Sales)
	for _, c := range []struct {
		effective, quantity, atOnce string
		first, sum                  string // of the invoices that differ
	}{
		// Five more seats are 200.00 a month; for 17 of the 31 days of March 1,200.00 comes to 658.06 and 1,000.00 to 548.39.
		{"2026-03-15", "30", "The next run bills 309.67 USD more.", "15 Apr 2026: 0.00: 309.67: 309.67", "8,000.00: 9,909.67: 1,909.67"},
		{"2026-03-15", "20", "The next run credits 309.68 USD.", "15 Apr 2026: 0.00: minus 309.68: minus 309.68", "8,000.00: 6,090.32: minus 1,909.68"},
		{"2026-09-01", "20", "Nothing is billed or credited at once; 1 Sep 2026 is the first day that differs.", "1 Sep 2026: 1,000.00: 800.00: minus 200.00", "4,000.00: 3,200.00: minus 800.00"},
	} {
		form := with(sheetOf(t, webtest.Document), "effective", c.effective, "lines[0].fixed.quantity", c.quantity, "reason", "As agreed", "do", "preview")
		p := sales.PostForm("/contracts/"+w.Contract+"/amend", form).Want(200, "Against today", c.atOnce)
		p.Check()
		rows := p.Table("Invoices that differ")
		if got := strings.Join(rows[0], ": "); got != c.first {
			t.Errorf("%s seats from %s: the first invoice that differs is %q, want %q", c.quantity, c.effective, got, c.first)
		}
		if got := strings.Join(rows[len(rows)-1][1:], ": "); got != c.sum {
			t.Errorf("%s seats from %s: the invoices come to %q, want %q", c.quantity, c.effective, got, c.sum)
		}
	}
}
