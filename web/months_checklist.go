package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ratable/closing"
	"ratable/closing/checklist"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// checklist is what a month still lacks, computed when it is asked for.
func (v *visit) checklist() error {
	return v.showChecklist(http.StatusOK, nil, 0, v.queryMonth("month"))
}

func (v *visit) showChecklist(status int, refused error, entity entities.ID, month period.Month) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.closeScope(entity)
		if err != nil {
			return err
		}
		b, err := v.booksOf(t, s)
		if err != nil {
			return err
		}
		if month.IsZero() && !b.first.IsZero() {
			month = b.next()
		}
		if month.IsZero() {
			month = v.Today().MonthOf()
		}
		view, err := v.checklistOf(t, b, month)
		if err != nil {
			return err
		}
		view.Filter = v.checklistBar(s, month)
		if refused != nil {
			view.Errors = complaints(refused)
		}
		return v.page(status, frame{Title: "Checklist", Room: "close"}, page.ChecklistPage(view))
	})
}

func (v *visit) checklistBar(s scope, month period.Month) *page.Narrowing {
	s.month = month
	bar := v.scopeBar("/close/checklist", s, false)
	return bar
}

func (v *visit) checklistOf(t tx, b booksOf, month period.Month) (page.Checklist, error) {
	at := closing.At{Entity: b.entity, Month: month, AsOf: v.Today()}
	state := b.states.State(b.entity.ID, month)
	view := page.Checklist{Entity: fmt.Sprint(b.entity.ID), Month: month, Reason: v.form("reason"), Head: ui.HeadProps{
		Title: "Close of " + ui.MonthText(month), Crumbs: []ui.Anchor{{Label: "Close", Href: narrowed("/close", "entity", b.entity.ID)}}}}
	results, err := closing.Look(v.ctx, t, at, checklist.All())
	if err != nil {
		return view, err
	}
	due, err := closing.DueOn(v.ctx, t, at)
	if err != nil {
		return view, err
	}
	blocked, warned := closing.Blocked(results), closing.Warned(results)
	view.Head.Sub = "Computed from the books of " + b.entity.Name + " just now: nothing here can be ticked off, only settled."
	view.Stats = checklistStats(state, results, due)
	view.Tasks = v.taskTable(results)
	for _, r := range append(slices.Clone(blocked), warned...) {
		view.Found = append(view.Found, findingTable(r))
	}
	if v.may(post, "/close") {
		view.Due = dueFields(results)
		over := month.Before(v.Today().MonthOf())
		open := state == ledger.MonthOpen || state == ledger.MonthReopened
		view.MaySoftClose = over && open && len(blocked) == 0
		view.MayClose = over && state != ledger.MonthClosed && month == b.next() && len(blocked) == 0
		view.MayAdjust = state == ledger.MonthSoftClosed
		view.MayLift = view.MayAdjust && month == b.states.SoftThrough(b.entity.ID)
		for _, r := range warned {
			view.Notes = append(view.Notes, ui.FieldProps{Name: "note." + r.Code, Label: r.Name, Kind: ui.AreaInput, Rows: 2, Required: true, Wide: true,
				Value: v.form("note." + r.Code), Hint: "Found: " + fmt.Sprint(len(r.Findings)) + ". Why may the month be closed all the same?"})
		}
	}
	return view, nil
}

// dueFields say by when a check, or the month, should be settled.
func dueFields(results []closing.Result) []ui.FieldProps {
	what := []ui.Option{{Value: "close", Label: "The close itself"}}
	for _, r := range results {
		what = append(what, ui.Option{Value: r.Code, Label: r.Name})
	}
	return []ui.FieldProps{{Name: "code", Label: "What", Kind: ui.SelectInput, Options: what},
		{Name: "days", Label: "Days after the month's end", Kind: ui.NumberInput, Required: true, Unit: "days"}}
}

func checklistStats(state ledger.MonthState, results []closing.Result, due period.Date) []ui.StatProps {
	done := len(results) - len(closing.Blocked(results)) - len(closing.Warned(results))
	return []ui.StatProps{
		{Label: "State", Value: ui.Status(capital(string(state)))},
		{Label: "Done", Value: ui.Text(fmt.Sprintf("%d of %d", done, len(results)))},
		{Label: "In the way", Value: ui.Text(fmt.Sprint(len(closing.Blocked(results))))},
		{Label: "Want a note", Value: ui.Text(fmt.Sprint(len(closing.Warned(results))))},
		{Label: "Close due on", Value: ui.Text(ui.DayText(due))},
	}
}

// taskTable is a line for each check.
func (v *visit) taskTable(results []closing.Result) ui.TableProps {
	t := ui.TableProps{Caption: "Checks", Columns: []ui.Column{{Label: "Check"}, {Label: "State"}, {Label: "Found", Kind: ui.Figures}, {Label: "Variance", Kind: ui.Figures}, {Label: "Owner"}, {Label: "Due", Kind: ui.Tight}, {Label: "Took", Kind: ui.Figures}}}
	for _, r := range results {
		name := ui.Text(r.Name)
		if r.Page != "" {
			name = ui.Link(r.Name, r.Page)
		}
		due := ui.Text(ui.DayText(r.DueOn))
		if r.Overdue(v.Today()) {
			due = ui.Pill(ui.DayText(r.DueOn), ui.Bad)
		}
		word, tone := "Done", ui.Good
		switch {
		case !r.Done() && r.Blocking:
			word, tone = "In the way", ui.Bad
		case !r.Done():
			word, tone = "Wants a note", ui.Warn
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(name, ui.Pill(word, tone), ui.Text(fmt.Sprint(len(r.Findings))), page.EachOnALine(varianceLines(r)), ui.Text(capital(string(r.Owner))), due, ui.Text(fmt.Sprintf("%d ms", r.Took/time.Millisecond)))})
	}
	return t
}

// varianceLines are the amounts of what was found, a currency each.
func varianceLines(r closing.Result) (out []string) {
	sums := r.Variance()
	var order []money.Currency
	for c := range sums {
		order = append(order, c)
	}
	slices.Sort(order)
	for _, c := range order {
		out = append(out, sums[c].Display()+" "+string(c))
	}
	return out
}

// findingsShown is how many findings of a check a page shows: who has more settles the first ones first.
const findingsShown = 10

func findingTable(r closing.Result) ui.TableProps {
	t := ui.TableProps{Title: r.Name, Columns: []ui.Column{{Label: "What", Kind: ui.Tight}, {Label: "What has to be settled"}, {Label: "Amount", Kind: ui.Figures}}}
	for i, f := range r.Findings {
		if i == findingsShown {
			t.Rows = append(t.Rows, ui.Row{Group: fmt.Sprintf("and %d more", len(r.Findings)-findingsShown)})
			break
		}
		called := cmp.Or(f.Subject, r.Name) // what concerns the month as a whole has no name of its own
		subject := ui.Text(called)
		if f.Page != "" {
			subject = ui.Link(called, f.Page)
		}
		amount := ui.Nothing()
		if f.Amount.Currency() != "" {
			amount = ui.Money(f.Amount)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(subject, ui.Text(capital(spoken(f.Text))), amount)})
	}
	return t
}
