package usage

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

const (
	maxText       = 255 // bytes of a source, id, customer, meter or dimension
	maxDimensions = 32
)

// earliest refuses the zero time and clocks that lost their battery.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// maxAhead is how far the sender's clock may run before ours: a day covers every
// mistaken time zone, and nothing is billed from next year.
const maxAhead = 24 * time.Hour

// Check reports what is wrong with events, naming each by index, source and id.
// Parsers have checked most of it already; other callers have not.
func Check(events []Event, now time.Time) error {
	var problems []fault.Field
	for i := range events {
		name, message := events[i].problem()
		if message == "" && events[i].OccurredAt.Sub(now) > maxAhead {
			name = "occurred_at"
			message = fmt.Sprintf("%s is more than a day ahead of now, %s",
				instant(events[i].OccurredAt), instant(now))
		}
		if message != "" {
			problems = append(problems, events[i].field(i, name, message))
		}
		if len(problems) == maxProblems {
			break
		}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

func (e *Event) field(index int, name, message string) fault.Field {
	return fault.Field{
		Path:    fmt.Sprintf("events[%d].%s", index, name),
		Value:   fault.Shown(e.text(name)),
		Message: fmt.Sprintf("event %q of source %q: %s %s", fault.Shown(e.ID), fault.Shown(e.Source), name, message),
	}
}

// text is the value of a field as the sender may recognize it.
func (e *Event) text(name string) string {
	switch name {
	case "source":
		return e.Source
	case "id":
		return e.ID
	case "customer":
		return e.Customer
	case "meter":
		return e.Meter
	case "occurred_at":
		return instant(e.OccurredAt)
	case "quantity":
		return e.Quantity.String()
	}
	return ""
}

// problem gives the first field that cannot be accepted and why, "" when all can.
func (e *Event) problem() (name, message string) {
	for _, f := range [...]struct{ name, value string }{
		{"source", e.Source}, {"id", e.ID}, {"customer", e.Customer}, {"meter", e.Meter},
	} {
		if message := textProblem(f.value); message != "" {
			return f.name, message
		}
	}
	if err := quantityProblem(e.Quantity); err != nil {
		return "quantity", err.Error()
	}
	if message := timeProblem(e.OccurredAt); message != "" {
		return "occurred_at", message
	}
	return dimensionProblem(e.Dimensions)
}

func dimensionProblem(dimensions map[string]string) (name, message string) {
	if len(dimensions) > maxDimensions {
		return "dimensions", fmt.Sprintf("has %d entries, at most %d are kept", len(dimensions), maxDimensions)
	}
	for k, v := range dimensions {
		if message := textProblem(k); message != "" {
			return "dimensions", "has a name that " + message
		}
		// An empty value is an answer too; everything else holds as for a name.
		if message := textProblem(v); message != "" && v != "" {
			return "dimensions." + k, message
		}
	}
	return "", ""
}

// textProblem says why a text cannot be a key: "" when it can. Invisible
// differences ("a" and "a ") would make two events of one.
func textProblem(s string) string {
	switch {
	case s == "":
		return "is missing"
	case len(s) > maxText:
		return fmt.Sprintf("is longer than %d bytes", maxText)
	}
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
		} else if s[i] < ' ' || s[i] == 0x7f {
			return fmt.Sprintf("holds the control character U+%04X", s[i])
		}
	}
	if !ascii {
		if !utf8.ValidString(s) {
			return "is not valid UTF-8"
		}
		if i := strings.IndexFunc(s, isControl); i >= 0 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			return fmt.Sprintf("holds the control character U+%04X", r)
		}
	}
	if strings.TrimSpace(s) != s {
		return "begins or ends with a space"
	}
	return ""
}

// isControl counts the two line breaks of Unicode that IsControl leaves out.
func isControl(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

func timeProblem(t time.Time) string {
	if t.Before(earliest) {
		return fmt.Sprintf("%s is before the year 2000: check the sender's clock", instant(t))
	}
	return ""
}

// quantityProblem holds events that were not parsed to the bounds of ParseQuantity.
func quantityProblem(q decimal.Decimal) error {
	switch {
	case q.IsNegative():
		return errNegative
	case q.IsZero():
		return nil
	case q.NumDigits()+int(q.Exponent()) > maxIntegerDigits:
		return errTooLarge
	case q.Exponent() < -1000: // before Truncate makes a number of a billion digits of it
		return errTooFine
	case q.Exponent() < -maxDecimals && !q.Truncate(maxDecimals).Equal(q):
		return errTooFine
	}
	return nil
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
