package page

import (
	"strconv"

	"github.com/a-h/templ"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/ui"
)

// EditorPreview is what the contract as typed will do, or what keeps it from being foreseen.
type EditorPreview struct {
	Findings []EditorFinding
	Outlook  *Outlook
	Reviews  []EditorReview
	Approver string
	Changes  []Change
	From     string         // what the changes count from
	Effect   *PreviewEffect // of an amendment

	Treatments *Treatments // how it would be accounted for

	TrueUps  []PreviewTrueUp
	Months   []PreviewMonth
	LastYear *PreviewLastYear
	IDs      string // of the contract's lists, as JSON
}

// EditorFinding is a finding about a field.
type EditorFinding struct{ Name, Label, Message string }

// EditorReview is something unusual that the approver is told of.
type EditorReview struct{ Term, Why, Who string }

// PreviewMonth is what a month earns, and what stands billed and not earned at its end.
type PreviewMonth struct {
	Month            period.Month
	Earned, Deferred money.Amount
}

// PreviewTrueUp is what a commitment will ask for on top of what is expected.
type PreviewTrueUp struct {
	Name                  string
	Span                  period.Span
	Committed, Spent, Due money.Amount
}

// PreviewChange is a day or month with and without the version.
type PreviewChange struct {
	When      string
	Was, With money.Amount
}

// PreviewEffect is what a version does to the contract as it stands.
type PreviewEffect struct {
	AtOnce   string
	Urgent   bool          // money moves with the next run
	Lines    []OutlookLine // of what it issues
	Invoices []PreviewChange
	Same     int // invoices that stay as they are
	Months   []PreviewChange
	Billed   PreviewChange
	Earned   PreviewChange // of the whole term
	Chart    ui.ChartProps
}

// PreviewLastYear is the deal on usage that really was.
type PreviewLastYear struct {
	Span           period.Span
	Rows           []PreviewMeter
	Agreed, Listed money.Amount
	Note           string
	Chart          ui.ChartProps
}

// PreviewMeter is a line of it.
type PreviewMeter struct {
	Name, Note     string
	Agreed, Listed money.Amount
}

func previewSame(n int) string {
	switch n {
	case 0:
		return "In all"
	case 1:
		return "In all; one more stays as it is"
	}
	return "In all; " + strconv.Itoa(n) + " more stay as they are"
}

func previewChanges(title, when string, all []PreviewChange, sum PreviewChange, foot string) ui.TableProps {
	t := ui.TableProps{
		Title:   title,
		Columns: []ui.Column{{Label: when, Kind: ui.Tight}, {Label: "Today", Kind: ui.Figures}, {Label: "With this", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "No invoice differs", Text: "What is billed stays as it is."},
	}
	for _, c := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(c.When), ui.Figure(c.Was), ui.Figure(c.With), ui.Figure(c.With.Sub(c.Was)))})
	}
	if len(all) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text(foot), ui.Figure(sum.Was), ui.Figure(sum.With), ui.Figure(sum.With.Sub(sum.Was)))}}
	}
	return t
}

func previewLines(all []OutlookLine) ui.TableProps {
	t := ui.TableProps{Caption: "Lines of what the next run issues", Columns: []ui.Column{{Label: "Line"}, {Label: "Net", Kind: ui.Figures}}}
	for _, l := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(l.Text, ui.SpanText(l.Span)), ui.Figure(l.Amount))})
	}
	return t
}

func previewTrueUps(all []PreviewTrueUp) ui.TableProps {
	t := ui.TableProps{Title: "True-ups if usage is as expected", Columns: []ui.Column{{Label: "For"}, {Label: "Committed", Kind: ui.Figures}, {Label: "Spent", Kind: ui.Figures}, {Label: "Due", Kind: ui.Figures}}}
	var sum money.Amount
	for _, u := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(u.Name, ui.SpanText(u.Span)), ui.Figure(u.Committed), ui.Figure(u.Spent), ui.Figure(u.Due))})
		sum = sum.Add(u.Due)
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Text(""), ui.Text(""), ui.Figure(sum))}}
	return t
}

func previewMonths(all []PreviewMonth) ui.TableProps {
	t := ui.TableProps{Caption: "Revenue and deferred by month", Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "Earned", Kind: ui.Figures}, {Label: "Deferred at its end", Kind: ui.Figures}}}
	for _, m := range all {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m.Month)), ui.Figure(m.Earned), ui.Figure(m.Deferred))})
	}
	return t
}

func previewMeters(l PreviewLastYear) ui.TableProps {
	t := ui.TableProps{
		Title: "On last year's usage", Corner: ui.Soft(ui.SpanText(l.Span)),
		Columns: []ui.Column{{Label: "Usage"}, {Label: "These terms", Kind: ui.Figures}, {Label: "Pay as you go", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}},
	}
	for _, m := range l.Rows {
		name := ui.Text(m.Name)
		if m.Note != "" {
			name = ui.TwoLines(m.Name, m.Note)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, ui.Figure(m.Agreed), ui.Figure(m.Listed), ui.Figure(m.Agreed.Sub(m.Listed))}})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Figure(l.Agreed), ui.Figure(l.Listed), ui.Figure(l.Agreed.Sub(l.Listed)))}}
	return t
}
