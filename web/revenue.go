package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// revenueScope narrows the accountants' reports further: one entity and one currency, never added up.
type revenueScope struct {
	scope
	currency money.Currency
	offered  []money.Currency
	dated    bool // the month was asked for
}

// revenueScope takes the first entity when none was asked for, and its currency unless the books hold another.
func (v *visit) revenueScope(t tx) (r revenueScope, err error) {
	if r.scope, err = v.scope(); err != nil {
		return r, err
	}
	if r.dated = !v.queryMonth("month").IsZero(); !r.dated {
		r.month = v.Today().AddDays(1).MonthOf().Prev() // the last that is over: what is earned in it is known
	}
	all := r.directory.All()
	if len(all) == 0 {
		r.currency = "EUR" // of nothing: a house without a company has no figures, and its pages say so
		return r, nil
	}
	if r.entity == 0 {
		r.entity = all[0].ID
	}
	seller, _ := r.directory.ByID(r.entity)
	trial, err := ledger.TrialBalance(v.ctx, t, ledger.Filter{Entity: r.entity})
	if err != nil {
		return r, err
	}
	r.currency = seller.Currency
	for _, sum := range trial.Totals() {
		r.offered = append(r.offered, sum.Currency)
		if string(sum.Currency) == v.query("currency") {
			r.currency = sum.Currency
		}
	}
	return r, nil
}

func (r revenueScope) filter() revrec.Filter {
	return revrec.Filter{Entity: r.entity, Currency: r.currency, AsOf: r.month}
}

// revenueBar chooses entity, currency and month.
func (v *visit) revenueBar(action string, r revenueScope) *page.Narrowing {
	n := v.scopeBar(action, r.scope, false)
	if len(r.offered) > 1 {
		for _, c := range r.offered {
			n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: string(c), Href: v.with("currency", string(c)), On: c == r.currency})
		}
	}
	return n
}

// revenueSearch is revenueBar with a box for the contract.
func (v *visit) revenueSearch(action string, r revenueScope) *page.Narrowing {
	n := v.revenueBar(action, r)
	n.Props.Placeholder, n.Props.Query = "Contract", v.query("q")
	n.Props.Keep = append(slices.Clone(n.Keep), ui.Value{Name: "month", Value: r.month.String()})
	if n.Props.Query != "" {
		n.Keep = append(n.Keep, ui.Value{Name: "q", Value: n.Props.Query})
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "Search", Value: n.Props.Query, Remove: v.with("q", "")})
	}
	return n
}

func (v *visit) revenueHead(title, sub string) ui.HeadProps {
	at := v.echo.Request().URL.Path
	h := ui.HeadProps{Title: title, Sub: sub, Others: ui.Cells(v.csvButton())}
	keep := ""
	if q := v.echo.Request().URL.RawQuery; q != "" {
		keep = "?" + q
	}
	for _, tab := range []ui.Tab{{Label: "Waterfall", Href: "/revenue"}, {Label: "Deferred by line", Href: "/revenue/deferred"}, {Label: "Obligations", Href: "/revenue/obligations"}, {Label: "Contract costs", Href: "/revenue/costs"}, {Label: "All reports", Href: "/reports"}} {
		tab.On = tab.Href == at
		tab.Href += keep
		h.Tabs = append(h.Tabs, tab)
	}
	return h
}

// waterfallMonths is how many months the columns hold: a year and a quarter fits a wide screen.
const waterfallMonths = 12

// waterfall is deferred revenue by the month it was billed in and the month it is earned in.
func (v *visit) waterfall() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		first := r.month.Add(-2)
		w, err := revrec.Waterfall(v.ctx, t, r.filter(), first, waterfallMonths)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.waterfallFile(w, r)
		}
		list := page.List{
			Head:   v.revenueHead("Deferred waterfall", "What was billed in a month (down), and when it is earned (across). As booked through "+ui.MonthText(r.month)+", in "+string(r.currency)+"."),
			Filter: v.revenueBar("/revenue", r), Tables: []ui.TableProps{waterfallTable(w, r)},
		}
		list.Parts = ui.Cells(ui.Chart(waterfallChart(w, r)))
		return v.page(http.StatusOK, frame{Title: "Revenue", Room: "revenue"}, page.ListPage(list))
	})
}

