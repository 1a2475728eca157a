package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

func init() {
	const endpoints, deliveries = "/v1/webhooks/endpoints", "/v1/webhooks/deliveries"
	hook := `{"url":"https://hooks.example.com/ratable","description":"Warehouse","types":["invoice.issued"]}`
	walks["more"] = append(walks["more"], []walk{
		{op: "add-webhook-endpoint", role: access.Admin, address: endpoints, body: hook, status: http.StatusCreated},
		{op: "add-webhook-endpoint", role: access.Admin, address: endpoints, body: strings.Replace(hook, "hooks.example.com", "169.254.169.254", 1), status: 422, path: "url", unsaid: true},
		{op: "add-webhook-endpoint", role: access.Admin, address: endpoints, body: strings.Replace(hook, "invoice.issued", "invoice.eaten", 1), status: 422, path: "types", unsaid: true},
		{op: "add-webhook-endpoint", role: access.Finance, address: endpoints, body: hook, status: http.StatusForbidden},
		{op: "list-webhook-endpoints", role: access.Admin, address: endpoints, status: 200},
		{op: "list-webhook-endpoints", role: "", address: endpoints, status: http.StatusUnauthorized},
		{op: "get-webhook-endpoint", role: access.Admin, address: endpoints + "/1", status: 200},
		{op: "get-webhook-endpoint", role: access.Admin, address: endpoints + "/99", status: 404},
		{op: "change-webhook-endpoint", role: access.Admin, address: endpoints + "/1", body: strings.Replace(hook, `,"types":["invoice.issued"]`, "", 1), status: 200},
		{op: "change-webhook-endpoint", role: access.Admin, address: endpoints + "/1", body: strings.Replace(hook, "https", "http", 1), status: 422, path: "url", unsaid: true},
		{op: "rotate-webhook-secret", role: access.Admin, address: endpoints + "/1/rotate", status: 200},
		{op: "rotate-webhook-secret", role: access.Admin, address: endpoints + "/99/rotate", status: 404},
		{op: "test-webhook-endpoint", role: access.Admin, address: endpoints + "/1/test", status: http.StatusNoContent},
		{op: "test-webhook-endpoint", role: access.Admin, address: endpoints + "/99/test", status: 404},
		{op: "replay-webhook-endpoint", role: access.Admin, address: endpoints + "/1/replay", body: `{}`, status: 200},
		{op: "replay-webhook-endpoint", role: access.Admin, address: endpoints + "/1/replay", body: `{"since":"2001-01-01T00:00:00Z"}`, status: 422, path: "since", unsaid: true},
		{op: "list-webhook-deliveries", role: access.Admin, address: deliveries + "?endpoint=1&state=waiting", status: 200},
		{op: "list-webhook-deliveries", role: access.Admin, address: deliveries + "?state=lost", status: 422, path: "state"},
		{op: "get-webhook-delivery", role: access.Admin, address: deliveries + "/1", status: 200},
		{op: "get-webhook-delivery", role: access.Admin, address: deliveries + "/99", status: 404},
		{op: "replay-webhook-delivery", role: access.Admin, address: deliveries + "/1/replay", status: 200},
		{op: "set-webhook-status", role: access.Admin, address: endpoints + "/1/status", body: `{"status":"disabled","reason":"moves house"}`, status: 200},
		{op: "set-webhook-status", role: access.Admin, address: endpoints + "/1/status", body: `{"status":"removed"}`, status: 422, path: "status"},
		{op: "replay-webhook-delivery", role: access.Admin, address: deliveries + "/1/replay", status: http.StatusConflict},
		{op: "remove-webhook-endpoint", role: access.Admin, address: endpoints + "/1", status: http.StatusNoContent},
		{op: "remove-webhook-endpoint", role: access.Admin, address: endpoints + "/1", status: http.StatusConflict},
		{op: "list-webhook-events", role: access.Admin, address: "/v1/webhooks/events?limit=2&after=1", status: 200},
		{op: "list-webhook-events", role: access.Admin, address: "/v1/webhooks/events?after=yesterday", status: 422, path: "after"},
	}...)
}

// The feed tells what endpoints are told: by page or by the sequence of the last event that was read.
func TestTheFeedOfEventsIsReadToItsEndAndOnFromThere(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Admin, access.WebhookRead)
	read := func(query string) (ids []string, last, next string) {
		t.Helper()
		page := answer(t, c.send(http.MethodGet, "/v1/webhooks/events"+query, ""), http.StatusOK)
		for _, item := range page["items"].([]any) {
			e := item.(map[string]any)
			ids, last = append(ids, e["type"].(string)+" "+e["object"].(map[string]any)["id"].(string)), e["sequence"].(string)
		}
		next, _ = page["next_cursor"].(string)
		return ids, last, next
	}
	all, last, _ := read("?limit=200")
	if len(all) < 4 || !strings.HasPrefix(all[0], "customer.created ") {
		t.Fatalf("the feed tells %v", all)
	}
	var paged []string
	for query := "?limit=3"; ; {
		some, _, next := read(query)
		paged = append(paged, some...)
		if next == "" {
			break
		}
		query = "?limit=3&cursor=" + next
	}
	if strings.Join(paged, "\n") != strings.Join(all, "\n") {
		t.Errorf("page by page it tells %v\nat once %v", paged, all)
	}
	if more, _, _ := read("?after=" + last); len(more) != 0 {
		t.Errorf("behind the last it tells %v", more)
	}
	if some, _, _ := read("?type=invoice.issued"); len(some) == 0 || len(some) >= len(all) {
		t.Errorf("of invoices it tells %v", some)
	}
}

// The secret is answered when it is made, and by nothing else.
func TestAWebhookSecretIsAnsweredOnce(t *testing.T) {
	site := webtest.New(t)
	c := newCaller(site, access.Admin, access.WebhookRead, access.WebhookWrite)
	made := answer(t, c.send(http.MethodPost, "/v1/webhooks/endpoints", `{"url":"https://hooks.example.com"}`), http.StatusCreated)
	secret, _ := made["secret"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("added as %v", made)
	}
	for _, path := range []string{"/v1/webhooks/endpoints", "/v1/webhooks/endpoints/1", "/v1/webhooks/deliveries"} {
		shown, err := json.Marshal(answer(t, c.send(http.MethodGet, path, ""), http.StatusOK))
		if err != nil || strings.Contains(string(shown), "whsec_") {
			t.Errorf("%s shows a secret: %s", path, shown)
		}
	}
	if logged := site.Log.String(); strings.Contains(logged, secret) {
		t.Error("the log holds the secret")
	}
}
