package web

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"ratable/reports"
	"ratable/web/page"
	"ratable/web/ui"
)

// A page is light: so many cells of all its tables together, the rest by turning the page of one of them.
const (
	mostCells = 420
	fewest    = 8
)

// reportTable shows a table of a report, a page of its rows at a time; its totals are of all of them.
func (v *visit) reportTable(d reports.Drawn, t reports.Table, first bool) ui.TableProps {
	out := ui.TableProps{Caption: d.Report.Title, Title: t.Title, Wide: len(t.Columns) > 8, Empty: ui.EmptyProps{Title: t.Empty}}
	if t.Title != "" {
		out.Caption = ""
	}
	if !first && len(t.Rows) > 0 {
		out.Corner = ui.Button(ui.ButtonProps{Label: "CSV", Href: v.with("format", "csv", "table", t.Name), Icon: "download", Small: true})
	}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, ui.Column{Label: c.Label, Kind: columnKind(c)})
	}
	length := max(mostCells/len(t.Columns), fewest)
	if v.query("table") == "" {
		length = max(mostCells/len(d.Tables)/len(t.Columns), fewest)
	}
	start, seen, lines := 0, 0, 0
	if v.query("table") == t.Name {
		start = max(int(v.queryNumber("after")), 0)
	}
	for _, r := range t.Rows {
		if r.Kind == reports.Line {
			lines++
		}
	}
	whole := lines <= length // a statement with headings is not cut
	for _, r := range t.Rows {
		if r.Kind == reports.Total {
			out.Foot = append(out.Foot, v.reportRow(t, r))
			continue
		}
		if r.Kind == reports.Line {
			seen++
		}
		if whole || seen > start && seen <= start+length {
			out.Rows = append(out.Rows, v.reportRow(t, r))
		}
	}
	if !whole {
		out.Pager = &ui.Pager{Summary: fmt.Sprintf("%d to %d of %d", min(start+1, lines), min(start+length, lines), lines), Label: "Pages of " + cmp.Or(t.Title, d.Report.Title)}
		if start > 0 {
			out.Pager.First = v.with("table", t.Name)
		}
		if start+length < lines {
			out.Pager.Next = v.with("table", t.Name, "after", strconv.Itoa(start+length))
		}
	}
	return out
}

func columnKind(c reports.Column) ui.Kind {
	switch c.Kind {
	case reports.Figure, reports.Count, reports.Number:
		return ui.Figures
	case reports.Code, reports.Day, reports.Month:
		return ui.Tight
	}
	return ui.Words
}

func (v *visit) reportRow(t reports.Table, r reports.Row) ui.Row {
	if r.Kind == reports.Heading {
		return ui.Row{Group: r.Cells[0].Text}
	}
	var out ui.Row
	for i, c := range t.Columns {
		cell := reportCell(c, r.Cells[i], t.Sparse && r.Kind == reports.Line)
		if r.Kind == reports.Subtotal {
			cell = page.Strong(cell)
		}
		out.Cells = append(out.Cells, cell)
	}
	return out
}

func reportCell(c reports.Column, cell reports.Cell, sparse bool) templ.Component {
	at := reportAddress(cell.Link)
	switch {
	case c.Kind == reports.Figure && cell.Amount.Currency() != "":
		switch {
		case sparse && cell.Amount.IsZero():
			return ui.Text("")
		case at != "" && !cell.Amount.IsZero():
			return ui.FigureLink(cell.Amount, at)
		}
		return ui.Figure(cell.Amount)
	case c.Kind == reports.Count && cell.Text == "" && cell.Count != 0:
		return ui.Count(cell.Count)
	case c.Kind == reports.Day && !cell.On.IsZero():
		return ui.Day(cell.On)
	case c.Kind == reports.Month && !cell.Month.IsZero() && at != "":
		return ui.Link(ui.MonthText(cell.Month), at)
	case c.Kind == reports.Month && !cell.Month.IsZero():
		return ui.Text(ui.MonthText(cell.Month))
	case at != "":
		return ui.Link(cell.Text, at)
	}
	return ui.Text(cell.Text)
}

// reportAddress is the page that a figure of a report leads to; none for one that leads nowhere.
func reportAddress(l reports.Link) string {
	path := ""
	switch l.To {
	case reports.ToPostings:
		path = "/ledger/postings"
	case reports.ToEntries:
		path = "/ledger/entries"
	case reports.ToEntry:
		path = "/ledger/entries/" + l.Of
	case reports.ToSchedule:
		path = scheduleAddress(l.Of)
	case reports.ToWhy:
		return scheduleAddress(l.Of) + "/lines/" + url.PathEscape(l.Value("line")) + "/months/" + l.Value("month")
	case reports.ToContract:
		path = contractAddress(l.Of)
	case reports.ToCustomer:
		path = "/customers/" + l.Of
	case reports.ToInvoices:
		path = "/invoices"
	case reports.ToReport:
		path = "/reports/" + l.Of
	case reports.ToCell:
		path = "/revenue/cells/" + l.Of
	case reports.ToProduct:
		path = "/catalog/products/" + url.PathEscape(l.Of)
	case reports.ToAgeing:
		path = "/payments/ageing"
	case reports.ToHolds:
		path = "/holds"
	default:
		return ""
	}
	query := url.Values{}
	for i := 0; i+1 < len(l.With); i += 2 {
		query.Set(l.With[i], l.With[i+1])
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