// waterfallChart draws the last row: what each month earns.
func waterfallChart(w revrec.WaterfallTable, r revenueScope) ui.ChartProps {
	c := ui.ChartProps{Title: "Earned by month, as known at the end of " + ui.MonthText(r.month), Kind: ui.Bars, Head: "Month", Digits: r.currency.Exponent(), Series: []ui.Series{{Name: "Earned"}}}
	for i, m := range w.Months {
		c.Labels = append(c.Labels, ui.MonthText(m))
		mark := ui.AmountMarks(w.Sum.Cells[i])[0]
		mark.Href = r.earned(m)
		c.Series[0].Marks = append(c.Series[0].Marks, mark)
	}
	return c
}

// earned is where the revenue of a month is booked; no address for a month to come.
func (r revenueScope) earned(m period.Month) string {
	if m.After(r.month) {
		return ""
	}
	return narrowed("/ledger/postings", "entity", r.entity, "currency", r.currency, "ledger", ledger.Income, "from", m.First(), "through", m.Last())
}

func waterfallTable(w revrec.WaterfallTable, r revenueScope) ui.TableProps {
	t := ui.TableProps{Caption: "Deferred waterfall", Wide: true, Columns: []ui.Column{{Label: "Billed in", Kind: ui.Tight}, {Label: "Billed", Kind: ui.Figures}, {Label: "Before", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing billed and nothing earned", Text: "The waterfall fills when invoices are issued and revenue is scheduled."}}
	for _, m := range w.Months {
		t.Columns = append(t.Columns, ui.Column{Label: ui.MonthText(m), Kind: ui.Figures})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "Beyond", Kind: ui.Figures})
	for _, row := range w.Rows {
		cells := ui.Cells(ui.Text("Not billed"), ui.Figure(row.Total), ui.Figure(row.Before))
		if !row.Billed.IsZero() {
			documents := narrowed("/invoices", "entity", r.entity, "currency", r.currency, "from", row.Billed.First(), "through", row.Billed.Last())
			cells[0], cells[1] = ui.Link(ui.MonthText(row.Billed), documents), ui.FigureLink(row.Total, documents)
		}
		for i, a := range row.Cells {
			if a.IsZero() {
				cells = append(cells, ui.Text(""))
			} else {
				cells = append(cells, ui.FigureLink(a, r.cellAddress(row.Billed, w.Months[i])))
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append(cells, figureOrBlank(row.Beyond))})
	}
	if len(w.Rows) > 0 {
		cells := ui.Cells(ui.Text("Earned"), ui.Figure(w.Sum.Total), ui.Figure(w.Sum.Before))
		for i, a := range w.Sum.Cells {
			if at := r.earned(w.Months[i]); at != "" {
				cells = append(cells, ui.FigureLink(a, at))
			} else {
				cells = append(cells, ui.Figure(a))
			}
		}
		t.Foot = []ui.Row{{Cells: append(cells, ui.Figure(w.Sum.Beyond))}}
	}
	return t
}

// figureOrBlank leaves nothing white, so that the staircase is seen.
func figureOrBlank(a money.Amount) templ.Component {
	if a.IsZero() {
		return ui.Text("")
	}
	return ui.Figure(a)
}

func (v *visit) waterfallFile(w revrec.WaterfallTable, r revenueScope) error {
	head := []string{"billed_in", "currency", "total", "before"}
	for _, m := range w.Months {
		head = append(head, m.String())
	}
	return v.csvFile("waterfall-"+r.month.String()+".csv", append(head, "beyond"), func(write func(cells ...string) error) error {
		for _, row := range append(w.Rows, w.Sum) {
			cells := []string{"not billed", string(r.currency), row.Total.String(), row.Before.String()}
			if !row.Billed.IsZero() {
				cells[0] = row.Billed.String()
			}
			for _, a := range row.Cells {
				cells = append(cells, a.String())
			}
			if err := write(append(cells, row.Beyond.String())...); err != nil {
				return err
			}
		}
		return nil
	})
}

// deferred is where every contract line stands, from the schedule, held against the ledger.
func (v *visit) deferred() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		found, err := revrec.Deferred(v.ctx, t, r.filter())
		if err != nil {
			return err
		}
		trial, err := ledger.TrialBalance(v.ctx, t, ledger.Filter{Entity: r.entity, Currency: r.currency, Through: r.month.Last()})
		if err != nil {
			return err
		}
		n, err := v.namesOf(t, nil, contractsOf(found))
		if err != nil {
			return err
		}
		stats, notes := tieOut(found, trial, r, !r.month.Last().Before(v.Today()))
		o := v.order("contract", "line", "billed", "recognized", "deferred", "unbilled")
		found = calledLike(v.query("q"), found, func(b revrec.LineBalance) string { return n.contracts[int64(b.Contract)] + " " + b.Line })
		sortBy(o, found, lineColumns(n))
		if v.query("format") == "csv" {
			return v.deferredFile(found, n, r)
		}
		list := page.List{
			Head:   v.revenueHead("Deferred by line", "What is billed and not earned, and earned and not billed, at the end of "+ui.MonthText(r.month)+", in "+string(r.currency)+"."),
			Filter: v.revenueSearch("/revenue/deferred", r), Tables: []ui.TableProps{v.deferredTable(o, found, n, r)},
		}
		list.Stats, list.Parts = stats, notes
		return v.page(http.StatusOK, frame{Title: "Deferred by line", Room: "revenue"}, page.ListPage(list))
	})
}

