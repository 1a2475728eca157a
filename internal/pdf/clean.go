package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Replacement stands, visibly, for a character the faces do not have.
const Replacement = utf8.RuneError

// folds are characters a contract or a name may hold which Noto Sans lacks but which have a plain equal.
var folds = map[rune]string{'\u2212': "-", '\u2192': "->", '\u2190': "<-", '\u21D2': "=>", '\u25CF': "\u2022", '\u25E6': "\u2022"}

// Clean returns the text as it will be drawn and the characters that could not be. The rule: broken UTF-8 and characters without a
// glyph (emoji, Chinese, Arabic) become U+FFFD; of a sequence glued by joiners only one does; characters with a compatible plain form
// (full-width digits, ligatures, the minus sign) take that; tabs and controls become a space, invisible format characters vanish.
func Clean(text string) (string, []rune) {
	if plain(text) {
		return text, nil
	}
	var out strings.Builder
	var missing []rune
	glued := false // the last character was missing, and a joiner or modifier may follow
	joined := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, string(Replacement))) {
		switch {
		case r == '\u200D':
			joined = glued
		case invisible(r):
		case r == '\n' || r == '\u2028' || r == '\u2029':
			out.WriteByte('\n')
			glued, joined = false, false
		case unicode.IsControl(r):
			out.WriteByte(' ')
			glued, joined = false, false
		default:
			shown, ok := show(r)
			if !ok {
				missing = append(missing, r)
			}
			if ok || !joined {
				out.WriteString(shown)
			}
			glued, joined = !ok, false
		}
	}
	return out.String(), missing
}

// plain is printable ASCII, by far the most of what is drawn.
func plain(text string) bool {
	for i := range len(text) {
		if b := text[i]; (b < ' ' && b != '\n') || b > '~' {
			return false
		}
	}
	return true
}

// invisible characters change how neighbors look, which gofpdf cannot do: variation selectors, skin tones, directions, soft hyphens.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || (r >= 0x1F3FB && r <= 0x1F3FF)
}

// show is the text a character is drawn as. Both weights have the same characters, so the regular one answers for both.
func show(r rune) (string, bool) {
	f := faceOf(false)
	if f.has(r) {
		return string(r), true
	}
	if plain, ok := folds[r]; ok {
		return plain, true
	}
	compatible := norm.NFKC.String(string(r))
	for _, c := range compatible {
		if !f.has(c) || unicode.IsControl(c) {
			return string(Replacement), false
		}
	}
	return compatible, true
}

func (d *Doc) clean(text string) string {
	c, missing := Clean(text)
	d.note(missing)
	return c
}

// latin1252 are the characters of Windows code page 1252 at 0x80 to 0x9F; zero is unassigned.
var latin1252 = [32]rune{'\u20AC', 0, '\u201A', '\u0192', '\u201E', '\u2026', '\u2020', '\u2021', '\u02C6', '\u2030', '\u0160', '\u2039', '\u0152', 0, '\u017D', 0,
	0, '\u2018', '\u2019', '\u201C', '\u201D', '\u2022', '\u2013', '\u2014', '\u02DC', '\u2122', '\u0161', '\u203A', '\u0153', 0, '\u017E', '\u0178'}

// latinByte is the code of a character in code page 1252; zero when it has none.
func latinByte(r rune) byte {
	if r < 0x80 || (r >= 0xA0 && r <= 0xFF) {
		return byte(r)
	}
	for i, c := range latin1252 {
		if c == r {
			return byte(0x80 + i)
		}
	}
	return 0
}

func fitsLatin(text string) bool {
	for _, r := range text {
		if r >= 0x80 && latinByte(r) == 0 {
			return false
		}
	}
	return true
}

// latin encodes text for the 8-bit face. Pure, with its own buffer: gofpdf's translator shares one between calls, and so between customers.
func latin(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for _, r := range text {
		out.WriteByte(latinByte(r))
	}
	return out.String()
}
