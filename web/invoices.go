package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// invoices is the list of all documents, or with view=open and view=overdue of those with something to pay.
func (v *visit) invoices() error {
	if v.query("format") == "csv" {
		return v.invoicesFile()
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		l, err := v.documents(t, v.query("after"))
		if err != nil {
			return err
		}
		n, err := v.namesOf(t, payersOf(l.rows), nil)
		if err != nil {
			return err
		}
		list := page.List{
			Head:   ui.HeadProps{Title: "Invoices", Others: ui.Cells(v.csvButton())},
			Filter: v.invoiceNarrowing(n, l.filter),
			Tables: []ui.TableProps{v.invoiceTable(l, n)},
		}
		return v.page(http.StatusOK, frame{Title: "Invoices", Room: "invoices"}, page.ListPage(list))
	})
}

// documentList is a page of documents with what is open on each, and the sums of the whole list.
type documentList struct {
	order  order
	filter invoicing.Filter
	rows   []invoicing.Row
	open   map[string]money.Amount
	lost   map[string]bool // written off
	sums   []invoicing.Sum
	owed   []money.Amount // of the whole list; only of a list of open documents
	pager  ui.Pager
}

// documentViews are the ways to look at the list.
var documentViews = []string{"", "open", "overdue", "credits"}

func (v *visit) documents(q postgres.Querier, after string) (documentList, error) {
	l := documentList{filter: v.invoiceFilter(after), order: v.order("number", "customer", "issued", "due", "total")}
	var err error
	if l.filter.Payers, err = v.partiesCalled(l.filter.Search); err != nil {
		return l, err
	}
	if l.filter.Ranked, err = v.ranked(q, l.order); err != nil {
		return l, err
	}
	l.filter.Sort = invoicing.Sort(l.order.String())
	switch v.chosen("view", documentViews...) {
	case "open", "overdue":
		l.order = v.order("number", "customer", "issued", "due", "total", "open")
		return l, v.openDocuments(q, &l, after)
	case "credits":
		l.filter.Kind = entities.CreditNote
	}
	if l.rows, err = invoicing.List(v.ctx, q, l.filter); err != nil {
		return l, err
	}
	l.rows, l.pager = paged(v, l.rows, documentCursor)
	if l.sums, err = invoicing.Sums(v.ctx, q, l.filter); err != nil {
		return l, err
	}
	if l.open, err = v.openOf(q, l.rows); err != nil {
		return l, err
	}
	l.lost, err = payments.GivenUp(v.ctx, q)
	return l, err
}

// documentCursor is the place after a document in any order of the list.
func documentCursor(r invoicing.Row) string { return r.IssuedOn.String() + "~" + r.Number }

func (v *visit) invoiceFilter(after string) invoicing.Filter {
	f := invoicing.Filter{
		Search: v.query("q"), Payer: customers.ID(v.queryNumber("payer")), Entity: entities.ID(v.queryNumber("entity")),
		Currency: money.Currency(v.query("currency")), Run: v.queryNumber("run"), From: v.queryDate("from"), Through: v.queryDate("through"), Limit: pageLength + 1,
	}
	if on, number, ok := strings.Cut(after, "~"); ok {
		if day, err := period.ParseDate(on); err == nil {
			f.Before, f.After = invoicing.Cursor{IssuedOn: day, Number: number}, number
		}
	}
	return f
}

// openDocuments are those with something to pay, the earliest due first unless another order is asked for. They are few
// beside all there are, so that they are narrowed, sorted and paged here.
func (v *visit) openDocuments(q postgres.Querier, l *documentList, after string) error {
	found, err := payments.OpenInvoices(v.ctx, q, payments.Scope{Payer: l.filter.Payer, Entity: l.filter.Entity, Currency: l.filter.Currency})
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(o payments.OpenInvoice) bool { return !v.wanted(o, l.filter) })
	l.open = map[string]money.Amount{}
	for _, o := range found {
		l.open[o.Number] = o.Open
		l.owed = addAmounts(l.owed, o.Open)
	}
	sortBy(l.order, found, openColumns(l.filter.Ranked))
	key := func(o payments.OpenInvoice) string { return o.IssuedOn.String() + "~" + o.Number }
	found, l.pager = paged(v, from(after, found, key), key)
	l.pager.Summary = fmt.Sprintf("%d of %d shown", len(found), len(l.open))
	numbers := make([]string, len(found))
	for i, o := range found {
		numbers[i] = o.Number
	}
	rows, err := invoicing.Rows(v.ctx, q, numbers)
	for _, number := range numbers {
		l.rows = append(l.rows, rows[number])
	}
	return err
}

