package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// pageLength is how many lines a list shows.
const pageLength = 50

// customers is the list: found by anything a customer is known by, narrowed by seller and country.
func (v *visit) customers() error {
	o := v.order("name", "number", "since")
	f := customers.Filter{
		Search: v.query("q"), Entity: entities.ID(v.queryNumber("entity")), Country: v.query("country"),
		Sort: customers.Sort(o.String()), After: customers.ID(v.queryNumber("after")), Limit: pageLength + 1,
	}
	if v.query("format") == "csv" {
		return v.customersFile(f)
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		n, err := v.namesOf(t, nil, nil)
		if err != nil {
			return err
		}
		found, err := customers.List(v.ctx, t, f, v.Today())
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(c customers.Customer) string { return fmt.Sprint(c.ID) })
		table, err := v.customerTable(t, o, f, found, n)
		if err != nil {
			return err
		}
		table.Pager = &pager
		list := page.List{
			Head: ui.HeadProps{Title: "Customers", Others: append(v.screeningButton(), ui.Button(ui.ButtonProps{Label: "Held bills", Href: "/holds"}), v.csvButton())},
			Filter: v.narrowing("/customers", "Name, number, e-mail, tax ID",
				ui.FieldProps{Name: "entity", Label: "Sold by", Kind: ui.SelectInput, Options: entityOptions(n.entities)},
				ui.FieldProps{Name: "country", Label: "Country", Placeholder: "DE", Hint: "Two letters, of the billing address"}),
			Tables: []ui.TableProps{table},
		}
		return v.page(http.StatusOK, frame{Title: "Customers", Room: "customers"}, page.ListPage(list))
	})
}

// customerTable shows a page of the list; its footer is what all that match owe.
func (v *visit) customerTable(t tx, o order, f customers.Filter, found []customers.Customer, n names) (ui.TableProps, error) {
	table := ui.TableProps{
		Caption: "Customers",
		Columns: []ui.Column{v.column(o, "name", "Customer", ui.Words), v.column(o, "number", "Number", ui.Tight), {Label: "Place"}, {Label: "Kind"}, {Label: "Sold by"}, v.column(o, "since", "Since", ui.Tight), {Label: "Open", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "No customer matches", Text: "A customer is found by any part of a name, number, e-mail address or tax identity.", Action: &ui.ButtonProps{Label: "Show all", Href: "/customers"}},
	}
	matching, err := customers.Matching(v.ctx, t, f, v.Today())
	if err != nil {
		return table, err
	}
	open, err := v.openByPayer(t, nil)
	if err != nil {
		return table, err
	}
	for _, c := range found {
		table.Rows = append(table.Rows, ui.Row{Href: customerAddress(c.ID), Cells: ui.Cells(ui.Text(c.Name), ui.Mono(c.ExternalID), ui.Text(place(c.Billing)), ui.Text(capital(string(c.Kind))),
			ui.Text(n.entity(c.Entity)), ui.Day(c.SignedUpOn), page.Amounts(open[c.ID]))})
	}
	var owed []money.Amount
	for _, id := range matching {
		owed = addAmounts(owed, open[id]...)
	}
	none := ui.Text("")
	table.Foot = []ui.Row{{Cells: ui.Cells(ui.Text(howMany(len(matching), "customer")), none, none, none, none, none, page.Amounts(owed))}}
	return table, nil
}

// paged cuts a list that was asked for one line more than shown, and says how to go on. A reader who is not on the
// first page finds the way back to it.
func paged[T any](v *visit, found []T, key func(T) string) ([]T, ui.Pager) {
	pager := ui.Pager{}
	if v.query("after") != "" {
		pager.First = v.with()
	}
	if len(found) > pageLength {
		found = found[:pageLength]
		pager.Next = v.with("after", key(found[len(found)-1]))
	}
	pager.Summary = strconv.Itoa(len(found)) + " shown"
	return found, pager
}

func customerAddress(id customers.ID) string { return fmt.Sprintf("/customers/%d", id) }

// place is an address in a list: city and country.
func place(a customers.Address) string {
	if a.City == "" {
		return a.Country
	}
	return a.City + ", " + a.Country
}

func entityOptions(d *entities.Directory) []ui.Option {
	options := []ui.Option{{Value: "", Label: "Any"}}
	for _, e := range d.All() {
		options = append(options, ui.Option{Value: fmt.Sprint(e.ID), Label: e.Name})
	}
	return options
}

// openByPayer is what each payer of some accounts (nil: of all) still owes, by currency.
func (v *visit) openByPayer(q postgres.Querier, accounts []customers.AccountID) (map[customers.ID][]money.Amount, error) {
	items, err := ledger.OpenOn(v.ctx, q, accounts, v.Today())
	if err != nil {
		return nil, err
	}
	open := map[customers.ID][]money.Amount{}
	for _, item := range items {
		open[item.Customer] = addAmounts(open[item.Customer], item.Amount)
	}
	return open, nil
}

// addAmounts keeps one sum a currency, in the order of their codes.
func addAmounts(sums []money.Amount, more ...money.Amount) []money.Amount {
	by := map[money.Currency]money.Amount{}
	for _, a := range append(slices.Clone(sums), more...) {
		by[a.Currency()] = by[a.Currency()].Add(a)
	}
	return slices.SortedFunc(maps.Values(by), func(a, b money.Amount) int { return cmp.Compare(a.Currency(), b.Currency()) })
}

// customersFile is the list as it is filtered and sorted, all of it.
func (v *visit) customersFile(f customers.Filter) error {
	head := []string{"id", "number", "name", "legal_name", "kind", "country", "city", "entity", "currency", "signed_up_on", "open"}
	f.After, f.Limit = 0, 500
	return v.csvFile("customers.csv", head, func(write func(cells ...string) error) error {
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			n, err := v.namesOf(t, nil, nil)
			if err != nil {
				return err
			}
			open, err := v.openByPayer(t, nil)
			if err != nil {
				return err
			}
			for {
				found, err := customers.List(v.ctx, t, f, v.Today())
				if err != nil || len(found) == 0 {
					return err
				}
				for _, c := range found {
					seller, _ := n.entities.ByID(c.Entity)
					if err := write(fmt.Sprint(c.ID), c.ExternalID, c.Name, c.LegalName, string(c.Kind), c.Billing.Country, c.Billing.City,
						seller.Code, string(c.Currency), c.SignedUpOn.String(), amountsText(open[c.ID])); err != nil {
						return err
					}
				}
				f.After = found[len(found)-1].ID
			}
		})
	})
}

