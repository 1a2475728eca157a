package exports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ratable/customers"
)

// Severity says whether a finding keeps a batch from being prepared.
type Severity string

const (
	Blocking Severity = "blocking"
	Warning  Severity = "warning" // the file is right, and somebody should know
)

// Finding is what the target would trip over, found before it does.
type Finding struct {
	Severity Severity
	Code     string // "unmapped", one word per kind
	Text     string
	Journals []string // the first few it concerns, by number
	Count    int      // how many lines or journals
}

// Check judges journals against the limits of a target.
func Check(journals []Journal, t Target, o Options) []Finding {
	c := checking{spec: t.Spec(), found: map[string]*Finding{}}
	for _, j := range journals {
		c.journal(j)
	}
	c.names(journals)
	c.settings(journals, o)
	out := make([]Finding, 0, len(c.order))
	for _, k := range c.order {
		out = append(out, *c.found[k])
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(a.Severity, b.Severity) })
	return out
}

// Blocked says whether any finding keeps a batch from being prepared.
func Blocked(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Blocking })
}

type checking struct {
	spec  Spec
	found map[string]*Finding
	order []string
}

// add counts a finding; those with the same text are one.
func (c *checking) add(s Severity, code, journal, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	k := code + text
	f := c.found[k]
	if f == nil {
		f = &Finding{Severity: s, Code: code, Text: text}
		c.found[k] = f
		c.order = append(c.order, k)
	}
	f.Count++
	if journal != "" && len(f.Journals) < 5 && !slices.Contains(f.Journals, journal) {
		f.Journals = append(f.Journals, journal)
	}
}

func (c *checking) journal(j Journal) {
	s := c.spec
	if s.JournalLines > 0 && len(j.Lines) > s.JournalLines {
		c.add(Blocking, "lines", j.ID, "%s takes %d lines a journal, and there are entries with more: export the month summarized", s.Name, s.JournalLines)
	}
	if s.FileLines > 0 && len(j.Lines) > s.FileLines && s.FileLines != s.JournalLines {
		c.add(Blocking, "lines", j.ID, "%s takes %d rows a file, and a journal has more: export the month summarized", s.Name, s.FileLines)
	}
	if n := utf8.RuneCountInString(j.ID); s.IDLength > 0 && n > s.IDLength {
		c.add(Blocking, "number", j.ID, "%s takes journal numbers of %d characters", s.Name, s.IDLength)
	}
	if n := utf8.RuneCountInString(j.Memo); s.MemoLength > 0 && n > s.MemoLength {
		c.add(Warning, "description", j.ID, "%s takes descriptions of %d characters: longer ones are cut", s.Name, s.MemoLength)
	}
	if s.OwnCurrency && j.Currency != j.Entity.Currency {
		c.add(Blocking, "currency", "", "%s books journals in %s, the currency of %s, not in %s", s.Name, j.Entity.Currency, j.Entity.Name, j.Currency)
	}
	if s.AsksRate && j.Rate.IsZero() {
		c.add(Blocking, "rate", j.ID, "There is no exchange rate from %s to %s for the day, and %s wants one: enter it", j.Currency, j.Entity.Currency, s.Name)
	}
	if n := utf8.RuneCountInString(j.Entity.Code); s.CodeLength > 0 && n > s.CodeLength {
		c.add(Blocking, "entity", "", "%s takes company codes of %d characters, and ours is %s", s.Name, s.CodeLength, strings.ToUpper(j.Entity.Code))
	}
	controls := map[customers.ID]bool{}
	for _, l := range j.Lines {
		c.line(j, l)
		if l.GL.Control.named() {
			controls[l.Customer.ID] = true
		}
	}
	if s.OneControl && len(controls) > 1 {
		c.add(Blocking, "receivables", j.ID, "%s takes one line on receivables or payables a journal, and there are entries with several customers: map them to a clearing account", s.Name)
	}
}

func (c *checking) line(j Journal, l Line) {
	s := c.spec
	if l.GL.Code == "" {
		c.add(Blocking, "unmapped", j.ID, "No rule maps %s", l.needs.said())
		return
	}
	if slices.Contains(s.Refuses, l.GL.Control) {
		c.add(Blocking, "refused", j.ID, "%s does not let journals touch %s %s (%s): map it to a clearing account for this target", s.Name, l.GL.Code, l.GL.Name, l.GL.Control)
	}
	if s.NamesParty && l.GL.Control.named() && l.Customer.Name == "" {
		c.add(Blocking, "customer", j.ID, "%s wants the customer on lines of %s %s, and the posting has none", s.Name, l.GL.Code, l.GL.Name)
	}
	if n := utf8.RuneCountInString(l.Memo); s.LineLength > 0 && n > s.LineLength {
		c.add(Warning, "line description", j.ID, "%s takes texts of %d characters on a line: longer ones are cut", s.Name, s.LineLength)
	}
	if s.Target == QuickBooks && strings.Contains(l.Customer.Name, ":") && l.GL.Control.named() {
		c.add(Warning, "customer name", j.ID, "QuickBooks reads a colon in %s as a customer and a job below it", l.Customer.Name)
	}
	if s.Ext == "csv" {
		for _, name := range []string{l.GL.Code, l.GL.Name, l.Customer.Name} {
			if guard(name) != name {
				c.add(Warning, "formula", j.ID, "%s begins like a formula: an apostrophe stands before it, so that no spreadsheet runs it", name)
			}
		}
	}
}

// names finds two accounts that the plain-text formats would write alike.
func (c *checking) names(journals []Journal) {
	if c.spec.Media != textMedia {
		return
	}
	codes := map[string]string{}
	for _, j := range journals {
		for _, l := range j.Lines {
			path := l.GL.path()
			was, known := codes[path]
			if !known {
				codes[path] = l.GL.Code
			} else if was != l.GL.Code {
				c.add(Blocking, "account name", j.ID, "Accounts %s and %s would both be called %s", was, l.GL.Code, path)
			}
		}
	}
}

// settings says what has to be chosen at import.
func (c *checking) settings(journals []Journal, o Options) {
	if len(journals) == 0 || !c.spec.AsksDates {
		return
	}
	on := journals[0].On
	c.add(Warning, "dates", "", "Days are written %s; %s reads them by its own setting: %s must mean %s there", map[Dates]string{MonthFirst: "month first", DayFirst: "day first", ISO: "year first"}[o.Dates],
		c.spec.Name, o.Dates.write(on), on.Format("2 January 2006"))
}

// said describes a posting for whoever writes the missing rule.
func (w When) said() string {
	parts := []string{w.Account.String()}
	for _, p := range []struct{ word, value string }{{"of", w.Entity}, {"in", string(w.Currency)}, {"for", string(w.Target)}} {
		if p.value != "" {
			parts = append(parts, p.word, p.value)
		}
	}
	return strings.Join(parts, " ")
}
