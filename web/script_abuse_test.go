package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/web/webtest"
)

// What senders and people of ours wrote is shown as it was written, and runs nowhere: event ids, sources and dimensions, addresses and
// words of webhook endpoints, reasons. Page.Check refuses inline code and foreign hosts on each page.
func TestWhatSendersWroteRunsOnNoPage(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	admin, finance := site.Login(access.Admin), site.Login(access.Finance)
	var token string
	site.Tx(issue(site, &token))
	send := func(path, body string) *webtest.Page {
		return site.Anonymous().Do(http.MethodPost, path, strings.NewReader(body), map[string]string{"Authorization": "Bearer " + token, "Idempotency-Key": url.QueryEscape(path + body)[:40]})
	}
	event := `{"specversion":"1.0","source":"` + evil + `","id":"` + evil + `","type":"api.calls","subject":"northwind","time":"2026-04-03T10:00:00Z","data":{"quantity":"5","dimensions":{"` + evil + `":"` + evil + `"}}}`
	send("/v1/events", event).Want(http.StatusAccepted)
	send("/v1/events", strings.Replace(event, `"5"`, `"6"`, 1)).Want(http.StatusConflict)
	send("/v1/events", strings.NewReplacer("northwind", evil, `"id":"`, `"id":"2`).Replace(event)).Want(http.StatusAccepted)
	admin.PostForm("/settings/webhooks/new", url.Values{"url": {"https://example.com/?q=" + url.QueryEscape(evil)}, "description": {evil}}).Want(http.StatusOK)
	admin.PostForm("/settings/api-keys", url.Values{"name": {evil}, "scopes": {"read"}})
	seen := 0
	for _, x := range []struct {
		by   *webtest.Browser
		path string
	}{
		{finance, "/usage"}, {finance, "/usage/customers/1"}, {finance, "/usage/customers/1/events?day=2026-04-03&meter=api.calls"}, {finance, "/usage/quarantine"}, {finance, "/usage/conflicts"}, {finance, "/usage/conflicts/1"},
		{finance, "/usage/intake"}, {finance, "/usage/aliases"}, {finance, "/customers/1"}, {finance, "/customers/1/spending"}, {admin, "/settings/webhooks"}, {admin, "/settings/webhooks/1"}, {admin, "/settings/webhooks/1/edit"}, {admin, "/settings/api-keys"}, {admin, "/audit"},
		{finance, "/usage/quarantine?reason=" + url.QueryEscape(evil)}, {finance, "/imports/cohorts/" + url.PathEscape(evil)}, {finance, "/search?q=" + url.QueryEscape(evil)},
	} {
		p := x.by.Get(x.path)
		if p.Status >= 500 {
			t.Errorf("%s answers %d", x.path, p.Status)
			continue
		}
		if strings.Contains(p.Body, "<script>alert") || strings.Contains(p.Body, "<img src=x") {
			t.Errorf("%s runs what a sender wrote", x.path)
		}
		if strings.Contains(p.Body, "&lt;script&gt;") {
			seen++
		}
		if p.Status == http.StatusOK {
			p.Check()
		}
	}
	if seen < 6 {
		t.Errorf("only %d pages show what was written, so that little is tried", seen)
	}
	for _, secret := range []string{token, "whsec_", webtest.Password, "alert(1)</script>\n"} {
		if strings.Contains(site.Log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

func issue(site *webtest.Site, token *string) func(ctx context.Context, tx pgx.Tx) error {
	admin, robot := site.User("Admin", access.Admin), site.User("Robot", access.Finance)
	return func(ctx context.Context, tx pgx.Tx) (err error) {
		*token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: robot.UserID, Name: "robot", Scopes: access.Scopes}, admin)
		return err
	}
}
