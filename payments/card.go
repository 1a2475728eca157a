package payments

import (
	"regexp"
	"strings"
)

// digitRun is 13 to 19 digits, with single spaces or dashes between them: as
// long as card numbers are (ISO/IEC 7812-1).
var digitRun = regexp.MustCompile(`\b[2-6](?:[ -]?[0-9]){12,18}\b`)

// maskCards hides what looks like a card number, all but its last four digits.
// Money must be recorded, so the text is not refused; a card number must not be
// stored, so a bank's own number that happens to look like one is hidden too.
func maskCards(text string) string {
	return digitRun.ReplaceAllStringFunc(text, func(run string) string {
		digits := strings.NewReplacer(" ", "", "-", "").Replace(run)
		if !luhn(digits) {
			return run
		}
		return strings.Repeat("*", len(digits)-4) + digits[len(digits)-4:]
	})
}

// luhn checks the last digit as card numbers carry it (ISO/IEC 7812-1 annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
