package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

const quarantineRoom = "/usage/quarantine"

// atOnce bounds what one decision about the list is made for.
const atOnce = 10_000

func (v *visit) quarantineFilter() usage.QuarantineFilter {
	f := usage.QuarantineFilter{Discarded: v.form("discarded") == "yes", Reason: v.form("reason"), Customer: v.form("customer"), Meter: v.form("meter"), Limit: pageLength + 1}
	if n, err := fmt.Sscanf(v.query("after"), "%d~%d", &f.After.KnownOrder, &f.After.Position); n != 2 || err != nil {
		f.After = usage.Cursor{}
	}
	return f
}

var quarantineReasons = []string{"unknown customer", "unknown meter", "unknown customer and meter", usage.Late}

// quarantine is the events that wait: for their customer or meter to be known, or for somebody to take them though late.
func (v *visit) quarantine() error {
	f := v.quarantineFilter()
	if v.query("format") == "csv" {
		return v.quarantineFile(f)
	}
	found, err := usage.QuarantinePage(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	causes, err := usage.QuarantineCauses(v.ctx, v.DB, 20)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(q usage.Quarantined) string { return fmt.Sprintf("%d~%d", q.At.KnownOrder, q.At.Position) })
	list := page.List{Head: v.usageHead("Quarantine", "Not billed until their customer or meter is known, or somebody takes them though they are late. Nothing is lost."),
		Filter: v.quarantineBar(f)}
	if !f.Discarded && f.Reason == "" && f.Customer == "" && f.Meter == "" && len(causes) > 0 {
		list.Tables = append(list.Tables, v.causeTable(causes))
	}
	list.Tables = append(list.Tables, v.quarantineTable(found, pager))
	if len(found) > 0 && v.may(post, quarantineRoom) {
		list.Below = ui.Cells(v.decisionAboutAll(f))
	}
	if len(found) > 0 && !f.Discarded && v.may(post, quarantineRoom+"/replay") {
		list.Head.Action = ui.Post(ui.PostProps{Action: quarantineRoom + "/replay", Button: ui.ButtonProps{Label: "Replay", Look: ui.Primary}})
	}
	return v.page(http.StatusOK, frame{Title: "Quarantine", Room: "usage"}, page.ListPage(list))
}

func (v *visit) quarantineBar(f usage.QuarantineFilter) *page.Narrowing {
	n := &page.Narrowing{Props: ui.FilterProps{Action: quarantineRoom}, Views: []ui.Chip{{Label: "Waiting", Href: quarantineRoom, On: !f.Discarded}, {Label: "Discarded", Href: quarantineRoom + "?discarded=yes", On: f.Discarded}}}
	n.Fields = []ui.FieldProps{
		{Name: "reason", Label: "Reason", Kind: ui.SelectInput, Value: f.Reason, Options: options("Any", quarantineReasons, func(r string) ui.Option { return ui.Option{Value: r, Label: capital(r)} })},
		{Name: "customer", Label: "Customer, as sent", Value: f.Customer}, {Name: "meter", Label: "Meter, as sent", Value: f.Meter}}
	for _, x := range [][2]string{{"reason", f.Reason}, {"customer", f.Customer}, {"meter", f.Meter}} {
		if x[1] != "" {
			n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: capital(x[0]), Value: x[1], Remove: v.with(x[0], "")})
		}
	}
	if f.Discarded {
		n.Keep = []ui.Value{{Name: "discarded", Value: "yes"}}
	}
	return n
}

// causeTable says what would let events go, most of them first.
func (v *visit) causeTable(causes []usage.Cause) ui.TableProps {
	t := ui.TableProps{Title: "What they wait for", Caption: "Causes", Columns: []ui.Column{{Label: "Reason"}, {Label: "Customer"}, {Label: "Meter"}, {Label: "Events", Kind: ui.Figures}, {Label: "Since", Kind: ui.Tight}, {Label: "What to do"}}}
	for _, c := range causes {
		t.Rows = append(t.Rows, ui.Row{Href: narrowed(quarantineRoom, "reason", c.Reason, "customer", c.Customer, "meter", c.Meter),
			Cells: ui.Cells(ui.Pill(capital(c.Reason), ui.Warn), orDash(c.Customer), orDash(c.Meter), ui.Count(c.Events), v.age(c.Oldest), v.remedy(c))})
	}
	return t
}

// age is how long something has waited, in days.
func (v *visit) age(since time.Time) templ.Component {
	days := int(v.Now().Sub(since) / (24 * time.Hour))
	if days < 1 {
		return ui.Text("today")
	}
	return ui.Text(howMany(days, "day"))
}

// remedy is what lets events of a cause go.
func (v *visit) remedy(c usage.Cause) templ.Component {
	switch {
	case c.Reason == usage.Late:
		return ui.Text("Contract " + c.Contract + " refuses them: discard, or finance accepts")
	case c.Reason == "unknown meter":
		return ui.Link("Add the meter, or say which one is meant", narrowed(aliasRoom, "kind", "meter", "alias", c.Meter))
	case c.Customer != "":
		return ui.Link("Create the customer, or say who is meant", narrowed(aliasRoom, "kind", "customer", "alias", c.Customer))
	}
	return ui.Nothing()
}

