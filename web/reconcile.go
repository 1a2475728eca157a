package web

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/reconcile"
	"ratable/web/page"
	"ratable/web/ui"
)

func (r revenueScope) reconciled() reconcile.Scope {
	return reconcile.Scope{Entity: r.entity, Currency: r.currency, Month: r.month}
}

// reconciliations is every comparison of a month: each tile opens both sides.
func (v *visit) reconciliations() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		found, err := reconcile.Of(v.ctx, t, r.reconciled())
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.reconciliationsFile(r, found)
		}
		view := page.Reconciliations{
			Head: ui.HeadProps{Title: "Reconciliations", Sub: "What must agree at the end of " + ui.MonthText(r.month) + ", in " + string(r.currency) + ": two sides, each from a source of its own.",
				Others: ui.Cells(v.csvButton())},
			Filter: v.revenueBar("/reconciliations", r),
		}
		if v.may(http.MethodPost, "/reconciliations/load") {
			view.Head.Action = ui.Button(ui.ButtonProps{Label: "Load a file", Href: "/reconciliations/load", Icon: "plus"})
		}
		if view.Notices, err = v.elsewhere(t, r); err != nil {
			return err
		}
		if !r.month.Before(v.Today().MonthOf()) {
			view.Notices = append(view.Notices, ui.MonthText(r.month)+" is not over: what is earned in it is recognized when it is, so that sides differ until then")
		}
		for _, x := range found {
			tile := v.tile(r, x)
			if x.Number > 0 {
				view.Tiles = append(view.Tiles, tile)
			} else {
				view.Rules = append(view.Rules, tile)
			}
		}
		if view.Loads, err = v.loadsTable(t, r); err != nil {
			return err
		}
		return v.page(http.StatusOK, frame{Title: "Reconciliations", Room: "reconciliations"}, page.ReconciliationsPage(view))
	})
}

// elsewhere says what differs in the entity's other currencies: nobody should have to try each chip.
func (v *visit) elsewhere(t tx, r revenueScope) (out []string, err error) {
	for _, c := range r.offered {
		if c == r.currency {
			continue
		}
		found, err := reconcile.Of(v.ctx, t, reconcile.Scope{Entity: r.entity, Currency: c, Month: r.month})
		if err != nil {
			return nil, err
		}
		if n := reconcile.Differing(found); n > 0 {
			out = append(out, fmt.Sprintf("In %s, %s", c, differing(n, len(found))))
		}
	}
	return out, nil
}

// tile shows a comparison. A variance of 0.00 that hides items is not shown as one.
func (v *visit) tile(r revenueScope, x reconcile.Result) page.Tile {
	t := page.Tile{Name: x.Name, Href: narrowed("/reconciliations/"+x.Code, r.pairs()...), LeftIs: x.LeftIs, RightIs: x.RightIs}
	if x.Number > 0 {
		t.Number = fmt.Sprint(x.Number)
	}
	t.Word, t.Tone = stateWord(x.State)
	if x.State == reconcile.NotLoaded {
		t.Note = x.Notes[0]
		return t
	}
	t.Left, t.Right, t.Variance = ui.Money(x.Left), ui.Money(x.Right), ui.Money(x.Variance())
	t.Note = fmt.Sprintf("%d compared", x.Compared)
	if n := len(x.Items); n > 0 {
		t.Note = differing(n, x.Compared)
		if x.Variance().IsZero() {
			t.Note += ", " + x.Gross().Display() + " each way"
		}
	}
	return t
}

func differing(n, of int) string {
	if n == 1 {
		return fmt.Sprintf("1 of %d differs", of)
	}
	return fmt.Sprintf("%d of %d differ", n, of)
}

func stateWord(s reconcile.State) (string, ui.Tone) {
	switch s {
	case reconcile.OK:
		return "Agrees", ui.Good
	case reconcile.NotLoaded:
		return "Not loaded", ui.Warn
	}
	return "Differs", ui.Bad
}

// reconciliation is one comparison: what the sides are made of, and the items that differ.
func (v *visit) reconciliation() error {
	spec, err := reconcile.Find(v.param("code"))
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := v.revenueScope(t)
		if err != nil {
			return err
		}
		found, err := reconcile.Of(v.ctx, t, r.reconciled(), spec.Code)
		if err != nil {
			return err
		}
		x := found[0]
		if v.query("format") == "csv" {
			return v.itemsFile(r, x)
		}
		word, _ := stateWord(x.State)
		title := x.Name
		if x.Number > 0 {
			title = fmt.Sprintf("%d. %s", x.Number, x.Name)
		}
		view := page.Reconciliation{
			Head: ui.HeadProps{Title: title, Status: word, Sub: "At the end of " + ui.MonthText(r.month) + ", in " + string(r.currency) + ".", Others: ui.Cells(v.csvButton()),
				Crumbs: []ui.Anchor{{Label: "Reconciliations", Href: narrowed("/reconciliations", r.pairs()...)}}},
			Filter: v.revenueBar("/reconciliations/"+x.Code, r), Text: x.Explains, Notes: x.Notes, Compared: x.State != reconcile.NotLoaded,
			Left: sideTable(x.LeftIs, x, false), Right: sideTable(x.RightIs, x, true),
		}
		if view.Items, err = v.itemTable(t, r, x); err != nil {
			return err
		}
		return v.page(http.StatusOK, frame{Title: x.Name, Room: "reconciliations"}, page.ReconciliationPage(view))
	})
}

