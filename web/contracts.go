package web

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/web/page"
	"ratable/web/ui"
)

var statusWords = map[contracts.Status]string{contracts.InApproval: "Waiting"}

// statusWord is where a contract stands, in one word.
func statusWord(s contracts.Status) string { return cmp.Or(statusWords[s], capital(string(s))) }

func contractStatus(s contracts.Status) templ.Component { return ui.Status(statusWord(s)) }

// contracts is the list: found by number or by any name of a party.
func (v *visit) contracts() error {
	f := contracts.Filter{Search: v.query("q"), Waiting: v.query("view") == "waiting", Before: contracts.ID(v.queryNumber("after")), Limit: pageLength + 1}
	var err error
	if f.Parties, err = v.partiesCalled(f.Search); err != nil {
		return err
	}
	if v.query("format") == "csv" {
		return v.contractsFile(f)
	}
	found, err := contracts.List(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	entry, _ := v.find(get, "/contracts/new")
	view := page.Contracts{
		Filter: ui.FilterProps{
			Action: "/contracts", Query: f.Search, Placeholder: "Number, customer, payer", Keep: []ui.Value{{Name: "view", Value: v.query("view")}},
			Chips: []ui.Chip{{Label: "All", Href: v.with("view", ""), On: !f.Waiting}, {Label: "Waiting for approval", Href: v.with("view", "waiting"), On: f.Waiting}},
		},
		CSV: v.with("format", "csv"), MayAdd: entry.allowed(v.By),
	}
	found, view.Pager = paged(v, found, func(c contracts.Contract) string { return fmt.Sprint(c.ID) })
	if view.Rows, err = v.contractRows(found); err != nil {
		return err
	}
	return v.page(http.StatusOK, frame{Title: "Contracts", Room: "contracts"}, page.ContractList(view))
}

// partiesCalled are the customers that a search may mean.
func (v *visit) partiesCalled(text string) ([]customers.ID, error) {
	if text == "" {
		return nil, nil
	}
	found, err := customers.List(v.ctx, v.DB, customers.Filter{Search: text, Limit: 500}, v.Today())
	if err != nil {
		return nil, err
	}
	ids := make([]customers.ID, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	return ids, nil
}

func (v *visit) contractRows(found []contracts.Contract) ([]page.ContractRow, error) {
	var ids []customers.ID
	for _, c := range found {
		ids = append(ids, c.Customer, c.Payer)
	}
	parties, err := customers.LoadMany(v.ctx, v.DB, ids, v.Today())
	if err != nil {
		return nil, err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	rows := make([]page.ContractRow, len(found))
	for i, c := range found {
		d := c.Latest().Document
		seller, _ := directory.ByID(c.Entity)
		rows[i] = page.ContractRow{
			Href: contractAddress(c.Number), Number: c.Number, Title: d.Title, Customer: parties[c.Customer].Name, Entity: seller.Name,
			Currency: string(c.Currency), Status: statusWord(c.Status(v.Today())), Term: d.Term.Span(), Versions: len(c.History),
		}
		if c.Payer != c.Customer {
			rows[i].Payer = parties[c.Payer].Name
		}
	}
	return rows, nil
}

// contractsFile is the list as it is filtered, all of it.
func (v *visit) contractsFile(f contracts.Filter) error {
	head := []string{"number", "title", "customer", "payer", "entity", "currency", "status", "from", "through", "versions"}
	f.Before, f.Limit = 0, 500
	return v.csvFile("contracts.csv", head, func(write func(cells ...string) error) error {
		for {
			found, err := contracts.List(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			rows, err := v.contractRows(found)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := write(r.Number, r.Title, r.Customer, cmp.Or(r.Payer, r.Customer), r.Entity, r.Currency, r.Status,
					r.Term.Start.String(), r.Term.Last().String(), fmt.Sprint(r.Versions)); err != nil {
					return err
				}
			}
			f.Before = found[len(found)-1].ID
		}
	})
}

// dossier is a contract with what its pages need to name things.
type dossier struct {
	contracts.Contract
	customer, payer customers.Customer
	entity          entities.Entity
	catalog         *catalog.Catalog
	people          map[int64]string // users by id
}

func (v *visit) dossier(number string) (dossier, error) {
	c, err := contracts.Get(v.ctx, v.DB, number)
	if err != nil {
		return dossier{}, err
	}
	d := dossier{Contract: c, people: map[int64]string{0: "Ratable"}}
	parties, err := customers.LoadMany(v.ctx, v.DB, []customers.ID{c.Customer, c.Payer}, v.Today())
	if err != nil {
		return dossier{}, err
	}
	d.customer, d.payer = parties[c.Customer], parties[c.Payer]
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return dossier{}, err
	}
	d.entity, _ = directory.ByID(c.Entity)
	if d.catalog, err = catalog.Load(v.ctx, v.DB); err != nil {
		return dossier{}, err
	}
	users, err := access.ListUsers(v.ctx, v.DB)
	for _, u := range users {
		d.people[u.ID] = u.Name
	}
	return d, err
}

// head is the top of each of the contract's pages.
func (d dossier) head(v *visit, tab string) ui.HeadProps {
	at := contractAddress(d.Number)
	h := ui.HeadProps{
		Title: d.Number, Status: statusWord(d.Status(v.Today())), Sub: d.Latest().Document.Title,
		Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.customer.Name, Href: customerAddress(d.Customer)}},
		Tabs: []ui.Tab{
			{Label: "Overview", Href: at, On: tab == ""},
			{Label: "What it will bill", Href: at + "/outlook", On: tab == "outlook"},
			{Label: "Revenue schedule", Href: "/revenue" + at}, // shown to those who keep the books
			{Label: "Document", Href: at + "/document", On: tab == "document", Count: len(d.History)},
		},
	}
	if v.may(get, "/contracts/new") {
		amend := "Amend"
		if r, waits := d.Pending(); waits && r.Last() == "" {
			amend = "Edit"
		}
		h.Others = ui.Cells(
			ui.Button(ui.ButtonProps{Label: "Duplicate", Href: "/contracts/new?copy=" + escape(d.Number), Icon: "copy"}),
			ui.Button(ui.ButtonProps{Label: amend, Href: at + "/amend"}))
	}
	return h
}

// contract is the overview of one contract.
func (v *visit) contract() error { return v.showContract(http.StatusOK, v.param("number"), "") }

// showContract renders the overview; problem is why the press of a button on it was refused.
func (v *visit) showContract(status int, number, problem string) error {
	d, err := v.dossier(number)
	if err != nil {
		return err
	}
	view := page.Contract{Head: d.head(v, ""), Facts: d.facts(), Lines: d.lines(), Trail: d.trail()}
	if view.Decision, err = v.decision(d, problem); err != nil {
		return err
	}
	if pending, ok := d.Pending(); ok {
		var before *contracts.Document
		if a, agreed := d.Agreement(); agreed {
			was := a.Latest().Document
			before = &was
			view.Changes, view.From = differences(d.catalog, was, pending.Document), countsFrom(pending.Document)
		}
		view.Reviews = reviewViews(pending.Document.Review(before, v.Today()))
	}
	if err := v.contractBooks(d, &view); err != nil {
		return err
	}
	return v.page(status, frame{Title: d.Number, Room: "contracts"}, page.ContractPage(view))
}
