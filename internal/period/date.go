// Package period counts civil time: days, spans of days, months, recurrences
// and accounting calendars.
//
// It owns Date, Span, Month, Cadence, Recurrence and Calendar: pure values, no
// clock and no time zone of its own. It does not own instants: which civil day
// an instant falls on is asked with DateOf and the zone of the legal entity
// that sells, and time.Now is called in cmd and jobs only.
//
// Times: everything here is business time, the day a thing is about. The
// instant at which it was recorded is a time.Time elsewhere, for audit only.
//
// Invariants:
//   - a span is [start, end): its end is the first day after it; people are
//     shown the last day, and write it as `through`;
//   - a recurrence is anchor x n, never the last date plus a month: 31 January,
//     28 February, 31 March;
//   - the pieces of a recurrence, of Span.Cut and of a calendar tile: no gap,
//     no overlap.
package period

import (
	"fmt"
	"time"

	"ratable/internal/fault"
)

// Date is a civil day from 0001-01-01 to 9999-12-31. The zero value is no
// date (NULL in the database, an empty field in a form). Dates compare with ==
// and may be map keys; four bytes, because a run holds millions of them.
type Date struct {
	day int32 // 1 is 0001-01-01 in the proleptic Gregorian calendar
}

// unixDay is the day number of 1970-01-01.
const unixDay = 719163

var (
	firstDay = fromCivil(1, time.January, 1)
	lastDay  = fromCivil(9999, time.December, 31)
)

// NewDate returns a day. Months and days out of range carry over as in
// time.Date, so NewDate(y, m+1, 1) is right in December; what a person wrote
// goes through ParseDate, which refuses 30 February. A year beyond 1..9999
// panics.
func NewDate(y int, m time.Month, d int) Date {
	months := y*12 + int(m) - 1
	y, m = floorDiv(months, 12), time.Month(floorMod(months, 12)+1)
	return checked(int64(fromCivil(y, m, 1)) + int64(d) - 1)
}

// DateOf returns the civil day of an instant in a zone. The zone is the selling
// entity's: 23:30 in New York on the 31st is the 1st in Berlin.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return NewDate(y, m, d)
}

// checked refuses days that four digits of year cannot print.
func checked(day int64) Date {
	if day < int64(firstDay) || day > int64(lastDay) {
		panic(fmt.Sprintf("period: day %d lies outside the years 1 to 9999", day))
	}
	return Date{int32(day)}
}

// ParseDate reads "2026-03-01" and nothing else; a day that does not exist,
// such as 2026-02-30, is Invalid.
func ParseDate(s string) (Date, error) {
	y, m, d, ok := scanISO(s)
	if !ok {
		return Date{}, fault.New(fault.Invalid, "%s is not a date: write it as year-month-day, like 2026-03-01", fault.Quote(s))
	}
	if y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, time.Month(m)) {
		return Date{}, fault.New(fault.Invalid, "%s is not in the calendar: check the month and the day", fault.Quote(s))
	}
	return NewDate(y, time.Month(m), d), nil
}

// scanISO splits yyyy-mm-dd made of plain digits.
func scanISO(s string) (y, m, d int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	y, okY := digits(s[0:4])
	m, okM := digits(s[5:7])
	d, okD := digits(s[8:10])
	return y, m, d, okY && okM && okD
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// must refuses to count from a date that is not there: NULL plus a month is a
// mistake in the caller, and any answer would be booked.
func (d Date) must() Date {
	if d.day == 0 {
		panic("period: there is no date to count from")
	}
	return d
}

// AddDays returns the day n days later (earlier for negative n).
func (d Date) AddDays(n int) Date { return checked(int64(d.must().day) + int64(n)) }

// AddMonths returns the same day n months later, or the last day of that month
// when it is shorter: 31 January + 1 is 28 February. It does not chain: adding
// one month twice may differ from adding two, so due dates come from a
// Recurrence.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.must().civil()
	t := NewMonth(y, m).Add(n)
	ty, tm := t.Year(), t.Month()
	return NewDate(ty, tm, min(day, daysIn(ty, tm)))
}

// Sub returns the days from e to d: the length of [e, d).
func (d Date) Sub(e Date) int { return int(d.must().day) - int(e.must().day) }

// Year returns the year; Month and Day likewise. All are 0 for no date.
func (d Date) Year() int { y, _, _ := d.civil(); return y }

// Month returns the month of the year.
func (d Date) Month() time.Month { _, m, _ := d.civil(); return m }

// Day returns the day of the month, from 1.
func (d Date) Day() int { _, _, day := d.civil(); return day }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(d.must().day % 7) } // day 1 was a Monday

// MonthOf returns the calendar month the day lies in.
func (d Date) MonthOf() Month { y, m, _ := d.must().civil(); return NewMonth(y, m) }

// Before says whether d is earlier than e. No date is before every date.
func (d Date) Before(e Date) bool { return d.day < e.day }

// After says whether d is later than e.
func (d Date) After(e Date) bool { return d.day > e.day }

// Compare orders dates for slices.SortFunc; no date comes first.
func (d Date) Compare(e Date) int {
	switch {
	case d.day < e.day:
		return -1
	case d.day > e.day:
		return 1
	}
	return 0
}

// Equal is ==, for go-cmp.
func (d Date) Equal(e Date) bool { return d == e }

// IsZero says whether there is no date.
func (d Date) IsZero() bool { return d.day == 0 }

// MinDate returns the earlier of two dates. No date gives way to the other, so
// that MinDate(endsOn, terminatedOn) is right while nobody has terminated.
func MinDate(a, b Date) Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// MaxDate returns the later of two dates; no date gives way to the other.
func MaxDate(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}
