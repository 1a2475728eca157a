package period

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratable/internal/fault"
)

func TestADateIsTheDayOfPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate.Draw(t, "date"), rapid.IntRange(-100_000, 100_000).Draw(t, "n")
		u := d.Time(time.UTC)
		if d.Year() != u.Year() || d.Month() != u.Month() || d.Day() != u.Day() || d.Weekday() != u.Weekday() || d.String() != u.Format(time.DateOnly) {
			t.Fatalf("%s (%s) is %s in package time", d, d.Weekday(), u)
		}
		later := u.AddDate(0, 0, n)
		if got := d.AddDays(n); got != DateOf(later, time.UTC) || got.Sub(d) != n || got.Compare(d) != later.Compare(u) {
			t.Fatalf("%s and %d days is %s, want %s", d, n, got, later)
		}
		if got := NewDate(u.Year(), u.Month(), u.Day()+n); got != d.AddDays(n) {
			t.Fatalf("day %d of %s carries over to %s", u.Day()+n, d.MonthOf(), got)
		}
		if got, err := ParseDate(d.String()); got != d || err != nil {
			t.Fatalf("%s reads back as %s, %v", d, got, err)
		}
	})
}

func TestEveryDayOfFourCenturiesFollowsTheOneBefore(t *testing.T) {
	u := time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)
	for d := NewDate(1999, time.December, 31); d.Year() < 2400; d, u = d.AddDays(1), u.AddDate(0, 0, 1) {
		if y, m, n := d.civil(); y != u.Year() || m != u.Month() || n != u.Day() || fromCivil(y, m, n) != d.day {
			t.Fatalf("%s should be %s", d, u.Format(time.DateOnly))
		}
	}
}

