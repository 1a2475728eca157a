package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

func backfillAddress(id int64) string { return fmt.Sprintf("/usage/backfills/%d", id) }

// backfills is every stretch of usage that somebody replaced, or prepared to replace.
func (v *visit) backfills() error {
	found, err := usage.Backfills(v.ctx, v.DB, v.queryNumber("after"), pageLength+1)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(b usage.KeptBackfill) string { return fmt.Sprint(b.ID) })
	var users []customers.ID
	for _, b := range found {
		users = append(users, b.User)
	}
	called, err := customers.NamesOf(v.ctx, v.DB, users)
	if err != nil {
		return err
	}
	table := ui.TableProps{Caption: "Backfills", Pager: &pager, Columns: []ui.Column{{Label: "Customer"}, {Label: "From", Kind: ui.Tight}, {Label: "Until", Kind: ui.Tight}, {Label: "Why"}, {Label: "Events", Kind: ui.Figures}, {Label: "Status"}, {Label: "Prepared", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No stretch of usage was replaced", Text: "Where a source sent a stretch wrongly, send all of it again: what differs is amended, what is missing retracted."}}
	for _, b := range found {
		state := ui.Pill("Prepared", ui.Warn)
		if b.Applied {
			state = ui.TwoLines(fmt.Sprintf("%d added, %d amended, %d retracted", b.Done.Added, b.Done.Amended, b.Done.Retracted), "by "+b.AppliedBy)
		}
		table.Rows = append(table.Rows, ui.Row{Href: backfillAddress(b.ID), Cells: ui.Cells(ui.Text(called[b.User]), ui.At(b.From), ui.At(b.Until), ui.TwoLines(b.Reason, b.By), ui.Count(int64(b.Events)), state, ui.At(b.RecordedAt))})
	}
	head := v.usageHead("Backfills", "A stretch of a customer's usage replaced by a set of events. What came first is kept for ever; the next runs bill the difference.")
	head.Others = nil
	if v.may(post, "/usage/backfills/new") {
		head.Action = ui.Button(ui.ButtonProps{Label: "Replace a stretch", Href: "/usage/backfills/new", Look: ui.Primary})
	}
	return v.page(http.StatusOK, frame{Title: "Backfills", Room: "usage"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{table}}))
}

func (v *visit) backfillForm() error { return v.showBackfillForm(http.StatusOK, nil) }

func (v *visit) showBackfillForm(status int, found []fault.Field) error {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	field := func(name, label, hint string) ui.FieldProps {
		return ui.FieldProps{Name: name, Label: label, Hint: hint, Value: v.form(name), Errors: found}
	}
	meter := field("meter", "Meter", "")
	meter.Kind, meter.Required = ui.SelectInput, true
	meter.Options = options("Choose a meter", sold.Meters(), func(m catalog.Meter) ui.Option { return ui.Option{Value: m.Code, Label: m.Name} })
	customer, from, until, reason := field("customer", "Customer", "External id"), field("from", "From", "With its zone: 2026-03-01T00:00:00Z"), field("until", "Until", "The first instant that is not replaced"), field("reason", "Why", "")
	source := field("source", "Source", "Empty: of all sources")
	customer.Required, from.Required, until.Required, reason.Required, source.Optional = true, true, true, true, true
	file := ui.FieldProps{Name: "file", Label: "Events", Kind: ui.FileInput, Accept: ".csv,.json,text/csv,application/json", Wide: true,
		Hint: "CSV with the columns source, id, customer, meter, occurred_at, quantity and dim.* where there are dimensions, or CloudEvents. At most 8 MB here; any size with ratable usage backfill.", Errors: found}
	rows := ui.FieldProps{Name: "rows", Label: "Or paste its rows", Kind: ui.AreaInput, Rows: 6, Optional: true, Value: v.echo.FormValue("rows"), Wide: true}
	return v.page(status, frame{Title: "Replace a stretch", Room: "usage"}, page.AskPage(page.Ask{
		Head: ui.HeadProps{Title: "Replace a stretch of usage", Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Backfills", Href: "/usage/backfills"}}},
		Text: []string{"Give all events of the stretch as they should count. You see what would be added, amended and retracted before anything happens."},
		Form: ui.FormProps{Action: "/usage/backfills/new", Files: true, Errors: found}, Fields: []ui.FieldProps{customer, meter, from, until, source, reason, file, rows},
		Verb: ui.ButtonProps{Label: "Look at what it does", Look: ui.Primary}, Back: "/usage/backfills"}))
}

// prepareBackfill keeps what was sent, to be looked at.
func (v *visit) prepareBackfill() error {
	b, err := v.typedBackfill()
	var id int64
	if err == nil {
		id, _, err = usage.PrepareBackfill(v.ctx, v.DB, b, v.Now(), v.By)
	}
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showBackfillForm(http.StatusUnprocessableEntity, placedInFile(fault.Fields(err)))
	case refusal(err):
		return v.showBackfillForm(http.StatusUnprocessableEntity, []fault.Field{{Message: sentence(err)}})
	case err != nil:
		return err
	}
	return v.redirect(backfillAddress(id), ui.Flash{Text: "Prepared. Nothing has changed yet: look at it, then apply it.", Tone: ui.Info})
}

// placedInFile puts what is wrong with an event or a line under the file, where it came from.
func placedInFile(found []fault.Field) []fault.Field {
	own := map[string]bool{"customer": true, "meter": true, "from": true, "until": true, "reason": true, "source": true}
	for i := range found {
		if f := &found[i]; f.Line > 0 || !own[f.Path] {
			where := ""
			if f.Line > 0 {
				where = fmt.Sprintf("line %d: ", f.Line)
			}
			f.Path, f.Message = "file", where+strings.TrimPrefix(f.Path+" ", "file ")+f.Message
		}
	}
	return found
}

func (v *visit) typedBackfill() (b usage.Backfill, err error) {
	b = usage.Backfill{Stretch: usage.Stretch{Customer: v.form("customer"), Meter: v.form("meter"), Source: v.form("source")}, Reason: v.form("reason")}
	var found []fault.Field
	for _, at := range []struct {
		name string
		into *time.Time
	}{{"from", &b.From}, {"until", &b.Until}} {
		var err error
		if *at.into, err = time.Parse(time.RFC3339, v.form(at.name)); err != nil {
			found = append(found, fault.Field{Path: at.name, Value: fault.Shown(v.form(at.name)), Message: "must be an instant with its zone, such as 2026-03-01T00:00:00Z"})
		}
	}
	text, err := v.upload("file", "rows")
	if err != nil {
		return b, err
	}
	if strings.TrimSpace(text) == "" {
		found = append(found, fault.Field{Path: "file", Message: "is missing: choose a file, or paste its rows. To retract all of the stretch send the header alone"})
	} else if b.Events, err = usage.ParseSet(strings.NewReader(text)); err != nil {
		found = append(found, fault.Fields(err)...)
	}
	if len(found) > 0 {
		return b, fault.InvalidFields(found...)
	}
	return b, err
}

func (v *visit) backfill() error { return v.showBackfill(http.StatusOK, nil) }

// showBackfill is what a backfill did, or would do now.
func (v *visit) showBackfill(status int, found []fault.Field) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	b, r, err := usage.LoadBackfill(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	customer, err := customers.Get(v.ctx, v.DB, b.User, v.Today())
	if err != nil {
		return err
	}
	list := page.List{Head: ui.HeadProps{Title: fmt.Sprintf("Backfill %d", b.ID), Sub: fmt.Sprintf("%s, %s until %s: %s", customer.Name, b.From.Format("2 Jan 2006, 15:04 UTC"), b.Until.Format("2 Jan 2006, 15:04 UTC"), b.Reason), Status: "Prepared",
		Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Backfills", Href: "/usage/backfills"}}}}
	if b.Applied {
		for _, f := range found {
			list.Parts = append(list.Parts, page.Notice(page.Note{Title: "Nothing was done", Text: f.Message, Tone: ui.Bad}))
		}
		list.Head.Status, r = "Applied", b.Done
		list.Parts = append(list.Parts, ui.FactGrid("Applied", []ui.Fact{{Term: "By", Value: ui.Text(b.AppliedBy)}, {Term: "When", Value: ui.At(b.AppliedAt)}}))
	} else if v.may(post, "/usage/backfills/:id") && !r.Nothing() {
		list.Parts = ui.Cells(page.PanelForm(page.Panel{Title: "Apply", Text: "All of it or nothing. When something comes in between, it is shown again instead.", Form: ui.FormProps{Action: backfillAddress(b.ID), Values: []ui.Value{{Name: "seen", Value: r.Seen()}}, Errors: found},
			Verb: ui.ButtonProps{Label: "Apply the backfill", Look: ui.Primary}}))
	}
	list.Stats = []ui.StatProps{{Label: "Added", Value: ui.Count(int64(r.Added))}, {Label: "Amended", Value: ui.Count(int64(r.Amended))}, {Label: "Retracted", Value: ui.Count(int64(r.Retracted))}, {Label: "Unchanged", Value: ui.Count(int64(r.Unchanged))}}
	if !b.Applied {
		table, err := shiftTable(v, v.DB, r)
		if err != nil {
			return err
		}
		list.Tables = []ui.TableProps{table}
	}
	return v.page(status, frame{Title: list.Head.Title, Room: "usage"}, page.ListPage(list))
}

// shiftTable lists the days that change.
func shiftTable(v *visit, q postgres.Querier, r usage.Replacement) (ui.TableProps, error) {
	var users []customers.ID
	for _, d := range r.Days {
		users = append(users, d.Customer)
	}
	called, err := customers.NamesOf(v.ctx, q, users)
	t := ui.TableProps{Title: "Days that change", Caption: "Days", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "Customer"}, {Label: "Meter"}, {Label: "Before", Kind: ui.Figures}, {Label: "After", Kind: ui.Figures}, {Label: "Events before", Kind: ui.Figures}, {Label: "Events after", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No day changes", Text: "Everything stands as the set says.", Icon: "check"}}
	for _, d := range r.Days {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Day(d.Day), ui.Text(called[d.Customer]), ui.Text(d.Meter), ui.Text(digits(d.Before)), ui.Text(digits(d.After)), ui.Count(d.EventsBefore), ui.Count(d.EventsAfter))})
	}
	return t, err
}

func (v *visit) applyBackfill() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	r, err := usage.ApplyBackfill(v.ctx, v.DB, id, v.form("seen"), v.By)
	if refusal(err) {
		return v.showBackfill(http.StatusUnprocessableEntity, []fault.Field{{Message: sentence(err)}})
	}
	if err != nil {
		return err
	}
	return v.redirect(backfillAddress(id), done(fmt.Sprintf("%d added, %d amended, %d retracted. The next runs bill the difference.", r.Added, r.Amended, r.Retracted)))
}
