package period

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/fault"
)

func TestTheGregorianCalendarBooksByMonth(t *testing.T) {
	p, err := Gregorian().PeriodOf(day("2026-03-31"))
	if err != nil || p != (AccountingPeriod{"2026-03", span("2026-03-01", "2026-03-31")}) {
		t.Errorf("31 March is booked in %v, %v", p, err)
	}
	periods, err := Gregorian().Periods(span("2026-01-31", "2026-03-01"))
	if err != nil || len(periods) != 3 || periods[2].Name != "2026-03" {
		t.Errorf("the periods are %v, %v", periods, err)
	}
}

// A retailer's year 2023 of 53 weeks, from Sunday 2023-01-29 to 2024-02-03.
func TestAFiftyThirdWeekGoesToTheLastPeriodOfItsYear(t *testing.T) {
	c, err := FourFourFive(day("2023-01-29"), FiscalYear{2023, 53}, FiscalYear{2024, 52})
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]AccountingPeriod{
		"2023-02-25": {"FY2023-P01", span("2023-01-29", "2023-02-25")},
		"2023-03-26": {"FY2023-P03", span("2023-03-26", "2023-04-29")},
		"2024-02-03": {"FY2023-P12", span("2023-12-24", "2024-02-03")}, // 5 weeks and the 53rd
		"2024-02-04": {"FY2024-P01", span("2024-02-04", "2024-03-02")},
		"2025-02-01": {"FY2024-P12", span("2024-12-29", "2025-02-01")},
	} {
		if got, err := c.PeriodOf(day(on)); err != nil || got != want {
			t.Errorf("%s is booked in %s %s, want %s %s (%v)", on, got.Name, got.Span, want.Name, want.Span, err)
		}
	}
	for _, on := range []string{"2023-01-28", "2025-02-02"} {
		if p, err := c.PeriodOf(day(on)); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s is booked in %v, %v", on, p, err)
		}
	}
	if _, err := c.Periods(span("2025-01-01", "2025-03-01")); !errors.Is(err, fault.NotFound) {
		t.Errorf("days beyond the calendar are left out: %v", err)
	}
}

func TestEveryDayIsBookedInExactlyOnePeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := anyDate.Draw(t, "start")
		var years []FiscalYear
		for n := range rapid.IntRange(1, 5).Draw(t, "years") {
			years = append(years, FiscalYear{2020 + n, rapid.IntRange(52, 53).Draw(t, "weeks")})
		}
		weekly, err := FourFourFive(start, years...)
		if err != nil {
			t.Fatalf("%v from %s: %v", years, start, err)
		}
		from := start.AddDays(rapid.IntRange(0, 200).Draw(t, "from"))
		s := NewSpan(from, from.AddDays(rapid.IntRange(1, 150).Draw(t, "days")))
		for _, c := range []Calendar{Gregorian(), weekly} {
			periods, err := c.Periods(s)
			if err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			var spans []Span
			days := 0
			for _, p := range periods {
				spans, days = append(spans, p.Span), days+p.Span.Intersect(s).Days()
			}
			checkTiles(t, spans)
			if days != s.Days() {
				t.Fatalf("%s has %d days, its periods have %d of them", s, s.Days(), days)
			}
		}
	})
}

func TestACalendarThatDoesNotTileIsRefused(t *testing.T) {
	first := AccountingPeriod{"P1", span("2026-01-01", "2026-01-31")}
	if c, err := NewCalendar([]AccountingPeriod{{"P2", span("2026-02-01", "2026-02-10")}, first}); err != nil {
		t.Errorf("rows in another order: %v", err)
	} else if p, err := c.PeriodOf(day("2026-02-10")); err != nil || p.Name != "P2" {
		t.Errorf("10 February is booked in %v, %v", p, err)
	}
	for want, rows := range map[string][]AccountingPeriod{
		`an accounting calendar needs at least one period`:                                                      nil,
		`accounting period "P2" starts on 2026-02-02, but "P1" ends on 2026-01-31: leave no gap and no overlap`: {first, {"P2", span("2026-02-02", "2026-02-28")}},
		`accounting period "P2" starts on 2026-01-31, but "P1" ends on 2026-01-31: leave no gap and no overlap`: {first, {"P2", span("2026-01-31", "2026-02-28")}},
		`accounting period 2026-02-01..2026-02-28 needs a name of its own, not "P1"`:                            {first, {"P1", span("2026-02-01", "2026-02-28")}},
		`accounting period "P1" has to have a first and a last day`:                                             {{"P1", Span{Start: day("2026-01-01")}}},
	} {
		if _, err := NewCalendar(rows); !errors.Is(err, fault.Invalid) || err.Error() != want {
			t.Errorf("%v\ngives %v\nwant  %s", rows, err, want)
		}
	}
	if _, err := FourFourFive(day("2026-01-01"), FiscalYear{2026, 54}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a year of 54 weeks gives %v", err)
	}
	if _, err := FourFourFive(day("2026-01-01")); !errors.Is(err, fault.Invalid) {
		t.Errorf("no years at all give %v", err)
	}
	c, _ := FourFourFive(day("2026-01-01"), FiscalYear{2026, 52})
	names := map[string]bool{}
	for _, p := range c.rows {
		names[p.Name] = true
	}
	if len(names) != 12 || !slices.IsSortedFunc(c.rows, func(a, b AccountingPeriod) int { return a.Span.Start.Compare(b.Span.Start) }) {
		t.Errorf("a year has the periods %v", c.rows)
	}
}
