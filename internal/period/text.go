package period

import (
	"database/sql/driver"
	"time"

	"ratable/internal/fault"
)

// String returns "2026-03-01", or "" for no date.
func (d Date) String() string {
	text, _ := d.MarshalText()
	return string(text)
}

// Format prints the day by a layout of package time, or "" for no date.
func (d Date) Format(layout string) string {
	if d.IsZero() {
		return ""
	}
	return d.Time(time.UTC).Format(layout)
}

// Time returns the first instant of the day in a zone. That is midnight, except
// where the clocks skip it (São Paulo, 2018-11-04 begins at 01:00) or strike
// it twice (Havana; the first counts). A day a zone left out altogether (Apia,
// 2011-12-30) begins when the next one does.
func (d Date) Time(loc *time.Location) time.Time {
	y, m, day := d.must().civil()
	t := time.Date(y, m, day, 0, 0, 0, 0, loc)
	if loc == time.UTC {
		return t // and the first day there is has no hour before it to look at
	}
	if DateOf(t, loc).Before(d) {
		_, t = t.ZoneBounds()
		return t
	}
	if earlier := t.Add(-time.Hour); DateOf(earlier, loc) == d {
		return earlier
	}
	return t
}

// MarshalText writes the ISO form; no date is the empty text.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return []byte{}, nil
	}
	y, m, day := d.civil()
	return []byte{
		byte('0' + y/1000), byte('0' + y/100%10), byte('0' + y/10%10), byte('0' + y%10), '-',
		byte('0' + m/10), byte('0' + m%10), '-',
		byte('0' + day/10), byte('0' + day%10),
	}, nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

// Value gives the database a date; no date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.Time(time.UTC), nil
}

// Scan reads a date column: NULL, a time (its own civil day, whatever its
// zone) or ISO text. 'infinity' is refused: an open end is NULL here.
func (d *Date) Scan(src any) (err error) {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		if v.Year() < 1 || v.Year() > 9999 {
			return fault.New(fault.Invalid, "the date %s lies outside the years 1 to 9999", v)
		}
		*d = DateOf(v, v.Location())
		return nil
	case string:
		*d, err = ParseDate(v)
		return err
	case []byte:
		*d, err = ParseDate(string(v))
		return err
	}
	return fault.New(fault.Invalid, "cannot read a date from %v (%T)", src, src)
}
