package web

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// programme is one of them: what each contract gives under it, and the way to change it.
func (v *visit) programme() error { return v.showProgramme(http.StatusOK, page.ProgrammeForm{}) }

func (v *visit) showProgramme(status int, form page.ProgrammeForm) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.spending(t)
		if err != nil {
			return err
		}
		people, err := v.people(t)
		if err != nil {
			return err
		}
		var users []customers.ID
		for _, c := range s.Contracts {
			users = append(users, c.Customer)
		}
		n, err := v.namesOf(t, users, nil)
		if err != nil {
			return err
		}
		rec := page.Record{Head: ui.HeadProps{Title: s.Name, Sub: s.Code, Status: programmeStatus(s, v.Today()), Crumbs: []ui.Anchor{{Label: "Programmes", Href: "/programmes"}}},
			Stats: []ui.StatProps{{Label: "Budget", Value: ui.Money(s.Budget)}, {Label: "Given", Value: ui.Money(s.Given)}, {Label: "Ahead", Value: ui.Money(s.Ahead)}, {Label: "Left", Value: ui.Money(s.Left)}},
			Body:  ui.Cells(ui.Table(givingTable(s, n)), ui.Table(givenTable(s, v.Today().MonthOf()))), Rail: ui.Cells(ui.Facts("Programme", programmeFacts(s, people)))}
		for _, note := range unvalued(s) {
			rec.Parts = append(rec.Parts, page.Notice(note))
		}
		if v.may(post, "/programmes/:code") {
			card, err := v.revisionCard(t, s, form)
			if err != nil {
				return err
			}
			rec.Body = append(rec.Body, card)
		}
		return v.page(status, frame{Title: s.Name, Room: "programmes"}, page.RecordPage(rec))
	})
}

func (v *visit) spending(t tx) (contracts.Spending, error) {
	all, err := contracts.ProgrammeReport(v.ctx, t, v.Today())
	if err != nil {
		return contracts.Spending{}, err
	}
	for _, s := range all {
		if s.Code == v.param("code") {
			return s, nil
		}
	}
	return contracts.Spending{}, fault.New(fault.NotFound, "there is no programme of this code")
}

func programmeFacts(s contracts.Spending, people map[int64]string) []ui.Fact {
	facts := []ui.Fact{{Term: "Owner", Value: ui.Text(cmp.Or(people[s.Owner], "–"))}, {Term: "Days", Value: ui.Span(s.Days)}, {Term: "Version", Value: ui.Count(int64(s.Version))}, {Term: "Recorded by", Value: ui.Text(cmp.Or(people[s.By], "–"))}, {Term: "Recorded", Value: ui.At(s.RecordedAt)}}
	if s.Reason != "" {
		facts = append(facts, ui.Fact{Term: "Changed because", Value: ui.Text(s.Reason)})
	}
	return facts
}

func givingTable(s contracts.Spending, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Contracts", Title: "Contracts", Columns: []ui.Column{{Label: "Contract"}, {Label: "Customer"}, {Label: "Given", Kind: ui.Figures}, {Label: "Ahead", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No approved contract gives anything under it"}}
	for _, c := range s.Contracts {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(c.Number, contractAddress(c.Number)), n.customerLink(c.Customer), ui.Money(c.Given), ui.Money(c.Ahead))})
	}
	return t
}

// givenTable is the same by line and month, so far and ahead.
func givenTable(s contracts.Spending, now period.Month) ui.TableProps {
	t := ui.TableProps{Caption: "By line and month", Title: "By line and month", Columns: []ui.Column{{Label: "Contract"}, {Label: "Line"}, {Label: "Month", Kind: ui.Tight}, {Label: "Given", Kind: ui.Figures}, {Label: "Ahead", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is given away"}}
	for _, c := range s.Contracts {
		for _, g := range c.Lines {
			given, ahead := ui.Money(g.Amount), ui.Text("")
			if now.Before(g.Month) {
				given, ahead = ahead, given
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(c.Number, contractAddress(c.Number)), ui.Mono(g.Line), ui.Text(ui.MonthText(g.Month)), given, ahead)})
		}
	}
	return t
}

func (v *visit) revisionCard(t tx, s contracts.Spending, form page.ProgrammeForm) (templ.Component, error) {
	if form.Errors == nil {
		form = page.ProgrammeForm{Name: s.Name, Owner: fmt.Sprint(s.Owner), Budget: s.Budget.String(), Starts: s.Days.Start.String(), Ends: s.Days.End.AddDays(-1).String()}
	}
	form.Revised, form.Currency = true, string(s.Budget.Currency())
	form.Action, form.Title, form.Button = programmeAddress(s.Code), "Change the programme", "Record the change"
	full, err := v.programmeForm(t, form)
	if err != nil {
		return nil, err
	}
	return page.ProgrammeCard(*full), nil
}

func (v *visit) reviseProgramme() error {
	var was contracts.Spending
	err := v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		was, err = v.spending(t)
		return err
	})
	if err != nil {
		return err
	}
	if err := v.echo.Request().ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form cannot be read")
	}
	v.echo.Request().Form.Set("currency", string(was.Budget.Currency()))
	p, form := v.typedProgramme()
	p.Code = was.Code
	if len(form.Errors) == 0 {
		err := v.do(func(t tx) error { return contracts.ReviseProgramme(v.ctx, t, p, v.By) })
		if err == nil {
			return v.redirect(programmeAddress(p.Code), done("The change is recorded"))
		}
		if form.Errors = fault.Fields(err); len(form.Errors) == 0 {
			return err
		}
	}
	return v.showProgramme(http.StatusUnprocessableEntity, form)
}