// openColumns are the ways to sort open documents; names stand as the customers are ranked.
func openColumns(ranked []customers.ID) map[string]func(a, b payments.OpenInvoice) int {
	rank := map[customers.ID]int{}
	for i, id := range ranked {
		rank[id] = i
	}
	return map[string]func(a, b payments.OpenInvoice) int{
		"number":   byText(func(o payments.OpenInvoice) string { return o.Number }),
		"customer": func(a, b payments.OpenInvoice) int { return rank[a.Payer] - rank[b.Payer] },
		"issued":   func(a, b payments.OpenInvoice) int { return a.IssuedOn.Compare(b.IssuedOn) },
		"due":      func(a, b payments.OpenInvoice) int { return a.DueOn.Compare(b.DueOn) },
		"total":    byAmount(func(o payments.OpenInvoice) money.Amount { return o.Total }),
		"open":     byAmount(func(o payments.OpenInvoice) money.Amount { return o.Open }),
	}
}

func (v *visit) wanted(o payments.OpenInvoice, f invoicing.Filter) bool {
	if v.query("view") == "overdue" && (o.Open.Sign() <= 0 || !o.DueOn.Before(v.Today())) {
		return false
	}
	called := strings.HasPrefix(strings.ToLower(o.Number), strings.ToLower(f.Search)) || slices.Contains(f.Payers, o.Payer)
	return called && (f.From.IsZero() || !o.IssuedOn.Before(f.From)) && (f.Through.IsZero() || !o.IssuedOn.After(f.Through))
}

func payersOf(rows []invoicing.Row) []customers.ID {
	var out []customers.ID
	for _, r := range rows {
		out = append(out, r.Payer)
	}
	return out
}

// openOf is what is open on some documents, as booked by now.
func (v *visit) openOf(q postgres.Querier, rows []invoicing.Row) (map[string]money.Amount, error) {
	accounts := make([]customers.AccountID, len(rows))
	for i, r := range rows {
		accounts[i] = r.Account
	}
	items, err := ledger.Open(v.ctx, q, unique(accounts))
	open := map[string]money.Amount{}
	for _, item := range items {
		open[item.Document] = item.Amount
	}
	return open, err
}

func (v *visit) invoiceNarrowing(n names, f invoicing.Filter) *page.Narrowing {
	out := v.narrowing("/invoices", "Invoice, purchase order, customer",
		ui.FieldProps{Name: "entity", Label: "Sold by", Kind: ui.SelectInput, Options: entityOptions(n.entities)},
		ui.FieldProps{Name: "currency", Label: "Currency", Placeholder: "EUR"},
		ui.FieldProps{Name: "from", Label: "Issued from", Kind: ui.DateInput},
		ui.FieldProps{Name: "through", Label: "Issued through", Kind: ui.DateInput},
	)
	v.fixed(out, "payer", "Customer", n.customers[f.Payer])
	v.fixed(out, "run", "Run", "")
	return v.views(out, "view", []ui.Option{{Value: "", Label: "All"}, {Value: "open", Label: "Open"}, {Value: "overdue", Label: "Overdue"}, {Value: "credits", Label: "Credit notes"}})
}

