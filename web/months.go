package web

import (
	"fmt"
	"net/http"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// months is the state of the books by month, and the ways to close and reopen.
func (v *visit) months() error { return v.showMonths(http.StatusOK, nil, 0) }

func (v *visit) showMonths(status int, refused error, entity entities.ID) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.scope()
		if err != nil {
			return err
		}
		if entity != 0 {
			s.entity = entity
		}
		if all := s.directory.All(); s.entity == 0 && len(all) > 0 {
			s.entity = all[0].ID
		}
		view, err := v.monthsOf(t, s)
		if err != nil {
			return err
		}
		if refused != nil {
			view.Errors = complaints(refused)
		}
		return v.page(status, frame{Title: "Close", Room: "close"}, page.MonthsPage(view))
	})
}

func (v *visit) monthsOf(t tx, s scope) (page.Months, error) {
	view := page.Months{Head: ui.HeadProps{Title: "Close"}, Entity: fmt.Sprint(s.entity), Reason: v.form("reason"), May: v.may(post, "/close")}
	seller, _ := s.directory.ByID(s.entity)
	view.Head.Sub = "Closed months take no more bookings; what concerns them later is booked in the first open month."
	bar := v.scopeBar("/close", s, false)
	bar.Props.Chips, bar.Fields = bar.Props.Chips[:len(s.directory.All())], nil
	view.Filter = bar
	states, err := ledger.LoadMonths(v.ctx, t)
	if err != nil {
		return view, err
	}
	first, err := ledger.FirstMonth(v.ctx, t, s.entity)
	if err != nil || first.IsZero() {
		return view, err
	}
	next := first
	if through := states.ClosedThrough(s.entity); !through.IsZero() {
		next, view.Closed = through.Next(), through
	}
	if next.Before(v.Today().MonthOf()) {
		view.Next = next
	}
	events, err := ledger.MonthEvents(v.ctx, t, s.entity)
	if err != nil {
		return view, err
	}
	if view.Trail, err = v.monthTrail(t, events); err != nil {
		return view, err
	}
	view.Table = monthTable(states, s, first, v.Today().MonthOf())
	if check := v.queryMonth("check"); !check.IsZero() {
		held, err := invoicing.HeldContracts(v.ctx, t, v.Today())
		if err != nil {
			return view, err
		}
		found, err := revrec.Exceptions(v.ctx, t, s.entity, check, held...)
		if err != nil {
			return view, err
		}
		view.Checked, view.Exceptions = ui.MonthText(check)+" of "+seller.Name, exceptionTable(found)
	}
	return view, nil
}

func monthTable(states *ledger.Months, s scope, first, last period.Month) ui.TableProps {
	t := ui.TableProps{Caption: "Months", Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "State"}, {Label: "Trial balance"}, {Label: "Exceptions"}}}
	for m := last; !m.Before(first); m = m.Prev() {
		word, check := "Open", ui.Link("Look for them", narrowed("/close", "entity", s.entity, "check", m))
		if states.State(s.entity, m) == ledger.MonthClosed {
			word, check = "Closed", ui.Nothing()
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m)), ui.Status(word), ui.Link("Look at it", narrowed("/ledger", "entity", s.entity, "month", m)), check)})
	}
	return t
}

func (v *visit) monthTrail(t tx, all []ledger.MonthEvent) ([]ui.Event, error) {
	called, err := v.people(t)
	if err != nil {
		return nil, err
	}
	var out []ui.Event
	for _, e := range all {
		tone := ui.Good
		if e.Event == ledger.Reopened {
			tone = ui.Warn
		}
		out = append(out, ui.Event{At: e.RecordedAt, By: called[e.ByUser], What: ui.MonthText(e.Month) + " " + string(e.Event), Why: e.Reason, Tone: tone})
	}
	return out, nil
}

func exceptionTable(found []revrec.Exception) *ui.TableProps {
	t := &ui.TableProps{Title: "Exceptions", Columns: []ui.Column{{Label: "Contract"}, {Label: "Line"}, {Label: "What has to be settled"}},
		Empty: ui.EmptyProps{Title: "None", Text: "Everything due is billed and everything earned is recognized: the month may be closed.", Icon: "check"}}
	for _, x := range found {
		contract := ui.Text(fmt.Sprintf("Account %d", x.Account))
		if x.Contract != "" {
			contract = ui.Link(x.Contract, scheduleAddress(x.Contract))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(contract, orDash(x.Line), ui.Text(x.Problem))})
	}
	return t
}

// closeMonth and reopenMonth record what was decided about a month, or say why it cannot be.
func (v *visit) closeMonth() error {
	return v.decideMonth("closed", func(t tx, entity entities.ID, m period.Month) error {
		held, err := invoicing.HeldContracts(v.ctx, t, v.Today())
		if err != nil {
			return err
		}
		return revrec.Close(v.ctx, t, entity, m, v.By, held...)
	})
}

func (v *visit) reopenMonth() error {
	return v.decideMonth("open again", func(t tx, entity entities.ID, m period.Month) error {
		return ledger.RequestReopen(v.ctx, t, entity, m, v.By, v.form("reason"))
	})
}

func (v *visit) decideMonth(word string, decide func(t tx, entity entities.ID, m period.Month) error) error {
	var entity entities.ID
	_, _ = fmt.Sscan(v.form("entity"), &entity) // no number is no entity, which is not found
	month, err := period.ParseMonth(v.form("month"))
	if err != nil {
		return fault.New(fault.Invalid, "%q is no month", v.form("month"))
	}
	err = v.do(func(t tx) error { return decide(t, entity, month) })
	if refusal(err) || fault.Kind(err) == fault.Denied && v.By.Has(access.Accountant) {
		return v.showMonths(http.StatusUnprocessableEntity, err, entity)
	}
	if err != nil {
		return err
	}
	return v.redirect(narrowed("/close", "entity", entity), done(ui.MonthText(month)+" is "+word+"."))
}