func contractsOf(found []revrec.LineBalance) []int64 {
	var out []int64
	for _, b := range found {
		out = append(out, int64(b.Contract))
	}
	return out
}

// tieOut holds the schedule against the ledger: computed two ways, they are the same to the cent or a person must know.
func tieOut(found []revrec.LineBalance, trial ledger.Trial, r revenueScope, running bool) ([]ui.StatProps, []templ.Component) {
	net := money.Zero(r.currency)
	for _, b := range found {
		net = net.Add(b.Net())
	}
	deferred, unbilled := trial.Row(ledger.DeferredRevenue, r.currency).Closing.Neg(), trial.Row(ledger.UnbilledReceivable, r.currency).Closing
	booked := deferred.Sub(unbilled)
	at := func(a ledger.Account) string {
		return postingsAddress("entity", r.entity, "currency", r.currency, "ledger", int(a), "through", r.month.Last())
	}
	stats := []ui.StatProps{
		{Label: "Deferred, in the ledger", Value: ui.MoneyLink(deferred, at(ledger.DeferredRevenue))},
		{Label: "Unbilled, in the ledger", Value: ui.MoneyLink(unbilled, at(ledger.UnbilledReceivable))},
		{Label: "Deferred less unbilled, from the schedule", Value: ui.Money(net), Note: "Equals the ledger", Tone: ui.Good},
	}
	if net == booked {
		return stats, nil
	}
	if running {
		stats[2].Note, stats[2].Tone = "As it will be when the month is over", ui.Info
		return stats, []templ.Component{page.Notice(page.Note{Title: ui.MonthText(r.month) + " is not over", Tone: ui.Info,
			Text: "What it earns is not recognized yet: the ledger still holds " + ui.AmountText(booked.Sub(net)) + " of it as deferred."})}
	}
	stats[2].Note, stats[2].Tone = "The ledger has "+ui.AmountText(booked), ui.Warn
	return stats, []templ.Component{page.Notice(page.Note{Title: "Schedule and ledger differ", Tone: ui.Warn,
		Text: "By " + ui.AmountText(net.Sub(booked)) + ". Usual reason: revenue of the month is not recognized yet, or something was booked since."})}
}

