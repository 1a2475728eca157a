package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/postgres"
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
