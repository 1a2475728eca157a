package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file is the form of a judgment. A judgment is a document; the form shows the parts that most judgments need as fields
// whose names are paths of the document, and carries the rest on unseen. What it finds stands at the field of its path.

// tree is a document as JSON has it; every single value is the text that was written.
type tree = map[string]any

// judgmentForm is the form filled from the judgment in force and from the contract.
func (v *visit) judgmentForm() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	x, err := v.lastJudged(d)
	if err != nil {
		return err
	}
	document, err := treeOf(x)
	if err != nil {
		return err
	}
	delete(document, "reason")
	return v.showJudgmentForm(http.StatusOK, d, document, nil, nil)
}

// lastJudged begins a judgment with the one in force: from today's month on, with every line of the contract as a promise.
func (v *visit) lastJudged(d dossier) (revrec.Assessment, error) {
	all, err := revrec.Assessments(v.ctx, v.DB, d.Account, d.ID)
	if err != nil {
		return revrec.Assessment{}, err
	}
	x := revrec.Assessment{Effective: d.Latest().Document.Start()}
	if i := slices.IndexFunc(all, func(j revrec.Judgment) bool { return j.Event == "approved" }); i >= 0 {
		x = all[i].Assessment
		x.Effective, x.Changed = v.Today().MonthOf().First(), nil
	}
	x.Contract = d.Number
	for _, l := range d.Latest().Document.Lines {
		listed := slices.ContainsFunc(x.Promises, func(p revrec.AssessedPromise) bool { return p.Line == l.ID })
		if (l.Fixed != nil || l.Once != nil) && !listed {
			x.Promises = append(x.Promises, revrec.AssessedPromise{Line: l.ID})
		}
	}
	return x, nil
}

func treeOf(x revrec.Assessment) (tree, error) {
	text, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	out := tree{}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	return out, decoder.Decode(&out)
}

// judgmentLists are the lists that the form shows, with the columns of their rows.
var judgmentLists = []struct {
	name, title, text, key string
	columns                []string
}{
	{"promises", "Promises and their stand-alone prices", "One for each line with a fixed price. Left empty, the stand-alone price is the library's of the day the contract began.", "line", []string{"line", "standalone", "outside", "segment", "region", "satisfied", "with", "memo"}},
	{"combined", "Combined with other contracts of the account", "Entered into at or near the same time, with one commercial objective (606-10-25-9).", "contract", []string{"contract", "reason"}},
	{"variable", "Uncertain amounts", "Of outcomes the estimate is worked out; else give it. What is constrained is what is in the price.", "name", []string{"name", "direction", "amount", "percent", "method", "outcomes", "constrained", "why", "lines"}},
	{"leveling", "One price a day", "Uneven prices of one service, made even over its committed days.", "lines", []string{"lines", "from", "through", "reason"}},
	{"holds", "Held from recognition", "Nothing is recognized of the line until a later judgment is without the hold; it stays a remaining obligation.", "reason", []string{"line", "from", "reason", "owner"}},
	{"progress", "Progress", "Of what is met by progress: how far, by the end of a day.", "on", []string{"line", "on", "percent", "note"}},
	{"releases", "Began later", "Lines that began to be met on a later day than was agreed.", "on", []string{"line", "on", "late"}},
}

func (v *visit) showJudgmentForm(status int, d dossier, document tree, found []fault.Field, shown []templ.Component) error {
	at := judgmentAddress(d.Number)
	view := page.JudgmentForm{
		Head: ui.HeadProps{Title: "Judge " + d.Number, Sub: d.Latest().Document.Title, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: contractAddress(d.Number)}, {Label: "Judgment", Href: at}}},
		Text: "Preview shows what it changes and books; nothing is kept before you ask for approval, and nothing is earned by it before another person approves.",
		Form: ui.FormProps{Action: at + "/propose", Errors: found}, Back: at, Shown: shown,
	}
	text := func(key string) string { return flatText(document[key]) }
	view.Groups = []page.JudgmentGroup{{Title: "The judgment", Open: true, Rows: [][]ui.FieldProps{{
		{Name: "effective", Label: "Counts from", Kind: ui.DateInput, Value: text("effective"), Required: true, Errors: found},
		{Name: "allocation", Label: "The price is shared", Kind: ui.SelectInput, Value: text("allocation"), Options: []ui.Option{{Value: "", Label: "as the lines state it"}, {Value: string(revrec.ByStandalone), Label: "by stand-alone prices"}}, Errors: found},
		{Name: "reason", Label: "Reason", Value: text("reason"), Required: true, Wide: true, Errors: found},
	}}}}
	rest := tree{}
	for key, value := range document {
		rest[key] = value
	}
	for _, key := range []string{"contract", "effective", "allocation", "reason"} {
		delete(rest, key)
	}
	hidden := map[string][]tree{}
	for _, list := range judgmentLists {
		rows := rowsOf(document[list.name])
		delete(rest, list.name)
		hidden[list.name] = rows
		g := page.JudgmentGroup{Title: list.title, Text: list.text, Open: len(rows) > 0}
		for i, row := range append(slices.Clone(rows), tree{}) {
			if i == len(rows) && list.name == "promises" && len(rows) > 0 {
				break
			}
			var fields []ui.FieldProps
			for _, c := range list.columns {
				f := d.judgmentField(list.name, c)
				f.Name, f.Value, f.Errors = fmt.Sprintf("%s[%d].%s", list.name, i, c), flatText(row[c]), found
				if f.Kind == ui.SelectInput && f.Value != "" && !slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == f.Value }) {
					f.Options = append(f.Options, ui.Option{Value: f.Value, Label: f.Value})
				}
				fields = append(fields, f)
			}
			g.Rows = append(g.Rows, fields)
		}
		view.Groups = append(view.Groups, g)
	}
	carried, err := json.Marshal(map[string]any{"rest": rest, "rows": hidden})
	if err != nil {
		return err
	}
	view.Rest = string(carried)
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.JudgmentFormPage(view))
}

