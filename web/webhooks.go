package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ratable/internal/period"
	"ratable/internal/webhook"
	"ratable/web/page"
	"ratable/web/ui"
)

// webhookRoutes are the doors of whoever connects other systems.
func webhookRoutes() []route {
	return []route{
		{get, "/settings/webhooks", admins, (*visit).webhooks},
		{get, "/settings/webhooks/new", admins, (*visit).newWebhook},
		{post, "/settings/webhooks/new", admins, (*visit).addWebhook},
		{get, "/settings/webhooks/deliveries/:delivery", admins, (*visit).webhookDelivery},
		{post, "/settings/webhooks/deliveries/:delivery/replay", admins, (*visit).replayWebhook},
		{get, "/settings/webhooks/:endpoint", admins, (*visit).webhook},
		{get, "/settings/webhooks/:endpoint/edit", admins, (*visit).editWebhook},
		{post, "/settings/webhooks/:endpoint/edit", admins, (*visit).changeWebhook},
		{post, "/settings/webhooks/:endpoint/enable", admins, webhookStatus(webhook.Enabled, "It gets events again; what waited goes out now")},
		{post, "/settings/webhooks/:endpoint/disable", admins, webhookStatus(webhook.Disabled, "It gets no events until it is enabled")},
		{post, "/settings/webhooks/:endpoint/remove", admins, webhookStatus(webhook.Removed, "The endpoint is removed")},
		{post, "/settings/webhooks/:endpoint/rotate", admins, (*visit).rotateWebhook},
		{post, "/settings/webhooks/:endpoint/test", admins, (*visit).testWebhook},
		{post, "/settings/webhooks/:endpoint/replay-failed", admins, (*visit).replayWebhookFailed},
		{post, "/settings/webhooks/:endpoint/replay", admins, (*visit).replayWebhookSince},
	}
}

const webhooksAddress = "/settings/webhooks"

func webhookAddress(id int64) string { return fmt.Sprintf("%s/%d", webhooksAddress, id) }
func webhookDeliveryAddress(id int64) string {
	return fmt.Sprintf("%s/deliveries/%d", webhooksAddress, id)
}

var webhookCrumb = ui.Anchor{Label: "Webhooks", Href: webhooksAddress}

// webhooks is every endpoint, and the log of all of them.
func (v *visit) webhooks() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all, err := webhook.Endpoints(v.ctx, t)
		if err != nil {
			return err
		}
		endpoints := ui.TableProps{Title: "Endpoints", Columns: []ui.Column{{Label: "Address"}, {Label: "Events"}, {Label: "Status"}, {Label: "Waiting", Kind: ui.Figures}, {Label: "Failed", Kind: ui.Figures}},
			Empty: ui.EmptyProps{Title: "No endpoint", Text: "Add where another system wants to be told of invoices, payments, contracts and the rest."}}
		for _, e := range all {
			endpoints.Rows = append(endpoints.Rows, ui.Row{Href: webhookAddress(e.ID), Muted: e.Status == webhook.Disabled,
				Cells: ui.Cells(ui.TwoLines(e.URL, e.Description), ui.Text(webhookTypes(e)), webhookHealth(e), ui.Count(int64(e.Waiting)), ui.Count(int64(e.Failed)))})
		}
		log, err := v.webhookLog(t, webhook.Filter{})
		if err != nil {
			return err
		}
		list := page.List{
			Head: ui.HeadProps{Title: "Webhooks", Sub: "Other systems are told what happened here, seconds after it did.",
				Action: ui.Button(ui.ButtonProps{Label: "Add an endpoint", Href: webhooksAddress + "/new", Look: ui.Primary})},
			// The filter is about the deliveries: it stands between.
			Parts: ui.Cells(page.TableOf(endpoints), page.Narrowed(*v.webhookNarrowing(webhooksAddress)), page.TableOf(log)),
		}
		return v.page(http.StatusOK, frame{Title: "Webhooks", Room: "webhooks"}, page.ListPage(list))
	})
}

// webhookNarrowing is what the log of deliveries may be narrowed by.
func (v *visit) webhookNarrowing(action string) *page.Narrowing {
	types := []ui.Option{{Value: "", Label: "Any"}}
	for _, d := range webhook.Types {
		types = append(types, ui.Option{Value: string(d.Type), Label: string(d.Type)})
	}
	states := []ui.Option{{Value: "", Label: "All"}}
	for _, s := range webhook.States {
		states = append(states, ui.Option{Value: string(s), Label: capital(string(s))})
	}
	return v.views(v.narrowing(action, "Invoice, contract, payment or customer", ui.FieldProps{Name: "type", Label: "Event", Kind: ui.SelectInput, Options: types}), "state", states)
}

