package fault

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns what keeps a text from being stored and printed: broken UTF-8, control characters (NUL, which
// PostgreSQL refuses, line breaks, which break a form and a CSV cell) or more than max characters. Emoji are fine, empty is fine.
func Printable(path, value string, max int) []Field {
	if !utf8.ValidString(value) {
		return []Field{{Path: path, Value: Shown(value), Message: "is not valid UTF-8"}}
	}
	// U+2028 and U+2029 are line breaks that unicode.IsControl does not count.
	bad := strings.IndexFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
	if bad >= 0 {
		r, _ := utf8.DecodeRuneInString(value[bad:])
		return []Field{{Path: path, Value: Shown(value), Message: fmt.Sprintf("holds the control character %U", r)}}
	}
	if n := utf8.RuneCountInString(value); n > max {
		return []Field{{Path: path, Value: Shown(value), Message: fmt.Sprintf("is %d characters long, at most %d fit", n, max)}}
	}
	return nil
}

// Shown cuts and cleans a refused text so that it can itself stand in a message: bad bytes become U+FFFD.
func Shown(value string) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(value, "\uFFFD"))
	if runes := []rune(value); len(runes) > 60 {
		return string(runes[:60]) + "..."
	}
	return value
}
