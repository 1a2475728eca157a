package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// eventAddress is the page of one event: what it says, and everything it ever said.
func eventAddress(customer customers.ID, source, id string) string {
	return narrowed(usageAddress(customer)+"/history", "source", source, "event", id)
}

// eventLink is its address, for those who may open it: a customer sees their events, and no corrections.
func (v *visit) eventLink(customer customers.ID, source, id string) string {
	if !v.may(get, "/usage/customers/:id/history") {
		return ""
	}
	return eventAddress(customer, source, id)
}

// spokenEvent is one event with its history.
type spokenEvent struct {
	customer customers.Customer
	zone     *time.Location
	history  []usage.Revision
}

func (v *visit) readEvent(t tx) (e spokenEvent, err error) {
	id, err := v.number("id")
	if err != nil {
		return e, err
	}
	if e.customer, err = customers.Get(v.ctx, t, customers.ID(id), v.Today()); err != nil {
		return e, err
	}
	directory, err := entities.Load(v.ctx, t)
	if err != nil {
		return e, err
	}
	seller, _ := directory.ByID(e.customer.Entity)
	e.zone = seller.Location()
	e.history, err = usage.History(v.ctx, t, e.customer.Account, v.form("source"), v.form("event"))
	return e, err
}

// eventHistory shows an event, with the forms to correct it.
func (v *visit) eventHistory() error { return v.showEvent(http.StatusOK, nil) }

func (v *visit) showEvent(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		e, err := v.readEvent(t)
		if err != nil {
			return err
		}
		now, counts := usage.Standing(e.history)
		word := "counts"
		if !counts {
			word = "retracted"
		}
		list := page.List{Head: ui.HeadProps{Title: "Event " + now.ID, Sub: "Of source " + now.Source + ". What came first is kept for ever; a correction is a new fact beside it, and the next runs bill the difference.", Status: word,
			Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: e.customer.Name, Href: usageAddress(e.customer.ID)}}},
			Tables: []ui.TableProps{e.table()}}
		if v.may(post, "/usage/customers/:id/history") && e.history[0].Archived == "" {
			list.Parts = v.correctionForms(e, now, counts, found)
		}
		return v.page(status, frame{Title: list.Head.Title, Room: "usage"}, page.ListPage(list))
	})
}

func (e spokenEvent) table() ui.TableProps {
	table := ui.TableProps{Caption: "History", Columns: []ui.Column{{Label: "What", Kind: ui.Tight}, {Label: "Says"}, {Label: "When it was used", Kind: ui.Tight}, {Label: "Dimensions"}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Why"}, {Label: "Recorded", Kind: ui.Tight}}}
	words := map[usage.Action]string{"": "Came", usage.Amend: "Amended", usage.Retract: "Retracted", usage.Restore: "Restored"}
	for _, r := range e.history {
		says, quantity := ui.TwoLines(r.Meter, r.Customer), digits(r.Quantity)
		if r.Archived != "" {
			says, quantity = ui.TwoLines("In the archive", r.Archived), ""
		}
		why := ui.Nothing()
		if r.Number > 0 {
			why = ui.TwoLines(r.Reason, r.By)
		}
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(words[r.Action]), says, ui.Text(r.OccurredAt.In(e.zone).Format("2 Jan 2006, 15:04:05 -07:00")), orDash(dimensions(r.Dimensions)), orDash(quantity), why, ui.At(r.RecordedAt))})
	}
	return table
}