func lineColumns(n names) map[string]func(a, b revrec.LineBalance) int {
	return map[string]func(a, b revrec.LineBalance) int{
		"contract":   byText(func(b revrec.LineBalance) string { return n.contracts[int64(b.Contract)] }),
		"line":       byText(func(b revrec.LineBalance) string { return b.Line }),
		"billed":     byAmount(func(b revrec.LineBalance) money.Amount { return b.Billed }),
		"recognized": byAmount(func(b revrec.LineBalance) money.Amount { return b.Recognized }),
		"deferred":   byAmount(func(b revrec.LineBalance) money.Amount { return b.Remaining }),
		"unbilled":   byAmount(func(b revrec.LineBalance) money.Amount { return b.Unbilled }),
	}
}

// deferredTable shows a page of the lines; its footer is all of them.
func (v *visit) deferredTable(o order, found []revrec.LineBalance, n names, r revenueScope) ui.TableProps {
	t := ui.TableProps{Caption: "Deferred by line", Columns: []ui.Column{v.column(o, "contract", "Contract", ui.Words), v.column(o, "line", "Line", ui.Words), v.column(o, "billed", "Billed", ui.Figures), v.column(o, "recognized", "Recognized", ui.Figures),
		v.column(o, "deferred", "Deferred", ui.Figures), v.column(o, "unbilled", "Unbilled", ui.Figures)},
		Empty: ui.EmptyProps{Title: "Nothing stands on any line"}}
	zero := money.Zero(r.currency)
	sums := [4]money.Amount{zero, zero, zero, zero}
	for _, b := range found {
		for i, a := range []money.Amount{b.Billed, b.Recognized, b.Remaining, b.Unbilled} {
			sums[i] = sums[i].Add(a)
		}
	}
	key := func(b revrec.LineBalance) string { return fmt.Sprintf("%d~%s", b.Contract, b.Line) }
	shown, pager := paged(v, from(v.query("after"), found, key), key)
	pager.Summary, t.Pager = fmt.Sprintf("%d of %d shown", len(shown), len(found)), &pager
	for _, b := range shown {
		number := n.contracts[int64(b.Contract)]
		at := func(account any) string {
			return postingsAddress("contract", b.Contract, "line", b.Line, "ledger", account, "through", r.month.Last())
		}
		entries := narrowed("/ledger/entries", "contract", b.Contract, "line", b.Line)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(number, scheduleAddress(number)), ui.Mono(b.Line), ui.FigureLink(b.Billed, entries), ui.FigureLink(b.Recognized, at(ledger.Income)),
			ui.FigureLink(b.Remaining, at(int(ledger.DeferredRevenue))), ui.FigureLink(b.Unbilled, at(int(ledger.UnbilledReceivable))))})
	}
	if len(found) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Sum"), ui.Text(""), ui.Figure(sums[0]), ui.Figure(sums[1]), ui.Figure(sums[2]), ui.Figure(sums[3]))}}
	}
	return t
}

func (v *visit) deferredFile(found []revrec.LineBalance, n names, r revenueScope) error {
	head := []string{"contract", "line", "currency", "billed", "recognized", "deferred", "unbilled"}
	return v.csvFile("deferred-"+r.month.String()+".csv", head, func(write func(cells ...string) error) error {
		for _, b := range found {
			if err := write(n.contracts[int64(b.Contract)], b.Line, string(r.currency), b.Billed.String(), b.Recognized.String(), b.Remaining.String(), b.Unbilled.String()); err != nil {
				return err
			}
		}
		return nil
	})
}

