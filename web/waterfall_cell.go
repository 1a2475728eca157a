package web

import (
	"fmt"
	"net/http"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// notBilled stands for the month in the address of what is earned and not billed.
const notBilled = "not-billed"

// cellAddress opens what a cell of the waterfall is made of.
func (r revenueScope) cellAddress(billed, earned period.Month) string {
	was := notBilled
	if !billed.IsZero() {
		was = billed.String()
	}
	return narrowed("/revenue/cells/"+was+"/"+earned.String(), r.pairs()...)
}

// pairs are what an address must say to show the same books: what is not so by itself.
func (r revenueScope) pairs() []any {
	out := []any{"entity", r.entity}
	if seller, _ := r.directory.ByID(r.entity); seller.Currency != r.currency {
		out = append(out, "currency", r.currency)
	}
	if r.dated {
		out = append(out, "month", r.month)
	}
	return out
}

// cellAsked reads the two months of a cell from the address.
func (v *visit) cellAsked() (billed, earned period.Month, err error) {
	if earned, err = period.ParseMonth(v.param("earned")); err == nil && v.param("billed") != notBilled {
		billed, err = period.ParseMonth(v.param("billed"))
	}
	if err != nil {
		return billed, earned, fault.New(fault.NotFound, "there is no page at this address")
	}
	return billed, earned, nil
}

// waterfallCell is a cell of the waterfall, contract line by contract line: each opens its schedule, the entries that
// billed it and, once it is recognized, those that earned it.
func (v *visit) waterfallCell() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		billed, earned, err := v.cellAsked()
		if err != nil {
			return err
		}
		parts, err := revrec.Cell(v.ctx, t, r.filter(), billed, earned)
		if err != nil {
			return err
		}
		var agreed []int64
		for _, p := range parts {
			agreed = append(agreed, int64(p.Contract))
		}
		n, err := v.namesOf(t, nil, agreed)
		if err != nil {
			return err
		}
		o := v.order("contract", "line", "amount")
		sortBy(o, parts, map[string]func(a, b revrec.Part) int{
			"contract": byText(func(p revrec.Part) string { return n.contracts[int64(p.Contract)] }),
			"line":     byText(func(p revrec.Part) string { return p.Line }),
			"amount":   byAmount(func(p revrec.Part) money.Amount { return p.Amount }),
		})
		if v.query("format") == "csv" {
			return v.cellFile(parts, n, billed, earned)
		}
		title := "Not billed, earned in " + ui.MonthText(earned)
		if !billed.IsZero() {
			title = "Billed in " + ui.MonthText(billed) + ", earned in " + ui.MonthText(earned)
		}
		list := page.List{
			Head: ui.HeadProps{Title: title, Sub: "As known at the end of " + ui.MonthText(r.month) + ", in " + string(r.currency) + ".", Others: ui.Cells(v.csvButton()),
				Crumbs: []ui.Anchor{{Label: "Waterfall", Href: narrowed("/revenue", r.pairs()...)}}},
			Tables: []ui.TableProps{v.cellTable(o, parts, n, r, billed, earned)},
		}
		return v.page(http.StatusOK, frame{Title: title, Room: "revenue"}, page.ListPage(list))
	})
}

func (v *visit) cellTable(o order, parts []revrec.Part, n names, r revenueScope, billed, earned period.Month) ui.TableProps {
	key := func(p revrec.Part) string { return fmt.Sprintf("%d~%s~%s", p.Contract, p.Line, p.Kind) }
	shown, pager := paged(v, from(v.query("after"), parts, key), key)
	pager.Summary = fmt.Sprintf("%d of %d shown", len(shown), len(parts))
	t := ui.TableProps{Caption: "Parts", Pager: &pager, Columns: []ui.Column{v.column(o, "contract", "Contract", ui.Words), v.column(o, "line", "Line", ui.Words), {Label: "Charge"}, {Label: "Billed by"}, v.column(o, "amount", "Earned", ui.Figures)},
		Empty: ui.EmptyProps{Title: "Nothing stands in this cell", Action: &ui.ButtonProps{Label: "Waterfall", Href: "/revenue"}}}
	for _, p := range shown {
		number := n.contracts[int64(p.Contract)]
		by, amount := ui.Nothing(), ui.Figure(p.Amount)
		if !billed.IsZero() {
			by = ui.Link("Entries of "+ui.MonthText(billed), narrowed("/ledger/entries", "contract", p.Contract, "line", p.Line, "month", billed))
		}
		if !earned.After(r.month) {
			amount = ui.FigureLink(p.Amount, postingsAddress("contract", p.Contract, "line", p.Line, "ledger", ledger.Income, "from", earned.First(), "through", earned.Last()))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(number, scheduleAddress(number)), ui.Mono(p.Line), ui.Text(subjectKind(string(p.Kind))), by, amount)})
	}
	sum := money.Zero(r.currency)
	for _, p := range parts {
		sum = sum.Add(p.Amount)
	}
	none := ui.Text("")
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Sum"), none, none, none, ui.Money(sum))}}
	return t
}

func (v *visit) cellFile(parts []revrec.Part, n names, billed, earned period.Month) error {
	was := notBilled
	if !billed.IsZero() {
		was = billed.String()
	}
	return v.csvFile("waterfall-cell.csv", []string{"contract", "line", "charge", "billed_in", "earned_in", "currency", "amount"}, func(write func(cells ...string) error) error {
		for _, p := range parts {
			if err := write(n.contracts[int64(p.Contract)], p.Line, string(p.Kind), was, earned.String(), string(p.Amount.Currency()), p.Amount.String()); err != nil {
				return err
			}
		}
		return nil
	})
}
