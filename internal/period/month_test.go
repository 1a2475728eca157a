package period

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratable/internal/fault"
)

func TestMonthsFollowEachOtherWithoutGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate.Draw(t, "date"), rapid.IntRange(-500, 500).Draw(t, "n")
		m := d.MonthOf()
		if !m.Span().Contains(d) || m.Year() != d.Year() || m.Month() != d.Month() || m.Span().Days() != m.Days() || m.Last() != m.End().AddDays(-1) {
			t.Fatalf("%s lies in %s, %s", d, m, m.Span())
		}
		if m.End() != m.Next().First() || m.Next().Prev() != m || !m.Before(m.Next()) || !m.Next().After(m) {
			t.Fatalf("%s ends on %s, %s starts on %s", m, m.End(), m.Next(), m.Next().First())
		}
		k := m.Add(n)
		if k.Sub(m) != n || k.Add(-n) != m || k.First() != m.First().AddMonths(n) || k.Compare(m) != k.First().Compare(m.First()) {
			t.Fatalf("%s and %d months is %s", m, n, k)
		}
		if back, err := ParseMonth(m.String()); back != m || err != nil {
			t.Fatalf("%s reads back as %s, %v", m, back, err)
		}
		v, err := m.Value()
		var scanned Month
		if err != nil || scanned.Scan(v) != nil || scanned != m {
			t.Fatalf("%s is stored as %v and scanned as %s", m, v, scanned)
		}
	})
}

func TestTextThatIsNoMonthIsRefused(t *testing.T) {
	for _, s := range []string{"", "2026-3", "2026-13", "2026-00", "0000-01", "March 2026", "2026-03-01"} {
		if m, err := ParseMonth(s); !m.IsZero() || !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %s, %v", s, m, err)
		}
	}
	var m Month
	if err := m.Scan("2026-03-02"); !errors.Is(err, fault.Invalid) {
		t.Errorf("2 March is scanned as the month %s, %v", m, err)
	}
}

func TestNoMonthIsEmptyEverywhere(t *testing.T) {
	m := NewMonth(2026, time.March)
	if text, _ := m.MarshalText(); string(text) != "2026-03" || m.Format("January 2006") != "March 2026" {
		t.Errorf("March is written as %s, %s", text, m.Format("January 2006"))
	}
	if err := m.Scan(nil); err != nil || !m.IsZero() || m.String() != "" || m.Month() != 0 || m.Format("January") != "" {
		t.Errorf("NULL is scanned as %s, %v", m, err)
	}
	if v, err := m.Value(); v != nil || err != nil {
		t.Errorf("no month is stored as %v, %v", v, err)
	}
	if err := m.UnmarshalText([]byte("2026-04")); err != nil || m != NewMonth(2026, 4) {
		t.Errorf("2026-04 is read as %s, %v", m, err)
	}
	if err := m.UnmarshalText(nil); err != nil || !m.IsZero() {
		t.Errorf("nothing is read as %s, %v", m, err)
	}
	if err := m.Scan(7); !errors.Is(err, fault.Invalid) {
		t.Errorf("7 is scanned as the month %s, %v", m, err)
	}
	mustPanic(t, "the month after the last", func() { NewMonth(9999, time.December).Next() })
	mustPanic(t, "the first day of no month", func() { (Month{}).First() })
}
