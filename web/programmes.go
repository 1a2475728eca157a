package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// programmes lists why value is given away, with what each gave against its budget.
func (v *visit) programmes() error { return v.showProgrammes(http.StatusOK, page.ProgrammeForm{}) }

func (v *visit) showProgrammes(status int, form page.ProgrammeForm) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all, err := contracts.ProgrammeReport(v.ctx, t, v.Today())
		if err != nil {
			return err
		}
		people, err := v.people(t)
		if err != nil {
			return err
		}
		view := page.Programmes{Table: programmeTable(all, people, v.Today())}
		for _, s := range all {
			view.Notes = append(view.Notes, unvalued(s)...)
		}
		if v.may(post, "/programmes") {
			if view.Form, err = v.programmeForm(t, form); err != nil {
				return err
			}
		}
		return v.page(status, frame{Title: "Programmes", Room: "programmes"}, page.ProgrammeList(view))
	})
}

func programmeAddress(code string) string { return "/programmes/" + code }

func programmeTable(all []contracts.Spending, people map[int64]string, today period.Date) ui.TableProps {
	t := ui.TableProps{Caption: "Programmes", Columns: []ui.Column{{Label: "Programme"}, {Label: "Owner"}, {Label: "Status"}, {Label: "Days", Kind: ui.Tight}, {Label: "Budget", Kind: ui.Figures}, {Label: "Given", Kind: ui.Figures}, {Label: "Ahead", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No programme yet", Text: "Discounts and credits may name a programme once there is one."}}
	for _, s := range all {
		t.Rows = append(t.Rows, ui.Row{Href: programmeAddress(s.Code), Muted: !today.Before(s.Days.End), Cells: ui.Cells(
			ui.TwoLines(s.Name, s.Code), ui.Text(cmp.Or(people[s.Owner], "–")), ui.Status(programmeStatus(s, today)), ui.Span(s.Days),
			ui.Money(s.Budget), ui.Money(s.Given), ui.Money(s.Ahead), ui.Money(s.Left))})
	}
	return t
}

func programmeStatus(s contracts.Spending, today period.Date) string {
	switch {
	case s.Left.Sign() < 0:
		return "Overdrawn"
	case today.Before(s.Days.Start):
		return "Planned"
	case today.Before(s.Days.End):
		return "Active"
	}
	return "Ended"
}

// unvalued names what could not be counted against a budget.
func unvalued(s contracts.Spending) []page.Note {
	var out []page.Note
	for _, c := range s.Unvalued {
		out = append(out, page.Note{Title: fmt.Sprintf("%s: what is given in %s is not counted", s.Name, c), Text: fmt.Sprintf("There is no rate from %s to %s. Load one, and the figures are whole.", c, s.Budget.Currency()), Tone: ui.Warn})
	}
	return out
}

// programmeForm gives a form its choices.
func (v *visit) programmeForm(t tx, form page.ProgrammeForm) (*page.ProgrammeForm, error) {
	users, err := access.ListUsers(v.ctx, t)
	if err != nil {
		return nil, err
	}
	n, err := v.namesOf(t, nil, nil)
	if err != nil {
		return nil, err
	}
	users = slices.DeleteFunc(users, func(u access.User) bool { return u.CustomerID != 0 || u.DisabledAt != nil })
	form.Owners = options("Choose", users, func(u access.User) ui.Option { return ui.Option{Value: fmt.Sprint(u.ID), Label: u.Name} })
	for _, e := range n.entities.All() {
		one := ui.Option{Value: string(e.Currency), Label: string(e.Currency)}
		if !slices.Contains(form.Currencies, one) {
			form.Currencies = append(form.Currencies, one)
		}
	}
	if len(form.Currencies) > 0 {
		form.Currency = cmp.Or(form.Currency, form.Currencies[0].Value)
	}
	if !form.Revised {
		form.Action, form.Title, form.Button = "/programmes", "Add a programme", "Add the programme"
	}
	return &form, nil
}

// typedProgramme reads the form back, and what of it cannot be read.
func (v *visit) typedProgramme() (contracts.Programme, page.ProgrammeForm) {
	f := page.ProgrammeForm{Code: v.form("code"), Name: v.form("name"), Owner: v.form("owner"), Currency: v.form("currency"),
		Budget: v.form("budget"), Starts: v.form("starts"), Ends: v.form("ends"), Reason: v.form("reason")}
	p := contracts.Programme{Code: f.Code, Name: f.Name, Reason: f.Reason}
	p.Owner, _ = strconv.ParseInt(f.Owner, 10, 64)
	refuse := func(path, value, message string) {
		f.Errors = append(f.Errors, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
	}
	c, err := money.ParseCurrency(f.Currency)
	if err != nil {
		refuse("currency", f.Currency, "is not a currency")
		return p, f
	}
	if p.Budget, err = money.ParseAmount(f.Budget, c); err != nil {
		refuse("budget", f.Budget, "is not an amount such as 5000.00")
	}
	for _, day := range []struct {
		path, text string
		into       *period.Date
		add        int
	}{{"starts", f.Starts, &p.Days.Start, 0}, {"ends", f.Ends, &p.Days.End, 1}} {
		d, err := period.ParseDate(day.text)
		if err != nil {
			refuse(day.path, day.text, "is not a day such as 2026-12-31")
			continue
		}
		*day.into = d.AddDays(day.add)
	}
	return p, f
}

func (v *visit) addProgramme() error {
	p, form := v.typedProgramme()
	if len(form.Errors) == 0 {
		err := v.do(func(t tx) error { return contracts.AddProgramme(v.ctx, t, p, v.By) })
		switch {
		case err == nil:
			return v.redirect("/programmes", done(p.Name+" may be named in contracts"))
		case fault.Kind(err) == fault.Conflict:
			form.Errors = []fault.Field{{Path: "code", Message: "belongs to a programme already"}}
		case len(fault.Fields(err)) > 0:
			form.Errors = fault.Fields(err)
		default:
			return err
		}
	}
	return v.showProgrammes(http.StatusUnprocessableEntity, form)
}
