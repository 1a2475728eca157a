package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ratable/internal/fault"
	"ratable/journals"
	"ratable/web/page"
	"ratable/web/ui"
)

// journalTemplates are the templates that journals are written from.
func (v *visit) journalTemplates() error {
	all, err := journals.Templates(v.ctx, v.DB, true)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	head := ui.HeadProps{Title: "Templates of journals", Sub: "Lines that are used again and again. A template posts nothing: each journal written from it is approved for itself.", Crumbs: journalCrumbs,
		Action: ui.Button(ui.ButtonProps{Label: "New template", Href: "/journals/templates/edit", Look: ui.Primary})}
	t := ui.TableProps{Caption: "Templates", Columns: []ui.Column{{Label: "Template"}, {Label: "Lines", Kind: ui.Figures}, {Label: "Saved by"}, {Label: "Use", Kind: ui.End, Hidden: true}},
		Empty: ui.EmptyProps{Title: "No template yet"}}
	for _, x := range all {
		use := ui.Button(ui.ButtonProps{Label: "Use", Small: true, Href: "/journals/new?template=" + url.QueryEscape(x.Code)})
		if x.Retired {
			use = ui.Soft("no longer used")
		}
		t.Rows = append(t.Rows, ui.Row{Muted: x.Retired, Href: "/journals/templates/edit?code=" + url.QueryEscape(x.Code), Cells: ui.Cells(ui.TwoLines(x.Name, x.Code), ui.Count(int64(len(x.Lines))), ui.Text(called[x.By]), use)})
	}
	return v.page(http.StatusOK, frame{Title: head.Title, Room: "journals"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{t}}))
}

var templateColumns = []string{"side", "account", "amount", "percent", "customer", "contract", "line", "document"}

// journalTemplateForm edits one, as a file: a template is short and read as a whole.
func (v *visit) journalTemplateForm() error {
	t := journals.Template{Lines: []journals.TemplateLine{{Account: "Fees", Percent: "100"}, {Account: "PayableToSupplier", Credit: true, Percent: "100"}}}
	if code := v.query("code"); code != "" {
		var err error
		if t, err = journals.FindTemplate(v.ctx, v.DB, code); err != nil {
			return err
		}
	}
	return v.showTemplate(http.StatusOK, t, templateText(t.Lines), nil)
}

func templateText(lines []journals.TemplateLine) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(templateColumns) // to memory
	for _, l := range lines {
		side := "debit"
		if l.Credit {
			side = "credit"
		}
		_ = w.Write([]string{side, l.Account, l.Amount, l.Percent, l.Customer, l.Contract, l.Line, l.Document})
	}
	w.Flush()
	return b.String()
}

func (v *visit) showTemplate(status int, t journals.Template, text string, found []fault.Field) error {
	title := "New template"
	if v.query("code") != "" || status != http.StatusOK && t.Code != "" {
		title = "Template " + t.Code
	}
	view := page.Ask{Head: ui.HeadProps{Title: title, Sub: "One line a row: its side, an account, and an amount or a percentage. Percentages of a side add up to 100 and split the total that is given when the template is used.",
		Crumbs: append(slices.Clip(journalCrumbs), ui.Anchor{Label: "Templates", Href: "/journals/templates"})},
		Form: ui.FormProps{Action: "/journals/templates/edit", Errors: found},
		Fields: []ui.FieldProps{{Name: "code", Label: "Code", Value: t.Code, Required: true, Errors: found}, {Name: "name", Label: "What it is for", Value: t.Name, Required: true, Errors: found},
			{Name: "lines", Label: "Lines as CSV", Kind: ui.CodeInput, Rows: 10, Value: text, Required: true, Wide: true, Errors: found},
			{Name: "retired", Label: "No longer used", Kind: ui.CheckInput, Checked: t.Retired}},
		Verb: ui.ButtonProps{Label: "Save", Look: ui.Primary}, Back: "/journals/templates"}
	return v.page(status, frame{Title: title, Room: "journals"}, page.AskPage(view))
}

func (v *visit) saveJournalTemplate() error {
	text := v.form("lines")
	t := journals.Template{Code: v.form("code"), Name: v.form("name"), Retired: v.form("retired") != ""}
	lines, err := readTemplate(text)
	if t.Lines = lines; err == nil {
		err = v.do(func(x tx) error { return journals.SaveTemplate(v.ctx, x, t, v.By) })
	}
	if found := fault.Fields(err); len(found) > 0 {
		return v.showTemplate(http.StatusUnprocessableEntity, t, text, byTemplateRow(found))
	}
	if err != nil {
		return err
	}
	return v.redirect("/journals/templates", done("The template is saved"))
}

func readTemplate(text string) ([]journals.TemplateLine, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace = len(templateColumns), true
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], templateColumns) {
		return nil, fault.InvalidFields(fault.Field{Path: "lines", Message: fmt.Sprintf("must be rows of %d columns, of which the first names them: %s", len(templateColumns), strings.Join(templateColumns, ","))})
	}
	var out []journals.TemplateLine
	for i, row := range rows[1:] {
		if row[0] != "debit" && row[0] != "credit" {
			return nil, fault.InvalidFields(fault.Field{Path: "lines", Value: fault.Shown(row[0]), Message: fmt.Sprintf("row %d: side must be debit or credit", i+2)})
		}
		out = append(out, journals.TemplateLine{Credit: row[0] == "credit", Account: row[1], Amount: row[2], Percent: row[3], Customer: row[4], Contract: row[5], Line: row[6], Document: row[7]})
	}
	return out, nil
}

// byTemplateRow says of each finding which row of the text it is about.
func byTemplateRow(found []fault.Field) []fault.Field {
	out := slices.Clone(found)
	for i, f := range out {
		var n int
		var column string
		if _, err := fmt.Sscanf(f.Path, "lines[%d].%s", &n, &column); err == nil {
			out[i].Path, out[i].Message = "lines", fmt.Sprintf("row %d, %s %q %s", n+2, column, f.Value, f.Message)
		}
	}
	return out
}
