package web

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/webhook"
	"ratable/web/page"
	"ratable/web/ui"
)

// webhook is one endpoint with its log.
func (v *visit) webhook() error {
	return v.showWebhook(http.StatusOK, page.WebhookSecret{}, page.WebhookActions{})
}

func (v *visit) showWebhook(status int, secret page.WebhookSecret, actions page.WebhookActions) error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	return v.showEndpoint(status, id, secret, actions)
}

func (v *visit) showEndpoint(status int, id int64, secret page.WebhookSecret, actions page.WebhookActions) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		e, err := webhook.GetEndpoint(v.ctx, t, id)
		if err != nil {
			return err
		}
		log, err := v.webhookLog(t, webhook.Filter{Endpoint: id})
		if err != nil {
			return err
		}
		record := page.Record{Head: ui.HeadProps{Title: e.URL, Sub: e.Description, Status: capital(string(e.Status)), Crumbs: []ui.Anchor{webhookCrumb}}, Body: []templ.Component{ui.Table(log)}}
		facts := []ui.Fact{{Term: "Events", Value: ui.Text(webhookTypes(e))}, {Term: "Waiting", Value: ui.Count(int64(e.Waiting))}, {Term: "Failed", Value: ui.Count(int64(e.Failed))},
			{Term: "Added by", Value: ui.Text(e.CreatedBy)}, {Term: "Added", Value: ui.At(e.CreatedAt)}, {Term: "Told of trouble", Value: orDash(e.OwnerEmail)}}
		if !e.RotatesUntil.IsZero() {
			facts = append(facts, ui.Fact{Term: "Former secret signs until", Value: ui.At(e.RotatesUntil)})
		}
		record.Rail = append(record.Rail, ui.Facts("Endpoint", facts))
		if e.Status != webhook.Removed {
			actions.At, actions.Enabled, actions.Failed = webhookAddress(id), e.Status == webhook.Enabled, e.Failed
			record.Rail = append(record.Rail, page.WebhookActionsCard(actions))
		}
		if secret.Secret != "" {
			record.Parts = append(record.Parts, page.WebhookSecretNote(secret))
		}
		switch {
		case e.Status == webhook.Disabled:
			record.Parts = append(record.Parts, page.Notice(page.Note{Title: "It gets no events", Text: e.Reason, Tone: ui.Warn}))
		case e.Status == webhook.Enabled && !e.FailingSince.IsZero():
			record.Parts = append(record.Parts, page.Notice(page.Note{Title: "Nothing arrives", Text: "Since " + e.FailingSince.UTC().Format("2 January 15:04 UTC") + ". After three days it is disabled, and who added it is told.", Tone: ui.Bad}))
		}
		return v.page(status, frame{Title: e.URL, Room: "webhooks"}, page.RecordPage(record))
	})
}

func (v *visit) newWebhook() error {
	return v.showWebhookForm(http.StatusOK, 0, webhook.NewEndpoint{}, nil)
}

// showWebhookForm asks where events go; endpoint 0 is a new one.
func (v *visit) showWebhookForm(status int, endpoint int64, n webhook.NewEndpoint, found []fault.Field) error {
	form := page.WebhookForm{Head: ui.HeadProps{Title: "Add an endpoint", Crumbs: []ui.Anchor{webhookCrumb}}, Action: webhooksAddress + "/new", Verb: "Add the endpoint", Back: webhooksAddress,
		URL: n.URL, Description: n.Description, Errors: found}
	if endpoint != 0 {
		at := webhookAddress(endpoint)
		form.Head.Title, form.Action, form.Verb, form.Back = "Edit an endpoint", at+"/edit", "Save", at
	}
	for _, d := range webhook.Types {
		on := len(n.Types) > 0 && webhook.Endpoint{Types: n.Types}.Wants(d.Type)
		form.Types = append(form.Types, page.WebhookType{Name: string(d.Type), Says: d.Says, On: on})
	}
	return v.page(status, frame{Title: form.Head.Title, Room: "webhooks"}, page.WebhookFormPage(form))
}

