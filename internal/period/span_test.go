package period

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestASpanShowsItsLastDayAndKeepsTheDayAfter(t *testing.T) {
	january := span("2026-01-01", "2026-01-31")
	if january != NewSpan(day("2026-01-01"), day("2026-02-01")) || january.Days() != 31 || january.Last() != day("2026-01-31") {
		t.Errorf("January is %s, %d days", january, january.Days())
	}
	if got := january.String(); got != "2026-01-01..2026-01-31" {
		t.Errorf("January prints as %s", got)
	}
	mustPanic(t, "a span that ends before it starts", func() { NewSpan(day("2026-02-01"), day("2026-01-31")) })
	mustPanic(t, "a span without a start", func() { NewSpan(Date{}, day("2026-01-31")) })
}

func TestASpanWithoutEndHoldsEveryLaterDay(t *testing.T) {
	open := NewSpan(day("2026-01-15"), Date{})
	march := span("2026-03-01", "2026-03-31")
	if !open.Open() || open.Empty() || !open.Contains(day("2199-01-01")) || open.Contains(day("2026-01-14")) || open.String() != "2026-01-15.." {
		t.Errorf("%s is not open", open)
	}
	if open.Intersect(march) != march || march.Intersect(open) != march || !open.Covers(march) || march.Covers(open) {
		t.Errorf("%s and %s share %s", open, march, open.Intersect(march))
	}
	if later := NewSpan(day("2026-02-01"), Date{}); open.Intersect(later) != later {
		t.Errorf("two open spans share %s", open.Intersect(later))
	}
	if got := open.Cut(day("2026-03-01")); !slices.Equal(got, []Span{span("2026-01-15", "2026-02-28"), {day("2026-03-01"), Date{}}}) {
		t.Errorf("%s is cut into %v", open, got)
	}
	mustPanic(t, "the days of an open span", func() { open.Days() })
	mustPanic(t, "the months of an open span", func() { open.Months() })
}

func TestSpansThatOnlyTouchDoNotOverlap(t *testing.T) {
	january, february := span("2026-01-01", "2026-01-31"), span("2026-02-01", "2026-02-28")
	if january.Overlaps(february) || january.Intersect(february) != (Span{}) {
		t.Errorf("%s and %s share %s", january, february, january.Intersect(february))
	}
	if (Span{}).Overlaps(january) || (Span{}).Days() != 0 || (Span{}).String() != "" || (Span{}).Cut() != nil || (Span{}).Months() != nil {
		t.Error("the empty span has days")
	}
}

func TestTheDaysTwoSpansShareAreThoseThatLieInBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpan(t)
		shift := rapid.IntRange(-1600, 1600).Draw(t, "shift")
		u := NewSpan(s.Start.AddDays(shift), s.Start.AddDays(shift+rapid.IntRange(0, 800).Draw(t, "length")))
		shared := 0
		for d := u.Start; d.Before(u.End); d = d.AddDays(1) {
			if s.Contains(d) {
				shared++
			}
		}
		if got := s.Intersect(u); got.Days() != shared || got != u.Intersect(s) || s.Overlaps(u) != (shared > 0) || s.Covers(u) != (shared == u.Days()) {
			t.Fatalf("%s and %s share %s, want %d days", s, u, got, shared)
		}
	})
}

func TestTheCutPiecesTileTheSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpan(t)
		at := rapid.SliceOf(rapid.Map(rapid.IntRange(-100, 1600), s.Start.AddDays)).Draw(t, "at")
		pieces := s.Cut(at...)
		if s.Empty() {
			if len(pieces) != 0 {
				t.Fatalf("no days are cut into %v", pieces)
			}
			return
		}
		checkTiles(t, pieces)
		if pieces[0].Start != s.Start || pieces[len(pieces)-1].End != s.End {
			t.Fatalf("%s cut at %v is %v", s, at, pieces)
		}
		for _, d := range at {
			if d != s.Start && s.Contains(d) && !slices.ContainsFunc(pieces, func(p Span) bool { return p.Start == d }) {
				t.Fatalf("%s cut at %v is %v: no piece starts on %s", s, at, pieces, d)
			}
		}
	})
}

func TestASpanTouchesEveryMonthItHasADayIn(t *testing.T) {
	got := span("2025-11-30", "2026-02-01").Months()
	want := []Month{NewMonth(2025, 11), NewMonth(2025, 12), NewMonth(2026, 1), NewMonth(2026, 2)}
	if !slices.Equal(got, want) {
		t.Errorf("the months are %v, want %v", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := anySpan(t)
		days := 0
		for _, m := range s.Months() {
			share := s.Intersect(m.Span()).Days()
			if share == 0 {
				t.Fatalf("%s does not touch %s", s, m)
			}
			days += share
		}
		if days != s.Days() {
			t.Fatalf("%s has %d days, its months have %d of them", s, s.Days(), days)
		}
	})
}