// webhookLog is a page of the deliveries that the address asks for.
func (v *visit) webhookLog(t tx, f webhook.Filter) (ui.TableProps, error) {
	words := []string{""}
	for _, s := range webhook.States {
		words = append(words, string(s))
	}
	f.State, f.Object, f.Before, f.Limit = webhook.State(v.chosen("state", words...)), v.query("q"), v.queryNumber("after"), pageLength+1
	if i := slices.IndexFunc(webhook.Types, func(d webhook.Described) bool { return string(d.Type) == v.query("type") }); i >= 0 {
		f.Type = webhook.Types[i].Type
	}
	found, err := webhook.Deliveries(v.ctx, t, f)
	if err != nil {
		return ui.TableProps{}, err
	}
	found, pager := paged(v, found, func(d webhook.Delivery) string { return fmt.Sprint(d.ID) })
	log := ui.TableProps{Title: "Deliveries", Pager: &pager,
		Columns: []ui.Column{{Label: "Event"}, {Label: "About"}, {Label: "State"}, {Label: "Answer"}, {Label: "Tries", Kind: ui.Figures}, {Label: "When", Kind: ui.Tight}},
		Empty:   ui.EmptyProps{Title: "Nothing here", Text: "An event shows here as soon as an endpoint is to be told of it."}}
	if f.Endpoint == 0 {
		log.Columns = slices.Insert(log.Columns, 2, ui.Column{Label: "Endpoint"})
	}
	for _, d := range found {
		cells := ui.Cells(ui.Text(string(d.Type)), ui.Text(d.Object.ID), webhookState(d), webhookAnswer(d), ui.Count(int64(d.Attempts)), ui.At(d.RecordedAt))
		if f.Endpoint == 0 {
			cells = slices.Insert(cells, 2, ui.Text(hostOf(d.URL)))
		}
		log.Rows = append(log.Rows, ui.Row{Href: webhookDeliveryAddress(d.ID), Cells: cells})
	}
	return log, nil
}

// hostOf leaves the scheme and the path of an address out.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func webhookTypes(e webhook.Endpoint) string {
	if len(e.Types) == 0 {
		return "All"
	}
	var out []string
	for _, t := range e.Types {
		out = append(out, string(t))
	}
	return strings.Join(out, ", ")
}

// webhookHealth says how an endpoint stands; one at which nothing arrives is still tried.
func webhookHealth(e webhook.Endpoint) templ.Component {
	switch {
	case e.Status == webhook.Enabled && !e.FailingSince.IsZero():
		return ui.Pill("Failing", ui.Bad)
	case e.Status == webhook.Enabled:
		return ui.Pill("Enabled", ui.Good)
	}
	return ui.Pill(capital(string(e.Status)), ui.Warn)
}

func webhookState(d webhook.Delivery) templ.Component {
	switch d.State {
	case webhook.Delivered:
		return ui.Pill("Delivered", ui.Good)
	case webhook.Failed:
		return ui.Pill("Failed", ui.Bad)
	case webhook.Waiting:
		if d.Attempts > 0 {
			return ui.Pill("Retrying", ui.Warn)
		}
	}
	return ui.Status(capital(string(d.State)))
}

func webhookAnswer(d webhook.Delivery) templ.Component {
	switch {
	case d.LastError != "":
		return ui.Text(d.LastError)
	case d.LastCode != 0:
		return ui.Text(fmt.Sprintf("%d %s", d.LastCode, http.StatusText(d.LastCode)))
	}
	return ui.Nothing()
}

