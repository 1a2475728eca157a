package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

func conflictAddress(id int64) string { return fmt.Sprintf("/usage/conflicts/%d", id) }

// conflicts is what came again under a used id with other content, beside what stands: open ones, or those decided.
func (v *visit) conflicts() error {
	decided := v.query("decided") == "yes"
	f := usage.ConflictFilter{Open: !decided, Decided: decided, Before: v.queryNumber("after"), Limit: pageLength + 1}
	if v.query("format") == "csv" {
		return v.conflictsFile(f)
	}
	found, err := usage.ConflictsPage(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(c usage.KeptConflict) string { return fmt.Sprint(c.ID) })
	table := ui.TableProps{Caption: "Conflicts", Pager: &pager, Columns: []ui.Column{{Label: "Source and id"}, {Label: "Stands"}, {Label: "Refused"}, {Label: "When", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No conflict is open", Text: "No event came twice with different content, or somebody decided about each.", Icon: "check"}}
	if decided {
		table.Columns = append(table.Columns, ui.Column{Label: "Decided"})
		table.Empty = ui.EmptyProps{Title: "Nothing was decided yet"}
	}
	for _, c := range found {
		cells := ui.Cells(ui.TwoLines(c.Offered.ID, c.Offered.Source), standsText(c), eventText(c.Offered), ui.At(c.RecordedAt))
		if decided {
			cells = append(cells, ui.TwoLines(capital(string(c.Resolution))+" by "+c.By, c.Reason))
		}
		table.Rows = append(table.Rows, ui.Row{Href: conflictAddress(c.ID), Cells: cells})
	}
	list := page.List{Head: v.usageHead("Conflicts", "An event counts once for ever by its source and id. What came later with other content was refused; accept it, or dismiss it."), Tables: []ui.TableProps{table},
		Filter: &page.Narrowing{Views: []ui.Chip{{Label: "Open", Href: "/usage/conflicts", On: !decided}, {Label: "Decided", Href: "/usage/conflicts?decided=yes", On: decided}}}}
	return v.page(http.StatusOK, frame{Title: "Conflicts", Room: "usage"}, page.ListPage(list))
}

// standsText is what counts, as far as the database still says it.
func standsText(c usage.KeptConflict) templ.Component {
	if c.Now == nil && c.Archived != "" {
		return ui.TwoLines("In the archive", c.Archived)
	}
	return eventText(standsNow(c))
}

// standsNow is what the event says by now, corrections counted.
func standsNow(c usage.KeptConflict) usage.Event {
	if c.Now != nil {
		return *c.Now
	}
	return c.Kept
}

func (v *visit) conflict() error { return v.showConflict(http.StatusOK, nil) }

func (v *visit) findConflict() (usage.KeptConflict, error) {
	id, err := v.number("id")
	if err != nil {
		return usage.KeptConflict{}, err
	}
	found, err := usage.ConflictsPage(v.ctx, v.DB, usage.ConflictFilter{ID: id})
	if err == nil && (id == 0 || len(found) == 0) {
		err = fault.New(fault.NotFound, "there is no conflict %d", id)
	}
	if err != nil {
		return usage.KeptConflict{}, err
	}
	return found[0], nil
}

// showConflict puts both contents side by side, with the decision or the form for it.
func (v *visit) showConflict(status int, found []fault.Field) error {
	c, err := v.findConflict()
	if err != nil {
		return err
	}
	stands := standsNow(c)
	table := ui.TableProps{Caption: "Contents", Columns: []ui.Column{{Label: "What", Kind: ui.Tight}, {Label: "Stands"}, {Label: "Refused"}}}
	for _, row := range [][3]string{
		{"Customer", stands.Customer, c.Offered.Customer}, {"Meter", stands.Meter, c.Offered.Meter},
		{"Used", stands.OccurredAt.Format("2 Jan 2006, 15:04:05 UTC"), c.Offered.OccurredAt.Format("2 Jan 2006, 15:04:05 UTC")},
		{"Quantity", digits(stands.Quantity), digits(c.Offered.Quantity)}, {"Dimensions", dimensions(stands.Dimensions), dimensions(c.Offered.Dimensions)},
	} {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(row[0]), orDash(row[1]), orDash(row[2]))})
	}
	view := page.Ask{Head: ui.HeadProps{Title: fmt.Sprintf("Conflict %d", c.ID), Sub: "Event " + c.Offered.ID + " of source " + c.Offered.Source + " came again with other content.", Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Conflicts", Href: "/usage/conflicts"}}},
		Back: "/usage/conflicts"}
	view.Shown = append(view.Shown, ui.Table(table))
	if c.Resolution != "" || !v.may(post, "/usage/conflicts/:id") {
		if c.Resolution != "" {
			view.Head.Status = string(c.Resolution)
			view.Shown = append(view.Shown, ui.Facts("Decision", []ui.Fact{{Term: "Decided", Value: ui.Text(capital(string(c.Resolution)) + " by " + c.By)}, {Term: "Why", Value: ui.Text(c.Reason)}, {Term: "When", Value: ui.At(c.DecidedAt)}}))
		}
		list := page.List{Head: view.Head, Parts: view.Shown}
		return v.page(status, frame{Title: view.Head.Title, Room: "usage"}, page.ListPage(list))
	}
	view.Text = []string{"Accepted, the event is amended to say what was refused, and the next runs bill the difference. Dismissed, it stays as it is."}
	view.Form = ui.FormProps{Action: conflictAddress(c.ID), Errors: found}
	view.Fields = []ui.FieldProps{
		{Name: "resolution", Label: "Decision", Kind: ui.SelectInput, Value: v.form("resolution"), Options: []ui.Option{{Value: string(usage.Accepted), Label: "Accept what was refused"}, {Value: string(usage.Dismissed), Label: "Dismiss it"}}, Errors: found},
		{Name: "reason", Label: "Why", Value: v.form("reason"), Required: true, Wide: true, Errors: found}}
	view.Verb = ui.ButtonProps{Label: "Decide", Look: ui.Primary}
	return v.page(status, frame{Title: view.Head.Title, Room: "usage"}, page.AskPage(view))
}

func (v *visit) resolveConflict() error {
	c, err := v.findConflict()
	if err != nil {
		return err
	}
	err = usage.ResolveConflict(v.ctx, v.DB, c.ID, usage.Resolution(v.form("resolution")), v.form("reason"), v.Now(), v.By)
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showConflict(http.StatusUnprocessableEntity, fault.Fields(err))
	case refusal(err):
		return v.showConflict(http.StatusUnprocessableEntity, []fault.Field{{Message: sentence(err)}})
	case err != nil:
		return err
	}
	return v.redirect("/usage/conflicts", done(fmt.Sprintf("Conflict %d is %s.", c.ID, v.form("resolution"))))
}

func (v *visit) conflictsFile(f usage.ConflictFilter) error {
	head := []string{"id", "source", "event", "stands", "stands_for", "refused", "refused_for", "recorded_at", "decision", "decided_by", "reason"}
	return v.csvFile("conflicts.csv", head, func(write func(cells ...string) error) error {
		f.Before, f.Limit = 0, 500
		for {
			found, err := usage.ConflictsPage(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, c := range found {
				stands := standsNow(c)
				if err := write(fmt.Sprint(c.ID), c.Offered.Source, c.Offered.ID, stands.Quantity.String(), stands.Customer+" "+stands.Meter, c.Offered.Quantity.String(), c.Offered.Customer+" "+c.Offered.Meter, instant(&c.RecordedAt), string(c.Resolution), c.By, c.Reason); err != nil {
					return err
				}
			}
			f.Before = found[len(found)-1].ID
		}
	})
}
