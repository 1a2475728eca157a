package web

import (
	"fmt"
	"net/http"
	"slices"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/reports"
	"ratable/web/page"
	"ratable/web/ui"
)

// reportRoutes has a row for each report: each is a page of its own, with addresses that stay.
func reportRoutes() []route {
	return []route{
		{get, "/reports", books, (*visit).reports},
		{get, "/reports/revenue", books, report("revenue")},
		{get, "/reports/waterfall", books, report("waterfall")},
		{get, "/reports/income-statement", books, report("income-statement")},
		{get, "/reports/prior-balances", books, report("prior-balances")},
		{get, "/reports/trial-balance", books, report("trial-balance")},
		{get, "/reports/balance-sheet", books, report("balance-sheet")},
		{get, "/reports/contract-liabilities", books, report("contract-liabilities")},
		{get, "/reports/unbilled", books, report("unbilled")},
		{get, "/reports/obligations", books, report("obligations")},
		{get, "/reports/contract-costs", books, report("contract-costs")},
		{get, "/reports/ageing", books, report("ageing")},
		{get, "/reports/tax", books, report("tax")},
		{get, "/reports/corrections", books, report("corrections")},
		{get, "/reports/modifications", books, report("modifications")},
		{get, "/reports/unreleased", books, report("unreleased")},
		{get, "/reports/standalone-prices", books, report("standalone-prices")},
	}
}

// besides are pages of other rooms that answer a question of a group, too.
var besides = map[reports.Group][][3]string{
	reports.OfRevenue:     {{"Waterfall, cell by cell", "/revenue", "What is a cell of the waterfall made of, contract line by contract line?"}},
	reports.OfBalances:    {{"Deferred by line", "/revenue/deferred", "Where does each contract line stand, and do schedule and ledger agree?"}, {"Obligations by contract", "/revenue/obligations", "What is left to serve of the fixed fees of each contract?"}},
	reports.OfReceivables: {{"Ageing, document by document", "/payments/ageing", "Which documents are open on a day, in all books?"}},
	reports.OfControl:     {{"Journal", "/ledger/entries", "What was booked, entry by entry?"}},
}

// reports lists the questions that finance asks the books, by kind.
func (v *visit) reports() error {
	list := page.List{Head: ui.HeadProps{Title: "Reports", Sub: "What was earned, what is owed, what is open, what is odd: each as a page, a CSV and a workbook with the same cents. Every figure opens what it is made of."}}
	for _, g := range reports.Groups {
		t := ui.TableProps{Title: string(g), Columns: []ui.Column{{Label: "Report", Kind: ui.Tight}, {Label: "Question"}}}
		for _, r := range reports.All {
			if r.Group == g {
				t.Rows = append(t.Rows, ui.Row{Href: "/reports/" + r.Code, Cells: ui.Cells(ui.Text(r.Title), ui.Soft(r.Question))})
			}
		}
		for _, other := range besides[g] {
			t.Rows = append(t.Rows, ui.Row{Href: other[1], Cells: ui.Cells(ui.Text(other[0]), ui.Soft(other[2]))})
		}
		list.Tables = append(list.Tables, t)
	}
	return v.page(http.StatusOK, frame{Title: "Reports", Room: "reports"}, page.ListPage(list))
}

// report answers with one report: as a page, or as the file that was asked for.
func report(code string) handler {
	return func(v *visit) error {
		r, err := reports.Find(code)
		if err != nil {
			return err
		}
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			asked, err := v.revenueScope(t)
			if err != nil {
				return err
			}
			events, err := ledger.MonthEvents(v.ctx, t, asked.entity)
			if err != nil {
				return err
			}
			closed := closedMonths(events)
			d, err := reports.Draw(v.ctx, t, r, v.reportScope(r, asked, closed))
			if err != nil {
				return err
			}
			switch v.query("format") {
			case "csv":
				return v.reportCSV(d)
			case "xlsx":
				return v.reportWorkbook(d)
			}
			return v.page(http.StatusOK, frame{Title: r.Title, Room: "reports"}, page.ListPage(v.reportPage(d, asked, closed)))
		})
	}
}

// closedMonths are those that were closed once, the latest first.
func closedMonths(events []ledger.MonthEvent) (out []period.Month) {
	for _, e := range events {
		if e.Event == "closed" && !slices.Contains(out, e.Month) {
			out = append(out, e.Month)
		}
	}
	slices.SortFunc(out, func(a, b period.Month) int { return b.Compare(a) })
	return out
}

// reportScope reads what is asked from the address; what a report cannot show is dropped, as lists do.
func (v *visit) reportScope(r reports.Report, asked revenueScope, closed []period.Month) reports.Scope {
	seller, _ := asked.directory.ByID(asked.entity)
	s := reports.Scope{Entity: seller, Currency: asked.currency, Month: asked.month, From: v.queryMonth("from"), Of: v.query("of")}
	if r.From == 0 || s.From.IsZero() || s.From.After(s.Month) || s.Month.Sub(s.From) >= reports.MostColumns {
		s.From = period.Month{}
	}
	if m := v.queryMonth("since"); r.Since && slices.Contains(closed, m) && !m.After(s.Month) {
		s.Since = m
	}
	if slices.ContainsFunc(r.By, func(c reports.Choice) bool { return c.Value == v.query("by") }) {
		s.By = v.query("by")
	}
	if v.query("book") == string(ledger.IFRS) {
		s.Book = ledger.IFRS
	}
	return s
}