// amountsText writes sums by currency in one cell: "120.00 EUR, 45.00 USD".
func amountsText(all []money.Amount) string {
	var out []string
	for _, a := range all {
		out = append(out, a.String()+" "+string(a.Currency()))
	}
	return strings.Join(out, ", ")
}

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
	for _, fill := range []func(customers.Customer, *page.Customer) error{v.customerNotes, v.customerFamily, v.customerContracts, v.customerInvoices, v.customerStory, v.customerTrail} {
		if err := fill(c, &view); err != nil {
			return err
		}
	}
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
	var late []money.Amount
	for _, r := range rows {
		if v.invoiceStatus(r, open[r.Number]) == "Overdue" {
			late = addAmounts(late, open[r.Number])
		}
	}
	for _, r := range rows[:min(len(rows), invoicesShown)] {
		view.Invoices.Rows = append(view.Invoices.Rows, v.invoiceRow(r, open[r.Number]))
	}
	view.Stats = append([]ui.StatProps{
		{Label: "Open", Value: page.Amounts(owed)},
		{Label: "Overdue", Value: page.Amounts(late)},
		{Label: "Invoiced, gross", Value: page.Amounts(grossOf(sums)), Note: documentCount(sums)},
	}, view.Stats...)
	return nil
}

// invoiceRow is a document in a list beside the customer it belongs to.
func (v *visit) invoiceRow(r invoicing.Row, open money.Amount) ui.Row {
	return ui.Row{Href: invoiceAddress(r.Number), Cells: ui.Cells(
		ui.Text(r.Number), ui.Status(v.invoiceStatus(r, open)), ui.Day(r.IssuedOn), ui.Day(r.DueOn), ui.Money(r.Total), ui.Money(money.Zero(r.Total.Currency()).Add(open)))}
}

// invoiceStatus is derived from what stands booked: a status is never stored.
func (v *visit) invoiceStatus(r invoicing.Row, open money.Amount) string {
	switch {
	case r.Voided:
		return "Void"
	case r.Kind == entities.CreditNote:
		return "Credited"
	case open.Sign() <= 0:
		return "Paid"
	case r.DueOn.Before(v.Today()):
		return "Overdue"
	case open.Cmp(r.Total) < 0:
		return "Partial"
	}
	return "Open"
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
