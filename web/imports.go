package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/revrec/subledger"
	"ratable/web/page"
	"ratable/web/ui"
)

var importCrumb = ui.Anchor{Label: "Imported documents", Href: "/imports"}

// imports is every file of what other systems billed.
func (v *visit) imports() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := subledger.Batches(v.ctx, t, 200)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		head := ui.HeadProps{Title: "Imported documents", Sub: "Invoices, payments, credits, refunds, disputes and opening balances that another system billed. The nightly run books them by the accounting policy of their day."}
		head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Cohorts", Href: "/imports/cohorts"}), ui.Button(ui.ButtonProps{Label: "Opening balances", Href: "/imports/opening"}))
		if v.may(post, "/imports/new") {
			head.Action = ui.Button(ui.ButtonProps{Label: "Import a file", Href: "/imports/new", Look: ui.Primary, Icon: "download"})
		}
		table := ui.TableProps{Caption: "Imports", Columns: []ui.Column{{Label: "Taken up"}, {Label: "Billing system"}, {Label: "By"}, {Label: "From", Kind: ui.Tight}, {Label: "Through", Kind: ui.Tight}, {Label: "Documents", Kind: ui.Figures}, {Label: "Rows", Kind: ui.Figures}},
			Empty: ui.EmptyProps{Title: "Nothing was imported yet", Text: "Bring the invoices and payments of another billing system, or the balances it ended with.", Action: &ui.ButtonProps{Label: "Import a file", Href: "/imports/new"}}}
		for _, b := range found {
			table.Rows = append(table.Rows, ui.Row{Href: narrowed("/imports/rows", "source", b.Source, "at", b.At.UTC().Format(time.RFC3339Nano)), Cells: ui.Cells(ui.Text(b.At.UTC().Format("2 January 2006, 15:04")+" UTC"), ui.Text(b.Source),
				ui.Text(called[b.ByUser]), ui.Day(b.First), ui.Day(b.Last), ui.Count(int64(b.Documents)), ui.Count(int64(b.Facts)))})
		}
		return v.page(http.StatusOK, frame{Title: "Imported documents", Room: "imports"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{table}}))
	})
}

// importRows is what one file brought, with the journal of each document.
func (v *visit) importRows() error {
	at, err := time.Parse(time.RFC3339Nano, v.query("at"))
	if err != nil { // no file is named: the list of them
		return v.imports()
	}
	source, from := v.query("source"), max(0, int(v.queryNumber("after")))
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := subledger.BatchFacts(v.ctx, t, source, at, from, pageLength+1)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "there is no import of %s at this moment", source)
		}
		pager := ui.Pager{}
		if from > 0 {
			pager.First = v.with("after", "")
		}
		if len(found) > pageLength {
			found, pager.Next = found[:pageLength], v.with("after", fmt.Sprint(from+pageLength))
		}
		var payers []customers.ID
		for _, f := range found {
			payers = append(payers, f.Customer)
		}
		n, err := v.namesOf(t, payers, nil)
		if err != nil {
			return err
		}
		table := ui.TableProps{Caption: "Rows", Pager: &pager, Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "What"}, {Label: "Customer"}, {Label: "Document"}, {Label: "Entity"}, {Label: "Amount", Kind: ui.Figures}, {Label: "Journal"}}}
		for _, f := range found {
			table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Day(f.Told.On), ui.TwoLines(capital(strings.ReplaceAll(f.Told.Kind, "_", " ")), f.Told.ID), n.customerLink(f.Customer), orDash(f.Told.Document), ui.Text(n.entity(f.Entity)),
				ui.Text(toldAmount(f.Told)), ui.Link("Open", narrowed("/ledger/entries", "kind", "subledger", "account", int64(f.Account), "document", f.Told.Document)))})
		}
		head := ui.HeadProps{Title: "Import of " + source, Sub: "Taken up on " + at.UTC().Format("2 January 2006, 15:04") + " UTC, as it was told.", Crumbs: []ui.Anchor{importCrumb}}
		return v.page(http.StatusOK, frame{Title: head.Title, Room: "imports"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{table}}))
	})
}

// toldAmount is what a row says of money: its own amount, or the sum of its lines before tax.
func toldAmount(x subledger.Told) string {
	if x.Amount != nil {
		return x.Amount.String() + " " + x.Currency
	}
	if len(x.Lines) == 0 {
		return ""
	}
	sum := x.Tax.Sub(x.Tax)
	for _, l := range x.Lines {
		if l.Amount != nil {
			sum = sum.Add(*l.Amount)
		}
	}
	return sum.String() + " " + x.Currency
}

func (v *visit) importForm() error { return v.showImport(http.StatusOK, "", nil, nil) }

// importBilling tries a file out first; what was tried is sent again to be recorded.
func (v *visit) importBilling() error {
	text, err := v.upload("file", "rows")
	if err == nil && strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose a file, or paste its rows"})
	}
	commit := v.form("step") == "commit"
	var found subledger.Report
	if err == nil {
		found, err = subledger.Import(v.ctx, v.DB, strings.NewReader(text), v.form("source"), !commit, v.Today(), v.By)
	}
	if refusal(err) {
		return v.showImport(http.StatusUnprocessableEntity, text, nil, err)
	}
	if err != nil {
		return err
	}
	if commit && found.Count(subledger.Refused) == 0 {
		return v.redirect("/imports", done(fmt.Sprintf("%s recorded, %d known already. The next run books them.", howMany(found.Count(subledger.Recorded), "row"), found.Count(subledger.Repeated))))
	}
	return v.showImport(http.StatusOK, text, &found, nil)
}

func (v *visit) showImport(status int, text string, found *subledger.Report, refused error) error {
	view := page.BillingImport{Head: ui.HeadProps{Title: "Import what was billed elsewhere", Crumbs: []ui.Anchor{importCrumb},
		Sub: "Each row is one thing that happened. The same file again records nothing twice; a bad row is refused alone."},
		Action: "/imports/new", Text: text, Source: v.form("source"), Errors: complaints(refused)}
	if found != nil {
		recorded := "Would be recorded"
		if !found.DryRun {
			recorded = "Recorded"
		}
		view.Stats = []ui.StatProps{{Label: recorded, Value: ui.Count(int64(found.Count(subledger.Recorded)))}, {Label: "Known already", Value: ui.Count(int64(found.Count(subledger.Repeated)))},
			{Label: "Refused", Value: ui.Count(int64(found.Count(subledger.Refused))), Note: "Correct them and send the file again"}}
		view.Commit = found.DryRun && found.Count(subledger.Recorded) > 0
		view.Rows = ui.TableProps{Title: "Refused rows", Columns: []ui.Column{{Label: "Line", Kind: ui.Figures}, {Label: "Row"}, {Label: "What is wrong"}}, Empty: ui.EmptyProps{Title: "No row is refused"}}
		for _, r := range found.Rows {
			if r.Outcome == subledger.Refused && len(view.Rows.Rows) < 500 {
				view.Rows.Rows = append(view.Rows.Rows, ui.Row{Cells: ui.Cells(ui.Count(int64(r.Line)), ui.TwoLines(orText(r.Told.ID), r.Told.Kind), ui.Text(sentence(r.Err)))})
			}
		}
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "imports"}, page.BillingImportPage(view))
}

// orText names a row without an id.
func orText(id string) string {
	if id == "" {
		return "no id"
	}
	return id
}
