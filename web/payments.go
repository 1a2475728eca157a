package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// receiptAddress is a receipt's page by its number, "R-000123".
func receiptAddress(number string) string {
	id, _ := receiptID(number)
	return fmt.Sprintf("/payments/%d", id)
}

// receiptID reads a receipt's number.
func receiptID(number string) (int64, bool) {
	digits, ok := strings.CutPrefix(number, "R-")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil
}

// payments is the list of what came in.
func (v *visit) payments() error {
	o := v.order("number", "customer", "received", "amount", "unapplied")
	f, err := v.receiptFilter(o)
	if err != nil {
		return err
	}
	if v.query("format") == "csv" {
		return v.receiptsFile(f)
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := payments.ListReceipts(v.ctx, t, f)
		if err != nil {
			return err
		}
		sums, err := payments.Sums(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(r payments.Receipt) string { return fmt.Sprintf("%s~%d", r.ReceivedOn, r.ID) })
		n, err := v.namesOf(t, append(receiptPayers(found), f.Payer), nil)
		if err != nil {
			return err
		}
		narrowing := v.narrowing("/payments", "Reference, receipt, customer",
			ui.FieldProps{Name: "entity", Label: "Received by", Kind: ui.SelectInput, Options: entityOptions(n.entities)},
			ui.FieldProps{Name: "currency", Label: "Currency", Placeholder: "EUR"},
			ui.FieldProps{Name: "from", Label: "Received from", Kind: ui.DateInput},
			ui.FieldProps{Name: "through", Label: "Received through", Kind: ui.DateInput})
		v.fixed(narrowing, "payer", "Customer", n.customers[f.Payer])
		list := page.List{
			Head:   v.paymentsHead("Payments"),
			Filter: v.views(narrowing, "view", []ui.Option{{Value: "", Label: "All"}, {Value: "unapplied", Label: "Unapplied"}}),
			Tables: []ui.TableProps{v.receiptTable(o, found, sums, pager, n)},
		}
		return v.page(http.StatusOK, frame{Title: "Payments", Room: "payments"}, page.ListPage(list))
	})
}

// paymentsHead is the top of the room's pages, one tab each.
func (v *visit) paymentsHead(title string) ui.HeadProps {
	at := v.echo.Request().URL.Path
	h := ui.HeadProps{Title: title, Others: ui.Cells(v.csvButton())}
	if v.may(get, "/payments/statement") {
		h.Others = append(h.Others, ui.Button(ui.ButtonProps{Label: "Import statement", Href: "/payments/statement"}))
		h.Action = ui.Button(ui.ButtonProps{Label: "Record transfer", Href: "/payments/new", Look: ui.Primary, Icon: "plus"})
	}
	for _, tab := range []ui.Tab{{Label: "Receipts", Href: "/payments"}, {Label: "Ageing", Href: "/payments/ageing"}} {
		tab.On = tab.Href == at
		h.Tabs = append(h.Tabs, tab)
	}
	return h
}

func (v *visit) receiptFilter(o order) (f payments.Filter, err error) {
	f = payments.Filter{
		Sort:   payments.Sort(o.String()),
		Search: v.query("q"), Payer: customers.ID(v.queryNumber("payer")), Entity: entities.ID(v.queryNumber("entity")), Currency: money.Currency(v.query("currency")),
		Unapplied: v.query("view") == "unapplied", From: v.queryDate("from"), Through: v.queryDate("through"), Limit: pageLength + 1,
	}
	if on, id, ok := strings.Cut(v.query("after"), "~"); ok {
		if day, err := period.ParseDate(on); err == nil {
			f.Before.ReceivedOn = day
			f.Before.ID, _ = strconv.ParseInt(id, 10, 64) // a cursor that cannot be read is the beginning of its day
		}
	}
	if f.Payers, err = v.partiesCalled(f.Search); err != nil {
		return f, err
	}
	f.Ranked, err = v.ranked(v.DB, o)
	return f, err
}

func receiptPayers(found []payments.Receipt) []customers.ID {
	var out []customers.ID
	for _, r := range found {
		out = append(out, r.Payer)
	}
	return out
}

func (v *visit) receiptTable(o order, found []payments.Receipt, sums []payments.Sum, pager ui.Pager, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Receipts", Pager: &pager,
		Columns: []ui.Column{v.column(o, "number", "Receipt", ui.Tight), v.column(o, "customer", "Customer", ui.Words), {Label: "Status"}, v.column(o, "received", "Received", ui.Tight), {Label: "Reference"},
			v.column(o, "amount", "Amount", ui.Figures), {Label: "Applied", Kind: ui.Figures}, v.column(o, "unapplied", "Unapplied", ui.Figures)},
		Empty: ui.EmptyProps{Title: "No receipt matches", Text: "Bank transfers are recorded one by one, or from a bank statement.", Action: &ui.ButtonProps{Label: "Show all", Href: "/payments"}}}
	for _, r := range found {
		t.Rows = append(t.Rows, ui.Row{Href: receiptAddress(r.Number()), Cells: ui.Cells(ui.Text(r.Number()), ui.Text(n.customers[r.Payer]), ui.Status(receiptStatus(r)), ui.Day(r.ReceivedOn),
			ui.Text(r.Reference), ui.Money(r.Amount), ui.Figure(r.Applied), ui.Figure(r.Unapplied()))})
	}
	none := ui.Text("")
	for _, s := range sums {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text(howMany(int(s.Receipts), "receipt")), none, none, none, none, ui.Money(s.Amount), ui.Figure(s.Applied), ui.Figure(s.Unapplied))})
	}
	return t
}

