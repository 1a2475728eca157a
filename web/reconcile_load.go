package web

import (
	"fmt"
	"net/http"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/reconcile"
	"ratable/web/page"
	"ratable/web/ui"
)

var sourceNames = map[reconcile.Source]string{reconcile.Bookings: "Bookings", reconcile.Payouts: "Payouts and bank movements"}

// loadsTable lists the files that were loaded for an entity.
func (v *visit) loadsTable(t tx, r revenueScope) (ui.TableProps, error) {
	table := ui.TableProps{Title: "Loaded files", Columns: []ui.Column{{Label: "Source"}, {Label: "Days it covers", Kind: ui.Tight}, {Label: "Rows", Kind: ui.Figures}, {Label: "Loaded by"}, {Label: "At", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No file was loaded yet", Text: "Bookings of a CRM, and payouts of a bank or payment processor, are compared once a file covers the month."}}
	found, err := reconcile.Loads(v.ctx, t, r.entity, 20)
	if err != nil {
		return table, err
	}
	called, err := v.people(t)
	for _, l := range found {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(sourceNames[l.Source], l.File), ui.Span(l.Span), ui.Count(int64(l.Rows)), ui.Text(called[l.By]), ui.At(l.RecordedAt))})
	}
	return table, err
}

// sourceForm takes another program's side.
func (v *visit) sourceForm() error { return v.showSource(http.StatusOK, v.query, "", nil, nil) }

// loadSource tries a file out first; what was tried is sent again to be kept, so that what is kept is what was looked at.
func (v *visit) loadSource() error {
	text, err := v.upload("file", "rows")
	if err == nil && strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose a CSV file, or paste its rows"})
	}
	commit := v.form("step") == "commit"
	var l reconcile.Load
	if err == nil {
		l, err = v.tryLoad(text, !commit)
	}
	if refusal(err) {
		return v.showSource(http.StatusUnprocessableEntity, v.form, text, nil, err)
	}
	if err != nil {
		return err
	}
	if commit && l.Refused() == 0 {
		month := l.Span.Start.MonthOf()
		return v.redirect(narrowed("/reconciliations", "entity", l.Entity, "month", month), done(fmt.Sprintf("%s kept for %s", howMany(len(l.Rows), "row"), l.Span)))
	}
	return v.showSource(http.StatusOK, v.form, text, &l, nil)
}

func (v *visit) tryLoad(text string, dryRun bool) (l reconcile.Load, err error) {
	source, err := reconcile.ParseSource(v.form("source"))
	if err != nil {
		return l, err
	}
	var wrong []fault.Field
	first, err := period.ParseDate(v.form("from"))
	if err != nil {
		wrong = append(wrong, fault.Field{Path: "from", Value: v.form("from"), Message: "is no day, such as " + v.Today().String()})
	}
	last, err := period.ParseDate(v.form("through"))
	if err != nil || last.Before(first) {
		wrong = append(wrong, fault.Field{Path: "through", Value: v.form("through"), Message: "is no day, or lies before the first"})
	}
	if len(wrong) > 0 {
		return l, fault.InvalidFields(wrong...)
	}
	var entity int64
	_, _ = fmt.Sscan(v.form("entity"), &entity) // what is no number is no entity, and refused as such
	name := v.form("name")
	if header, err := v.echo.FormFile("file"); err == nil {
		name = header.Filename
	}
	if name == "" {
		name = "pasted rows"
	}
	err = v.do(func(t tx) (err error) {
		l, err = reconcile.LoadFile(v.ctx, t, source, entities.ID(entity), period.Through(first, last), name, []byte(text), dryRun, v.By)
		return err
	})
	return l, err
}