// obligations is what is promised and still to be served, contract by contract.
func (v *visit) obligations() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		found, err := revrec.Remaining(v.ctx, t, r.filter())
		if err != nil {
			return err
		}
		var agreed []int64
		for _, o := range found {
			agreed = append(agreed, int64(o.Contract))
		}
		n, err := v.namesOf(t, nil, agreed)
		if err != nil {
			return err
		}
		o := v.order("contract", "within", "then", "later", "total")
		found = calledLike(v.query("q"), found, func(o revrec.Obligation) string { return n.contracts[int64(o.Contract)] })
		sortBy(o, found, obligationColumns(n))
		if v.query("format") == "csv" {
			return v.csvFile("obligations-"+r.month.String()+".csv", []string{"contract", "currency", "within_12_months", "in_13_to_24", "later", "total"}, func(write func(cells ...string) error) error {
				for _, o := range found {
					if err := write(n.contracts[int64(o.Contract)], string(r.currency), o.Year1.String(), o.Year2.String(), o.Later.String(), o.Total().String()); err != nil {
						return err
					}
				}
				return nil
			})
		}
		list := page.List{
			Head:   v.revenueHead("Remaining obligations", "Promised and not earned at the end of "+ui.MonthText(r.month)+" (ASC 606-10-50-13): fixed fees and payments for caps, not usage."),
			Filter: v.revenueSearch("/revenue/obligations", r), Tables: []ui.TableProps{v.obligationTable(o, found, n, r)},
		}
		return v.page(http.StatusOK, frame{Title: "Obligations", Room: "revenue"}, page.ListPage(list))
	})
}

func obligationColumns(n names) map[string]func(a, b revrec.Obligation) int {
	return map[string]func(a, b revrec.Obligation) int{
		"contract": byText(func(o revrec.Obligation) string { return n.contracts[int64(o.Contract)] }),
		"within":   byAmount(func(o revrec.Obligation) money.Amount { return o.Year1 }),
		"then":     byAmount(func(o revrec.Obligation) money.Amount { return o.Year2 }),
		"later":    byAmount(func(o revrec.Obligation) money.Amount { return o.Later }),
		"total":    byAmount(revrec.Obligation.Total),
	}
}

// obligationTable shows a page of the contracts; its footer is all of them.
func (v *visit) obligationTable(o order, found []revrec.Obligation, n names, r revenueScope) ui.TableProps {
	t := ui.TableProps{Caption: "Remaining obligations", Columns: []ui.Column{v.column(o, "contract", "Contract", ui.Words), v.column(o, "within", "Within 12 months", ui.Figures), v.column(o, "then", "In 13 to 24", ui.Figures),
		v.column(o, "later", "Later", ui.Figures), v.column(o, "total", "Total", ui.Figures)},
		Empty: ui.EmptyProps{Title: "Nothing is left to serve"}}
	zero := money.Zero(r.currency)
	sum := revrec.Obligation{Year1: zero, Year2: zero, Later: zero}
	key := func(o revrec.Obligation) string { return fmt.Sprint(o.Contract) }
	shown, pager := paged(v, from(v.query("after"), found, key), key)
	pager.Summary, t.Pager = fmt.Sprintf("%d of %d shown", len(shown), len(found)), &pager
	for _, o := range shown {
		number := n.contracts[int64(o.Contract)]
		t.Rows = append(t.Rows, ui.Row{Href: scheduleAddress(number), Cells: ui.Cells(ui.Text(number), ui.Figure(o.Year1), ui.Figure(o.Year2), ui.Figure(o.Later), ui.Figure(o.Total()))})
	}
	for _, o := range found {
		sum.Year1, sum.Year2, sum.Later = sum.Year1.Add(o.Year1), sum.Year2.Add(o.Year2), sum.Later.Add(o.Later)
	}
	if len(found) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Sum"), ui.Figure(sum.Year1), ui.Figure(sum.Year2), ui.Figure(sum.Later), ui.Figure(sum.Total()))}}
	}
	return t
}
