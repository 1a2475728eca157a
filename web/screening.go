package web

import (
	"fmt"
	"net/http"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// screening is the worklist of possible matches with the list of sanctioned parties.
func (v *visit) screening() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all := v.chosen("view", "", "all") == "all"
		found, err := customers.Matches(v.ctx, t, all)
		if err != nil {
			return err
		}
		lists, err := customers.ScreenVersions(v.ctx, t, 1)
		if err != nil {
			return err
		}
		held, err := contracts.HeldPlans(v.ctx, t)
		if err != nil {
			return err
		}
		var ids []customers.ID
		for _, s := range found {
			ids = append(ids, s.Customer)
		}
		called, err := customers.NamesOf(v.ctx, t, ids)
		if err != nil {
			return err
		}
		table := ui.TableProps{Caption: "Possible matches", Columns: []ui.Column{{Label: "Customer"}, {Label: "Is like"}, {Label: "Likeness", Kind: ui.Figures}, {Label: "Waits for it"}, {Label: "Screened", Kind: ui.Tight}, {Label: "Status"}},
			Empty: ui.EmptyProps{Title: "Nothing waits", Text: "Nobody we sell to is like a party of the list, or a person has looked at everybody who is.", Icon: "check"}}
		for _, s := range found {
			waits := "–"
			if plan := held[s.Customer]; plan != "" {
				waits = "Sign-up on " + plan
			}
			table.Rows = append(table.Rows, ui.Row{Href: fmt.Sprintf("/screening/%d", s.ID), Cells: ui.Cells(ui.Text(called[s.Customer]), ui.TwoLines(s.Matches[0].Name, s.Matches[0].Programs),
				ui.Text(percentText(s.Score)), ui.Text(waits), ui.Day(s.On), ui.Status(screenWord(s)))})
		}
		list := page.List{Head: ui.HeadProps{Title: "Screening", Sub: listText(lists), Crumbs: []ui.Anchor{{Label: "Customers", Href: "/customers"}}}, Tables: []ui.TableProps{table},
			Filter: v.views(v.narrowing("/screening", ""), "view", []ui.Option{{Value: "", Label: "Waiting"}, {Value: "all", Label: "All"}})}
		if len(lists) == 0 {
			list.Parts = ui.Cells(page.Notice(page.Note{Title: "No list is imported", Text: "Nobody can sign up before one is: ratable import screening DIR, with the files that OFAC publishes.", Tone: ui.Warn}))
		}
		return v.page(http.StatusOK, frame{Title: "Screening", Room: "customers"}, page.ListPage(list))
	})
}

func listText(lists []customers.ScreenVersion) string {
	if len(lists) == 0 {
		return ""
	}
	l := lists[0]
	return fmt.Sprintf("%s, list %d of %s: %d entries, %d names. The 50 percent rule cannot be told from a list: whoever is owned by listed parties is a person's to find.", l.Source, l.ID, ui.DayText(l.ImportedOn), l.Entries, l.Names)
}

func percentText(score float64) string { return fmt.Sprintf("%.0f %%", score*100) }

func screenWord(s customers.Screening) string {
	switch {
	case s.Result == customers.Clear:
		return "Clear"
	case s.Decision == customers.Undecided:
		return "Waiting"
	}
	return capital(string(s.Decision))
}

func (v *visit) match() error { return v.showMatch(http.StatusOK, nil) }

