package ui

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

const dayLayout = "2 Jan 2006"

// DayText is a day as people write it, "1 Jan 2026"; the zero date is a dash.
func DayText(d period.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.Format(dayLayout)
}

// SpanText is a span with its last day included, "1 Jan – 31 Mar 2026". The year stands once when both ends share
// it; a single day stands alone; an open end reads "from 1 Jan 2026".
func SpanText(s period.Span) string {
	if s.Start.IsZero() || s.Empty() {
		return "–"
	}
	if s.Open() {
		return "from " + DayText(s.Start)
	}
	last := s.Last() // [start, end) inside, inclusive for people
	switch {
	case last == s.Start:
		return DayText(last)
	case last.Year() == s.Start.Year():
		return s.Start.Format("2 Jan") + " – " + DayText(last)
	default:
		return DayText(s.Start) + " – " + DayText(last)
	}
}

// MonthText is a calendar month, "Mar 2026".
func MonthText(m period.Month) string {
	return m.First().Format("Jan 2006")
}

// AmountText is an amount in running text: "1,234.50 EUR", negative in parentheses.
func AmountText(a money.Amount) string {
	text := figureText(a)
	if a.Currency() == "" {
		return text
	}
	return text + " " + string(a.Currency())
}

func figureText(a money.Amount) string {
	if a.Sign() < 0 {
		return "(" + a.Neg().Display() + ")"
	}
	return a.Display()
}