// webhookDelivery is one event on its way to one endpoint: what is sent, and what was answered each time.
func (v *visit) webhookDelivery() error {
	id, err := v.number("delivery")
	if err != nil {
		return err
	}
	d, err := webhook.GetDelivery(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	record := page.Record{
		Head: ui.HeadProps{Title: string(d.Type) + " " + d.Object.ID, Status: capital(string(d.State)), Crumbs: []ui.Anchor{webhookCrumb, {Label: hostOf(d.URL), Href: webhookAddress(d.Endpoint)}}},
		Rail: []templ.Component{ui.Facts("Delivery", []ui.Fact{{Term: "webhook-id", Value: ui.Mono(d.Event)}, {Term: "About", Value: ui.Text(string(d.Object.Kind) + " " + d.Object.ID)},
			{Term: "Endpoint", Value: ui.Link(d.URL, webhookAddress(d.Endpoint))}, {Term: "Occurred", Value: ui.At(d.OccurredAt)}, {Term: "Delivered", Value: atOrNothing(d.DeliveredAt)},
			{Term: "Next try", Value: nextTry(d.Delivery)}, {Term: "Sent again by hand", Value: atOrNothing(d.ReplayedAt)}})},
	}
	if verb := map[webhook.State]string{webhook.Delivered: "Send again", webhook.Failed: "Send again", webhook.Waiting: "Try now"}[d.State]; verb != "" {
		record.Head.Action = ui.Post(ui.PostProps{Action: webhookDeliveryAddress(id) + "/replay", Button: ui.ButtonProps{Label: verb}})
	}
	if d.State != webhook.Delivered && d.LastError != "" {
		record.Parts = append(record.Parts, page.Notice(page.Note{Title: "It was not delivered", Text: d.LastError, Tone: ui.Bad}))
	}
	if d.Swept {
		record.Parts = append(record.Parts, page.Notice(page.Note{Title: "What it said is no longer kept", Text: "Data and answers are kept for 30 days.", Tone: ui.Info}))
	}
	record.Body = append(record.Body, ui.Table(webhookTries(d.Tried)), page.Payload("What is sent", indented(d.Payload)))
	for i, a := range slices.Backward(d.Tried) {
		if a.ExchangeWasSwept || a.Outcome == "lost" || i < len(d.Tried)-exchangesShown {
			continue
		}
		record.Body = append(record.Body, page.Payload(fmt.Sprintf("Try %d: the request", a.Number), headerText(a.Request)))
		if a.Code != 0 {
			record.Body = append(record.Body, page.Payload(fmt.Sprintf("Try %d: the answer", a.Number), headerText(a.Answer)+"\n\n"+a.Body))
		}
	}
	return v.page(http.StatusOK, frame{Title: record.Head.Title, Room: "webhooks"}, page.RecordPage(record))
}

func webhookTries(tried []webhook.Attempt) ui.TableProps {
	tries := ui.TableProps{Title: "Tries", Columns: []ui.Column{{Label: "Try", Kind: ui.Tight}, {Label: "Outcome"}, {Label: "Answer"}, {Label: "Took", Kind: ui.Tight}, {Label: "When", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "Not tried yet", Text: "Due deliveries are looked for every second."}}
	for _, a := range tried {
		answer := a.Error
		if a.Code != 0 {
			answer = fmt.Sprintf("%d %s", a.Code, http.StatusText(a.Code))
		}
		tone := map[string]ui.Tone{"delivered": ui.Good, "failed": ui.Bad, "lost": ui.Warn}[a.Outcome]
		tries.Rows = append(tries.Rows, ui.Row{Cells: ui.Cells(ui.Text(fmt.Sprint(a.Number)), ui.Pill(capital(a.Outcome), tone), ui.Text(answer), ui.Text(fmt.Sprintf("%d ms", a.Latency.Milliseconds())), ui.At(a.SentAt))})
	}
	return tries
}

// exchangesShown are the latest tries whose headers and answers a page shows whole.
const exchangesShown = 3

// indented is JSON for people: the same letters with line breaks and blanks between.
func indented(b []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return string(b)
	}
	return out.String()
}

func headerText(h map[string]string) string {
	var lines []string
	for name, value := range h {
		lines = append(lines, name+": "+value)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func atOrNothing(t time.Time) templ.Component {
	if t.IsZero() {
		return ui.Nothing()
	}
	return ui.At(t)
}

func nextTry(d webhook.Delivery) templ.Component {
	if d.State != webhook.Waiting || d.NextAttemptAt.Unix() <= 0 {
		return ui.Nothing()
	}
	return ui.At(d.NextAttemptAt)
}

// webhookTasks are endpoints that want a person's look, as Home lists them.
func (v *visit) webhookTasks() ([]page.Task, error) {
	all, err := webhook.Troubled(v.ctx, v.DB)
	var out []page.Task
	for _, e := range all {
		task := page.Task{Word: "Failing", What: "Webhook to " + hostOf(e.URL), Why: howMany(e.Waiting, "event") + " wait", Href: webhookAddress(e.ID), On: period.DateOf(e.StatusAt, time.UTC)}
		switch {
		case e.Status == webhook.Disabled:
			task.Word, task.Why = "Disabled", e.Reason
		case !e.FailingSince.IsZero():
			task.On = period.DateOf(e.FailingSince, time.UTC)
		default:
			task.Word, task.Why = "Failed", howMany(e.Failed, "event")+" given up"
		}
		out = append(out, task)
	}
	return out, err
}