// views puts choices of view first in the line; the one in force is carried on by the other filters.
func (v *visit) views(n *page.Narrowing, name string, all []ui.Option) *page.Narrowing {
	var chips []ui.Chip
	for _, o := range all {
		chips = append(chips, ui.Chip{Label: o.Label, Href: v.with(name, o.Value), On: v.query(name) == o.Value})
	}
	if value := v.query(name); value != "" {
		keep := ui.Value{Name: name, Value: value}
		n.Keep, n.Props.Keep = append(n.Keep, keep), append(n.Props.Keep, keep)
	}
	n.Props.Chips = append(chips, n.Props.Chips...)
	return n
}

func (v *visit) invoiceTable(l documentList, n names) ui.TableProps {
	t := ui.TableProps{
		Caption: "Invoices", Pager: &l.pager,
		Columns: []ui.Column{v.column(l.order, "number", "Number", ui.Tight), v.column(l.order, "customer", "Customer", ui.Words), {Label: "Status"}, v.column(l.order, "issued", "Issued", ui.Tight), v.column(l.order, "due", "Due", ui.Tight),
			{Label: "Net", Kind: ui.Figures}, {Label: "Tax", Kind: ui.Figures}, v.column(l.order, "total", "Total", ui.Figures), {Label: "Open", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No document matches", Text: "Invoices are issued by the invoice run on the day something is due.", Action: &ui.ButtonProps{Label: "Show all", Href: "/invoices"}},
	}
	if l.owed != nil {
		t.Columns[8] = v.column(l.order, "open", "Open", ui.Figures)
	}
	for _, r := range l.rows {
		open := money.Zero(r.Total.Currency()).Add(l.open[r.Number])
		t.Rows = append(t.Rows, ui.Row{Href: invoiceAddress(r.Number), Muted: r.Voided, Cells: ui.Cells(
			ui.Text(r.Number), ui.Text(n.customers[r.Payer]), ui.Status(v.invoiceStatus(r, open, l.lost)), ui.Day(r.IssuedOn), dueDay(r),
			ui.Figure(r.Net), ui.Figure(r.Tax), ui.Money(r.Total), ui.Figure(open))})
	}
	none := ui.Text("")
	for _, s := range l.sums {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text(howMany(int(s.Documents), "document")), none, none, none, none, ui.Figure(s.Net), ui.Figure(s.Tax), ui.Money(s.Total), none)})
	}
	for _, sum := range l.owed {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("All of them"), none, none, none, none, none, none, none, ui.Money(sum))})
	}
	return t
}

// dueDay is when payment is expected; nobody pays a credit note.
func dueDay(r invoicing.Row) templ.Component {
	if r.Kind == entities.CreditNote || r.Voided {
		return ui.Nothing()
	}
	return ui.Day(r.DueOn)
}

// invoicesFile is the list as it is narrowed, all of it, from one snapshot.
func (v *visit) invoicesFile() error {
	head := []string{"number", "kind", "status", "customer_id", "customer", "entity", "issued_on", "due_on", "po_number", "currency", "net", "tax", "total", "open"}
	return v.csvFile("invoices.csv", head, func(write func(cells ...string) error) error {
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			return v.everyDocument(t, func(l documentList) error {
				n, err := v.namesOf(t, payersOf(l.rows), nil)
				if err != nil {
					return err
				}
				for _, r := range l.rows {
					open := money.Zero(r.Total.Currency()).Add(l.open[r.Number])
					seller, _ := n.entities.ByID(r.Entity)
					if err := write(r.Number, string(r.Kind), v.invoiceStatus(r, open, l.lost), fmt.Sprint(r.Payer), n.customers[r.Payer], seller.Code, r.IssuedOn.String(), r.DueOn.String(),
						r.PONumber, string(r.Total.Currency()), r.Net.String(), r.Tax.String(), r.Total.String(), open.String()); err != nil {
						return err
					}
				}
				return nil
			})
		})
	})
}

// everyDocument walks the list page by page, from its beginning.
func (v *visit) everyDocument(q postgres.Querier, visit func(documentList) error) error {
	after := ""
	for {
		l, err := v.documents(q, after)
		if err != nil || len(l.rows) == 0 {
			return err
		}
		if err := visit(l); err != nil || l.pager.Next == "" {
			return err
		}
		after = documentCursor(l.rows[len(l.rows)-1])
	}
}