func TestAMonthLaterIsClampedToTheEndOfAShortMonth(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-01-31", 2, "2026-03-31"},
		{"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"}, {"2026-03-31", -1, "2026-02-28"},
		{"2026-11-30", 3, "2027-02-28"}, {"2026-01-15", -13, "2024-12-15"}, {"2026-05-31", 0, "2026-05-31"},
	} {
		if got := day(c.from).AddMonths(c.months); got != day(c.want) {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestTextThatIsNoDateIsRefusedWithTheWayOut(t *testing.T) {
	const form, calendar = " is not a date: write it as year-month-day, like 2026-03-01", " is not in the calendar: check the month and the day"
	for sent, want := range map[string]string{
		"": form, "2026-3-1": form, "01.03.2026": form, "2026-03-01T00:00:00Z": form, "２026-03-01": form, "2026/03/01": form, "-026-03-01": form,
		"2026-02-30": calendar, "2025-02-29": calendar, "1900-02-29": calendar, "2026-13-01": calendar, "2026-00-10": calendar, "2026-04-31": calendar, "0000-01-01": calendar,
	} {
		d, err := ParseDate(sent)
		if !d.IsZero() || !errors.Is(err, fault.Invalid) || err.Error() != fault.Quote(sent)+want {
			t.Errorf("%q gives %s, %v", sent, d, err)
		}
	}
}

func TestTheDayAnInstantFallsOnDependsOnTheZone(t *testing.T) {
	at := time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{"UTC": "2026-03-31", "Europe/Berlin": "2026-04-01", "America/New_York": "2026-03-31"} {
		if got := DateOf(at, location(t, zone)); got != day(want) {
			t.Errorf("%s is %s in %s, want %s", at, got, zone, want)
		}
	}
}

func TestADayBeginsAtItsFirstInstant(t *testing.T) {
	for _, c := range []struct{ day, zone, want string }{
		{"2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"}, // midnight was skipped
		{"2025-11-02", "America/Havana", "2025-11-02T04:00:00Z"},    // midnight struck twice
		{"2021-10-29", "Asia/Amman", "2021-10-28T21:00:00Z"},        // twice, east of Greenwich
		{"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"},      // the day was left out
	} {
		if got := day(c.day).Time(location(t, c.zone)).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s begins in %s at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestNoDateIsEmptyEverywhereAndCannotBeCountedFrom(t *testing.T) {
	var none Date
	some := day("2026-03-01")
	if none.String() != "" || none.Format("2 January") != "" || none.Year() != 0 || none.Month() != 0 || none.Day() != 0 || !none.IsZero() {
		t.Errorf("no date prints as %q, %d-%d-%d", none, none.Year(), none.Month(), none.Day())
	}
	if MinDate(none, some) != some || MinDate(some, none) != some || MaxDate(none, some) != some || MaxDate(some, none) != some {
		t.Error("no date does not give way to a date")
	}
	if MinDate(some, some.AddDays(1)) != some || MinDate(some.AddDays(1), some) != some || MaxDate(some, some.AddDays(1)) == some {
		t.Error("the earlier and later of two dates are mixed up")
	}
	if !none.Before(some) || none.Compare(some) != -1 || some.After(some) {
		t.Error("no date does not sort first")
	}
	mustPanic(t, "no date and a day", func() { none.AddDays(1) })
	mustPanic(t, "no date and a month", func() { none.AddMonths(1) })
	mustPanic(t, "the days since no date", func() { some.Sub(none) })
	mustPanic(t, "the month of no date", func() { none.MonthOf() })
	mustPanic(t, "the day after the last", func() { NewDate(9999, 12, 31).AddDays(1) })
	mustPanic(t, "the day before the first", func() { NewDate(1, 1, 1).AddDays(-1) })
}

func TestADateGoesThroughJSONAndTheDatabase(t *testing.T) {
	type row struct{ On, Until Date }
	text, err := json.Marshal(row{On: day("2026-03-01")})
	if err != nil || string(text) != `{"On":"2026-03-01","Until":""}` {
		t.Errorf("written as %s, %v", text, err)
	}
	var back row
	if err := json.Unmarshal(text, &back); err != nil || back.On != day("2026-03-01") || !back.Until.IsZero() {
		t.Errorf("read back as %v, %v", back, err)
	}

	berlin := location(t, "Europe/Berlin")
	for _, src := range []any{"2026-03-01", []byte("2026-03-01"), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 30, 0, 0, berlin)} {
		var d Date
		if err := d.Scan(src); err != nil || d != day("2026-03-01") {
			t.Errorf("%v is scanned as %s, %v", src, d, err)
		}
	}
	d := day("2026-03-01")
	if v, err := d.Value(); err != nil || v != time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("%s is stored as %v, %v", d, v, err)
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("NULL is scanned as %s, %v", d, err)
	}
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("no date is stored as %v, %v", v, err)
	}
	for _, src := range []any{7, "infinity", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if err := d.Scan(src); !errors.Is(err, fault.Invalid) {
			t.Errorf("%v is scanned as %s, %v", src, d, err)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-03-01", "2024-02-29", "2026-02-30", "9999-12-31", "0001-01-01", "", "2026-3-1", "\xff", "２026-03-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		want, wantErr := time.Parse(time.DateOnly, s)
		if real := wantErr == nil && want.Year() >= 1; real != (err == nil) {
			t.Fatalf("%q is read as %s, %v; package time has %s, %v", s, d, err, want, wantErr)
		}
		if err == nil && (d.String() != s || d != DateOf(want, time.UTC)) {
			t.Fatalf("%q is read as %s, package time has %s", s, d, want)
		}
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("%q is refused as %v", s, err)
		}
	})
}

func BenchmarkDateAddMonths(b *testing.B) {
	d := day("2026-01-31")
	b.ReportAllocs()
	for b.Loop() {
		d.AddMonths(13)
	}
}

func TestTheFirstDayThereIsTravelsToADatabase(t *testing.T) {
	if v, err := NewDate(1, 1, 1).Value(); err != nil || v.(time.Time).Year() != 1 {
		t.Errorf("0001-01-01 is written as %v (%v)", v, err)
	}
}
