package period

import (
	"testing"

	"pgregory.net/rapid"
)

// anyDate draws days of a contract's life and, now and then, of any century.
var anyDate = rapid.Map(rapid.OneOf(
	rapid.Int32Range(737791, 742000), // 2021 to 2032
	rapid.Int32Range(400_000, 3_000_000),
), func(n int32) Date { return Date{n} })

func anySpan(t *rapid.T) Span {
	start := anyDate.Draw(t, "start")
	return NewSpan(start, start.AddDays(rapid.IntRange(0, 1500).Draw(t, "days")))
}

func day(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func span(from, through string) Span { return Through(day(from), day(through)) }

// checkTiles says where pieces leave a gap or overlap.
func checkTiles(t interface{ Fatalf(string, ...any) }, pieces []Span) {
	for i, p := range pieces {
		if p.Empty() {
			t.Fatalf("piece %d of %v is empty", i, pieces)
		}
		if i > 0 && pieces[i-1].End != p.Start {
			t.Fatalf("%s is followed by %s: they do not tile", pieces[i-1], p)
		}
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}
