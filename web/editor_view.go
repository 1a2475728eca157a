package web

import (
	"fmt"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// showEditor renders the form. A row list that is empty gets its first row, so that there is a place to type.
func (v *visit) showEditor(status int, e entry) error {
	view, err := v.editorView(e)
	if err != nil {
		return err
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.ContractEditor(view))
}

func (v *visit) editorView(e entry) (page.Editor, error) {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return page.Editor{}, err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return page.Editor{}, err
	}
	withRows(e.sheet)
	c := cells{sheet: e.sheet, found: e.found, amending: e.amending != "", focus: e.focus, ids: e.sheet.ids(), entities: []string{"", "The customer's own"}}
	for _, one := range directory.All() {
		c.entities = append(c.entities, one.Code, one.Name)
	}
	view := page.Editor{
		Head:   page.EditorHead(titleOf(e.amending), e.amending),
		Action: "/contracts/new", Amending: e.amending, Changed: e.changed, Errors: e.found, Labels: labelsOf(e.found),
		Parties: c.cellsOf("", "contract", "title", "customer", "payer", "entity", "currency"),
		Terms:   c.cellsOf("", "term.from", "term.through", "billing.net_days", "billing.po_number", "billing.align"),
		NoLines: c.of("lines", "document"), Preview: e.preview,
		Paste: ui.FieldProps{Name: "paste", Label: "Rows", Kind: ui.AreaInput, Value: e.paste, Hint: "Product, quantity, unit price, every, billed in, clause; or any order below a row of headings."},
	}
	if e.sheet["term.renewed"] != "" {
		view.Terms = append(view.Terms, c.cell("", "term.renewed"))
	}
	seldom := []string{"signer", "billing.late_usage", "billing.refuse_after_days", "plan.code", "plan.version", "c-check:paused"}
	if e.amending != "" {
		view.Action, view.Amend = contractAddress(e.amending)+"/amend", c.cellsOf("", "effective", "reason")
	} else {
		seldom = append(seldom, "effective", "reason")
	}
	view.Seldom = page.EditorGroup{Cells: c.cellsOf("", seldom...)}
	view.SeldomOpen, view.SeldomNote = wrongIn([]page.EditorGroup{view.Seldom}), c.note("", view.Seldom)
	for i := range e.sheet.rows("lines") {
		view.Lines = append(view.Lines, c.line(i))
	}
	for _, l := range layouts {
		if list := c.promised(l); len(list.Rows) > 0 {
			view.Promises = append(view.Promises, list)
		} else {
			view.Adds = append(view.Adds, page.EditorAdd{Name: l.list, Label: l.add})
		}
	}
	var absent []page.EditorAdd
	view.Sections, absent = c.sections()
	view.Adds = append(view.Adds, absent...)
	_, view.Guesses = guessed(sold, e.sheet.meters(sold), v.form)
	view.Lists, err = v.suggestions(e.sheet, sold, directory)
	return view, err
}

// labelsOf says where a finding stands, in words: "Line 2, unit price".
func labelsOf(found []fault.Field) map[string]string {
	out := map[string]string{}
	for _, f := range found {
		out[f.Path] = labelOf(f.Path)
	}
	return out
}

var rowWords = strings.NewReplacer("lines", "Line", "commitments", "Commitment", "prepaid", "Prepaid amount", "caps", "Cap", "discounts", "Discount",
	"credits", "Credit", "tiers", "tier", "ramp", "step", "installments", "installment", "prices", "value", "where", "condition")

func labelOf(name string) string {
	var parts []string
	for _, m := range rowNamed.FindAllStringSubmatch(name, -1) {
		n := 0
		fmt.Sscan(m[2], &n)
		parts = append(parts, fmt.Sprintf("%s %d", rowWords.Replace(m[1]), n+1))
	}
	if f, known := fieldNamed(name); known {
		label := f.label
		if len(parts) > 0 {
			label = strings.ToLower(label[:1]) + label[1:]
		}
		parts = append(parts, label)
	}
	if len(parts) == 0 {
		return capital(name)
	}
	return strings.Join(parts, ", ")
}

// asForm is the way from the document to the form: the text must be one to have fields.
func (v *visit) asForm(view page.ContractForm, d contracts.Document) error {
	s, err := written(d)
	if err != nil {
		return err
	}
	e := entry{sheet: s, changed: true}
	if taken, err := v.taken(d.Contract); err != nil {
		return err
	} else if len(taken) > 0 {
		e.amending = d.Contract
	}
	return v.showEditor(200, e)
}
