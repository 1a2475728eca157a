package web

import (
	"fmt"
	"net/http"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/tax"
	"ratable/web/page"
	"ratable/web/ui"
)

func (v *visit) newProduct() error   { return v.newThing(catalog.ProductKind) }
func (v *visit) newPlan() error      { return v.newThing(catalog.PlanKind) }
func (v *visit) newMeter() error     { return v.newThing(catalog.MeterKind) }
func (v *visit) enterProduct() error { return v.enterThing(catalog.ProductKind, "") }
func (v *visit) enterPlan() error    { return v.enterThing(catalog.PlanKind, "") }
func (v *visit) enterMeter() error   { return v.enterThing(catalog.MeterKind, "") }

func (v *visit) editProduct() error      { return v.editThing(catalog.ProductKind) }
func (v *visit) editPlan() error         { return v.editThing(catalog.PlanKind) }
func (v *visit) enterProductEdit() error { return v.enterThing(catalog.ProductKind, v.param("code")) }
func (v *visit) enterPlanEdit() error    { return v.enterThing(catalog.PlanKind, v.param("code")) }

// newThing is the empty form.
func (v *visit) newThing(kind catalog.Kind) error {
	e := catalogEntry{kind: kind, rows: 1, typed: map[string]string{"starts_on": v.Today().String(), "recognition": string(catalog.Ratable), "tax_code": "saas_b2b", "aggregation": catalog.Sum}}
	if kind == catalog.PlanKind {
		e.typed["terms"] = startTerms
	}
	return v.showEntry(http.StatusOK, e)
}

// editThing is the form with the newest version.
func (v *visit) editThing(kind catalog.Kind) error {
	e, err := v.standingEntry(kind, v.param("code"))
	if err != nil {
		return err
	}
	return v.showEntry(http.StatusOK, e)
}

// standingEntry is the newest version of something as a form shows it.
func (v *visit) standingEntry(kind catalog.Kind, code string) (catalogEntry, error) {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return catalogEntry{}, err
	}
	e := catalogEntry{kind: kind, editing: code, rows: 1, typed: map[string]string{}}
	var d catalog.Document
	if versions := sold.ProductVersions(code); kind == catalog.ProductKind && len(versions) > 0 {
		d.Products = versions[len(versions)-1:]
	}
	if versions := sold.PlanVersions(code); kind == catalog.PlanKind && len(versions) > 0 {
		d.Plans = versions[len(versions)-1:]
	}
	if d.Empty() {
		return e, missing(string(kind), code)
	}
	return e, e.fill(d, v.Today().MonthOf().Next().First().String())
}

// enterThing takes what a button of the form sent.
func (v *visit) enterThing(kind catalog.Kind, editing string) error {
	if editing != "" {
		if _, err := v.standingEntry(kind, editing); err != nil {
			return err
		}
	}
	e := v.typedEntry(kind, editing)
	if e.typed["do"] == "add" {
		return v.showEntry(http.StatusOK, e)
	}
	d, checks, err := v.lookAt(&e)
	if err != nil {
		return err
	}
	if len(e.found) == 0 && e.typed["do"] == "submit" {
		p, err := v.proposeCatalog(d, e.typed["reason"], checks)
		if err == nil && p.ID > 0 {
			return v.redirect(changeAddress(p.ID), done(fmt.Sprintf("Change %d waits for approval by another person", p.ID)))
		}
		if e.found = e.fields(fault.Fields(err), nil); err == nil {
			e.found = []fault.Field{{Message: "Nothing is different from the version there is."}}
		}
		if len(e.found) == 0 {
			return err
		}
	}
	return v.showEntry(okStatus(e.found), e)
}

// previewCatalog answers the form while somebody types into it; nothing is kept.
func (v *visit) previewCatalog() error {
	kind := catalog.Kind(v.form("kind"))
	if _, known := plainFields[kind]; !known {
		return fault.InvalidFields(fault.Field{Path: "kind", Value: fault.Shown(string(kind)), Message: "must be product, meter or plan"})
	}
	e := v.typedEntry(kind, v.form("editing"))
	if _, _, err := v.lookAt(&e); err != nil {
		return err
	}
	return v.write(http.StatusOK, page.CatalogDifferencePanel(e.preview))
}