// judgmentField is the control of a column.
func (d dossier) judgmentField(list, column string) ui.FieldProps {
	choice := func(label string, options ...ui.Option) ui.FieldProps {
		return ui.FieldProps{Label: label, Kind: ui.SelectInput, Options: options}
	}
	lines := []ui.Option{{Value: "", Label: "–"}}
	for _, l := range d.lines() {
		if l.ID != "" {
			lines = append(lines, ui.Option{Value: l.ID, Label: l.Name + " (" + l.ID + ")"})
		}
	}
	switch list + "." + column {
	case "promises.line", "progress.line", "releases.line":
		return choice("Line", lines...)
	case "holds.line":
		return choice("Line", append([]ui.Option{{Value: "", Label: "every line"}}, lines[1:]...)...)
	case "promises.with":
		f := choice("Not distinct: with", lines...)
		return f
	case "promises.standalone":
		return ui.FieldProps{Label: "Stand-alone price, of all of it", Kind: ui.NumberInput, Optional: true, Placeholder: "of the library"}
	case "promises.outside":
		return choice("Outside the range", ui.Option{Value: "", Label: "its nearest end"}, ui.Option{Value: string(revrec.Midpoint), Label: "its middle"})
	case "promises.satisfied":
		out := choice("Met", ui.Option{Value: "", Label: "as its product"})
		for _, s := range []revrec.Satisfied{revrec.OverDays, revrec.AtOnce, revrec.ByProgress, revrec.AtMilestone} {
			out.Options = append(out.Options, ui.Option{Value: string(s), Label: satisfiedWords[s]})
		}
		return out
	case "variable.direction":
		return choice("Does", ui.Option{Value: string(revrec.Lowers), Label: "lowers the price"}, ui.Option{Value: string(revrec.Adds), Label: "adds to it"})
	case "variable.method":
		return choice("Method", ui.Option{Value: "", Label: "by the number of outcomes"}, ui.Option{Value: string(revrec.ExpectedValue), Label: "expected value"}, ui.Option{Value: string(revrec.MostLikelyAmount), Label: "most likely amount"})
	case "variable.outcomes":
		return ui.FieldProps{Label: "Outcomes", Hint: "Percent and amount, such as 70 0, 30 500"}
	case "variable.percent":
		return ui.FieldProps{Label: "Or percent of what is earned", Kind: ui.NumberInput, Unit: "%"}
	case "variable.lines", "leveling.lines":
		return ui.FieldProps{Label: "Lines", Hint: "Ids, with commas between"}
	case "releases.late":
		return choice("The days before", ui.Option{Value: "", Label: "are caught up"}, ui.Option{Value: string(revrec.Condense), Label: "are spread over the rest"}, ui.Option{Value: string(revrec.Sliding), Label: "move to the end"})
	}
	switch column {
	case "from", "through", "on":
		return ui.FieldProps{Label: capital(column), Kind: ui.DateInput}
	case "amount", "constrained", "percent":
		return ui.FieldProps{Label: capital(column), Kind: ui.NumberInput}
	}
	return ui.FieldProps{Label: capital(strings.ReplaceAll(column, "_", " "))}
}

// rowsOf are the groups of a list in a tree.
func rowsOf(value any) []tree {
	var out []tree
	list, _ := value.([]any)
	for _, item := range list {
		if row, ok := item.(tree); ok {
			out = append(out, row)
		}
	}
	return out
}

// flatText writes a value of the tree into one field: lists with commas, outcomes as their two figures.
func flatText(value any) string {
	switch x := value.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, item := range x {
			if o, ok := item.(tree); ok {
				parts = append(parts, flatText(o["probability"])+" "+flatText(o["amount"]))
			} else {
				parts = append(parts, flatText(item))
			}
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}
