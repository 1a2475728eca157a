package entities_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// retailYear is a 4-4-5 year of 364 days from the Sunday after the last Saturday of January, and a second of 53 weeks.
func retailYear(t *testing.T) []period.AccountingPeriod {
	t.Helper()
	start := day("2026-02-01")
	calendar, err := period.FourFourFive(start, period.FiscalYear{Number: 2026, Weeks: 52}, period.FiscalYear{Number: 2027, Weeks: 53})
	if err != nil {
		t.Fatal(err)
	}
	periods, err := calendar.Periods(period.NewSpan(start, start.AddDays(7*(52+53))))
	if err != nil {
		t.Fatal(err)
	}
	return periods
}

func record(db *postgres.DB, calendar string, periods []period.AccountingPeriod) error {
	return attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		return entities.RecordPeriods(ctx, tx, calendar, periods, clerk)
	})
}

func TestA445CalendarIsRowsAndSurvivesTheDatabase(t *testing.T) {
	db := pgtest.New(t)
	periods := retailYear(t)
	// Year by year, as finance enters them.
	for _, year := range [][]period.AccountingPeriod{periods[:12], periods[12:]} {
		if err := record(db, "retail", year); err != nil {
			t.Fatal(err)
		}
	}
	calendar, err := entities.LoadCalendar(context.Background(), db, "retail")
	if err != nil {
		t.Fatal(err)
	}
	// Counted by hand: 4, 4 and 5 weeks from Sunday 1 February 2026.
	for on, want := range map[string]string{
		"2026-02-01": "2026-02-01..2026-02-28", "2026-02-28": "2026-02-01..2026-02-28",
		"2026-03-01": "2026-03-01..2026-03-28", "2026-03-29": "2026-03-29..2026-05-02", "2026-05-02": "2026-03-29..2026-05-02",
		// The last period of the second year has the 53rd week: six weeks.
		"2028-02-05": "2027-12-26..2028-02-05",
	} {
		p, err := calendar.PeriodOf(day(on))
		if err != nil || p.Span.String() != want {
			t.Errorf("%s is booked in %s %s (%v), should be in %s", on, p.Name, p.Span, err, want)
		}
	}
}

func TestMonthsNeedNoRows(t *testing.T) {
	db := pgtest.New(t)
	for _, name := range []string{"", "gregorian"} {
		calendar, err := entities.LoadCalendar(context.Background(), db, name)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := calendar.PeriodOf(day("2026-02-14")); err != nil || p.Span.String() != "2026-02-01..2026-02-28" {
			t.Errorf("calendar %q books 14 February in %s (%v)", name, p.Span, err)
		}
	}
}

func TestACalendarThatNobodyEnteredIsNotFound(t *testing.T) {
	if _, err := entities.LoadCalendar(context.Background(), pgtest.New(t), "retial"); !errors.Is(err, fault.NotFound) {
		t.Errorf("an unknown calendar gives %v; it must never mean calendar months", err)
	}
}

func TestACalendarKeepsNeitherGapNorOverlap(t *testing.T) {
	db := pgtest.New(t)
	periods := retailYear(t)
	if err := record(db, "retail", periods[:12]); err != nil {
		t.Fatal(err)
	}
	stub := func(name, start, end string) []period.AccountingPeriod {
		return []period.AccountingPeriod{{Name: name, Span: period.NewSpan(day(start), day(end))}}
	}
	for _, c := range []struct {
		what     string
		calendar string
		periods  []period.AccountingPeriod
		kind     error
	}{
		{"the same year twice", "retail", periods[:12], fault.Conflict},
		{"a period across two that stand", "retail", stub("extra", "2026-02-20", "2026-03-10"), fault.Invalid},
		{"a year left out", "retail", periods[13:], fault.Invalid},
		{"rows for the calendar of months", "gregorian", periods[:12], fault.Invalid},
		{"no periods at all", "other", nil, fault.Invalid},
	} {
		if err := record(db, c.calendar, c.periods); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, should be %v", c.what, err, c.kind)
		}
	}
	if err := record(db, "second", periods[:12]); err != nil {
		t.Errorf("another calendar may have the same days: %v", err)
	}
}
