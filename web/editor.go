package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
)

// This file is the contract form: what its buttons do. Every button posts the whole form, so that nothing here needs a
// script; what was typed comes back exactly as it was, whatever it is.

// entry is a form on its way: what was typed, for which contract, and what is to be said about it.
type entry struct {
	sheet    sheet
	amending string // number; empty for a new contract
	changed  bool
	focus    string // row to go on in
	paste    string // rows that could not be pasted
	found    []fault.Field
	preview  page.EditorPreview
}

// newContract is the empty form; ?customer= fills in the parties, ?copy= the terms of a contract there is.
func (v *visit) newContract() error {
	number, err := v.freeNumber()
	if err != nil {
		return err
	}
	first := v.Today().MonthOf().Next().First()
	s := sheet{"contract": number, "term.from": first.String(), "term.through": first.AddMonths(12).AddDays(-1).String(), "billing.net_days": "30", "billing.align": "anniversary"}
	e := entry{sheet: s, focus: "customer"}
	if from := v.query("copy"); from != "" {
		c, err := contracts.Get(v.ctx, v.DB, from)
		if err != nil {
			return err
		}
		old, err := written(c.Latest().Document)
		if err != nil {
			return err
		}
		e.sheet = old.copied(number)
		return v.showEditor(http.StatusOK, e)
	}
	s.add("lines")
	if id := v.queryNumber("customer"); id > 0 {
		c, err := customers.Get(v.ctx, v.DB, customers.ID(id), v.Today())
		if err != nil {
			return err
		}
		s["customer"], e.focus = c.ExternalID, "title"
	}
	return v.showEditor(http.StatusOK, e)
}

var trailingNumber = regexp.MustCompile(`^(.*?)(\d{1,9})$`)

// freeNumber counts on from the contract entered last; somebody who numbers differently types over it.
func (v *visit) freeNumber() (string, error) {
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Limit: 1})
	if err != nil {
		return "", err
	}
	last := fmt.Sprintf("C-%d-000", v.Today().Year())
	if len(found) > 0 {
		last = found[0].Number
	}
	m := trailingNumber.FindStringSubmatch(last)
	if m == nil {
		return "", nil
	}
	n, err := strconv.Atoi(m[2])
	for try := 0; err == nil && try < 50; try++ {
		n++
		number := fmt.Sprintf("%s%0*d", m[1], len(m[2]), n)
		if _, err := contracts.Get(v.ctx, v.DB, number); errors.Is(err, fault.NotFound) {
			return number, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", err
}

// amendContract is the form with the contract as it was entered last. A draft goes on as it is; what was approved or
// sent back is amended from the first of next month, unless somebody says another day.
func (v *visit) amendContract() error {
	c, err := contracts.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	d := c.Latest().Document
	if c.Latest().Approved() {
		next := v.Today().MonthOf().Next().First()
		if next.Before(d.Term.From) || d.Term.Through.Before(next) {
			next = period.Date{}
		}
		d.Effective, d.Reason = next, ""
	}
	s, err := written(d)
	if err != nil {
		return err
	}
	if _, ok := s["effective"]; !ok {
		s["effective"] = ""
	}
	return v.showEditor(http.StatusOK, entry{sheet: s, amending: c.Number, focus: "reason"})
}

// enterNew and enterAmendment take what a button of the form sent.
func (v *visit) enterNew() error { return v.enter(entry{}) }

func (v *visit) enterAmendment() error {
	c, err := contracts.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	return v.enter(entry{amending: c.Number})
}

func (v *visit) enter(e entry) error {
	e.sheet, e.changed = typed(v.echo.Request().Form), true
	if e.amending != "" {
		e.sheet["contract"] = e.amending
	}
	button := v.form("do")
	if row, pressed := e.sheet.press(button); pressed {
		e.focus = row
		return v.showEditor(http.StatusOK, e)
	}
	switch button {
	case "paste":
		return v.pasteLines(e)
	case "document":
		return v.showDocument(e)
	case "draft", "submit":
		return v.keepEntry(e, button == "submit")
	}
	return v.previewEntry(e)
}

// read makes a document of what was typed. Its findings name fields of the form; all of them are found at once, as far
// as one does not hide another.
func (v *visit) read(e entry) (judged, contracts.Document, error) {
	resolved, found, err := v.resolve(e.sheet)
	if err != nil {
		return judged{}, contracts.Document{}, err
	}
	if e.amending == "" {
		taken, err := v.taken(strings.TrimSpace(e.sheet["contract"]))
		if err != nil {
			return judged{}, contracts.Document{}, err
		}
		found = append(found, taken...)
	}
	j := resolved.judge()
	d, err := j.document()
	for _, f := range fault.Fields(err) {
		if strings.HasSuffix(f.Path, ".fixed.quantity") && said(found, strings.TrimSuffix(f.Path, "quantity")+"ramp") {
			continue // of a ramp without steps
		}
		if !said(found, f.Path) {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return j, d, fault.InvalidFields(found...)
	}
	return j, d, err
}

func said(found []fault.Field, path string) bool {
	return slices.ContainsFunc(found, func(f fault.Field) bool { return f.Path == path })
}

// taken refuses the number of another contract: with the document alone it would be an amendment.
func (v *visit) taken(number string) ([]fault.Field, error) {
	if number == "" || len(fault.Printable("contract", number, 60)) > 0 {
		return nil, nil
	}
	c, err := contracts.Get(v.ctx, v.DB, number)
	switch {
	case errors.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []fault.Field{{Path: "contract", Value: number, Message: "is the number of another contract, " + cmp.Or(c.Latest().Document.Title, "without a title") + "; amend that one, or take another number"}}, nil
}

// keepEntry records what was typed as a version; with submit it asks for its approval in the same transaction.
func (v *visit) keepEntry(e entry, submit bool) error {
	j, d, err := v.read(e)
	if err != nil {
		return v.handBack(e, j, err)
	}
	if err := v.record(d, submit); err != nil {
		return v.handBack(e, j, err)
	}
	return v.redirect(contractAddress(d.Contract), kept(d.Contract, submit))
}

// handBack shows the form again with each finding at its field; what is no finding is an error page.
func (v *visit) handBack(e entry, j judged, err error) error {
	status := http.StatusUnprocessableEntity
	if fault.Kind(err) == fault.Conflict {
		status = http.StatusConflict
	}
	e.found = findingsOf(j, err)
	if len(e.found) == 0 {
		return err
	}
	return v.showEditor(status, e)
}

// findingsOf are what an error says about fields. A conflict is about the contract as a whole.
func findingsOf(j judged, err error) []fault.Field {
	if fault.Kind(err) == fault.Conflict {
		return []fault.Field{{Path: "contract", Message: sentence(err)}}
	}
	found := fault.Fields(err)
	out := make([]fault.Field, len(found))
	for i, f := range found {
		out[i] = fault.Field{Path: j.fieldOf(f.Path), Value: f.Value, Message: f.Message}
	}
	return out
}

// showDocument is the way from the form to the document, with everything typed in it.
func (v *visit) showDocument(e entry) error {
	resolved, _, err := v.resolve(e.sheet)
	if err != nil {
		return err
	}
	return v.showDocumentForm(http.StatusOK, page.ContractForm{Title: titleOf(e.amending), Text: resolved.judge().text()})
}

func titleOf(amending string) string {
	if amending != "" {
		return "Amend " + amending
	}
	return "New contract"
}