func (v *visit) showMatch(status int, found []fault.Field) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	s, err := customers.ScreeningByID(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	c, err := customers.Get(v.ctx, v.DB, s.Customer, v.Today())
	if err != nil {
		return err
	}
	table := ui.TableProps{Title: "Parties of the list that it is like", Columns: []ui.Column{{Label: "Entry", Kind: ui.Figures}, {Label: "Name on the list"}, {Label: "Our name"}, {Label: "Likeness", Kind: ui.Figures}, {Label: "Is a"}, {Label: "Programs"}, {Label: "Countries"}},
		Empty: ui.EmptyProps{Title: "None", Text: "No name of the list is near."}}
	for _, m := range s.Matches {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(fmt.Sprint(m.Entry)), ui.Text(m.Name), ui.Text(m.Query), ui.Text(percentText(m.Score)), ui.Text(capital(m.Kind)), ui.Text(m.Programs), ui.Text(strings.Join(m.Countries, ", ")))})
	}
	view := page.Record{
		Head: ui.HeadProps{Title: c.Name, Sub: "Screened on " + ui.DayText(s.On) + fmt.Sprintf(" with list %d", s.List), Status: screenWord(s), Crumbs: []ui.Anchor{{Label: "Screening", Href: "/screening"}}},
		Body: ui.Cells(page.TableOf(table)),
		Rail: ui.Cells(ui.Facts("Customer", v.screenedFacts(c, s))),
	}
	if s.Result == customers.Possible && s.Decision == customers.Undecided && v.may(post, "/screening/:id") {
		view.Rail = append(view.Rail, page.PanelForm(page.Panel{Title: "Decide", Text: "Compare address, birth or registration day and numbers with the entry. Cleared: somebody else, and what waits goes on. Confirmed: nothing is sold. Whoever entered the customer cannot decide.",
			Form: ui.FormProps{Action: fmt.Sprintf("/screening/%d", s.ID), Errors: found}, Verb: ui.ButtonProps{Label: "Record", Look: ui.Primary},
			Fields: []ui.FieldProps{
				{Name: "decision", Label: "It is", Kind: ui.SelectInput, Value: v.form("decision"), Options: []ui.Option{{Value: "", Label: "Choose…"}, {Value: "cleared", Label: "Somebody else"}, {Value: "confirmed", Label: "The listed party"}}, Required: true, Errors: found},
				{Name: "reason", Label: "How you know", Kind: ui.AreaInput, Rows: 3, Value: v.form("reason"), Required: true, Errors: found},
			}}))
	}
	return v.page(status, frame{Title: c.Name + " screening", Room: "customers"}, page.RecordPage(view))
}

func (v *visit) screenedFacts(c customers.Customer, s customers.Screening) []ui.Fact {
	out := []ui.Fact{
		{Term: "Customer", Value: ui.Link(c.Name, customerAddress(c.ID))},
		{Term: "Compared", Value: page.Lines(s.Query)},
		{Term: "Address", Value: page.Lines(append(append([]string{}, c.Billing.Lines...), strings.Join(strings.Fields(c.Billing.City+" "+c.Billing.Region+" "+c.Billing.Postcode), " "), c.Billing.Country))},
		{Term: "Likeness", Value: ui.Text(percentText(s.Score) + ", waits from " + percentText(customers.MatchAt))},
	}
	if s.Decision != customers.Undecided {
		out = append(out, ui.Fact{Term: screenWord(s), Value: page.Lines([]string{s.Reason, ui.DayText(s.DecidedOn)})})
	}
	return out
}

// decideMatch records a decision; cleared sign-ups get their contracts in the same transaction.
func (v *visit) decideMatch() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	var numbers []string
	decision := customers.ScreenDecision(v.form("decision"))
	err = v.do(func(t tx) error {
		s, err := customers.DecideScreening(v.ctx, t, id, decision, v.form("reason"), v.Today(), v.By)
		if err == nil && decision == customers.Cleared {
			numbers, err = contracts.ReleaseSignUps(v.ctx, t, s.Customer, v.Today(), v.By)
		}
		return err
	})
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showMatch(http.StatusUnprocessableEntity, fault.Fields(err))
	case fault.Kind(err) == fault.Denied && v.By.Require(rulers...) == nil:
		return v.showMatch(http.StatusForbidden, []fault.Field{{Path: "decision", Message: sentence(err)}})
	case err != nil:
		return err
	case len(numbers) > 0:
		return v.redirect("/screening", done("Cleared: "+strings.Join(numbers, ", ")+" runs"))
	}
	return v.redirect("/screening", done("Recorded as "+string(decision)))
}
