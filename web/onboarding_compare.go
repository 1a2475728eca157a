package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/onboarding"
	"ratable/web/page"
	"ratable/web/ui"
)

// comparedView lists what somebody has to look at, with the sums by class above.
func (v *visit) comparedView(name string, c onboarding.Comparison) page.List {
	class := v.query("class")
	view := page.List{Head: ui.HeadProps{Title: "Side by side", Crumbs: append(slices.Clone(cohortCrumbs), ui.Anchor{Label: name, Href: cohortAddress(name)}),
		Sub: "What the other system invoiced, beside what our engine would have invoiced for the same days from the same usage, tax included."}}
	view.Head.Action = ui.Button(ui.ButtonProps{Label: "CSV", Icon: "download", Href: v.with("format", "csv")})
	view.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "XLSX", Icon: "download", Href: v.with("format", "xlsx")}))
	for _, t := range c.Totals {
		view.Stats = append(view.Stats, ui.StatProps{Label: "Other system", Value: ui.Money(t.Old), Note: "with tax"}, ui.StatProps{Label: "Ours", Value: ui.Money(t.Ours), Note: "with tax"},
			ui.StatProps{Label: "Difference", Value: ui.Money(t.Ours.Sub(t.Old))}, ui.StatProps{Label: "To look at", Value: ui.Count(int64(t.Differ()))})
	}
	view.Tables = []ui.TableProps{v.classTable(c), pairTable(name, c.Pairs, func(p onboarding.Pair) bool {
		return class == "" && !p.Class.Agrees() || class == string(p.Class)
	}, true)}
	for _, customer := range c.Without {
		view.Notes = append(view.Notes, fmt.Sprintf("%s: nothing to compare, because it has no contract or no invoice of the other system here.", customer))
	}
	return view
}

// classTable sums the classes up; each opens its lines.
func (v *visit) classTable(c onboarding.Comparison) ui.TableProps {
	t := ui.TableProps{Title: "By kind of difference", Columns: []ui.Column{{Label: "Kind"}, {Label: "Lines", Kind: ui.Figures}, {Label: "Difference with tax", Kind: ui.Figures}}, Empty: ui.EmptyProps{Title: "Nothing was compared", Text: "Send the other system's invoices first."}}
	for _, total := range c.Totals {
		for _, class := range onboarding.Classes {
			if n := total.Lines[class]; n > 0 {
				t.Rows = append(t.Rows, ui.Row{Href: v.with("class", string(class)), Cells: ui.Cells(differencePill(class), ui.Count(int64(n)), ui.Money(total.By[class]))})
			}
		}
	}
	return t
}

// pairTable shows lines of both systems next to each other.
func pairTable(cohort string, pairs []onboarding.Pair, wanted func(onboarding.Pair) bool, who bool) ui.TableProps {
	t := ui.TableProps{Title: "Lines, with tax", Empty: ui.EmptyProps{Title: "No line differs"}}
	if who {
		t.Columns = append(t.Columns, ui.Column{Label: "Customer"})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "Line"}, ui.Column{Label: "Days", Kind: ui.Tight}, ui.Column{Label: "Other system", Kind: ui.Figures}, ui.Column{Label: "Ours", Kind: ui.Figures},
		ui.Column{Label: "Difference", Kind: ui.Figures}, ui.Column{Label: "Kind", Kind: ui.Tight}, ui.Column{Label: "Why"})
	shown := 0
	for _, p := range pairs {
		if !wanted(p) {
			continue
		}
		if shown++; shown > mostRows {
			continue
		}
		row := ui.Row{Href: cohortAddress(cohort) + "/customers/" + p.Customer + "?at=" + p.Span().Start.String()}
		if who {
			row.Cells = ui.Cells(ui.Text(p.Customer))
		}
		row.Cells = append(row.Cells, ui.TwoLines(sideName(p), pairDocument(p)), ui.Span(p.Span()), sideCell(p.Old), sideCell(p.Ours), ui.Money(p.Gross()), differencePill(p.Class), orDash(capital(p.Why)))
		t.Rows = append(t.Rows, row)
	}
	if shown > mostRows {
		t.Pager = &ui.Pager{Summary: fmt.Sprintf("%d of %d lines; the files have all", mostRows, shown)}
	}
	return t
}

func sideName(p onboarding.Pair) string {
	for _, s := range []*onboarding.Side{p.Ours, p.Old} {
		if s != nil && s.Line != "" {
			return s.Line
		}
	}
	if p.Old != nil && p.Old.Description != "" {
		return p.Old.Description
	}
	return "line without a name"
}

func pairDocument(p onboarding.Pair) string {
	if p.Old != nil {
		return p.Contract + " · " + p.Old.Document
	}
	return p.Contract
}

// sideCell is what a line comes to with its tax.
func sideCell(s *onboarding.Side) templ.Component {
	if s == nil {
		return ui.Nothing()
	}
	return ui.Money(s.Net.Add(s.Tax))
}

