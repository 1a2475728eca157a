package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// customer is one customer's whole story on one page.
func (v *visit) customer() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	c, err := customers.Get(v.ctx, v.DB, customers.ID(id), v.Today())
	if err != nil {
		return err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	view := page.Customer{Name: c.Name, Sub: c.LegalName, Facts: customerFacts(c, directory), Addresses: customerPlaces(c)}
	if c.LegalName == c.Name {
		view.Sub = ""
	}
	for _, x := range c.Contacts {
		view.Contacts = append(view.Contacts, page.Contact{Role: contactRoles[x.Role], Name: x.Name, Email: x.Email})
	}
	for _, x := range c.TaxIDs {
		view.TaxIDs = append(view.TaxIDs, page.TaxID{Kind: taxIDKind(x), Value: x.Value, VerifiedOn: x.VerifiedOn})
	}
	for _, fill := range []func(customers.Customer, *page.Customer) error{v.customerNotes, v.customerFamily, v.customerContracts, v.customerInvoices, v.customerSpending, v.customerStory, v.customerTrail} {
		if err := fill(c, &view); err != nil {
			return err
		}
	}
	view.Others = append(view.Others, ui.Button(ui.ButtonProps{Label: "Usage", Href: usageAddress(c.ID)}))
	if r, ok := v.find(get, "/contracts/new"); ok && r.allowed(v.By) && c.DuplicateOf == 0 {
		view.Action = ui.Button(ui.ButtonProps{Label: "New contract", Href: "/contracts/new?customer=" + fmt.Sprint(c.ID), Look: ui.Primary, Icon: "plus"})
	}
	return v.page(http.StatusOK, frame{Title: c.Name, Room: "customers"}, page.CustomerPage(view))
}

var contactRoles = map[customers.ContactRole]string{customers.Payable: "Payables", customers.Procurement: "Procurement", customers.Technical: "Technical"}

var taxIDKinds = map[string]string{"eu_vat": "VAT, EU", "gb_vat": "VAT, United Kingdom", "us_ein": "EIN, United States", "ch_uid": "UID, Switzerland",
	"au_abn": "ABN, Australia", "ca_gst": "GST/HST, Canada"}

func taxIDKind(t customers.TaxID) string { return cmp.Or(taxIDKinds[t.Kind], t.Kind+", "+t.Country) }

func customerFacts(c customers.Customer, directory *entities.Directory) []ui.Fact {
	seller, _ := directory.ByID(c.Entity)
	order := "Not needed"
	if c.PORequired {
		order = "Required on every invoice"
	}
	invoice := "With the payer's others"
	if c.OwnInvoice {
		invoice = "Of its own, where somebody else pays"
	}
	return []ui.Fact{
		{Term: "Number", Value: ui.Mono(c.ExternalID)},
		{Term: "Legal name", Value: ui.Text(c.LegalName)},
		{Term: "Kind", Value: ui.Text(capital(string(c.Kind)))},
		{Term: "Sold by", Value: ui.Text(seller.Name)},
		{Term: "Currency", Value: ui.Text(string(c.Currency))},
		{Term: "Purchase order", Value: ui.Text(order)},
		{Term: "Invoice", Value: ui.Text(invoice)},
		{Term: "Customer since", Value: ui.Day(c.SignedUpOn)},
		{Term: "May use", Value: ui.Link("Entitlements", customerAddress(c.ID)+"/entitlements")},
	}
}

func customerPlaces(c customers.Customer) []page.Address {
	places := []page.Address{{Label: "Billing", Lines: addressLines(c.Billing)}}
	if service := addressLines(c.Service); !slices.Equal(service, places[0].Lines) {
		places = append(places, page.Address{Label: "Service", Lines: service})
	}
	return places
}

func addressLines(a customers.Address) []string {
	out := slices.Clone(a.Lines)
	city := a.Postcode + " " + a.City
	if a.Region != "" {
		city = a.City + ", " + a.Region + " " + a.Postcode
	}
	return append(out, city, countryName(a.Country))
}

// countryName is a country in English; a code nobody knows stays a code.
func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.English.Regions().Name(region)
}

func (v *visit) customerFamily(c customers.Customer, view *page.Customer) error {
	members, err := customers.Members(v.ctx, v.DB, c.Account, v.Today())
	if err != nil {
		return err
	}
	for _, m := range members {
		note := "Member"
		switch {
		case m.ID == c.ID:
			continue
		case m.DuplicateOf != 0:
			note = "Duplicate"
		case m.ID == c.Parent:
			note = "Parent"
		case m.Parent == c.ID:
			note = "Child"
		}
		view.Family = append(view.Family, page.FamilyMember{Name: m.Name, Href: customerAddress(m.ID), Note: note})
	}
	return nil
}