func (v *visit) correctionForms(e spokenEvent, now usage.Revision, counts bool, found []fault.Field) []templ.Component {
	action := usageAddress(e.customer.ID) + "/history"
	values := func(verb usage.Action) []ui.Value {
		return []ui.Value{{Name: "source", Value: now.Source}, {Name: "event", Value: now.ID}, {Name: "revision", Value: strconv.Itoa(now.Number)}, {Name: "action", Value: string(verb)}}
	}
	of := func(verb usage.Action) []fault.Field {
		if v.form("action") == string(verb) {
			return found
		}
		return nil
	}
	reason := func(verb usage.Action) ui.FieldProps {
		return ui.FieldProps{Name: whyField(verb), Label: "Why", Value: v.form(whyField(verb)), Required: true, Errors: of(verb)}
	}
	if !counts {
		return ui.Cells(page.PanelForm(page.Panel{Title: "Restore", Text: "It counts again as it did last.", Form: ui.FormProps{Action: action, Values: values(usage.Restore), Errors: of(usage.Restore)},
			Fields: []ui.FieldProps{reason(usage.Restore)}, Verb: ui.ButtonProps{Label: "Restore the event", Look: ui.Primary}}))
	}
	quantity, at := now.Quantity.String(), now.OccurredAt.In(e.zone).Format(time.RFC3339Nano)
	if v.form("action") == string(usage.Amend) {
		quantity, at = v.form("quantity"), v.form("occurred_at")
	}
	return ui.Cells(
		page.PanelForm(page.Panel{Title: "Amend", Form: ui.FormProps{Action: action, Values: values(usage.Amend), Errors: of(usage.Amend)},
			Fields: []ui.FieldProps{{Name: "quantity", Label: "Quantity", Value: quantity, Required: true, Errors: of(usage.Amend)},
				{Name: "occurred_at", Label: "When it was used", Value: at, Required: true, Hint: "With its zone, such as 2026-03-01T10:00:00Z", Errors: of(usage.Amend)}, reason(usage.Amend)},
			Verb: ui.ButtonProps{Label: "Amend the event", Look: ui.Primary}}),
		page.PanelForm(page.Panel{Title: "Retract", Text: "It counts no longer. It can be restored.", Form: ui.FormProps{Action: action, Values: values(usage.Retract), Errors: of(usage.Retract)},
			Fields: []ui.FieldProps{reason(usage.Retract)}, Verb: ui.ButtonProps{Label: "Retract the event", Look: ui.Danger}}))
}

// whyField is where the reason is typed: the page has two forms, and each field one name.
func whyField(verb usage.Action) string {
	if verb == usage.Retract {
		return "why"
	}
	return "reason"
}

// correctEvent makes the correction that was filled in.
func (v *visit) correctEvent() error {
	var e spokenEvent
	err := v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		e, err = v.readEvent(t)
		return err
	})
	if err != nil {
		return err
	}
	c, found := v.typedCorrection(e)
	if len(found) == 0 {
		_, err = usage.Correct(v.ctx, v.DB, []usage.Correction{c}, v.Now(), v.By)
		for _, f := range fault.Fields(err) { // the event is on the page: the field is enough
			if f.Path = f.Path[strings.LastIndex(f.Path, ".")+1:]; f.Path == "reason" {
				f.Path = whyField(c.Action)
			}
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return v.showEvent(http.StatusUnprocessableEntity, found)
	case refusal(err):
		return v.showEvent(http.StatusUnprocessableEntity, []fault.Field{{Message: sentence(err)}})
	case err != nil:
		return err
	}
	word := map[usage.Action]string{usage.Amend: "amended", usage.Retract: "retracted", usage.Restore: "restored"}[c.Action]
	return v.redirect(eventAddress(e.customer.ID, c.Source, c.ID), done(fmt.Sprintf("Event %s is %s. The next runs bill the difference.", c.ID, word)))
}