// reportPage lays a report out for the screen.
func (v *visit) reportPage(d reports.Drawn, asked revenueScope, closed []period.Month) page.List {
	sub := d.Report.Question + " In " + string(d.Scope.Currency) + ", as booked through " + ui.DayText(d.Scope.Month.Last())
	if d.Report.From > 1 || d.Scope.From != d.Scope.Month {
		sub += ", from " + ui.MonthText(d.Scope.From)
	}
	list := page.List{
		Head: ui.HeadProps{Title: d.Report.Title, Sub: sub + ".", Crumbs: []ui.Anchor{{Label: "Reports", Href: "/reports"}},
			Others: ui.Cells(v.csvButton(), ui.Button(ui.ButtonProps{Label: "XLSX", Href: v.with("format", "xlsx"), Icon: "download"}))},
		Filter: v.reportBar(d, asked, closed),
	}
	for _, c := range d.Report.By {
		list.Head.Tabs = append(list.Head.Tabs, ui.Tab{Label: c.Label, Href: v.with("by", c.Value, "of", "", "table", ""), On: c.Value == d.Scope.By})
	}
	running := !d.Scope.Month.Last().Before(v.Today())
	for _, c := range d.Checks {
		list.Stats = append(list.Stats, checkStat(c, running))
	}
	if d.Chart != nil && v.query("table") == "" && len(d.Chart.Labels) > 0 {
		list.Parts = ui.Cells(ui.Chart(chartOf(*d.Chart, d.Scope)))
	}
	for i, t := range d.Tables {
		if one := v.query("table"); one == "" || one == t.Name {
			list.Tables = append(list.Tables, v.reportTable(d, t, i == 0))
		}
	}
	list.Notes = d.Notes
	return list
}

// checkStat is one comparison with what must be equal.
func checkStat(c reports.Check, running bool) ui.StatProps {
	s := ui.StatProps{Label: c.Name + ", " + c.LeftName, Value: ui.Money(c.Left), Note: "Equals " + c.RightName, Tone: ui.Good}
	switch {
	case c.OK():
	case running:
		s.Note, s.Tone = "As it will be when the month is over; "+c.RightName+": "+ui.AmountText(c.Right), ui.Info
	default:
		s.Note, s.Tone = "Differs: "+c.RightName+" says "+ui.AmountText(c.Right), ui.Warn
	}
	return s
}

// reportBar chooses entity, currency, months and what the report is compared with.
func (v *visit) reportBar(d reports.Drawn, asked revenueScope, closed []period.Month) *page.Narrowing {
	n := v.revenueBar(v.echo.Request().URL.Path, asked)
	n.Fields[0].Label = "Through month"
	if d.Report.From > 0 {
		n.Fields = append(n.Fields, ui.FieldProps{Name: "from", Label: "From month", Kind: ui.MonthInput, Value: d.Scope.From.String()})
	}
	if d.Report.Since && len(closed) > 0 {
		f := ui.FieldProps{Name: "since", Label: "Compare with the close of", Kind: ui.SelectInput, Options: []ui.Option{{Value: "", Label: "Nothing"}}}
		for _, m := range closed {
			if !m.After(d.Scope.Month) {
				f.Options = append(f.Options, ui.Option{Value: m.String(), Label: ui.MonthText(m)})
			}
		}
		if !d.Scope.Since.IsZero() {
			f.Value = d.Scope.Since.String()
			n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "Compared with the close of", Value: ui.MonthText(d.Scope.Since), Remove: v.with("since", "")})
		} else if len(f.Options) > 1 {
			n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "What changed since " + f.Options[min(2, len(f.Options)-1)].Label, Href: v.with("since", f.Options[min(2, len(f.Options)-1)].Value)})
		}
		n.Fields = append(n.Fields, f)
	}
	if d.Scope.Book != "" {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "Book", Value: "IFRS", Remove: v.with("book", "")})
	}
	if d.Scope.Of != "" {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: capital(d.Scope.By), Value: d.Scope.Of, Remove: v.with("of", "")})
	}
	for _, name := range []string{"by", "of", "book"} {
		if value := v.query(name); value != "" {
			n.Keep = append(n.Keep, ui.Value{Name: name, Value: value})
		}
	}
	return n
}

// chartOf draws a report's chart; its figures lead where the table's do.
func chartOf(c reports.Chart, s reports.Scope) ui.ChartProps {
	out := ui.ChartProps{Title: c.Title, Kind: ui.Bars, Head: c.Head, Labels: c.Labels, Digits: s.Currency.Exponent()}
	switch {
	case c.Stacked:
		out.Kind = ui.Stacked
	case c.Lines:
		out.Kind = ui.Lines
	}
	for _, series := range c.Series {
		marks := ui.AmountMarks(series.Values...)
		for i := range marks {
			if i < len(series.Links) {
				marks[i].Href = reportAddress(series.Links[i])
			}
		}
		out.Series = append(out.Series, ui.Series{Name: series.Name, Marks: marks})
	}
	return out
}

// reportCSV hands over one table of a report: the one asked for, else the first.
func (v *visit) reportCSV(d reports.Drawn) error {
	t, ok := d.Table(v.query("table"))
	if !ok {
		return fault.New(fault.NotFound, "the report has no table %s", fault.Shown(v.query("table")))
	}
	name := d.FileName()
	if t.Name != d.Tables[0].Name {
		name += "-" + t.Name
	}
	h := v.echo.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.csv"`, name))
	return reports.WriteCSV(v.echo.Response(), d, t)
}

func (v *visit) reportWorkbook(d reports.Drawn) error {
	h := v.echo.Response().Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.xlsx"`, d.FileName()))
	return reports.WriteXLSX(v.echo.Response(), d)
}
