package web

import (
	"net/http"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// myRooms is the sidebar of a customer, who sees nothing of the house but these.
var myRooms = []ui.NavGroup{{Items: []ui.NavItem{
	{Key: "home", Label: "Overview", Href: "/my", Icon: "home"},
	{Key: "invoices", Label: "Invoices", Href: "/my/invoices", Icon: "invoices"},
	{Key: "payments", Label: "Payments", Href: "/my/payments", Icon: "payments"},
	{Key: "usage", Label: "Usage", Href: "/my/usage", Icon: "usage"},
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
		bill, err := v.running(t, c)
		if err != nil {
			return err
		}
		list := page.List{
			Head:   ui.HeadProps{Title: c.Name, Sub: "As of " + ui.DayText(v.Today())},
			Stats:  v.myStats(open, received, bill),
			Tables: []ui.TableProps{v.myOpenTable(open), runningTable(bill)},
		}
		return v.page(http.StatusOK, frame{Title: c.Name, Room: "home"}, page.ListPage(list))
	})
}

func (v *visit) myStats(open []payments.OpenInvoice, received []payments.Sum, bill []charge) []ui.StatProps {
	var owed, late, unapplied, soFar []money.Amount
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
	for _, b := range bill {
		soFar = addAmounts(soFar, b.Amount)
	}
	return []ui.StatProps{
		{Label: "Open", Value: page.Amounts(owed), Note: howMany(len(open), "invoice")},
		{Label: "Overdue", Value: page.Amounts(late), Note: howMany(count, "invoice")},
		{Label: "Paid and not yet applied", Value: page.Amounts(unapplied)},
		{Label: "Running bill, estimate", Value: page.Amounts(soFar), Note: "Before tax"},
	}
}

// myOpenTable is what waits to be paid, the earliest due first.
func (v *visit) myOpenTable(open []payments.OpenInvoice) ui.TableProps {
	slices.SortStableFunc(open, func(a, b payments.OpenInvoice) int { return a.DueOn.Compare(b.DueOn) })
	t := ui.TableProps{Title: "To pay", Corner: ui.Link("All invoices", "/my/invoices"),
		Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Status"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Due", Kind: ui.Tight}, {Label: "Total", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing to pay", Text: "Every invoice is settled.", Icon: "check"}}
	for _, o := range open {
		status := v.invoiceStatus(invoicing.Row{DueOn: o.DueOn, Total: o.Total}, o.Open)
		t.Rows = append(t.Rows, ui.Row{Href: myInvoiceAddress(o.Number), Cells: ui.Cells(ui.Text(o.Number), ui.Status(status), ui.Day(o.IssuedOn), ui.Day(o.DueOn), ui.Figure(o.Total), ui.Money(o.Open))})
	}
	return t
}

// charge is a part of the running bill: a piece that began and is not yet due.
type charge struct {
	contracts.Piece
	contract string
}

// running is what the next invoices hold so far, by the same pricing as the invoice run: services that began and are
// billed on a day to come, with the usage of whole days. What is due by today is on an invoice or on its way to one.
func (v *visit) running(q postgres.Querier, c customers.Customer) ([]charge, error) {
	agreed, err := contracts.LoadAgreements(v.ctx, q, []customers.AccountID{c.Account})
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(agreed[c.Account], func(a contracts.Agreement) bool { return a.PayerOn(v.Today()) != c.ID || !a.Term().Contains(v.Today()) })
	if len(mine) == 0 {
		return nil, nil
	}
	sold, err := catalog.Load(v.ctx, q)
	if err != nil {
		return nil, err
	}
	first := v.Today()
	for _, a := range mine {
		first = period.MinDate(first, a.Term().Start)
	}
	days, err := usage.LoadDays(v.ctx, q, []customers.AccountID{c.Account}, first, v.Today(), contracts.SingleEvents(mine)...)
	if err != nil {
		return nil, err
	}
	var out []charge
	for _, a := range mine {
		pieces, err := contracts.Charges(a, sold, days[c.Account], v.Today())
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			if p.BillOn.After(v.Today()) && !p.Span.Start.After(v.Today()) && !p.Amount.IsZero() {
				out = append(out, charge{p, a.Number})
			}
		}
	}
	return out, nil
}

func runningTable(bill []charge) ui.TableProps {
	t := ui.TableProps{Title: "Running bill, an estimate",
		Columns: []ui.Column{{Label: "Contract", Kind: ui.Tight}, {Label: "For"}, {Label: "Period", Kind: ui.Tight}, {Label: "Billed on", Kind: ui.Tight}, {Label: "So far", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing yet", Text: "What is used or served and not yet invoiced shows here, with usage through yesterday."}}
	var sums []money.Amount
	for _, b := range bill {
		sums = addAmounts(sums, b.Amount)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(b.contract), ui.Text(b.Description), ui.Span(b.Span), ui.Day(b.BillOn), ui.Money(b.Amount))})
	}
	for _, sum := range sums {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("Estimate"), ui.Text("Before tax, with usage through yesterday. The invoice decides."), ui.Text(""), ui.Text(""), ui.Money(sum))})
	}
	return t
}
