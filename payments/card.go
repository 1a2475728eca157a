package payments

import (
	"regexp"
	"strings"
)

// cardShapes are the ways a card number is written: without a break, in groups
// of four, or as 4-6-4 and 4-6-5; 13 to 19 digits (ISO/IEC 7812-1). Looser shapes
// would find an invoice number followed by a date.
var cardShapes = regexp.MustCompile(`\b(?:[2-6][0-9]{12,18}` +
	`|[2-6][0-9]{3}(?: [0-9]{4}){2} [0-9]{1,4}(?: [0-9]{1,3})?|[2-6][0-9]{3}(?:-[0-9]{4}){2}-[0-9]{1,4}(?:-[0-9]{1,3})?` +
	`|3[0-9]{3} [0-9]{6} [0-9]{4,5}|3[0-9]{3}-[0-9]{6}-[0-9]{4,5})\b`)

// maskCards hides what looks like a card number, all but its last four digits.
// Money must be recorded, so the text is not refused; a card number must not be
// stored, so a bank's own number that happens to look like one is hidden too.
func maskCards(text string) string {
	var out strings.Builder
	for {
		at := cardShapes.FindStringIndex(text)
		if at == nil {
			return out.String() + text
		}
		run := text[at[0]:at[1]]
		digits := strings.NewReplacer(" ", "", "-", "").Replace(run)
		if luhn(digits) {
			out.WriteString(text[:at[0]] + strings.Repeat("*", len(digits)-4) + digits[len(digits)-4:])
			text = text[at[1]:]
			continue
		}
		// Not this run, but one may begin inside it, at the next group.
		next := at[1]
		if i := strings.IndexAny(run, " -"); i > 0 {
			next = at[0] + i
		}
		out.WriteString(text[:next])
		text = text[next:]
	}
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
	return len(digits) >= 13 && sum%10 == 0
}
