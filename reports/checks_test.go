package reports_test

import (
	"testing"
	"time"

	"ratable/internal/period"
	"ratable/reports"
)

func TestEveryCheckOfEveryReportHoldsOnBooksOfTheEngines(t *testing.T) {
	db := company.Clone(t)
	checks := 0
	for _, month := range []period.Month{period.NewMonth(2026, time.March), period.NewMonth(2026, time.September), over} {
		each(t, db, month, func(d reports.Drawn) {
			for _, c := range d.Checks {
				checks++
				if !c.OK() {
					t.Errorf("%s of %s %s in %s (%s), %s: %s says %s, %s says %s", d.Report.Code, d.Scope.Entity.Code, d.Scope.Currency, month, d.Scope.By, c.Name, c.LeftName, c.Left, c.RightName, c.Right)
				}
			}
		})
	}
	if checks < 100 {
		t.Errorf("only %d checks were made: the reports no longer make them", checks)
	}
}
