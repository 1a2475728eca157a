package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// proposeJudgment previews what was typed, turns it into a document or back, or asks for its approval.
func (v *visit) proposeJudgment() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	if v.echo.Request().Form.Has("document") {
		return v.proposeDocument(d)
	}
	document, places, found := v.typedJudgment(d.Number)
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	x, err := revrec.ParseAssessment(text)
	found = append(found, fault.Fields(err)...)
	if v.form("do") == "document" {
		return v.showJudgmentDocument(http.StatusOK, d, writtenJudgment(x, err, document), nil, nil)
	}
	if len(found) > 0 {
		return v.showJudgmentForm(http.StatusUnprocessableEntity, d, document, places.at(found), nil)
	}
	return v.judged(d, x, func(status int, found []fault.Field, shown []templ.Component) error {
		return v.showJudgmentForm(status, d, document, places.at(found), shown)
	})
}

// judged previews or proposes a judgment that reads well; back shows the form again.
func (v *visit) judged(d dossier, x revrec.Assessment, back func(int, []fault.Field, []templ.Component) error) error {
	if x.Contract != d.Number {
		return back(http.StatusUnprocessableEntity, []fault.Field{{Path: "contract", Value: x.Contract, Message: "is another contract than the page's, " + d.Number}}, nil)
	}
	var shown []templ.Component
	var err error
	if v.form("do") == "propose" {
		err = v.do(func(t tx) error { _, err := revrec.ProposeAssessment(v.ctx, t, x, v.By); return err })
	} else {
		err = v.DB.Snapshot(v.ctx, func(t tx) error { shown, err = v.judgmentEffect(t, d, x); return err })
	}
	switch found := fault.Fields(err); {
	case len(found) > 0:
		return back(http.StatusUnprocessableEntity, found, nil)
	case fault.Kind(err) == fault.Conflict:
		return back(http.StatusConflict, []fault.Field{{Path: "contract", Message: sentence(err)}}, nil)
	case err != nil:
		return err
	case v.form("do") == "propose":
		return v.redirect(judgmentAddress(d.Number), done("The judgment waits for approval by another person"))
	}
	return back(http.StatusOK, nil, shown)
}

// proposeDocument is the same for the document as a whole: findings stand at their lines.
func (v *visit) proposeDocument(d dossier) error {
	text := strings.ReplaceAll(v.echo.FormValue("document"), "\r\n", "\n")
	x, err := revrec.ParseAssessment([]byte(text))
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJudgmentDocument(http.StatusUnprocessableEntity, d, text, found, nil)
	}
	if err != nil {
		return err
	}
	if v.form("do") == "form" {
		document, err := treeOf(x)
		if err != nil {
			return err
		}
		return v.showJudgmentForm(http.StatusOK, d, document, nil, nil)
	}
	return v.judged(d, x, func(status int, found []fault.Field, shown []templ.Component) error {
		return v.showJudgmentDocument(status, d, text, found, shown)
	})
}

func (v *visit) showJudgmentDocument(status int, d dossier, text string, found []fault.Field, shown []templ.Component) error {
	at := judgmentAddress(d.Number)
	view := page.JudgmentForm{
		Head: ui.HeadProps{Title: "Judge " + d.Number, Sub: "As a document", Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: contractAddress(d.Number)}, {Label: "Judgment", Href: at}}},
		Text: "The whole judgment: also bundles, breakage, minimums, schedules by hand, financing, books and the treatment of an amendment.",
		Form: ui.FormProps{Action: at + "/propose", Errors: found}, Back: at, Shown: shown,
	}
	var message []string
	for _, f := range found {
		message = append(message, strings.TrimSpace(fmt.Sprintf("%s: %s %s", f.Path, f.Value, f.Message)))
	}
	view.Whole = &ui.FieldProps{Name: "document", Label: "Judgment as YAML or JSON", Kind: ui.CodeInput, Rows: 28, Value: text, Required: true, Wide: true, Error: strings.Join(message, "; ")}
	if remarks := remarksOf(found); len(remarks) > 0 {
		view.Lines = &ui.DocumentProps{Name: "what was sent", Text: text, Remarks: remarks}
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.JudgmentFormPage(view))
}

