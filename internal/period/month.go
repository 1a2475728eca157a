package period

import (
	"database/sql/driver"
	"fmt"
	"time"

	"ratable/internal/fault"
)

// Month is a calendar month; the zero value is no month. It compares with ==.
// In the database it is the date of its first day.
type Month struct {
	n int32 // year x 12 + month - 1; January of year 1 is 12, so 0 is free
}

// NewMonth returns a month; months out of range carry over into the year.
func NewMonth(y int, m time.Month) Month {
	n := y*12 + int(m) - 1
	if n < 12 || n >= 10000*12 {
		panic(fmt.Sprintf("period: month %d of year %d lies outside the years 1 to 9999", m, y))
	}
	return Month{int32(n)}
}

// ParseMonth reads "2026-03" and nothing else.
func ParseMonth(s string) (Month, error) {
	if len(s) == 7 && s[4] == '-' {
		y, okY := digits(s[:4])
		m, okM := digits(s[5:])
		if okY && okM && y >= 1 && m >= 1 && m <= 12 {
			return NewMonth(y, time.Month(m)), nil
		}
	}
	return Month{}, fault.New(fault.Invalid, "%s is not a month: write it as year-month, like 2026-03", fault.Quote(s))
}

// must refuses to count from a month that is not there.
func (m Month) must() Month {
	if m.n == 0 {
		panic("period: there is no month to count from")
	}
	return m
}

// Year returns the month's year, 0 for no month.
func (m Month) Year() int { return int(m.n) / 12 }

// Month returns the month of the year, 0 for no month.
func (m Month) Month() time.Month {
	if m.n == 0 {
		return 0
	}
	return time.Month(m.n%12 + 1)
}

// First returns the first day of the month.
func (m Month) First() Date { return NewDate(m.must().Year(), m.Month(), 1) }

// End returns the first day after the month.
func (m Month) End() Date { return m.First().AddDays(m.Days()) }

// Last returns the last day of the month, for people.
func (m Month) Last() Date { return m.First().AddDays(m.Days() - 1) }

// Days returns the length of the month.
func (m Month) Days() int { return daysIn(m.must().Year(), m.Month()) }

// Span returns the month's days.
func (m Month) Span() Span { return Span{m.First(), m.End()} }

// Add returns the month n months later.
func (m Month) Add(n int) Month { return NewMonth(m.must().Year(), m.Month()+time.Month(n)) }

// Next returns the month after.
func (m Month) Next() Month { return m.Add(1) }

// Prev returns the month before.
func (m Month) Prev() Month { return m.Add(-1) }

// Sub returns the months from k to m.
func (m Month) Sub(k Month) int { return int(m.must().n) - int(k.must().n) }

// Before says whether m is earlier than k. No month is before every month.
func (m Month) Before(k Month) bool { return m.n < k.n }

// After says whether m is later than k.
func (m Month) After(k Month) bool { return m.n > k.n }

// Compare orders months for slices.SortFunc.
func (m Month) Compare(k Month) int { return Date{m.n}.Compare(Date{k.n}) }

// Equal is ==, for go-cmp.
func (m Month) Equal(k Month) bool { return m == k }

// IsZero says whether there is no month.
func (m Month) IsZero() bool { return m.n == 0 }

// String returns "2026-03", or "" for no month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return m.First().String()[:7]
}

// Format prints the month by a layout of package time, such as "January 2006".
func (m Month) Format(layout string) string {
	if m.IsZero() {
		return ""
	}
	return m.First().Format(layout)
}

// MarshalText writes "2026-03"; no month is the empty text.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *Month) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	*m, err = ParseMonth(string(text))
	return err
}

// Value gives the database the month's first day; no month is NULL.
func (m Month) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.First().Value()
}

// Scan reads a first day. Another day of the month is refused: the column was
// not meant to hold months, or its CHECK is missing.
func (m *Month) Scan(src any) error {
	var d Date
	if err := d.Scan(src); err != nil {
		return err
	}
	if d.IsZero() {
		*m = Month{}
		return nil
	}
	if d.Day() != 1 {
		return fault.New(fault.Invalid, "%s is not the first day of a month", d)
	}
	*m = d.MonthOf()
	return nil
}
