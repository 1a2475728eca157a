package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/webhook"
	"ratable/web"
	"ratable/web/webtest"
)

// connect adds an endpoint, 1, with a delivery, 1.
func connect(t *testing.T, site *webtest.Site) {
	t.Helper()
	admin := access.Actor{Name: "Admin", Email: "admin@ratable.example", Roles: []access.Role{access.Admin}}
	err := site.DB.Tx(context.Background(), func(tx pgx.Tx) error {
		n := webhook.NewEndpoint{URL: "https://hooks.example.com/ratable", Description: "Data warehouse"}
		e, _, err := webhook.AddEndpoint(context.Background(), tx, n, webhook.Guard{}, admin)
		if err != nil {
			return err
		}
		return webhook.Ping(context.Background(), tx, e.ID, admin)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An administrator connects another system, looks what arrived, and sends again what did not.
func TestAnAdministratorConnectsAnotherSystem(t *testing.T) {
	guard, err := webhook.ParseGuard("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(c *web.Config) { c.Webhooks = guard })
	connect(t, site)
	broken := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken {
			http.Error(w, "the shop is closed", http.StatusGone)
		}
	}))
	defer server.Close()
	admin := site.Login(access.Admin)
	admin.Get("/settings/webhooks").Want(200, "hooks.example.com", "Data warehouse", "webhook.test")
	refused := admin.PostForm("/settings/webhooks/new", url.Values{"url": {"https://10.1.2.3/"}, "description": {"Inside"}, "type.invoice.paid": {"on"}}).
		Want(422, "is no public address")
	kept, _ := refused.Form("/settings/webhooks/new")
	if kept.Get("url") != "https://10.1.2.3/" || kept.Get("description") != "Inside" || kept.Get("type.invoice.paid") != "on" || kept.Has("type.invoice.issued") {
		t.Errorf("what was typed came back as %v", kept)
	}
	added := admin.PostForm("/settings/webhooks/new", url.Values{"url": {server.URL}, "type.invoice.paid": {"on"}}).Want(200, "Copy the secret now", "whsec_")
	at := "/settings/webhooks/2"
	if again := admin.Get(at).Want(200, "invoice.paid"); strings.Contains(again.Body, "whsec_") {
		t.Error("the secret is shown a second time")
	}
	rotated := admin.PostForm(at+"/rotate", url.Values{}).Want(200, "whsec_", "signs too until")
	if secretOn(added.Body) == secretOn(rotated.Body) {
		t.Error("the new secret is the old one")
	}
	admin.PostForm(at+"/test", url.Values{}).Want(200, "A test is on its way")

	sender := webhook.NewSender(site.DB, guard, time.Now)
	t.Cleanup(sender.Stop)
	send := func() {
		t.Helper()
		if _, err := sender.Deliver(context.Background(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	admin.PostForm("/settings/webhooks/1/disable", url.Values{}).Want(200, "It gets no events until")
	send()
	admin.Get(at).Want(200, "410 Gone", "Failed")
	admin.Get("/").Want(200, "Webhook to 127.0.0.1", "wants no more events")
	broken = false
	admin.PostForm(at+"/enable", url.Values{}).Want(200, "It gets events again")
	admin.PostForm(at+"/replay", url.Values{"since": {"never"}}).Want(422, "must be a day")
	admin.PostForm(at+"/replay", url.Values{"since": {"2001-01-01"}}).Want(422, "must be in the last 30 days")
	admin.PostForm(at+"/replay-failed", url.Values{}).Want(200, "1 event sent again")
	send()
	admin.Get("/settings/webhooks?state=delivered&type=").Want(200, "webhook.test", "127.0.0.1")
	admin.Get("/settings/webhooks/deliveries/2").Want(200, "webhook-id", "410 Gone", "200 OK", "This is a test", "the shop is closed")
	admin.PostForm("/settings/webhooks/deliveries/2/replay", url.Values{}).Want(200, "It is sent again")
	admin.PostForm(at+"/edit", url.Values{"url": {server.URL}, "description": {"All of it"}}).Want(200, "Saved", "All of it")
	admin.PostForm(at+"/remove", url.Values{}).Want(200, "The endpoint is removed")
	if left := admin.Get("/settings/webhooks").Want(200).Body; strings.Contains(left, "All of it") {
		t.Error("a removed endpoint is listed")
	}
}

// secretOn is the secret that a page shows.
func secretOn(body string) string {
	_, rest, _ := strings.Cut(body, "<code>whsec_")
	secret, _, _ := strings.Cut(rest, "<")
	return secret
}
