package web

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// narrowing is the line above a list. Each field's value comes from the address by its name; what stands there and
// cannot be read as the field's kind is dropped, as the list drops it.
func (v *visit) narrowing(action, placeholder string, fields ...ui.FieldProps) *page.Narrowing {
	n := &page.Narrowing{Props: ui.FilterProps{Action: action, Query: v.query("q"), Placeholder: placeholder}}
	for _, f := range fields {
		if f.Value = v.query(f.Name); !v.readable(f) {
			f.Value = ""
		}
		if f.Value != "" {
			n.Props.Keep = append(n.Props.Keep, ui.Value{Name: f.Name, Value: f.Value})
			n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: f.Label, Value: shownValue(f), Remove: v.with(f.Name, "")})
		}
		n.Fields = append(n.Fields, f)
	}
	if n.Props.Query != "" {
		n.Keep = []ui.Value{{Name: "q", Value: n.Props.Query}}
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "Search", Value: n.Props.Query, Remove: v.with("q", "")})
	}
	if len(n.Props.Chips) > 0 {
		n.Props.Clear = action
	}
	if sort := v.query("sort"); sort != "" {
		keep := ui.Value{Name: "sort", Value: sort}
		n.Keep, n.Props.Keep = append(n.Keep, keep), append(n.Props.Keep, keep)
	}
	return n
}

// fixed adds a narrowing that another page's link brings along and no field sets: "of this customer".
func (v *visit) fixed(n *page.Narrowing, name, label, shown string) {
	value := v.query(name)
	if value == "" {
		return
	}
	keep := ui.Value{Name: name, Value: value}
	n.Keep, n.Props.Keep = append(n.Keep, keep), append(n.Props.Keep, keep)
	n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: label, Value: cmp.Or(shown, value), Remove: v.with(name, "")})
	n.Props.Clear = n.Props.Action
}

func (v *visit) readable(f ui.FieldProps) bool {
	switch f.Kind {
	case ui.DateInput:
		return !v.queryDate(f.Name).IsZero()
	case ui.MonthInput:
		return !v.queryMonth(f.Name).IsZero()
	case ui.SelectInput:
		return slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == f.Value })
	}
	return true
}

func shownValue(f ui.FieldProps) string {
	switch f.Kind {
	case ui.DateInput:
		if d, err := period.ParseDate(f.Value); err == nil {
			return ui.DayText(d)
		}
	case ui.MonthInput:
		if m, err := period.ParseMonth(f.Value); err == nil {
			return ui.MonthText(m)
		}
	case ui.SelectInput:
		for _, o := range f.Options {
			if o.Value == f.Value {
				return o.Label
			}
		}
	}
	return f.Value
}

// queryMonth reads a month from the query; no month when it is not there or is none.
func (v *visit) queryMonth(name string) period.Month {
	m, err := period.ParseMonth(v.query(name))
	if err != nil {
		return period.Month{}
	}
	return m
}

// chosen reads one of several words from the query; the first when it is none of them.
func (v *visit) chosen(name string, words ...string) string {
	if value := v.query(name); slices.Contains(words, value) {
		return value
	}
	return words[0]
}

// csvButton downloads the list as it is narrowed.
func (v *visit) csvButton() templ.Component {
	return ui.Button(ui.ButtonProps{Label: "CSV", Href: v.with("format", "csv"), Icon: "download"})
}

// may says whether the reader's role opens an address of the table, so that a page shows no door that is locked.
func (v *visit) may(method, path string) bool {
	r, ok := v.find(method, path)
	return ok && r.allowed(v.By)
}

// options are a select's choices: "any" first, then what name gives for each.
func options[T any](any string, all []T, name func(T) ui.Option) []ui.Option {
	out := []ui.Option{{Value: "", Label: any}}
	for _, one := range all {
		out = append(out, name(one))
	}
	return out
}

// names are what a page calls customers, contracts and entities it has keys of.
type names struct {
	customers map[customers.ID]string
	contracts map[int64]string
	entities  *entities.Directory
}

func (n names) entity(id entities.ID) string {
	e, _ := n.entities.ByID(id)
	return cmp.Or(e.Name, "–")
}

// customerLink is a customer by name, linked to its page.
func (n names) customerLink(id customers.ID) templ.Component {
	if id == 0 {
		return ui.Nothing()
	}
	return ui.Link(cmp.Or(n.customers[id], customerAddress(id)), customerAddress(id))
}
