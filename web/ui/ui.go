// Package ui owns the atoms every page is made of: the frame, tables, forms, figures, charts.
//
// It does not own pages, addresses or decisions (web/page and web have those) and knows none of our nouns: it
// imports money, period and fault and nothing above. Anything inline (Text, Money, Day, Status, Link) is a
// templ.Component, so the same atom stands in a table cell, a definition list or a sentence.
//
// Invariants, held by the tests: every text is escaped, every address sanitized; no inline script, handler or style
// (the pages run under a strict Content-Security-Policy); every field has a label and its error is tied to it; a
// negative amount stands in parentheses and is read aloud as minus.
package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Tone says what a color means; the color itself is the stylesheet's.
type Tone string

// The meanings. Neutral is the absence of one.
const (
	Neutral Tone = ""
	Info    Tone = "info"
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

// Anchor is a labeled address: a breadcrumb, a link in a card's corner.
type Anchor struct {
	Label string
	Href  string
}

// statusTones gives every status word of the trade its meaning, in one place, so that Overdue looks the same everywhere.
var statusTones = map[string]Tone{
	"draft": Neutral, "void": Neutral, "voided": Neutral, "ended": Neutral, "expired": Neutral, "cancelled": Neutral,
	"canceled": Neutral, "skipped": Neutral, "queued": Neutral, "superseded": Neutral,
	"active": Good, "renewed": Good, "paid": Good, "settled": Good, "applied": Good, "sent": Good, "delivered": Good, "done": Good,
	"closed": Good, "balanced": Good, "agrees": Good, "completed": Good, "succeeded": Good, "acknowledged": Good,
	"open": Info, "approved": Info, "issued": Info, "running": Info, "scheduled": Info, "credited": Info, "exported": Info,
	"pending": Warn, "waiting": Warn, "held": Warn, "partial": Warn, "unapplied": Warn, "late": Warn, "retrying": Warn, "stopped": Warn, "not loaded": Warn, "prepared": Warn, "disabled": Warn,
	"overdue": Bad, "failed": Bad, "differs": Bad, "rejected": Bad, "bounced": Bad, "disputed": Bad, "blocked": Bad,
}

// ToneOf is the meaning of a status word, whatever its case; a word not in the list is Neutral.
func ToneOf(word string) Tone {
	return statusTones[strings.ToLower(word)]
}

// id makes an HTML id of a form name or document path: "lines[2].fixed" -> "f-lines-2--fixed".
func id(prefix, name string) string {
	return prefix + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
}

// grouped writes a count for people: 12345 -> "12,345".
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// either is the first text that says something.
func either(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// whether keeps a boolean attribute's value readable in templ files.
func whether(yes bool, word string) string {
	if yes {
		return word
	}
	return ""
}

// all renders several components one after the other.
func all(parts []templ.Component) templ.Component {
	return templ.Join(parts...)
}

// Cells makes a row's cells: Row{Cells: Cells(Text(number), Day(due), Figure(total))}.
func Cells(cells ...templ.Component) []templ.Component { return cells }

// FieldID is the id of the control that a form name gets, for links to it.
func FieldID(name string) string { return fieldID(name) }
