package period

import (
	"fmt"
	"slices"
	"sort"

	"ratable/internal/fault"
)

// AccountingPeriod is one month of the books, whatever its length.
type AccountingPeriod struct {
	Name string // "2026-03", "FY2026-P03"; unique in its calendar
	Span Span
}

// Calendar says which accounting period a day is booked in. It is data: either
// calendar months (the zero value), or rows that finance entered, so that a
// 53rd week or a stub year needs no code.
type Calendar struct {
	rows []AccountingPeriod // in order, tiling; nil means calendar months
}

// Gregorian returns the calendar whose periods are the calendar months.
func Gregorian() Calendar { return Calendar{} }

// NewCalendar returns a calendar of rows. They are put in order and have to
// tile: a day in no period could not be booked, a day in two would be twice.
func NewCalendar(rows []AccountingPeriod) (Calendar, error) {
	if len(rows) == 0 {
		return Calendar{}, fault.New(fault.Invalid, "an accounting calendar needs at least one period")
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b AccountingPeriod) int { return a.Span.Start.Compare(b.Span.Start) })
	names := map[string]bool{}
	for i, p := range rows {
		switch {
		case p.Span.Empty() || p.Span.Open():
			return Calendar{}, fault.New(fault.Invalid, "accounting period %q has to have a first and a last day", p.Name)
		case p.Name == "" || names[p.Name]:
			return Calendar{}, fault.New(fault.Invalid, "accounting period %s needs a name of its own, not %q", p.Span, p.Name)
		case i > 0 && rows[i-1].Span.End != p.Span.Start:
			return Calendar{}, fault.New(fault.Invalid, "accounting period %q starts on %s, but %q ends on %s: leave no gap and no overlap",
				p.Name, p.Span.Start, rows[i-1].Name, rows[i-1].Span.Last())
		}
		names[p.Name] = true
	}
	return Calendar{rows: rows}, nil
}

// FiscalYear is one year of a week-based calendar: its number and whether it
// has 52 or 53 weeks. Which years have 53 is the company's choice (the last
// Saturday of January, the one nearest to it, ...), so it is data.
type FiscalYear struct {
	Number int
	Weeks  int
}

// FourFourFive returns the calendar of consecutive fiscal years from a first
// day, each quarter being 4, 4 and 5 weeks. A 53rd week goes to the last
// period of the year.
func FourFourFive(start Date, years ...FiscalYear) (Calendar, error) {
	var rows []AccountingPeriod
	for _, year := range years {
		if year.Weeks != 52 && year.Weeks != 53 {
			return Calendar{}, fault.New(fault.Invalid, "fiscal year %d has %d weeks: write 52 or 53", year.Number, year.Weeks)
		}
		for p := 1; p <= 12; p++ {
			weeks := 4
			if p%3 == 0 {
				weeks = 5
			}
			if p == 12 {
				weeks += year.Weeks - 52
			}
			span := Span{start, start.AddDays(7 * weeks)}
			rows = append(rows, AccountingPeriod{fmt.Sprintf("FY%04d-P%02d", year.Number, p), span})
			start = span.End
		}
	}
	return NewCalendar(rows)
}

// PeriodOf returns the period a day is booked in. A day beyond the rows is
// NotFound: somebody has to enter the next fiscal year first.
func (c Calendar) PeriodOf(d Date) (AccountingPeriod, error) {
	if c.rows == nil {
		m := d.MonthOf()
		return AccountingPeriod{m.String(), m.Span()}, nil
	}
	i := sort.Search(len(c.rows), func(i int) bool { return d.Before(c.rows[i].Span.End) })
	if i == len(c.rows) || !c.rows[i].Span.Contains(d) {
		first, last := c.rows[0].Span.Start, c.rows[len(c.rows)-1].Span.Last()
		return AccountingPeriod{}, fault.New(fault.NotFound,
			"no accounting period holds %s: the calendar runs from %s through %s, enter the missing fiscal year", d, first, last)
	}
	return c.rows[i], nil
}

// Periods returns the whole periods a span touches, in order. A span that
// reaches beyond the rows is NotFound, as a shorter list would lose days.
func (c Calendar) Periods(span Span) ([]AccountingPeriod, error) {
	var periods []AccountingPeriod
	for d := span.Start; !span.Empty() && d.Before(span.closed().End); {
		p, err := c.PeriodOf(d)
		if err != nil {
			return nil, err
		}
		periods = append(periods, p)
		d = p.Span.End
	}
	return periods, nil
}