// writtenJudgment is what was typed as a document: as YAML when it reads well, else as it stands.
func writtenJudgment(x revrec.Assessment, wrong error, typed tree) string {
	if wrong == nil {
		if text, err := revrec.ExportAssessment(x); err == nil {
			return string(text)
		}
	}
	text, _ := json.MarshalIndent(typed, "", "  ")
	return string(text)
}

// formPlaces says which row of the form a row of the document was typed in.
type formPlaces map[string][]int

var ofRow = regexp.MustCompile(`^(\w+)\[(\d+)\](.*)$`)

// at names the fields of the form that findings of the document are about.
func (p formPlaces) at(found []fault.Field) []fault.Field {
	out := make([]fault.Field, len(found))
	for i, f := range found {
		if m := ofRow.FindStringSubmatch(f.Path); m != nil {
			if n, _ := strconv.Atoi(m[2]); n < len(p[m[1]]) {
				tail := m[3]
				if at := strings.Index(tail[min(1, len(tail)):], "["); at >= 0 {
					tail = tail[:at+1] // "lines[2]" was typed into one field
				}
				f.Path = fmt.Sprintf("%s[%d]%s", m[1], p[m[1]][n], tail)
			}
		}
		out[i] = f
	}
	return out
}

// typedJudgment reads the form into a document. Rows with nothing but defaults typed into them are none.
func (v *visit) typedJudgment(number string) (tree, formPlaces, []fault.Field) {
	var carried struct {
		Rest tree              `json:"rest"`
		Rows map[string][]tree `json:"rows"`
	}
	var found []fault.Field
	decoder := json.NewDecoder(strings.NewReader(v.form("rest")))
	decoder.UseNumber()
	if err := decoder.Decode(&carried); err != nil && v.form("rest") != "" {
		found = append(found, fault.Field{Path: "document", Message: "came back broken; open the form again"})
	}
	out := tree{"contract": number}
	for key, value := range carried.Rest {
		out[key] = value
	}
	for _, key := range []string{"effective", "reason", "allocation"} {
		if text := v.form(key); text != "" {
			out[key] = text
		}
	}
	places := formPlaces{}
	for _, list := range judgmentLists {
		var rows []any
		for i := 0; v.echo.Request().Form.Has(fmt.Sprintf("%s[%d].%s", list.name, i, list.columns[0])); i++ {
			row := tree{}
			if i < len(carried.Rows[list.name]) {
				for key, value := range carried.Rows[list.name][i] {
					row[key] = value // what has no field
				}
			}
			for _, c := range list.columns {
				delete(row, c)
				if text := v.form(fmt.Sprintf("%s[%d].%s", list.name, i, c)); text != "" {
					row[c] = treeValue(c, text)
				}
			}
			if row[list.key] == nil && !typedInto(row) {
				continue
			}
			rows, places[list.name] = append(rows, row), append(places[list.name], i)
		}
		if len(rows) > 0 {
			out[list.name] = rows
		}
	}
	v.fresh(out, carried.Rows["promises"])
	return out, places, found
}

// typedInto says whether a row says more than a select's first choice.
func typedInto(row tree) bool {
	for key := range row {
		if key != "direction" && key != "line" {
			return true
		}
	}
	return false
}

// fresh takes what was frozen out of a promise whose price was typed anew, so that it is frozen as it is now.
func (v *visit) fresh(document tree, was []tree) {
	for i, p := range rowsOf(document["promises"]) {
		if i >= len(was) || flatText(p["standalone"]) != flatText(was[i]["standalone"]) || flatText(p["line"]) != flatText(was[i]["line"]) || flatText(p["outside"]) != flatText(was[i]["outside"]) {
			delete(p, "library")
		}
		if i >= len(was) || flatText(p["line"]) != flatText(was[i]["line"]) {
			delete(p, "stated")
		}
	}
}

// treeValue reads what one field holds: lists have commas between, an outcome is a percentage and an amount.
func treeValue(column, text string) any {
	parts := func() (out []any) {
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
		return out
	}
	switch column {
	case "lines":
		return parts()
	case "outcomes":
		var out []any
		for _, part := range parts() {
			probability, amount, _ := strings.Cut(fmt.Sprint(part), " ")
			out = append(out, tree{"probability": probability, "amount": strings.TrimSpace(amount)})
		}
		return out
	}
	return text
}
