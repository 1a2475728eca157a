package web

import (
	"regexp"

	"ratable/internal/period"
	"ratable/web/ui"
)

// writtenDays finds days, months and spans as the packages below write them; a number such as C-2026-01 is none, for what stands
// before it.
var writtenDays = regexp.MustCompile(`(^|[\s(])(\d{4}-\d\d(?:-\d\d)?)(?:\.\.(\d{4}-\d\d-\d\d))?\b`)

// spoken sets the days of a text as the pages do: "2026-09-15..2026-10-14" is "15 Sep – 14 Oct 2026".
func spoken(text string) string {
	return writtenDays.ReplaceAllStringFunc(text, func(found string) string {
		m := writtenDays.FindStringSubmatch(found)
		if month, err := period.ParseMonth(m[2]); err == nil && m[3] == "" {
			return m[1] + ui.MonthText(month)
		}
		from, err := period.ParseDate(m[2])
		if err != nil {
			return found
		}
		if m[3] == "" {
			return m[1] + ui.DayText(from)
		}
		through, err := period.ParseDate(m[3])
		if err != nil || through.Before(from) {
			return found
		}
		return m[1] + ui.SpanText(period.Through(from, through))
	})
}
