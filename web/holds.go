package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// held is a hold with the names of what it keeps back.
type held struct {
	invoicing.Hold
	what, href, owner string
}

// said is the hold in a sentence: "Held by Sofia Stern since 3 Mar 2026, because the order is disputed."
func (h held) said() string {
	until := ""
	if !h.EndsOn.IsZero() {
		until = ", until " + ui.DayText(h.EndsOn.AddDays(-1))
	}
	return fmt.Sprintf("Held by %s since %s%s, because: %s", h.owner, ui.DayText(h.StartsOn), until, h.Reason)
}

// holdsNamed gives holds the names of their payers, contracts and owners.
func (v *visit) holdsNamed(q postgres.Querier, all []invoicing.Hold) ([]held, error) {
	var people []customers.ID
	var agreed []int64
	for _, h := range all {
		people, agreed = append(people, h.Payer), append(agreed, int64(h.Contract))
	}
	n, err := v.namesOf(q, unique(people), unique(agreed))
	if err != nil {
		return nil, err
	}
	called, err := v.people(q)
	var out []held
	for _, h := range all {
		x := held{Hold: h, owner: called[h.Owner], what: "Bills of " + n.customers[h.Payer], href: customerAddress(h.Payer)}
		if h.Contract != 0 {
			number := n.contracts[int64(h.Contract)]
			x.what, x.href = "Bills of contract "+number, contractAddress(number)
		}
		out = append(out, x)
	}
	return out, err
}

// holds lists what is held, and by whom; with ?view=all what was, too.
func (v *visit) holds() error {
	f := invoicing.HoldFilter{On: v.Today()}
	if v.chosen("view", "", "all") == "all" {
		f.On = period.Date{}
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := invoicing.Holds(v.ctx, t, f)
		if err != nil {
			return err
		}
		all, err := v.holdsNamed(t, found)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.holdsFile(all)
		}
		list := page.List{
			Head:   ui.HeadProps{Title: "Held bills", Crumbs: []ui.Anchor{{Label: "Customers", Href: "/customers"}}, Others: ui.Cells(v.csvButton())},
			Filter: v.views(v.narrowing("/holds", ""), "view", []ui.Option{{Value: "", Label: "Held now"}, {Value: "all", Label: "All"}}),
			Tables: []ui.TableProps{v.holdTable(all)},
		}
		return v.page(http.StatusOK, frame{Title: "Held bills", Room: "customers"}, page.ListPage(list))
	})
}

