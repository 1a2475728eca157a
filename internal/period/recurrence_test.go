package period

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var anyCadence = rapid.SampledFrom([]Cadence{Monthly, Quarterly, HalfYearly, Yearly})

func TestARecurrenceIsItsAnchorTimesN(t *testing.T) {
	for _, c := range []struct {
		anchor  string
		cadence Cadence
		want    []string
	}{
		{"2026-01-31", Monthly, []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"}},
		{"2023-11-30", Quarterly, []string{"2023-11-30", "2024-02-29", "2024-05-30"}},
		{"2025-08-31", HalfYearly, []string{"2025-08-31", "2026-02-28", "2026-08-31"}},
		{"2024-02-29", Yearly, []string{"2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"}},
	} {
		r := Recurrence{day(c.anchor), c.cadence}
		for n, want := range c.want {
			if got := r.Nth(n); got != day(want) {
				t.Errorf("every %s from %s: date %d is %s, want %s", c.cadence, c.anchor, n, got, want)
			}
		}
	}
}

// Quarter of 91 days, served 32 days: the whole quarter is what one divides by.
func TestAPartialPeriodIsProratedOnTheWholePeriodsDays(t *testing.T) {
	r := Recurrence{day("2026-04-01"), Quarterly}
	served := span("2026-04-01", "2026-05-02")
	whole := r.Within(served)
	if len(whole) != 1 || whole[0].Days() != 91 || whole[0].Intersect(served).Days() != 32 {
		t.Errorf("%s lies in %v", served, whole)
	}
}

func TestThePiecesOfARecurrenceTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpan(t)
		r := Recurrence{s.Start.AddDays(rapid.IntRange(-2000, 2000).Draw(t, "anchor")), anyCadence.Draw(t, "cadence")}
		pieces := r.Within(s)
		checkTiles(t, pieces)
		clipped := 0
		for _, p := range pieces {
			clipped += p.Intersect(s).Days()
			if !p.Overlaps(s) || p != r.Piece(r.Index(p.Start)) || r.Index(p.Last()) != r.Index(p.Start) {
				t.Fatalf("every %s from %s within %s: %s does not belong", r.Cadence, r.Anchor, s, p)
			}
		}
		if clipped != s.Days() {
			t.Fatalf("every %s from %s covers %d of %d days of %s", r.Cadence, r.Anchor, clipped, s.Days(), s)
		}
	})
}

func TestATermComesOnce(t *testing.T) {
	term := span("2026-01-15", "2027-01-14")
	r := Recurrence{term.Start, Term}
	if diff := cmp.Diff([]Span{term}, r.Within(term)); diff != "" {
		t.Errorf("the term has other pieces (-want +got):\n%s", diff)
	}
	if got := r.Within(span("2025-01-01", "2025-12-31")); got != nil {
		t.Errorf("before the term there are the pieces %v", got)
	}
	if !r.Piece(0).Open() || r.Nth(0) != term.Start || r.Index(day("2026-06-01")) != 0 || r.Index(day("2026-01-14")) != -1 {
		t.Errorf("the term is %s", r.Piece(0))
	}
	mustPanic(t, "the second term", func() { r.Nth(1) })
	mustPanic(t, "every month for ever", func() { (Recurrence{term.Start, Monthly}).Within(Span{term.Start, Date{}}) })
	mustPanic(t, "every no cadence", func() { (Recurrence{Anchor: term.Start}).Nth(1) })
}

func TestACadenceIsReadAsDocumentsWriteIt(t *testing.T) {
	for text, months := range map[string]int{"month": 1, "quarter": 3, "half-year": 6, "year": 12, "term": 0} {
		if c, err := ParseCadence(text); err != nil || c.Months() != months {
			t.Errorf("%s is %d months, %v", text, c.Months(), err)
		}
	}
	want := `"weekly" is not a cadence: write month, quarter, half-year, year or term`
	if _, err := ParseCadence("weekly"); err == nil || err.Error() != want {
		t.Errorf("weekly gives %v", err)
	}
}