// sideTable takes a side apart.
func sideTable(title string, x reconcile.Result, right bool) ui.TableProps {
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "Of it"}, {Label: "Amount", Kind: ui.Figures}}, Empty: ui.EmptyProps{Title: "Nothing in the month"}}
	sum := x.Left
	if right {
		sum = x.Right
	}
	for _, p := range x.Parts {
		if p.Right == right {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(p.Name), ui.Money(p.Amount))})
		}
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Money(sum))}}
	return t
}

// itemTable lists what differs. The largest stand first; a file has them all.
func (v *visit) itemTable(t tx, r revenueScope, x reconcile.Result) (ui.TableProps, error) {
	table := ui.TableProps{Title: "What differs", Columns: []ui.Column{{Label: "Item", Kind: ui.Tight}, {Label: "Variance", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}, {Label: "Right", Kind: ui.Figures}, {Label: "Why"}},
		Empty: ui.EmptyProps{Title: "Nothing differs", Text: fmt.Sprintf("All %d agree to the cent.", x.Compared), Icon: "check"}}
	if x.Compared == 0 {
		table.Empty.Text = "Neither side has anything in the month."
	} else if x.Compared == 1 {
		table.Empty.Text = "The one there is agrees to the cent."
	}
	var agreed []int64
	for _, i := range x.Items {
		agreed = append(agreed, i.Contract)
	}
	n, err := v.namesOf(t, nil, unique(agreed))
	if err != nil {
		return table, err
	}
	for at, i := range x.Items {
		if at == itemsShown {
			table.Pager = &ui.Pager{Summary: fmt.Sprintf("The largest %d of %d; the CSV has all", itemsShown, len(x.Items))}
			break
		}
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(itemCell(i, itemAddress(r, n, i)), ui.Figure(i.Variance()), ui.Figure(i.Left), ui.Figure(i.Right), ui.Text(spoken(i.Why)))})
	}
	if len(x.Items) > 0 {
		none := ui.Text("")
		table.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Sum"), ui.Money(x.Variance()), none, none, none)}}
	}
	return table, nil
}

const itemsShown = 200

func itemCell(i reconcile.Item, href string) templ.Component {
	name := cmp.Or(i.Name, capital(string(i.Kind)))
	if href == "" {
		return ui.TwoLines(name, capital(string(i.Kind)))
	}
	return ui.Link(name, href)
}

// itemAddress is where an item's story is told; empty where there is no page of it.
func itemAddress(r revenueScope, n names, i reconcile.Item) string {
	number := n.contracts[i.Contract]
	switch i.Kind {
	case reconcile.Document:
		if i.Document != "" {
			return invoiceAddress(i.Document)
		}
		return narrowed("/ledger/postings", "entity", r.entity, "from", r.month.First(), "through", r.month.Last())
	case reconcile.Line, reconcile.Contract, reconcile.Booking:
		if number != "" {
			return scheduleAddress(number)
		}
	case reconcile.Receipt, reconcile.Movement:
		if isReceipt(i.Document) {
			return receiptAddress(i.Document)
		}
	case reconcile.Entry:
		return fmt.Sprintf("/ledger/entries/%d/%d", i.Book, i.Seq)
	case reconcile.Batch:
		return exportAddress(i.Seq)
	case reconcile.Account:
		return postingsAddress("entity", r.entity, "currency", r.currency, "ledger", int(i.Ledger), "through", r.month.Last())
	case reconcile.Month:
		return narrowed("/revenue", r.pairs()...)
	}
	return ""
}

func isReceipt(number string) bool { return len(number) > 2 && number[:2] == "R-" }

func (v *visit) reconciliationsFile(r revenueScope, found []reconcile.Result) error {
	head := []string{"number", "code", "name", "entity", "currency", "month", "state", "left", "right", "variance", "compared", "differing"}
	return v.csvFile("reconciliations-"+r.month.String()+".csv", head, func(write func(cells ...string) error) error {
		for _, x := range found {
			left, right, variance := x.Left.String(), x.Right.String(), x.Variance().String()
			if x.State == reconcile.NotLoaded {
				left, right, variance = "", "", ""
			}
			if err := write(fmt.Sprint(x.Number), x.Code, x.Name, r.code(), string(x.Currency), x.Month.String(), string(x.State), left, right, variance, fmt.Sprint(x.Compared), fmt.Sprint(len(x.Items))); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r revenueScope) code() string {
	e, _ := r.directory.ByID(entities.ID(r.entity))
	return e.Code
}

func (v *visit) itemsFile(r revenueScope, x reconcile.Result) error {
	head := []string{"kind", "item", "document", "line", "left", "right", "variance", "currency", "why"}
	return v.csvFile("reconciliation-"+x.Code+"-"+r.month.String()+".csv", head, func(write func(cells ...string) error) error {
		for _, i := range x.Items {
			amounts := []money.Amount{i.Left, i.Right, i.Variance()}
			if err := write(string(i.Kind), i.Name, i.Document, i.Line, amounts[0].String(), amounts[1].String(), amounts[2].String(), string(x.Currency), i.Why); err != nil {
				return err
			}
		}
		return nil
	})
}
