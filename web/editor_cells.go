package web

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// cells builds the fields of the form: what was typed, and what is wrong with it.
type cells struct {
	sheet    sheet
	found    []fault.Field
	amending bool
	focus    string
	entities []string          // choices
	ids      map[string]string // by row, as the document will have them
}

var inputs = map[shape]ui.Input{numeric: ui.NumberInput, daily: ui.DateInput, oneOf: ui.SelectInput, checked: ui.CheckInput}

// field is one field by its name.
func (c cells) field(name string) ui.FieldProps {
	f, known := fieldNamed(name)
	if !known {
		panic("web: the contract form has no field " + name)
	}
	value := c.sheet[name]
	p := ui.FieldProps{Name: name, Label: f.label, Kind: inputs[f.shape], Value: value, Hint: f.hint, Unit: f.unit, List: f.list, Errors: c.found, Focus: c.focus != "" && (name == c.focus || name == c.focus+".product")}
	switch f.shape {
	case oneOf:
		choices := f.choices
		if name == "entity" {
			choices = c.entities
		}
		p.Value = f.choiceOf(value)
		p.Options = chooseFrom(choices, p.Value, f.unsaid)
	case checked:
		p.Value, p.Checked, p.Optional = "true", value == "true", false
	case daily:
		if _, err := parseDay(value); err != nil { // a date picker would drop what it cannot read
			p.Kind = ui.TextInput
		}
	case somebody:
		p.List, p.Search = "parties", "/contracts/parties"
	}
	switch {
	case name == "term.renewed", c.amending && slices.Contains([]string{"contract", "customer", "payer"}, name):
		p.ReadOnly, p.Hint, p.List, p.Search = true, "", "", ""
	case strings.HasSuffix(name, "].id"):
		p.Placeholder = c.ids[strings.TrimSuffix(name, ".id")]
	}
	return p
}

// chooseFrom is a select's options. A value that is none of them was sent by somebody and is shown for what it is. Where
// the first choice is what the document means without a word, it keeps saying it the way it was said.
func chooseFrom(choices []string, value string, unsaid bool) []ui.Option {
	var out []ui.Option
	there := false
	for i := 0; i+1 < len(choices); i += 2 {
		o := ui.Option{Value: choices[i], Label: choices[i+1]}
		if i == 0 && unsaid && value != o.Value {
			o.Value = ""
		}
		out = append(out, o)
		there = there || o.Value == value
	}
	if !there && value != "" {
		out = append(out, ui.Option{Value: value, Label: value})
	}
	return out
}

// cell is a field with the class that places it, or hides it beside a choice it has no meaning for.
func (c cells) cell(class, name string) page.EditorCell {
	f, _ := fieldNamed(name)
	out := page.EditorCell{Class: class, Field: c.field(name)}
	if f.shape == among {
		out.Class += " c-ticks"
		lists := amongst(name)
		out.Error, out.Ticks, out.Among = c.of(name), c.ticks(name, lists), strings.Join(lists, " ")
		if f.hint == everyUsage && len(out.Ticks) == 0 {
			out.Field.Hint = "Every usage line"
		}
	}
	return out
}

// ticks are the contract's own ids to choose from: those chosen first, in their order, so that a form which nobody
// changed says what it said.
func (c cells) ticks(name string, lists []string) []page.Tick {
	var ids []string
	for _, list := range lists {
		ids = append(ids, c.sheet.idsOf(list)...)
	}
	out := []page.Tick{} // not nil: boxes, if there were any
	chosen := strings.FieldsFunc(c.sheet[name], func(r rune) bool { return strings.ContainsRune(separators[among], r) })
	for _, id := range slices.Compact(chosen) {
		out = append(out, page.Tick{ID: id, Checked: true})
	}
	for _, id := range ids {
		if !slices.Contains(chosen, id) {
			out = append(out, page.Tick{ID: id})
		}
	}
	return out
}

// amongst says of which lists a scope names ids.
func amongst(name string) []string {
	switch rowNumber.ReplaceAllString(name, "[]") {
	case "prepaid[].lines":
		return []string{usageLines}
	case "caps[].lines":
		return []string{"lines"}
	}
	return []string{"lines", "prepaid"}
}

// cellsOf are several by name, below a row or group; "k-usage:users" has a class before its name.
func (c cells) cellsOf(row string, names ...string) []page.EditorCell {
	out := make([]page.EditorCell, len(names))
	for i, name := range names {
		class, key, classed := strings.Cut(name, ":")
		if !classed {
			class, key = "", name
		}
		out[i] = c.cell(class, strings.TrimPrefix(row+"."+key, "."))
	}
	return out
}

// bare is the same without hints, for the rows of a grid.
func (c cells) bare(row string, names ...string) []page.EditorCell {
	out := c.cellsOf(row, names...)
	for i := range out {
		out[i].Field.Hint = ""
	}
	return out
}

// of is what is wrong with a row or list as a whole: a finding that no field of its own shows.
func (c cells) of(names ...string) string {
	var messages []string
	for _, name := range names {
		for _, f := range c.found {
			if f.Path == name {
				messages = append(messages, f.Message)
			}
		}
	}
	return strings.Join(messages, "; ")
}

// note says in a few words what fields say that nobody sees, because they are folded away.
func (c cells) note(row string, groups ...page.EditorGroup) string {
	var said []string
	for _, g := range groups {
		for _, cell := range g.Cells {
			f := cell.Field
			if value := c.sheet[f.Name]; value != "" && !strings.HasSuffix(f.Name, "].id") {
				if f.Kind == ui.SelectInput {
					value = labelFor(f.Options, value)
				}
				said = append(said, f.Label+" "+value)
			}
		}
		if n := len(g.Rows.Rows); n > 0 {
			said = append(said, howMany(n, g.Rows.What))
		}
	}
	if id := c.ids[row]; id != "" {
		said = append(said, "id "+id)
	}
	return strings.Join(said, " · ")
}

func labelFor(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return strings.ToLower(o.Label)
		}
	}
	return value
}

// rows is a table of rows inside a line.
func (c cells) rows(list, add, what string, names ...string) page.EditorRows {
	out := page.EditorRows{List: list, Add: add, What: what, Error: c.of(list)}
	for i := range c.sheet.rows(list) {
		row := fmt.Sprintf("%s[%d]", list, i)
		cells := c.bare(row, names...)
		cells[0].Field.Focus = c.focus == row
		out.Rows = append(out.Rows, page.EditorRow{Name: row, List: list, Number: i, What: fmt.Sprintf("%s %d", what, i+1), Error: c.of(row), Cells: cells})
	}
	return out
}
