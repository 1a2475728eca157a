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
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

var statusWords = map[contracts.Status]string{contracts.InApproval: "Waiting"}

// statusWord is where a contract stands, in one word.
func statusWord(s contracts.Status) string { return cmp.Or(statusWords[s], capital(string(s))) }

func contractStatus(s contracts.Status) templ.Component { return ui.Status(statusWord(s)) }

// contracts is the list: found by number or by any name of a party.
func (v *visit) contracts() error {
	o := v.order("number", "customer", "from", "through")
	f := contracts.Filter{
		Search: v.query("q"), Waiting: v.query("view") == "waiting", Ending: v.endingView(), Entity: entities.ID(v.queryNumber("entity")), Currency: money.Currency(v.query("currency")),
		Sort: contracts.Sort(o.String()), Before: contracts.ID(v.queryNumber("after")), Limit: pageLength + 1,
	}
	var err error
	if f.Parties, err = v.partiesCalled(f.Search); err != nil {
		return err
	}
	if f.Ranked, err = v.ranked(v.DB, o); err != nil {
		return err
	}
	if v.query("format") == "csv" {
		return v.contractsFile(f)
	}
	found, err := contracts.List(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(c contracts.Contract) string { return fmt.Sprint(c.ID) })
	rows, err := v.contractRows(found)
	if err != nil {
		return err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	list := page.List{Head: ui.HeadProps{Title: "Contracts", Others: ui.Cells(v.csvButton())}, Tables: []ui.TableProps{v.contractTable(o, rows, pager)}}
	list.Filter = v.views(v.narrowing("/contracts", "Number, customer, payer",
		ui.FieldProps{Name: "entity", Label: "Sold by", Kind: ui.SelectInput, Options: entityOptions(directory)},
		ui.FieldProps{Name: "currency", Label: "Currency", Placeholder: "EUR"}), "view", []ui.Option{{Value: "", Label: "All"}, {Value: "waiting", Label: "Waiting for approval"}, {Value: "renewals", Label: "Ending or renewing in 90 days"}})
	if v.may(get, "/contracts/new") {
		list.Head.Action = ui.Button(newContract)
		list.Tables[0].Empty.Action = &newContract
	}
	return v.page(http.StatusOK, frame{Title: "Contracts", Room: "contracts"}, page.ListPage(list))
}

var newContract = ui.ButtonProps{Label: "New contract", Href: "/contracts/new", Look: ui.Primary, Icon: "plus"}

func (v *visit) contractTable(o order, rows []contractRow, pager ui.Pager) ui.TableProps {
	t := ui.TableProps{
		Caption: "Contracts", Pager: &pager,
		Columns: []ui.Column{v.column(o, "number", "Contract", ui.Words), v.column(o, "customer", "Customer", ui.Words), {Label: "Status"}, v.column(o, "from", "From", ui.Tight), v.column(o, "through", "Through", ui.Tight),
			{Label: "At the end"}, {Label: "Sold by"}, {Label: "Currency"}, {Label: "Versions", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No contract matches", Text: "A contract is found by its number or by any name of its customer or payer."},
	}
	for _, r := range rows {
		customer := ui.Text(r.customer)
		if r.payer != "" {
			customer = ui.TwoLines(r.customer, "paid by "+r.payer)
		}
		t.Rows = append(t.Rows, ui.Row{Href: contractAddress(r.number), Cells: ui.Cells(ui.TwoLines(r.number, r.title), customer, ui.Status(r.status), ui.Day(r.term.Start), ui.Day(r.term.Last()),
			endCell(r), ui.Text(r.entity), ui.Text(r.currency), ui.Count(int64(r.versions)))})
	}
	return t
}

// partiesCalled are the customers that a search may mean.
func (v *visit) partiesCalled(text string) ([]customers.ID, error) {
	if text == "" {
		return nil, nil
	}
	return customers.Matching(v.ctx, v.DB, customers.Filter{Search: text, Duplicates: true}, v.Today())
}

// contractRow is a contract in a list, with the names of its parties.
type contractRow struct {
	number, title, customer, payer, entity, currency, status string // no payer: the customer pays
	term                                                     period.Span
	versions                                                 int
	end                                                      string      // what happens when the term is over
	noticeBy                                                 period.Date // last day for notice; none: it does not renew by itself
}

func (v *visit) contractRows(found []contracts.Contract) ([]contractRow, error) {
	var ids []customers.ID
	for _, c := range found {
		ids = append(ids, c.Customer, c.PayerOn(v.Today()))
	}
	parties, err := customers.LoadMany(v.ctx, v.DB, ids, v.Today())
	if err != nil {
		return nil, err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	rows := make([]contractRow, len(found))
	for i, c := range found {
		d := c.Latest().Document
		seller, _ := directory.ByID(c.Entity)
		rows[i] = contractRow{
			number: c.Number, title: d.Title, customer: parties[c.Customer].Name, entity: seller.Name, currency: string(c.Currency),
			status: statusWord(c.Status(v.Today())), term: d.Term.Span(), versions: len(c.History),
		}
		rows[i].end, rows[i].noticeBy = atTheEnd(c)
		if payer := c.PayerOn(v.Today()); payer != c.Customer {
			rows[i].payer = parties[payer].Name
		}
	}
	return rows, nil
}

// contractsFile is the list as it is filtered, all of it.
func (v *visit) contractsFile(f contracts.Filter) error {
	head := []string{"number", "title", "customer", "payer", "entity", "currency", "status", "from", "through", "at the end", "notice by", "versions"}
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
				if err := write(r.number, r.title, r.customer, cmp.Or(r.payer, r.customer), r.entity, r.currency, r.status,
					r.term.Start.String(), r.term.Last().String(), r.end, r.noticeBy.String(), fmt.Sprint(r.versions)); err != nil {
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
	customer, payer customers.Customer // who pays today
	parties         map[customers.ID]customers.Customer
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
	ids := []customers.ID{c.Customer, c.Payer}
	for _, change := range c.Payers {
		ids = append(ids, change.Payer)
	}
	for _, named := range c.Users {
		ids = append(ids, named)
	}
	if signer := c.Latest().Document.Signer; signer != "" {
		found, err := customers.Resolve(v.ctx, v.DB, []string{signer})
		if err != nil {
			return dossier{}, err
		}
		ids = append(ids, found[signer].ID)
	}
	if d.parties, err = customers.LoadMany(v.ctx, v.DB, unique(ids), v.Today()); err != nil {
		return dossier{}, err
	}
	d.customer, d.payer = d.parties[c.Customer], d.parties[c.PayerOn(v.Today())]
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
			{Label: "Revenue schedule", Href: "/revenue" + at},                 // shown to those who keep the books
			{Label: "Judgment", Href: at + "/judgment", On: tab == "judgment"}, // so is this
			{Label: "History", Href: at + "/history", On: tab == "history", Count: len(d.History)},
			{Label: "Document", Href: at + "/document", On: tab == "document"},
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
	view := page.Contract{Head: d.head(v, ""), Facts: append(v.subscriptionFacts(d), d.facts()...), Lines: d.lines(), Actions: v.contractActions(d)}
	if view.Notes, err = v.contractHolds(d); err != nil {
		return err
	}
	files, audited := []contracts.Attachment(nil), []access.AuditRow(nil)
	if view.Files, files, err = v.files(d); err != nil {
		return err
	}
	if audited, err = v.deedsOf(d); err != nil {
		return err
	}
	view.Trail = d.trail(files, audited)
	if view.Decision, err = v.decision(d, problem); err != nil {
		return err
	}
	if pending, ok := d.Pending(); ok {
		var before *contracts.Document
		if a, agreed := d.Agreement(); agreed {
			was := a.Latest().Document
			before = &was
			view.Changes, view.From = differences(d.catalog, was, pending.Document), countsFrom(pending.Document)
			if v.may(get, "/contracts/:number/treatment") {
				view.Notes = append(view.Notes, page.Note{Title: fmt.Sprintf("Version %d is not signed yet", pending.Number), Tone: ui.Info, Text: "By which treatment, with what revenue in which month:",
					Link: ui.Anchor{Label: "How this change would be accounted for", Href: treatmentAddress(d.Number)}})
			}
		}
		rules, err := contracts.LoadRules(v.ctx, v.DB)
		if err != nil {
			return err
		}
		view.Reviews = reviewViews(pending.Document.Review(before, rules, pending.EnteredOn))
	}
	if err := v.contractBooks(d, &view); err != nil {
		return err
	}
	if err := v.contractSpending(d, &view); err != nil {
		return err
	}
	return v.page(status, frame{Title: d.Number, Room: "contracts"}, page.ContractPage(view))
}