func (v *visit) showSource(status int, value func(string) string, text string, found *reconcile.Load, refused error) error {
	d, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	errors := complaints(refused)
	view := page.SourceFile{
		Head: ui.HeadProps{Title: "Load a file to compare with", Crumbs: []ui.Anchor{{Label: "Reconciliations", Href: "/reconciliations"}},
			Sub: "Bookings: CSV with number,customer,amount,currency,signed_on. Payouts: date,transaction,amount,currency,reference; money out is negative. Other columns are passed over."},
		Action: "/reconciliations/load", Text: text, Errors: errors, Fields: v.sourceFields(d, value, errors),
	}
	if found != nil {
		rows := sourceTable(*found)
		view.Rows, view.Commit = &rows, found.Refused() == 0
		view.Values = []ui.Value{{Name: "rows", Value: text}, {Name: "step", Value: "commit"}, {Name: "name", Value: found.File}}
		for _, name := range []string{"source", "entity", "from", "through"} {
			view.Values = append(view.Values, ui.Value{Name: name, Value: value(name)})
		}
		note := "Tried out, nothing is kept yet"
		if !view.Commit {
			note = "A file is kept whole or not at all: put these right and load it again"
		}
		view.Stats = []ui.StatProps{{Label: "Rows", Value: ui.Count(int64(len(found.Rows))), Note: found.Span.String()}, {Label: "Refused", Value: ui.Count(int64(found.Refused())), Note: note}}
	}
	return v.page(status, frame{Title: "Load a file", Room: "reconciliations"}, page.SourceFilePage(view))
}

func (v *visit) sourceFields(d *entities.Directory, value func(string) string, errors []fault.Field) []ui.FieldProps {
	month := v.Today().MonthOf().Prev()
	days := map[string]string{"from": month.First().String(), "through": month.Last().String()}
	for name := range days {
		if typed := value(name); typed != "" {
			days[name] = typed
		}
	}
	var sellers []ui.Option
	for _, e := range d.All() {
		sellers = append(sellers, ui.Option{Value: fmt.Sprint(e.ID), Label: e.Name})
	}
	return []ui.FieldProps{
		{Name: "source", Label: "What it is", Kind: ui.SelectInput, Value: value("source"), Required: true, Errors: errors, Options: []ui.Option{{Value: string(reconcile.Bookings), Label: "Bookings of a CRM"}, {Value: string(reconcile.Payouts), Label: "Payouts or bank movements"}}},
		{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Value: value("entity"), Options: sellers, Required: true, Errors: errors},
		{Name: "from", Label: "Covers from", Kind: ui.DateInput, Value: days["from"], Required: true, Errors: errors, Hint: "A month is compared when a file covers all of it"},
		{Name: "through", Label: "Through", Kind: ui.DateInput, Value: days["through"], Required: true, Errors: errors},
	}
}

// sourceTable shows the rows of a file as they were read: those that are refused first.
func sourceTable(l reconcile.Load) ui.TableProps {
	who, whose := "Transaction", "Reference"
	if l.Source == reconcile.Bookings {
		who, whose = "Contract", "Customer"
	}
	t := ui.TableProps{Title: "Rows", Columns: []ui.Column{{Label: "Line", Kind: ui.Tight}, {Label: "Outcome"}, {Label: "Day", Kind: ui.Tight}, {Label: who}, {Label: whose}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "The file has no rows", Text: "Kept, it says that nothing happened in these days."}}
	add := func(r reconcile.Row) {
		if len(t.Rows) == itemsShown {
			t.Pager = &ui.Pager{Summary: fmt.Sprintf("%d of %d shown", itemsShown, len(l.Rows))}
			return
		}
		cells := ui.Cells(ui.Text(fmt.Sprint(r.Line)), ui.Status("Done"), ui.Day(r.On), ui.Text(r.Number), ui.Text(r.Party), ui.Money(r.Amount))
		if len(r.Wrong) > 0 {
			cells[1], cells[4], cells[5] = ui.Status("Rejected"), ui.Text(whatIsWrong(r)), ui.Nothing()
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	for _, r := range l.Rows {
		if len(r.Wrong) > 0 {
			add(r)
		}
	}
	for _, r := range l.Rows {
		if len(r.Wrong) == 0 {
			add(r)
		}
	}
	return t
}

func whatIsWrong(r reconcile.Row) string {
	var out []string
	for _, f := range r.Wrong {
		out = append(out, f.Path+" "+f.Message)
	}
	return strings.Join(out, "; ")
}
