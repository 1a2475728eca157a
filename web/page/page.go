// Package page owns the pages: a templ file and its view models per noun, shaped like what is shown.
//
// It does not own where a view comes from (web fills it) or how an atom looks (web/ui). A view holds money, days and
// texts, never a row of the database; a templ file decides nothing but whether there is something to show.
package page

import (
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/money"
	"ratable/web/ui"
)

// orNothing is a text, or the dash that says it is missing.
func orNothing(text string) templ.Component {
	if text == "" {
		return ui.Nothing()
	}
	return ui.Text(text)
}

// Amounts sets one amount a line: a total in several currencies is several totals.
func Amounts(all []money.Amount) templ.Component {
	if len(all) == 0 {
		return ui.Nothing()
	}
	parts := make([]templ.Component, len(all))
	for i, a := range all {
		parts[i] = moneyLine(a)
	}
	return templ.Join(parts...)
}

// joined is a list in a sentence.
func joined(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " · ")
}
