package web

import (
	"fmt"
	"net/http"

	"ratable/closing"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// months is the state of the books by month: what is closed, how long it took, and what waits for an answer.
func (v *visit) months() error { return v.showMonths(http.StatusOK, nil, 0) }

func (v *visit) showMonths(status int, refused error, entity entities.ID) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.closeScope(entity)
		if err != nil {
			return err
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

// closeScope is the entity the pages are about: the first where none is chosen.
func (v *visit) closeScope(entity entities.ID) (scope, error) {
	s, err := v.scope()
	if entity != 0 {
		s.entity = entity
	} else if e, ok := s.directory.ByCode(v.query("code")); err == nil && ok {
		s.entity = e.ID
	}
	if err == nil && s.entity == 0 && len(s.directory.All()) > 0 {
		s.entity = s.directory.All()[0].ID
	}
	return s, err
}

// booksOf is how far the months of an entity have come.
type booksOf struct {
	entity entities.Entity
	states *ledger.Months
	first  period.Month // with an entry; no month: nothing is booked
	events []ledger.MonthEvent
	seals  []closing.Seal
}

func (v *visit) booksOf(t tx, s scope) (b booksOf, err error) {
	b.entity, _ = s.directory.ByID(s.entity)
	if b.states, err = ledger.LoadMonths(v.ctx, t); err != nil {
		return b, err
	}
	if b.first, err = ledger.FirstMonth(v.ctx, t, s.entity); err != nil {
		return b, err
	}
	if b.events, err = ledger.MonthEvents(v.ctx, t, s.entity); err != nil {
		return b, err
	}
	b.seals, err = closing.Seals(v.ctx, t, s.entity)
	return b, err
}

// next is the month to close next.
func (b booksOf) next() period.Month {
	if through := b.states.ClosedThrough(b.entity.ID); !through.IsZero() {
		return through.Next()
	}
	return b.first
}

func (v *visit) monthsOf(t tx, s scope) (page.Months, error) {
	view := page.Months{Head: ui.HeadProps{Title: "Close"}, Entity: fmt.Sprint(s.entity), Reason: v.form("reason"), May: v.may(post, "/close"), MayDecide: v.may(post, "/close/reopen/decide")}
	view.Head.Sub = "A soft-closed month takes adjustments only, a closed one nothing: what concerns it later is booked in the first open month."
	bar := v.scopeBar("/close", s, false)
	bar.Props.Chips, bar.Fields = bar.Props.Chips[:len(s.directory.All())], nil
	view.Filter = bar
	b, err := v.booksOf(t, s)
	if err != nil || b.first.IsZero() {
		return view, err
	}
	view.Closed = b.states.ClosedThrough(s.entity)
	if next := b.next(); next.Before(v.Today().MonthOf()) {
		view.Next, view.Checklist = next, narrowed("/close/checklist", "entity", s.entity, "month", next)
	}
	view.Open = v.Today().MonthOf()
	if opened := b.states.OpenedThrough(s.entity); !opened.IsZero() {
		view.Open = opened.Next()
	}
	waiting, err := access.Pending(v.ctx, t, access.Roles)
	if err != nil {
		return view, err
	}
	asked, month, err := closing.Waiting(waiting, b.entity)
	if err != nil {
		return view, err
	}
	if !month.IsZero() {
		view.Closed = period.Month{}
		view.Asked = &page.Reopening{Month: month, By: asked.RequestedBy.Name, Reason: asked.Reason, May: view.MayDecide && asked.MayDecide(v.By) == nil}
	}
	if view.Trail, err = v.monthTrail(t, b.events); err != nil {
		return view, err
	}
	view.Table, view.Chart = v.monthTable(b, month), b.closeChart()
	return view, nil
}

// monthTable is a line for each month, the latest first; asked waits to be opened again.
func (v *visit) monthTable(b booksOf, asked period.Month) ui.TableProps {
	t := ui.TableProps{Caption: "Months", Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "State"}, {Label: "Closed on", Kind: ui.Tight}, {Label: "Days taken", Kind: ui.Figures}, {Label: "Look at"}, {Label: "Seal"}}}
	today := v.Today().MonthOf()
	last := today
	if through := b.states.SoftThrough(b.entity.ID); through.After(last) {
		last = through
	}
	for m := last.Next(); !m.Before(b.first); m = m.Prev() {
		state := b.states.State(b.entity.ID, m)
		if state == ledger.MonthOpen && m.After(today) {
			state = ledger.MonthFuture
		}
		word := capital(string(state))
		if m == asked {
			word = "Reopening asked"
		}
		closed, days, seal, look := ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Link("Trial balance", narrowed("/ledger", "entity", b.entity.ID, "month", m))
		if s, ok := closing.Of(b.seals, m); ok && state == ledger.MonthClosed {
			closed, days = ui.Text(ui.DayText(s.ClosedOn)), ui.Text(fmt.Sprint(daysTaken(s)))
			seal = ui.Link(s.Text()[:12], narrowed("/close/known", "entity", b.entity.ID, "month", m))
		} else if state != ledger.MonthFuture && m == b.next() {
			look = ui.Link("Checklist", narrowed("/close/checklist", "entity", b.entity.ID, "month", m))
		} else if state == ledger.MonthFuture {
			look = ui.Nothing()
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m)), ui.Status(word), closed, days, look, seal)})
	}
	return t
}

// daysTaken is from the month's end to the day it was closed.
func daysTaken(s closing.Seal) int { return s.ClosedOn.Sub(s.Month.Last()) }

// closeChart shows how many days each close took.
func (b booksOf) closeChart() ui.ChartProps {
	c := ui.ChartProps{Title: "Days from the month's end to its close", Kind: ui.Bars, Head: "Month"}
	var days []int64
	for m := b.first; !m.After(b.states.ClosedThrough(b.entity.ID)); m = m.Next() {
		if s, ok := closing.Of(b.seals, m); ok {
			c.Labels, days = append(c.Labels, ui.MonthText(m)), append(days, int64(daysTaken(s)))
		}
	}
	c.Series = []ui.Series{{Name: "Days", Marks: ui.CountMarks(days...)}}
	return c
}

// happened is what the trail says of a month, with its tone.
var happened = map[ledger.Happening]struct {
	word string
	tone ui.Tone
}{
	ledger.Opened: {"opened", ui.Neutral}, ledger.SoftClosed: {"soft-closed", ui.Info}, ledger.Lifted: {"takes new facts again", ui.Warn},
	ledger.MonthIsClosed: {"closed", ui.Good}, ledger.ReopenRequested: {"asked to be reopened", ui.Warn}, ledger.ReopenRefused: {"stays closed", ui.Good},
	ledger.Reopened: {"reopened", ui.Warn},
}

func (v *visit) monthTrail(t tx, all []ledger.MonthEvent) ([]ui.Event, error) {
	called, err := v.people(t)
	if err != nil {
		return nil, err
	}
	var out []ui.Event
	for _, e := range all {
		out = append(out, ui.Event{At: e.RecordedAt, By: called[e.ByUser], What: ui.MonthText(e.Month) + " " + happened[e.Event].word, Why: e.Reason, Tone: happened[e.Event].tone})
	}
	return out, nil
}
