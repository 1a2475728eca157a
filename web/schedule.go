package web

import (
	"net/http"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// schedule is a contract's revenue: lines down, months across; what is recognized opens the entries that did it.
func (v *visit) schedule() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := contracts.Get(v.ctx, t, v.param("number"))
		if err != nil {
			return err
		}
		table, err := revrec.ContractSchedule(v.ctx, t, c.Entity, c.Currency, c.ID)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.scheduleFile(c, table)
		}
		documents, err := invoicing.OfContract(v.ctx, t, c.Account, c.ID)
		if err != nil {
			return err
		}
		list := page.List{
			Head: ui.HeadProps{Title: "Revenue of " + c.Number, Sub: "As scheduled now, in " + string(c.Currency) + ". Recognized months open the entries that booked them; what is still to come is faint.",
				Crumbs: []ui.Anchor{{Label: "Revenue", Href: "/revenue"}, {Label: c.Number, Href: contractAddress(c.Number)}}, Others: ui.Cells(v.csvButton(), ui.Button(ui.ButtonProps{Label: "Contract", Href: contractAddress(c.Number)}))},
			Stats: []ui.StatProps{{Label: "Scheduled", Value: ui.Money(table.Sum.Scheduled)}, {Label: "Recognized", Value: ui.MoneyLink(table.Sum.Recognized, postingsAddress("contract", c.ID, "ledger", ledger.Income))},
				{Label: "Still to come", Value: ui.Money(table.Sum.Scheduled.Sub(table.Sum.Recognized))}},
			Tables: []ui.TableProps{scheduleGrid(c, table), scheduleDocuments(documents)},
		}
		if len(table.Months) > 0 {
			list.Parts = ui.Cells(ui.Chart(scheduleChart(table, c.Currency)))
		}
		return v.page(http.StatusOK, frame{Title: "Revenue of " + c.Number, Room: "revenue"}, page.ListPage(list))
	})
}

// scheduleChart stacks what is booked and what is to come; it does so month by month, from the same table.
func scheduleChart(t revrec.ScheduleTable, currency money.Currency) ui.ChartProps {
	c := ui.ChartProps{Title: "Revenue by month", Kind: ui.Stacked, Head: "Month", Digits: currency.Exponent(), Series: []ui.Series{{Name: "Recognized"}, {Name: "To come"}}}
	for i, m := range t.Months {
		c.Labels = append(c.Labels, ui.MonthText(m))
		cell := t.Sum.Cells[i]
		c.Series[0].Marks = append(c.Series[0].Marks, ui.AmountMarks(cell.Recognized)...)
		c.Series[1].Marks = append(c.Series[1].Marks, ui.AmountMarks(cell.Left())...)
	}
	return c
}

func scheduleGrid(c contracts.Contract, t revrec.ScheduleTable) ui.TableProps {
	out := ui.TableProps{Title: "Schedule", Wide: true, Columns: []ui.Column{{Label: "Line", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "Nothing is scheduled", Text: "The revenue run writes the schedule once the contract is approved."}}
	for _, m := range t.Months {
		out.Columns = append(out.Columns, ui.Column{Label: ui.MonthText(m), Kind: ui.Figures})
	}
	out.Columns = append(out.Columns, ui.Column{Label: "Total", Kind: ui.Figures})
	for _, l := range t.Lines {
		cells := ui.Cells(page.Told(ui.Link(l.Line+clauseOf(c, l.Line), contractAddress(c.Number)), subjectKind(string(l.Kind))))
		for i, cell := range l.Cells {
			cells = append(cells, scheduleCell(c, l, t.Months[i], cell))
		}
		out.Rows = append(out.Rows, ui.Row{Cells: append(cells, ui.Figure(l.Scheduled))})
	}
	if len(t.Lines) > 0 {
		cells := ui.Cells(ui.Text("Sum"))
		for i, cell := range t.Sum.Cells {
			cells = append(cells, scheduleSum(c, t.Months[i], cell))
		}
		out.Foot = []ui.Row{{Cells: append(cells, ui.Figure(t.Sum.Scheduled))}}
	}
	return out
}

// scheduleCell opens the entries that recognized it, in the month they were booked in; what is to come stands faint.
func scheduleCell(c contracts.Contract, l revrec.ScheduleLine, m period.Month, cell revrec.ScheduleCell) templ.Component {
	if cell.Recognized.IsZero() {
		if cell.Scheduled.IsZero() {
			return ui.Text("")
		}
		return page.Coming(cell.Scheduled, whyAddress(c.Number, l.Line, m))
	}
	booked := m
	if !cell.BookedIn.IsZero() {
		booked = cell.BookedIn
	}
	at := postingsAddress("contract", c.ID, "line", l.Line, "ledger", int(revrec.RevenueAccount(l.Kind)), "from", m.First(), "through", booked.Last())
	return page.Earned(cell.Scheduled, at, lateNote(cell))
}

// scheduleSum opens what a month earned, where all of it is booked in the month itself.
func scheduleSum(c contracts.Contract, m period.Month, cell revrec.ScheduleCell) templ.Component {
	if cell.Recognized.IsZero() || !cell.Left().IsZero() || !cell.BookedIn.IsZero() {
		return ui.Figure(cell.Scheduled)
	}
	return ui.FigureLink(cell.Scheduled, postingsAddress("contract", c.ID, "ledger", ledger.Income, "from", m.First(), "through", m.Last()))
}

// lateNote says that a month was closed when this came: the revenue belongs to it and is booked later.
func lateNote(cell revrec.ScheduleCell) string {
	switch {
	case !cell.BookedIn.IsZero():
		return "booked " + ui.MonthText(cell.BookedIn)
	case !cell.Left().IsZero():
		return ui.AmountText(cell.Left()) + " to come"
	}
	return ""
}

// clauseOf says where the signed paper promises a line, by the version in force last.
func clauseOf(c contracts.Contract, line string) string {
	d := c.Latest().Document
	for _, l := range d.Lines {
		if l.ID == line && l.Clause != "" {
			return ", " + l.Clause
		}
	}
	for _, x := range d.Commits {
		if x.ID == line && x.Clause != "" {
			return ", " + x.Clause
		}
	}
	for _, x := range d.Prepaid {
		if x.ID == line && x.Clause != "" {
			return ", " + x.Clause
		}
	}
	return ""
}

func scheduleDocuments(found []invoicing.Row) ui.TableProps {
	t := ui.TableProps{Title: "Billed on", Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Kind"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Net", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No document yet"}}
	for _, r := range found {
		t.Rows = append(t.Rows, ui.Row{Href: invoiceAddress(r.Number), Muted: r.Voided, Cells: ui.Cells(ui.Text(r.Number), ui.Text(subjectKind(string(r.Kind))), ui.Day(r.IssuedOn), ui.Money(r.Net))})
	}
	return t
}

func (v *visit) scheduleFile(c contracts.Contract, t revrec.ScheduleTable) error {
	return v.csvFile("schedule-"+c.Number+".csv", []string{"contract", "line", "kind", "month", "currency", "scheduled", "recognized"}, func(write func(cells ...string) error) error {
		for _, l := range t.Lines {
			for i, cell := range l.Cells {
				if cell.Scheduled.IsZero() && cell.Recognized.IsZero() {
					continue
				}
				if err := write(c.Number, l.Line, string(l.Kind), t.Months[i].String(), string(c.Currency), cell.Scheduled.String(), cell.Recognized.String()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