func (v *visit) holdTable(all []held) ui.TableProps {
	t := ui.TableProps{Caption: "Held bills", Columns: []ui.Column{{Label: "What", Kind: ui.Tight}, {Label: "Why"}, {Label: "Looked into by"}, {Label: "Since", Kind: ui.Tight}, {Label: "Until", Kind: ui.Tight}, {Label: "Days", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is held", Text: "Bills are held on a customer's page: the runs leave them out until somebody releases them."}}
	releases := v.may(post, "/holds/:account/:id/release")
	if releases {
		t.Columns = append(t.Columns, ui.Column{Label: "Release"})
	}
	for _, h := range all {
		until, end, last := ui.Text("It is released"), v.Today(), ui.Nothing()
		if !h.EndsOn.IsZero() {
			until = ui.Day(h.EndsOn.AddDays(-1))
			end = period.MinDate(end, h.EndsOn)
		}
		switch {
		case h.Released != nil:
			until, end = ui.TwoLines("Released "+ui.DayText(h.Released.On), h.Released.Reason), h.Released.On
		case h.Stands(v.Today()) && releases:
			last = ui.Confirm(ui.ConfirmProps{Label: "Release", Action: fmt.Sprintf("/holds/%d/%d/release", h.Account, h.ID), Confirm: "Release it",
				Text: "The next invoice run bills all that is due, once."})
		}
		cells := ui.Cells(ui.Link(h.what, h.href), ui.Text(h.Reason), ui.Text(h.owner), ui.Day(h.StartsOn), until, ui.Count(int64(max(0, end.Sub(h.StartsOn)))))
		if releases {
			cells = append(cells, last)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

func (v *visit) holdsFile(all []held) error {
	head := []string{"what", "reason", "owner", "starts_on", "ends_on", "released_on", "release_reason"}
	return v.csvFile("holds.csv", head, func(write func(cells ...string) error) error {
		for _, h := range all {
			r := cmp.Or(h.Released, &invoicing.Released{})
			if err := write(h.what, h.Reason, h.owner, h.StartsOn.String(), h.EndsOn.String(), r.On.String(), r.Reason); err != nil {
				return err
			}
		}
		return nil
	})
}

// holdForm asks what of a customer is held, why, until when and who looks into it.
func (v *visit) holdForm() error { return v.showHold(http.StatusOK, nil) }

func (v *visit) showHold(status int, found []fault.Field) error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	agreed, err := contracts.List(v.ctx, v.DB, contracts.Filter{Party: c.ID, Limit: 200})
	if err != nil {
		return err
	}
	what := []ui.Option{{Value: "", Label: "All bills of " + c.Name}}
	for _, k := range agreed {
		what = append(what, ui.Option{Value: k.Number, Label: strings.TrimSuffix("Contract "+k.Number+", "+k.Latest().Document.Title, ", ")})
	}
	users, err := access.ListUsers(v.ctx, v.DB)
	if err != nil {
		return err
	}
	var owners []ui.Option
	for _, u := range users {
		if u.DisabledAt == nil && !slices.Contains(u.Roles, access.Customer) {
			owners = append(owners, ui.Option{Value: fmt.Sprint(u.ID), Label: u.Name})
		}
	}
	at := customerAddress(c.ID)
	view := page.Ask{
		Head: ui.HeadProps{Title: "Hold bills of " + c.Name, Crumbs: []ui.Anchor{{Label: "Customers", Href: "/customers"}, {Label: c.Name, Href: at}}},
		Text: []string{"Invoice runs leave them out and say so. Nothing is lost: when it is released, the next run bills all that is due, once. Revenue is earned meanwhile as ever."},
		Form: ui.FormProps{Action: at + "/hold", Errors: found}, Back: at,
		Fields: []ui.FieldProps{
			{Name: "contract", Label: "What is held", Kind: ui.SelectInput, Options: what, Value: cmp.Or(v.form("contract"), v.query("contract")), Errors: found},
			{Name: "owner", Label: "Who looks into it", Kind: ui.SelectInput, Options: owners, Value: cmp.Or(v.form("owner"), fmt.Sprint(v.By.UserID)), Errors: found},
			{Name: "through", Label: "Held through", Kind: ui.DateInput, Value: v.form("through"), Optional: true, Hint: "Left empty: until somebody releases it", Errors: found},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Hint: "Shown on the run that leaves the bills out", Required: true, Wide: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "Hold the bills", Look: ui.Primary},
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "customers"}, page.AskPage(view))
}

func (v *visit) customerAt() (customers.Customer, error) {
	id, err := v.number("id")
	if err != nil {
		return customers.Customer{}, err
	}
	return customers.Get(v.ctx, v.DB, customers.ID(id), v.Today())
}

func (v *visit) placeHold() error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	h := invoicing.Hold{Account: c.Account, Payer: c.ID, StartsOn: v.Today(), Reason: v.form("reason")}
	h.Owner, _ = strconv.ParseInt(v.form("owner"), 10, 64) // zero is nobody, which the verb refuses
	var found []fault.Field
	if v.form("through") != "" {
		var last period.Date
		if last, found = v.dayTyped("through"); len(found) == 0 {
			h.EndsOn = last.AddDays(1)
		}
	}
	if number := v.form("contract"); number != "" {
		k, err := contracts.Get(v.ctx, v.DB, number)
		if err != nil || k.Account != c.Account {
			found = append(found, fault.Field{Path: "contract", Value: fault.Shown(number), Message: "is no contract of this family"})
		}
		h.Payer, h.Contract = 0, k.ID
	}
	if len(found) == 0 {
		err = v.do(func(t tx) error {
			_, err := invoicing.PlaceHold(v.ctx, t, h, v.By)
			return err
		})
		for _, f := range fault.Fields(err) {
			f.Path = cmp.Or(map[string]string{"ends_on": "through", "payer": "contract"}[f.Path], f.Path)
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return v.showHold(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(customerAddress(c.ID), done("Held. The next invoice runs leave these bills out until it is released."))
}

func (v *visit) releaseHold() error {
	account, err := v.number("account")
	if err != nil {
		return err
	}
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error {
		return invoicing.ReleaseHold(v.ctx, t, customers.AccountID(account), invoicing.HoldID(id), v.Today(), v.form("reason"), v.By)
	}); err != nil {
		return err
	}
	return v.redirect("/holds", done("Released. The next invoice run bills all that is due."))
}

// holdNotes are the holds that stand in a customer's or a contract's way, as notices.
func (v *visit) holdNotes(q postgres.Querier, account customers.AccountID, concerns func(invoicing.Hold) bool) ([]page.Note, error) {
	found, err := invoicing.Holds(v.ctx, q, invoicing.HoldFilter{Accounts: []customers.AccountID{account}, On: v.Today()})
	if err != nil {
		return nil, err
	}
	all, err := v.holdsNamed(q, slices.DeleteFunc(found, func(h invoicing.Hold) bool { return !concerns(h) }))
	var out []page.Note
	for _, h := range all {
		out = append(out, page.Note{Title: h.what + " are held", Text: h.said() + ".", Tone: ui.Warn, Link: ui.Anchor{Label: "All held bills", Href: "/holds"}})
	}
	return out, err
}

// holdTasks are the bills that wait for somebody, the oldest first.
func (v *visit) holdTasks() ([]page.Task, error) {
	found, err := invoicing.Holds(v.ctx, v.DB, invoicing.HoldFilter{On: v.Today()})
	if err != nil {
		return nil, err
	}
	all, err := v.holdsNamed(v.DB, found)
	slices.SortStableFunc(all, func(a, b held) int { return a.StartsOn.Compare(b.StartsOn) })
	var out []page.Task
	for _, h := range all {
		age := "since today"
		if days := v.Today().Sub(h.StartsOn); days > 0 {
			age = "for " + howMany(days, "day")
		}
		out = append(out, page.Task{Word: "Held", What: h.what, Why: fmt.Sprintf("By %s %s: %s", h.owner, age, h.Reason), Href: "/holds", On: period.DateOf(h.At, time.UTC)})
	}
	return out, err
}

// leftOutTable is what holds kept back from a run.
func (v *visit) leftOutTable(q postgres.Querier, title string, all []invoicing.RunHold) (ui.TableProps, error) {
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "Payer"}, {Label: "Why"}, {Label: "Documents", Kind: ui.Figures}, {Label: "Net", Kind: ui.Figures}}}
	var people []customers.ID
	var holds []invoicing.Hold
	for _, l := range all {
		people, holds = append(people, l.Payer), append(holds, l.Hold)
	}
	n, err := v.namesOf(q, people, nil)
	if err != nil {
		return t, err
	}
	named, err := v.holdsNamed(q, holds)
	for i, l := range all {
		why := named[i].said()
		if l.Hold.Released != nil {
			why += "; released " + ui.DayText(l.Hold.Released.On)
		}
		t.Rows = append(t.Rows, ui.Row{Href: customerAddress(l.Payer), Cells: ui.Cells(ui.Text(n.customers[l.Payer]), ui.TwoLines(named[i].what, why), ui.Count(int64(l.Documents)), ui.Money(l.Net))})
	}
	return t, err
}