// cohortCustomer is one customer on its way: where it stands, every line side by side, and the two invoices of a day.
func (v *visit) cohortCustomer() error {
	name, customer := v.param("name"), v.param("customer")
	steps, err := onboarding.History(v.ctx, v.DB, name, customer)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return fault.New(fault.NotFound, "customer %s is not in cohort %s", customer, name)
	}
	c, err := onboarding.Compare(v.ctx, v.DB, name, []string{customer}, v.Today())
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	last := steps[len(steps)-1]
	view := page.Record{Head: ui.HeadProps{Title: customer, Status: "", Crumbs: append(slices.Clone(cohortCrumbs), ui.Anchor{Label: name, Href: cohortAddress(name)}), Sub: cohortWord(last.State) + " on " + ui.DayText(last.On)}}
	for _, t := range c.Totals {
		view.Stats = append(view.Stats, ui.StatProps{Label: "Other system", Value: ui.Money(t.Old), Note: "with tax"}, ui.StatProps{Label: "Ours", Value: ui.Money(t.Ours), Note: "with tax"}, ui.StatProps{Label: "Difference", Value: ui.Money(t.Ours.Sub(t.Old))})
	}
	view.Parts = v.cohortVerbs(name, customer, map[onboarding.State]int{last.State: 1}, []onboarding.Step{last})
	if at := v.queryDate("at"); !at.IsZero() {
		left, right := twoInvoices(c, at.String())
		view.Parts = append(view.Parts, page.SideBySide(left, right))
	}
	view.Body = append(view.Body, ui.Table(pairTable(name, c.Pairs, func(onboarding.Pair) bool { return true }, false)))
	if last.State == onboarding.Asked && v.may(post, "/imports/cohorts/:name/approve") && last.AskedBy != v.By.UserID {
		view.Body = append(view.Body, v.rehearsedMove(name, customer)...)
	}
	var trail []ui.Event
	for _, s := range slices.Backward(steps) {
		trail = append(trail, ui.Event{At: s.At, By: called[s.By], What: cohortWord(s.State), Why: s.Reason})
	}
	view.Rail = ui.Cells(ui.Timeline(trail))
	return v.page(http.StatusOK, frame{Title: customer, Room: "imports"}, page.RecordPage(view))
}

// twoInvoices are the invoices of both systems that bill service from a day on: all lines of the other system's, and of ours.
func twoInvoices(c onboarding.Comparison, from string) (left, right ui.TableProps) {
	columns := []ui.Column{{Label: "Line"}, {Label: "Units", Kind: ui.Figures}, {Label: "Price", Kind: ui.Figures}, {Label: "Amount", Kind: ui.Figures}, {Label: "Tax", Kind: ui.Figures}}
	left = ui.TableProps{Title: "Other system", Columns: columns, Empty: ui.EmptyProps{Title: "No invoice"}}
	right = ui.TableProps{Title: "Ours, as it would be", Columns: columns, Empty: ui.EmptyProps{Title: "No invoice"}}
	documents := map[string]bool{}
	for _, p := range c.Pairs {
		if p.Span().Start.String() != from {
			continue
		}
		for _, s := range []*onboarding.Side{p.Old, p.Ours} {
			if s != nil {
				documents[s.Document] = true
			}
		}
	}
	sums := map[*ui.TableProps][2]money.Amount{}
	for _, p := range c.Pairs {
		for _, x := range []struct {
			s    *onboarding.Side
			into *ui.TableProps
			name string
		}{{p.Old, &left, "Invoice "}, {p.Ours, &right, "Ours of "}} {
			if x.s == nil || !documents[x.s.Document] {
				continue
			}
			x.into.Title = x.name + x.s.Document
			text := x.s.Description
			if text == "" {
				text = x.s.Line
			}
			x.into.Rows = append(x.into.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(text, x.s.Span.String()), ui.Text(x.s.Quantity.String()), ui.Text(x.s.UnitPrice.String()), ui.Money(x.s.Net), ui.Money(x.s.Tax))})
			sum := sums[x.into]
			sums[x.into] = [2]money.Amount{sum[0].Add(x.s.Net), sum[1].Add(x.s.Tax)}
		}
	}
	for _, t := range []*ui.TableProps{&left, &right} {
		if len(t.Rows) > 0 {
			t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Total"), ui.Nothing(), ui.Nothing(), ui.Money(sums[t][0]), ui.Money(sums[t][1]))}}
		}
	}
	return left, right
}

// rehearsedMove is what the move would do if it were approved now: the first invoices, or what is in its way.
func (v *visit) rehearsedMove(name, customer string) []templ.Component {
	moved, err := onboarding.ApproveMove(v.ctx, v.DB, name, []string{customer}, "", true, v.Today(), v.By)
	if err == nil && len(moved) > 0 {
		err = moved[0].Err
	}
	if err != nil {
		return ui.Cells(page.Complaints([]fault.Field{{Path: "move", Message: sentence(err)}}))
	}
	t := ui.TableProps{Title: "First invoices, if it is approved now", Columns: []ui.Column{{Label: "Line"}, {Label: "Days", Kind: ui.Tight}, {Label: "Amount", Kind: ui.Figures}}, Empty: ui.EmptyProps{Title: "Nothing is due yet"}}
	for _, d := range moved[0].First {
		for _, l := range d.Lines {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(l.Description, l.ContractNumber), ui.Span(l.Span), ui.Money(l.Amount))})
		}
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("Due with tax"), ui.Nothing(), ui.Money(d.Total))})
	}
	return ui.Cells(ui.Table(t))
}
