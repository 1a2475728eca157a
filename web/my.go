package web

import (
	"net/http"
	"slices"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// myRooms is the sidebar of a customer, who sees nothing of the house but these.
var myRooms = []ui.NavGroup{{Items: []ui.NavItem{
	{Key: "home", Label: "Overview", Href: "/my", Icon: "home"},
	{Key: "invoices", Label: "Invoices", Href: "/my/invoices", Icon: "invoices"},
	{Key: "payments", Label: "Payments", Href: "/my/payments", Icon: "payments"},
	{Key: "usage", Label: "Usage", Href: "/my/usage", Icon: "usage"},
	{Key: "spending", Label: "Spending", Href: "/my/spending", Icon: "reports"},
	{Key: "plan", Label: "Plan", Href: "/my/plan", Icon: "catalog"},
}}}

// visiting says that the reader is a customer and nobody who works here.
func (v *visit) visiting() bool { return v.signedIn == nil && v.By.CustomerID != 0 }

// me is the customer whose papers the reader may see. Every handler under /my begins here: no address and no form names
// the customer, so that none can name another.
func (v *visit) me(q postgres.Querier) (customers.Customer, error) {
	if v.By.CustomerID == 0 {
		return customers.Customer{}, fault.New(fault.Denied, "this sign-in belongs to no customer")
	}
	return customers.Get(v.ctx, q, customers.ID(v.By.CustomerID), v.Today())
}

// myHome is what is open, what is late, and what the next invoice comes to so far.
func (v *visit) myHome() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		open, err := payments.OpenInvoices(v.ctx, t, payments.Scope{Payer: c.ID})
		if err != nil {
			return err
		}
		received, err := payments.Sums(v.ctx, t, payments.Filter{Payer: c.ID})
		if err != nil {
			return err
		}
		s, err := v.spent(t, c)
		if err != nil {
			return err
		}
		list := page.List{
			Head:   ui.HeadProps{Title: c.Name, Sub: "As of " + ui.DayText(v.Today())},
			Stats:  append(v.myStats(open, received), s.stats()[:1]...),
			Tables: append([]ui.TableProps{v.myOpenTable(open)}, s.brief(v.Today(), "/my/spending", "")...),
		}
		return v.page(http.StatusOK, frame{Title: c.Name, Room: "home"}, page.ListPage(list))
	})
}

func (v *visit) myStats(open []payments.OpenInvoice, received []payments.Sum) []ui.StatProps {
	var owed, late, unapplied []money.Amount
	count := 0
	for _, o := range open {
		owed = addAmounts(owed, o.Open)
		if o.Open.Sign() > 0 && o.DueOn.Before(v.Today()) {
			late = addAmounts(late, o.Open)
			count++
		}
	}
	for _, r := range received {
		if !r.Unapplied.IsZero() {
			unapplied = addAmounts(unapplied, r.Unapplied)
		}
	}
	return []ui.StatProps{
		{Label: "Open", Value: page.Amounts(owed), Note: howMany(len(open), "invoice")},
		{Label: "Overdue", Value: page.Amounts(late), Note: howMany(count, "invoice")},
		{Label: "Paid and not yet applied", Value: page.Amounts(unapplied)},
	}
}

// myOpenTable is what waits to be paid, the earliest due first.
func (v *visit) myOpenTable(open []payments.OpenInvoice) ui.TableProps {
	slices.SortStableFunc(open, func(a, b payments.OpenInvoice) int { return a.DueOn.Compare(b.DueOn) })
	t := ui.TableProps{Title: "To pay", Corner: ui.Link("All invoices", "/my/invoices"),
		Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Status"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Due", Kind: ui.Tight}, {Label: "Total", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing to pay", Text: "Every invoice is settled.", Icon: "check"}}
	for _, o := range open {
		status := v.invoiceStatus(invoicing.Row{DueOn: o.DueOn, Total: o.Total}, o.Open, nil)
		t.Rows = append(t.Rows, ui.Row{Href: myInvoiceAddress(o.Number), Cells: ui.Cells(ui.Text(o.Number), ui.Status(status), ui.Day(o.IssuedOn), ui.Day(o.DueOn), ui.Figure(o.Total), ui.Money(o.Open))})
	}
	return t
}