// typedCorrection reads the form. What was not changed is not said.
func (v *visit) typedCorrection(e spokenEvent) (c usage.Correction, found []fault.Field) {
	now, _ := usage.Standing(e.history)
	c = usage.Correction{Customer: e.customer.ExternalID, Source: now.Source, ID: now.ID, Action: usage.Action(v.form("action"))}
	c.Reason = v.form(whyField(c.Action))
	if seen, err := strconv.Atoi(v.form("revision")); err == nil {
		c.Revision = &seen
	}
	if c.Action != usage.Amend {
		return c, nil
	}
	quantity, err := usage.ParseQuantity(v.form("quantity"))
	if err != nil {
		found = append(found, fault.Field{Path: "quantity", Value: fault.Shown(v.form("quantity")), Message: err.Error()})
	}
	c.Quantity = &quantity
	if c.OccurredAt, err = time.Parse(time.RFC3339Nano, v.form("occurred_at")); err != nil {
		found = append(found, fault.Field{Path: "occurred_at", Value: fault.Shown(v.form("occurred_at")), Message: "must be an instant with its zone, such as 2026-03-01T10:00:00Z"})
	}
	return c, found
}

// mostGone bounds how many events that count no longer a page lists for each who used the meter.
const mostGone = 200

// correctedAway lists what stood among the events behind a quantity and counts there no longer, for those who may open it;
// nothing where nothing was.
func (v *visit) correctedAway(t tx, b usage.Behind) ([]ui.TableProps, error) {
	if !v.may(get, "/usage/customers/:id/history") {
		return nil, nil
	}
	zones, err := v.zones(t, b.Reading.Customers)
	if err != nil {
		return nil, err
	}
	layout := "2 Jan, 15:04:05"
	if b.Days.Days() == 1 {
		layout = "15:04:05"
	}
	table := ui.TableProps{Title: "Count here no longer", Caption: "Corrected", Columns: []ui.Column{{Label: "When", Kind: ui.Tight}, {Label: "Source and id", Kind: ui.Tight}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Since"}}}
	words := map[usage.State]string{usage.Retracted: "Retracted", usage.Moved: "Counts elsewhere"}
	for _, user := range b.Reading.Customers {
		zone := zones[user]
		found, err := usage.EventsPage(v.ctx, t, usage.EventFilter{Account: b.Account, Customer: user, Meter: b.Reading.Meter.ID, All: true, Gone: true, From: b.Days.Start.Time(zone), Until: b.Days.End.Time(zone), Limit: mostGone})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if b.Asks(r.Dimensions) {
				table.Rows = append(table.Rows, ui.Row{Href: eventAddress(user, r.Source, r.ID), Cells: ui.Cells(ui.Text(r.OccurredAt.In(zone).Format(layout)), ui.TwoLines(r.ID, r.Source), ui.Text(digits(r.Quantity)), ui.Text(words[r.State]))})
			}
		}
	}
	if len(table.Rows) == 0 {
		return nil, nil
	}
	return []ui.TableProps{table}, nil
}

// correctionRoutes are the rooms where usage is put right.
func correctionRoutes() []route {
	return []route{
		{get, "/usage/customers/:id/history", staff, (*visit).eventHistory},
		{post, "/usage/customers/:id/history", meterers, (*visit).correctEvent},
		{get, "/usage/quarantine", staff, (*visit).quarantine},
		{post, "/usage/quarantine", meterers, (*visit).decideQuarantine},
		{post, "/usage/quarantine/replay", meterers, (*visit).replay},
		{get, "/usage/quarantine/:stray", staff, (*visit).quarantinedEvent},
		{post, "/usage/quarantine/:stray", meterers, (*visit).decideStray},
		{get, "/usage/aliases", staff, (*visit).aliases},
		{post, "/usage/aliases", meterers, (*visit).setAlias},
		{get, "/usage/conflicts", staff, (*visit).conflicts},
		{get, "/usage/conflicts/:id", staff, (*visit).conflict},
		{post, "/usage/conflicts/:id", meterers, (*visit).resolveConflict},
		{get, "/usage/backfills", staff, (*visit).backfills},
		{get, "/usage/backfills/new", meterers, (*visit).backfillForm},
		{post, "/usage/backfills/new", meterers, (*visit).prepareBackfill},
		{get, "/usage/backfills/:id", staff, (*visit).backfill},
		{post, "/usage/backfills/:id", meterers, (*visit).applyBackfill},
	}
}