func (v *visit) customerContracts(c customers.Customer, view *page.Customer) error {
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Party: c.ID, Limit: 200})
	if err != nil {
		return err
	}
	active := 0
	view.Contracts = ui.TableProps{
		Title: "Contracts", Columns: []ui.Column{{Label: "Contract"}, {Label: "Status"}, {Label: "Term", Kind: ui.Tight}, {Label: "Currency"}},
		Empty: ui.EmptyProps{Title: "No contract yet", Text: "Nothing is charged without one."},
	}
	for _, k := range found {
		status := k.Status(v.Today())
		if status.Running() {
			active++
		}
		d := k.Latest().Document
		view.Contracts.Rows = append(view.Contracts.Rows, ui.Row{Href: contractAddress(k.Number), Cells: ui.Cells(
			ui.TwoLines(k.Number, d.Title), contractStatus(status), ui.Span(d.Term.Span()), ui.Text(string(k.Currency)))})
	}
	view.Stats = append(view.Stats, ui.StatProps{Label: "Active contracts", Value: ui.Count(int64(active)), Note: fmt.Sprintf("%d in all", len(found))})
	return nil
}

// invoicesShown is how many of a customer's invoices its page lists; the rest is one link away.
const invoicesShown = 12

func (v *visit) customerInvoices(c customers.Customer, view *page.Customer) error {
	rows, err := invoicing.List(v.ctx, v.DB, invoicing.Filter{Payer: c.ID, Limit: 500})
	if err != nil {
		return err
	}
	sums, err := invoicing.Sums(v.ctx, v.DB, invoicing.Filter{Payer: c.ID})
	if err != nil {
		return err
	}
	items, err := ledger.OpenOn(v.ctx, v.DB, []customers.AccountID{c.Account}, v.Today())
	if err != nil {
		return err
	}
	open := map[string]money.Amount{}
	var owed []money.Amount
	for _, item := range items {
		if item.Customer == c.ID {
			open[item.Document] = item.Amount
			owed = addAmounts(owed, item.Amount)
		}
	}
	view.Invoices = ui.TableProps{
		Title: "Invoices", Corner: ui.Link("All invoices", fmt.Sprintf("/invoices?payer=%d", c.ID)),
		Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Status"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Due", Kind: ui.Tight}, {Label: "Total", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "No invoice yet", Text: "The first one is issued by the invoice run on the day something is due."},
	}
	lost, err := payments.GivenUp(v.ctx, v.DB)
	if err != nil {
		return err
	}
	var late []money.Amount
	for _, r := range rows {
		if v.invoiceStatus(r, open[r.Number], nil) == "Overdue" {
			late = addAmounts(late, open[r.Number])
		}
	}
	for _, r := range rows[:min(len(rows), invoicesShown)] {
		view.Invoices.Rows = append(view.Invoices.Rows, v.invoiceRow(r, open[r.Number], lost))
	}
	view.Stats = append([]ui.StatProps{
		{Label: "Open", Value: page.Amounts(owed)},
		{Label: "Overdue", Value: page.Amounts(late)},
		{Label: "Invoiced, gross", Value: page.Amounts(grossOf(sums)), Note: documentCount(sums)},
	}, view.Stats...)
	return nil
}

// invoiceRow is a document in a list beside the customer it belongs to.
func (v *visit) invoiceRow(r invoicing.Row, open money.Amount, lost map[string]bool) ui.Row {
	return ui.Row{Href: invoiceAddress(r.Number), Cells: ui.Cells(
		ui.Text(r.Number), ui.Status(v.invoiceStatus(r, open, lost)), ui.Day(r.IssuedOn), ui.Day(r.DueOn), ui.Money(r.Total), ui.Money(money.Zero(r.Total.Currency()).Add(open)))}
}

// invoiceStatus is the word for what became of a document.
func (v *visit) invoiceStatus(r invoicing.Row, open money.Amount, lost map[string]bool) string {
	return subjectKind(string(payments.StatusOf(r, open, lost, v.Today())))
}

func grossOf(sums []invoicing.Sum) []money.Amount {
	var out []money.Amount
	for _, s := range sums {
		out = append(out, s.Total)
	}
	return out
}

func documentCount(sums []invoicing.Sum) string {
	n := int64(0)
	for _, s := range sums {
		n += s.Documents
	}
	return howMany(int(n), "document")
}

// customerTrail is what was done about the whole paying family, latest first.
func (v *visit) customerTrail(c customers.Customer, view *page.Customer) error {
	rows, err := access.AuditPage(v.ctx, v.DB, access.AuditFilter{Subject: access.Subject{Account: int64(c.Account)}, Limit: 15})
	if err != nil && fault.Kind(err) != fault.NotFound {
		return err
	}
	for _, r := range rows {
		view.Trail = append(view.Trail, trailEvent(r))
	}
	return nil
}

// screeningButton leads those who look at it to the list of possible matches.
func (v *visit) screeningButton() []templ.Component {
	if !v.may(get, "/screening") {
		return nil
	}
	return ui.Cells(ui.Button(ui.ButtonProps{Label: "Screening", Href: "/screening"}))
}