// lookAt reads the form, holds it against the catalog and fills in its findings or its preview.
func (v *visit) lookAt(e *catalogEntry) (catalog.Document, catalog.Checks, error) {
	checks, err := CatalogChecks(v.ctx, v.DB)
	if err != nil {
		return catalog.Document{}, checks, err
	}
	d, found := e.document(checks)
	if len(found) == 0 && e.editing == "" {
		if found, err = v.takenCode(*e); err != nil {
			return d, checks, err
		}
	}
	if len(found) == 0 {
		changes, touched, err := CompareCatalog(v.ctx, v.DB, d, v.Today(), checks)
		if found = e.fields(fault.Fields(err), e.filledRows()); len(found) == 0 && err != nil {
			return d, checks, err
		}
		if len(found) == 0 {
			e.preview = differenceView(changes, touched)
		}
	}
	if e.found = found; len(found) > 0 {
		e.preview = page.CatalogDifference{Errors: found}
	}
	return d, checks, nil
}

// takenCode refuses the code of something there is: with it the form would make a version of that.
func (v *visit) takenCode(e catalogEntry) ([]fault.Field, error) {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	code := strings.TrimSpace(e.typed["code"])
	_, meter := sold.Meter(code)
	taken := map[catalog.Kind]bool{catalog.ProductKind: len(sold.ProductVersions(code)) > 0, catalog.PlanKind: len(sold.PlanVersions(code)) > 0, catalog.MeterKind: meter}
	if !taken[e.kind] {
		return nil, nil
	}
	return []fault.Field{{Path: "code", Message: fmt.Sprintf("is the code of another %s already; open that one for a new version, or take another code", e.kind)}}, nil
}

// filledRows are the rows of the form that something was typed into, by their place in the document.
func (e catalogEntry) filledRows() (rows []int) {
	for i := range e.rows {
		if e.standalone(i) != nil {
			rows = append(rows, i)
		}
	}
	return rows
}

// proposeCatalog records a change and submits it, in one transaction. What says the same and waits already is left to wait.
func (v *visit) proposeCatalog(d catalog.Document, reason string, checks catalog.Checks) (p catalog.Proposal, err error) {
	err = v.do(func(t tx) error {
		if p, err = catalog.Propose(v.ctx, t, d, reason, v.Today(), checks, v.By); err != nil || p.ID == 0 || p.State() != catalog.Draft {
			return err
		}
		return catalog.SubmitProposal(v.ctx, t, p.ID, reason, v.By)
	})
	return p, err
}

// differenceView puts changes in words.
func differenceView(changes catalog.Changes, touched []contracts.Touch) page.CatalogDifference {
	view := page.CatalogDifference{Summary: "Nothing is different from the catalog."}
	for i, c := range changes.List {
		view.Changes = append(view.Changes, changeView(c, touched[i]))
	}
	if n := len(changes.List); n > 0 {
		view.Summary = fmt.Sprintf("%s, %d unchanged, nothing removed. It counts once another person approved it.", howMany(n, "change"), changes.Unchanged)
	}
	return view
}

func changeView(c catalog.Change, touched contracts.Touch) page.CatalogChange {
	view := page.CatalogChange{Title: capital(string(c.Kind)) + " " + c.Name, Notes: touched.Says(c), Tone: ui.Info}
	switch {
	case c.Retires:
		view.What, view.Tone = "Retires from "+ui.DayText(c.StartsOn), ui.Warn
	case c.Base > 0:
		view.What = fmt.Sprintf("Version %d from %s", c.Base+1, ui.DayText(c.StartsOn))
	case c.StartsOn.IsZero():
		view.What, view.Tone = "New", ui.Good
	default:
		view.What, view.Tone = "New from "+ui.DayText(c.StartsOn), ui.Good
	}
	if !c.Instead.IsZero() {
		view.Notes = append([]string{fmt.Sprintf("Version %d, which would have counted from %s, never does", c.Base, ui.DayText(c.Instead))}, view.Notes...)
	}
	for _, f := range c.Fields {
		row := page.Change{What: fieldWords(f.Path)}
		if f.Old != "" {
			row.Before = []string{f.Old}
		}
		if f.New != "" {
			row.After = []string{f.New}
		}
		view.Fields = append(view.Fields, row)
	}
	return view
}

// taxCodes are what a product can be to the tax tables.
func (v *visit) taxCodes() ([]ui.Option, error) {
	law, err := tax.Load(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, c := range law.ProductCodes() {
		out = append(out, ui.Option{Value: c.Code, Label: c.Name})
	}
	return out, nil
}