// receiptStatus says how much of the money has found an invoice.
func receiptStatus(r payments.Receipt) string {
	switch {
	case r.Unapplied().IsZero():
		return "Applied"
	case r.Applied.Sign() > 0:
		return "Partial"
	}
	return "Unapplied"
}

func (v *visit) receiptsFile(f payments.Filter) error {
	head := []string{"receipt", "received_on", "customer_id", "customer", "entity", "reference", "currency", "amount", "applied", "unapplied"}
	return v.csvFile("receipts.csv", head, func(write func(cells ...string) error) error {
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			f.Before, f.Limit = payments.Cursor{}, 500
			for {
				found, err := payments.ListReceipts(v.ctx, t, f)
				if err != nil || len(found) == 0 {
					return err
				}
				n, err := v.namesOf(t, receiptPayers(found), nil)
				if err != nil {
					return err
				}
				for _, r := range found {
					seller, _ := n.entities.ByID(r.Entity)
					if err := write(r.Number(), r.ReceivedOn.String(), fmt.Sprint(r.Payer), n.customers[r.Payer], seller.Code, r.Reference, string(r.Currency()), r.Amount.String(), r.Applied.String(), r.Unapplied().String()); err != nil {
						return err
					}
				}
				f.Before = found[len(found)-1].Cursor()
			}
		})
	})
}

// receipt is one transfer, what it pays, and the forms that change that.
func (v *visit) receipt() error { return v.showReceipt(http.StatusOK, "", nil) }

// showReceipt shows the page, after a refused form with what was wrong beside its fields. Verb names the form.
func (v *visit) showReceipt(status int, verb string, refused error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := payments.ReceiptByID(v.ctx, t, id)
		if err != nil {
			return err
		}
		n, err := v.namesOf(t, []customers.ID{r.Payer}, nil)
		if err != nil {
			return err
		}
		view := page.Record{
			Head:  ui.HeadProps{Title: r.Number(), Status: receiptStatus(r), Sub: ui.AmountText(r.Amount) + " from " + n.customers[r.Payer], Crumbs: []ui.Anchor{{Label: "Payments", Href: "/payments"}}},
			Stats: []ui.StatProps{{Label: "Received", Value: ui.Money(r.Amount)}, {Label: "Applied", Value: ui.Money(r.Applied)}, {Label: "Unapplied", Value: ui.Money(r.Unapplied()), Note: "Stands as the customer's balance"}},
			Body:  []templ.Component{page.TableOf(applicationTable(r))},
			Rail: []templ.Component{ui.Facts("Receipt", []ui.Fact{{Term: "Customer", Value: n.customerLink(r.Payer)}, {Term: "Received on", Value: ui.Day(r.ReceivedOn)}, {Term: "Booked on", Value: ui.Day(r.BookedOn)},
				{Term: "Received by", Value: ui.Text(n.entity(r.Entity))}, {Term: "Reference", Value: ui.Text(r.Reference)}, {Term: "Bank's name for it", Value: orDash(r.Transaction)},
				{Term: "Entry", Value: ui.Link("Open", entryAddress(ledger.Entry{Account: r.Account, Seq: r.Entry}))}})},
		}
		if v.may(post, "/payments/:id/apply") {
			forms, err := v.receiptForms(t, r, verb, refused)
			if err != nil {
				return err
			}
			view.Body = append(view.Body, forms...)
		}
		lost, err := v.lossForms(t, r, verb, refused)
		if err != nil {
			return err
		}
		view.Body = append(view.Body, lost...)
		return v.page(status, frame{Title: r.Number(), Room: "payments"}, page.RecordPage(view))
	})
}

func orDash(text string) templ.Component {
	if text == "" {
		return ui.Nothing()
	}
	return ui.Text(text)
}

func applicationTable(r payments.Receipt) ui.TableProps {
	t := ui.TableProps{Title: "Pays", Columns: []ui.Column{{Label: "Invoice", Kind: ui.Tight}, {Label: "Booked on", Kind: ui.Tight}, {Label: "Reason"}, {Label: "Entry"}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Pays nothing yet", Text: "The money stands as the customer's balance until it is applied to an invoice."}}
	for _, a := range r.Applications {
		document := ui.Link(a.Document, invoiceAddress(a.Document))
		if a.Refund() {
			document = ui.Text("Refund " + a.Document)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(document, ui.Day(a.BookedOn), orDash(a.Reason),
			ui.Link("Open", entryAddress(ledger.Entry{Account: r.Account, Seq: a.Entry})), ui.Money(a.Amount))})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Applied"), ui.Text(""), ui.Text(""), ui.Text(""), ui.Money(r.Applied))}}
	return t
}
