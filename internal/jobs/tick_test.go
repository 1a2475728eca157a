package jobs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// instants writes ticks as the wall clock shows them, with the offset.
func instants(due []time.Time) []string {
	var list []string
	for _, t := range due {
		list = append(list, t.Format("2006-01-02 15:04 -0700"))
	}
	return list
}

func mustSchedule(t *testing.T, line string, loc *time.Location) schedule {
	t.Helper()
	s, err := parseSchedule(line, loc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATickIsDueOncePerWallClockTimeAlsoWhenTheClocksChange(t *testing.T) {
	cases := []struct {
		name, line, zone, after, through string
		want                             []string
	}{
		{
			"02:30 does not exist in spring: due when the gap ends", "30 2 * * *", "America/New_York",
			"2026-03-06T12:00:00Z", "2026-03-09T12:00:00Z",
			[]string{"2026-03-07 02:30 -0500", "2026-03-08 03:00 -0400", "2026-03-09 02:30 -0400"},
		},
		{
			"01:30 comes twice in autumn: due at the first", "30 1 * * *", "America/New_York",
			"2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z",
			[]string{"2026-11-01 01:30 -0400", "2026-11-02 01:30 -0500"},
		},
		{
			"in Berlin 02:30 is missing in March", "30 2 * * *", "Europe/Berlin",
			"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z",
			[]string{"2026-03-29 03:00 +0200", "2026-03-30 02:30 +0200"},
		},
		{
			"Lord Howe changes by half an hour", "15 2 * * *", "Australia/Lord_Howe",
			"2026-10-03T00:00:00Z", "2026-10-04T20:00:00Z",
			[]string{"2026-10-04 02:30 +1100", "2026-10-05 02:15 +1100"},
		},
		{
			"each hour runs by elapsed time through the repeated hour", "0 * * * *", "America/New_York",
			"2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z",
			[]string{"2026-11-01 01:00 -0400", "2026-11-01 01:00 -0500", "2026-11-01 02:00 -0500"},
		},
		{
			"two times that fall into one gap are one tick", "0,30 2 * * *", "Europe/Berlin",
			"2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
			[]string{"2026-03-29 03:00 +0200"},
		},
		{
			"midnight in a zone whose midnight is skipped", "0 0 * * *", "America/Santiago",
			"2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z",
			[]string{"2026-09-06 01:00 -0300", "2026-09-07 00:00 -0300"},
		},
		{
			"the leap day", "0 6 29 2 *", "UTC",
			"2026-01-01T00:00:00Z", "2033-01-01T00:00:00Z",
			[]string{"2028-02-29 06:00 +0000", "2032-02-29 06:00 +0000"},
		},
		{
			"the first of each month through a leap February", "0 6 1 * *", "Europe/Berlin",
			"2028-01-15T00:00:00Z", "2028-04-15T00:00:00Z",
			[]string{"2028-02-01 06:00 +0100", "2028-03-01 06:00 +0100", "2028-04-01 06:00 +0200"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := mustSchedule(t, c.line, zone(t, c.zone))
			after, _ := time.Parse(time.RFC3339, c.after)
			through, _ := time.Parse(time.RFC3339, c.through)
			if diff := cmp.Diff(c.want, instants(s.ticks(after, through, EachMissed, 100))); diff != "" {
				t.Errorf("%q in %s is due at other instants than wanted (-want +got):\n%s", c.line, c.zone, diff)
			}
		})
	}
}

func TestADailyTickIsDueOnEveryDayOnceInEveryZone(t *testing.T) {
	zones := []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Pacific/Apia"}
	rapid.Check(t, func(r *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))
		hour, minute := rapid.IntRange(0, 23).Draw(r, "hour"), rapid.IntRange(0, 59).Draw(r, "minute")
		s := mustSchedule(t, time.Date(0, 1, 1, hour, minute, 0, 0, time.UTC).Format("4 15 * * *"), loc)
		start := time.Date(rapid.IntRange(2013, 2040).Draw(r, "year"), 1, 1, 0, 0, 0, 0, loc)
		due := s.ticks(start.Add(-time.Second), start.AddDate(1, 0, 0).Add(-time.Second), EachMissed, 1000)
		for i := range due {
			if i > 0 && s.asOf(due[i]).Sub(s.asOf(due[i-1])) != 1 {
				r.Fatalf("%02d:%02d in %s is due at %s and next at %s", hour, minute, loc, due[i-1], due[i])
			}
		}
		if days := s.asOf(due[len(due)-1]).Sub(s.asOf(due[0])) + 1; days != len(due) || days < 365 {
			r.Fatalf("%d ticks in %d days of %d", len(due), days, start.Year())
		}
	})
}

func TestNextIsTheSameHoweverOneGetsThere(t *testing.T) {
	lines := []string{"*/15 * * * *", "30 2 * * *", "0 */6 * * *", "0 6 1 * *", "0 5 * * 1-5", "59 23 31 12 *"}
	rapid.Check(t, func(r *rapid.T) {
		s := mustSchedule(t, rapid.SampledFrom(lines).Draw(r, "line"), zone(t, "America/New_York"))
		from := time.Unix(rapid.Int64Range(1767225600, 1798761600).Draw(r, "from"), 0)
		next := s.next(from)
		between := from.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(from))-1).Draw(r, "between")))
		if again := s.next(between); !again.Equal(next) || !next.After(from) {
			r.Fatalf("from %s the next tick is %s, but from %s it is %s", from, next, between, again)
		}
	})
}

func TestLatestOnlyKeepsTheNewestMissedTick(t *testing.T) {
	s := mustSchedule(t, "0 6 * * *", time.UTC)
	from := time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC)
	got := instants(s.ticks(from, from.AddDate(0, 0, 10), LatestOnly, 3))
	if diff := cmp.Diff([]string{"2026-03-11 06:00 +0000"}, got); diff != "" {
		t.Errorf("ten missed days should leave the last (-want +got):\n%s", diff)
	}
	if got := s.ticks(from, from.AddDate(0, 0, 10), EachMissed, 3); len(got) != 3 || got[0].Day() != 2 {
		t.Errorf("a batch of three missed days should begin with the oldest, got %v", instants(got))
	}
}

func TestACronLineThatMeansNothingIsRefused(t *testing.T) {
	for _, line := range []string{"@daily", "@every 5s", "0 0 30 2 *", "61 * * * *", "0 6 * *", "CRON_TZ=UTC 0 6 * * *", "nonsense"} {
		if s, err := parseSchedule(line, time.UTC); err == nil {
			t.Errorf("%q was accepted and is next due at %s", line, s.next(time.Unix(0, 0)))
		}
	}
}
