package invoicing

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// day writes the month as a word: 3/4/2026 is two different days.
func day(d period.Date) string { return d.Format("2 January 2006") }

func terms(days int) string {
	if days <= 0 {
		return "Due on receipt"
	}
	return fmt.Sprintf("Net %d days", days)
}

// span writes first and last day, and says nothing twice: "1 – 31 Mar 2026",
// "1 Jan – 31 Mar 2026", "15 Dec 2025 – 14 Jan 2026".
func span(s period.Span) string {
	last := s.End.AddDays(-1)
	switch {
	case s.Days() == 1:
		return last.Format("2 Jan 2006")
	case s.Start.MonthOf() == last.MonthOf():
		return s.Start.Format("2") + " – " + last.Format("2 Jan 2006")
	case s.Start.Year() == last.Year():
		return s.Start.Format("2 Jan") + " – " + last.Format("2 Jan 2006")
	}
	return s.Start.Format("2 Jan 2006") + " – " + last.Format("2 Jan 2006")
}

// figure groups thousands and keeps every decimal there is, but at least some.
func figure(d decimal.Decimal, least int32) string {
	places := max(least, -trim(d).Exponent(), 0)
	text := d.Abs().StringFixed(places)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if d.IsNegative() {
		return "-" + whole
	}
	return whole
}

// trim drops zeros at the end of the decimals, so that 2.50 and 2.5 look alike.
func trim(d decimal.Decimal) decimal.Decimal {
	text := d.String()
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return decimal.RequireFromString(text)
}

// price shows at least the currency's decimals.
func price(d decimal.Decimal, c money.Currency) string { return figure(d, int32(c.Exponent())) }

// percent writes a rate, 0.08875 as "8.875%".
func percent(rate decimal.Decimal) string { return figure(rate.Shift(2), 0) + "%" }

// list joins for reading: "a", "a and b", "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