func (v *visit) quarantineTable(found []usage.Quarantined, pager ui.Pager) ui.TableProps {
	t := ui.TableProps{Caption: "Quarantine", Pager: &pager, Columns: []ui.Column{{Label: "Reason"}, {Label: "Customer"}, {Label: "Meter"}, {Label: "Source and id"}, {Label: "Occurred", Kind: ui.Tight}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Waits", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "Nothing waits", Text: "Every event that came in found its customer and meter.", Icon: "check"}}
	for _, q := range found {
		reason := ui.Pill(capital(q.Reason), ui.Warn)
		if q.Discarded {
			reason = ui.TwoLines("Discarded", q.Decision.Reason)
		} else if q.Reason == usage.Late {
			reason = ui.TwoLines("Late", "taken through "+ui.DayText(q.Deadline))
		}
		t.Rows = append(t.Rows, ui.Row{Href: strayAddress(q.Stray), Cells: ui.Cells(reason, ui.Mono(q.Customer), ui.Mono(q.Meter), ui.TwoLines(q.ID, q.Source), ui.At(q.OccurredAt), ui.Text(digits(q.Quantity)), v.age(q.RecordedAt))})
	}
	return t
}

func strayAddress(id usage.StrayID) string { return quarantineRoom + "/" + id.String() }

// decisionAboutAll is the form below a list: it is about all that the filter lists.
func (v *visit) decisionAboutAll(f usage.QuarantineFilter) templ.Component {
	values := []ui.Value{{Name: "reason", Value: f.Reason}, {Name: "customer", Value: f.Customer}, {Name: "meter", Value: f.Meter}}
	if f.Discarded {
		values = append(values, ui.Value{Name: "discarded", Value: "yes"})
	}
	return page.PanelForm(page.Panel{Title: "Decide about what is listed", Text: fmt.Sprintf("All pages of the list, %s events at a time at most.", digits(decimal.NewFromInt(atOnce))), Form: ui.FormProps{Action: quarantineRoom, Values: values},
		Fields: v.strayFields(f.Discarded, f.Reason == usage.Late, nil), Verb: ui.ButtonProps{Label: "Do it for all"}})
}

// strayFields choose what to do with quarantined events.
func (v *visit) strayFields(discarded, late bool, found []fault.Field) []ui.FieldProps {
	choices := []ui.Option{{Value: "replay", Label: "Try again"}, {Value: "discard", Label: "Discard"}}
	switch {
	case discarded:
		choices = []ui.Option{{Value: "replay", Label: "Try again"}, {Value: "return", Label: "Put back on the list"}}
	case late:
		choices = []ui.Option{{Value: "discard", Label: "Discard"}, {Value: "accept", Label: "Accept though late (finance)"}}
	}
	return []ui.FieldProps{{Name: "do", Label: "What to do", Kind: ui.SelectInput, Value: v.form("do"), Options: choices, Errors: found},
		{Name: "why", Label: "Why", Value: v.form("why"), Hint: "Needed for all but trying again.", Wide: true, Errors: found}}
}

// quarantinedEvent is one event that waits, with what was decided about it.
func (v *visit) quarantinedEvent() error { return v.showStray(http.StatusOK, nil) }

func (v *visit) showStray(status int, found []fault.Field) error {
	q, err := v.findStray()
	if err != nil {
		return err
	}
	facts := []ui.Fact{{Term: "Source", Value: ui.Mono(q.Source)}, {Term: "Id", Value: ui.Mono(q.ID)}, {Term: "Customer, as sent", Value: ui.Mono(q.Customer)}, {Term: "Meter, as sent", Value: ui.Mono(q.Meter)},
		{Term: "Used", Value: ui.At(q.OccurredAt)}, {Term: "Quantity", Value: ui.Text(digits(q.Quantity))}, {Term: "Dimensions", Value: orDash(dimensions(q.Dimensions))}, {Term: "Received", Value: ui.At(q.RecordedAt)}}
	if q.Contract != "" {
		facts = append(facts, ui.Fact{Term: "Refused by", Value: ui.Link(q.Contract, contractAddress(q.Contract))}, ui.Fact{Term: "Taken through", Value: ui.Day(q.Deadline)})
	}
	if q.Decision.Action != "" {
		facts = append(facts, ui.Fact{Term: "Last decision", Value: ui.TwoLines(capital(q.Decision.Action)+" by "+q.Decision.By, q.Decision.Reason)})
	}
	head := ui.HeadProps{Title: "Event " + q.ID, Sub: "It waits: " + q.Reason + ".", Status: "Waiting", Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Quarantine", Href: quarantineRoom}}}
	if q.Discarded {
		head.Status, head.Sub = "Discarded", "It was discarded, and may be put back."
	}
	if !v.may(post, quarantineRoom) {
		return v.page(status, frame{Title: head.Title, Room: "usage"}, page.ListPage(page.List{Head: head, Parts: ui.Cells(ui.FactGrid("The event", facts))}))
	}
	return v.page(status, frame{Title: head.Title, Room: "usage"}, page.AskPage(page.Ask{Head: head, Form: ui.FormProps{Action: strayAddress(q.Stray), Errors: found},
		Fields: v.strayFields(q.Discarded, q.Reason == usage.Late, found), Verb: ui.ButtonProps{Label: "Decide", Look: ui.Primary}, Back: quarantineRoom, Shown: ui.Cells(ui.FactGrid("The event", facts))}))
}

func (v *visit) findStray() (usage.Quarantined, error) {
	id, err := usage.ParseStrayID(v.param("stray"))
	if err == nil {
		return usage.QuarantinedEvent(v.ctx, v.DB, id)
	}
	return usage.Quarantined{}, fault.New(fault.NotFound, "%s", err)
}

// decideStray decides about one event.
func (v *visit) decideStray() error {
	q, err := v.findStray()
	if err != nil {
		return err
	}
	said, err := v.decideStrays([]usage.StrayID{q.Stray})
	if found := strayComplaints(err); len(found) > 0 {
		return v.showStray(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(quarantineRoom, said)
}

// decideQuarantine decides about all that a filter lists.
func (v *visit) decideQuarantine() error {
	f := v.quarantineFilter()
	f.Limit, f.After = atOnce, usage.Cursor{}
	found, err := usage.QuarantinePage(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	var ids []usage.StrayID
	for _, q := range found {
		ids = append(ids, q.Stray)
	}
	if len(ids) == 0 {
		return v.redirect(quarantineRoom, ui.Flash{Text: "Nothing is listed any more.", Tone: ui.Info})
	}
	said, err := v.decideStrays(ids)
	if complaints := strayComplaints(err); len(complaints) > 0 {
		return v.redirect(narrowed(quarantineRoom, "reason", f.Reason, "customer", f.Customer, "meter", f.Meter), ui.Flash{Text: complaints[0].Message, Tone: ui.Bad})
	}
	if err != nil {
		return err
	}
	return v.redirect(quarantineRoom, said)
}

// strayComplaints is what a person can mend: named by the form's fields.
func strayComplaints(err error) []fault.Field {
	found := fault.Fields(err)
	for i := range found {
		if found[i].Path == "reason" {
			found[i].Path, found[i].Message = "why", "Say why: the reason "+found[i].Message
		}
	}
	if len(found) == 0 && refusal(err) {
		return []fault.Field{{Message: sentence(err)}}
	}
	return found
}

func (v *visit) decideStrays(ids []usage.StrayID) (said ui.Flash, err error) {
	why := v.form("why")
	var r usage.Receipt
	switch v.form("do") {
	case "discard":
		return done(howMany(len(ids), "event") + " discarded."), usage.Discard(v.ctx, v.DB, ids, why, v.By)
	case "return":
		return done(howMany(len(ids), "event") + " put back on the list."), usage.Return(v.ctx, v.DB, ids, why, v.By)
	case "accept":
		r, err = usage.AcceptLate(v.ctx, v.DB, ids, why, v.By)
	case "replay":
		r, err = usage.ReplaySelected(v.ctx, v.DB, ids, v.By)
	default:
		err = fault.InvalidFields(fault.Field{Path: "do", Value: fault.Shown(v.form("do")), Message: "Choose what to do"})
	}
	return replayed(r), err
}

// replay tries every event again that waits for its customer or meter.
func (v *visit) replay() error {
	r, err := usage.Replay(v.ctx, v.DB, v.By)
	if err != nil {
		return err
	}
	return v.redirect(quarantineRoom, replayed(r))
}

func replayed(r usage.Receipt) ui.Flash {
	said := done(fmt.Sprintf("%s counted, %d still wait.", howMany(r.Accepted, "event"), r.Quarantined))
	if r.Accepted == 0 {
		said.Tone = ui.Info
	}
	if len(r.Conflicts) > 0 {
		said = ui.Flash{Text: fmt.Sprintf("%s counted, %d still wait, and %d contradict what stands.", howMany(r.Accepted, "event"), r.Quarantined, len(r.Conflicts)), Tone: ui.Warn, Link: ui.Anchor{Label: "Look at the conflicts", Href: "/usage/conflicts"}}
	}
	return said
}

func (v *visit) quarantineFile(f usage.QuarantineFilter) error {
	head := []string{"reason", "customer", "meter", "source", "id", "occurred_at", "quantity", "received_at", "taken_through", "contract", "decision"}
	return v.csvFile("quarantine.csv", head, func(write func(cells ...string) error) error {
		f.After, f.Limit = usage.Cursor{}, 500
		for {
			found, err := usage.QuarantinePage(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, q := range found {
				through := ""
				if !q.Deadline.IsZero() {
					through = q.Deadline.String()
				}
				if err := write(q.Reason, q.Customer, q.Meter, q.Source, q.ID, instant(&q.OccurredAt), q.Quantity.String(), instant(&q.RecordedAt), through, q.Contract, strings.TrimSpace(q.Decision.Action+" "+q.Decision.Reason)); err != nil {
					return err
				}
			}
			f.After = found[len(found)-1].At
		}
	})
}