func (v *visit) typedWebhook() webhook.NewEndpoint {
	n := webhook.NewEndpoint{URL: v.form("url"), Description: v.form("description")}
	for _, d := range webhook.Types {
		if v.form("type."+string(d.Type)) != "" {
			n.Types = append(n.Types, d.Type)
		}
	}
	return n
}

// addWebhook answers with the page itself instead of leading there: the secret is on it once, and nowhere else.
func (v *visit) addWebhook() error {
	n := v.typedWebhook()
	var e webhook.Endpoint
	var secret string
	err := v.do(func(t tx) (err error) {
		e, secret, err = webhook.AddEndpoint(v.ctx, t, n, v.Webhooks, v.By)
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showWebhookForm(http.StatusUnprocessableEntity, 0, n, found)
	}
	if err != nil {
		return err
	}
	return v.showEndpoint(http.StatusOK, e.ID, page.WebhookSecret{Secret: secret}, page.WebhookActions{})
}

func (v *visit) editWebhook() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	e, err := webhook.GetEndpoint(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	return v.showWebhookForm(http.StatusOK, id, webhook.NewEndpoint{URL: e.URL, Description: e.Description, Types: e.Types}, nil)
}

func (v *visit) changeWebhook() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	n := v.typedWebhook()
	err = v.do(func(t tx) error { return webhook.ChangeEndpoint(v.ctx, t, id, n, v.Webhooks, v.By) })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showWebhookForm(http.StatusUnprocessableEntity, id, n, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(webhookAddress(id), done("Saved; it counts from the next event"))
}

func webhookStatus(to webhook.Status, said string) handler {
	return func(v *visit) error {
		id, err := v.number("endpoint")
		if err != nil {
			return err
		}
		reason := map[webhook.Status]string{webhook.Disabled: "Disabled by " + v.By.Name}[to]
		if err := v.do(func(t tx) error { return webhook.SetStatus(v.ctx, t, id, to, reason, v.By) }); err != nil {
			return err
		}
		if to == webhook.Removed {
			return v.redirect(webhooksAddress, done(said))
		}
		return v.redirect(webhookAddress(id), done(said))
	}
}

func (v *visit) rotateWebhook() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	var secret string
	now := v.Now()
	err = v.do(func(t tx) (err error) {
		secret, err = webhook.RotateSecret(v.ctx, t, id, now, v.By)
		return err
	})
	if err != nil {
		return err
	}
	return v.showWebhook(http.StatusOK, page.WebhookSecret{Secret: secret, Until: now.Add(24 * time.Hour).UTC().Format("2 January 15:04 UTC")}, page.WebhookActions{})
}

func (v *visit) testWebhook() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return webhook.Ping(v.ctx, t, id, v.By) }); err != nil {
		return err
	}
	return v.redirect(webhookAddress(id), done("A test is on its way; look here in a moment"))
}

func (v *visit) replayWebhook() error {
	id, err := v.number("delivery")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return webhook.Replay(v.ctx, t, id, v.By) }); err != nil {
		return err
	}
	return v.redirect(webhookDeliveryAddress(id), done("It is sent again, under the same webhook-id"))
}

func (v *visit) replayWebhookFailed() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	var n int
	if err := v.do(func(t tx) (err error) { n, err = webhook.ReplayFailed(v.ctx, t, id, v.By); return err }); err != nil {
		return err
	}
	return v.redirect(webhookAddress(id), done(howMany(n, "event")+" sent again"))
}

func (v *visit) replayWebhookSince() error {
	id, err := v.number("endpoint")
	if err != nil {
		return err
	}
	day, err := period.ParseDate(v.form("since"))
	problems := []fault.Field{{Path: "since", Value: v.form("since"), Message: "must be a day, such as 2026-03-01"}}
	var n int
	if err == nil {
		err = v.do(func(t tx) (err error) {
			n, err = webhook.ReplaySince(v.ctx, t, id, day.Time(time.UTC), v.Now(), v.By)
			return err
		})
		problems = fault.Fields(err)
	}
	if len(problems) > 0 {
		return v.showWebhook(http.StatusUnprocessableEntity, page.WebhookSecret{}, page.WebhookActions{Since: v.form("since"), Problems: problems})
	}
	if err != nil {
		return err
	}
	return v.redirect(webhookAddress(id), done(howMany(n, "event")+" sent again"))
}
