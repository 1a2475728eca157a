package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

const march = "/v1/usage/events?customer=northwind&meter=api.calls&from=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z"

// called is an event of a customer, of 1 March.
func called(id, customer, quantity string) string {
	return fmt.Sprintf(`{"specversion":"1.0","type":"api.calls","source":"gw","id":%q,"subject":%q,"time":"2026-03-01T10:00:00Z","data":{"quantity":%q}}`, id, customer, quantity)
}

func fix(id, action, more string) string {
	return fmt.Sprintf(`{"corrections":[{"customer":"northwind","source":"gw","id":%q,"action":%q,"reason":"read again"%s}]}`, id, action, more)
}

func (c caller) fetch(path string) *webtest.Page { return c.send(http.MethodGet, path, "") }

// items writes a list as "id quantity state", in order.
func items(t *testing.T, got map[string]any, keys ...string) string {
	t.Helper()
	var out []string
	for _, x := range got["items"].([]any) {
		var words []string
		for _, k := range keys {
			words = append(words, fmt.Sprint(x.(map[string]any)[k]))
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, ", ")
}

func TestUsageIsCorrectedOverTheAPI(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.UsageRead, access.UsageWrite)
	answer(t, c.keyed("/v1/events", "", "["+called("1", "northwind", "5")+","+called("2", "northwind", "7")+"]"), http.StatusAccepted)
	made := answer(t, c.keyed("/v1/usage/corrections", "a", fix("1", "amend", `,"quantity":"12.5"`)), http.StatusOK)
	if fmt.Sprint(made["corrections"]) != "[map[changed:true revision:1]]" {
		t.Errorf("amended: %v", made)
	}
	answer(t, c.keyed("/v1/usage/corrections", "b", fix("2", "retract", "")), http.StatusOK)
	if got := items(t, answer(t, c.fetch(march), http.StatusOK), "id", "quantity", "revision", "state"); got != "1 12.5 1 counts" {
		t.Errorf("what counts: %s", got)
	}
	if got := items(t, answer(t, c.fetch(march+"&all=true&limit=1"), http.StatusOK), "id", "state"); !strings.Contains("1 counts, 2 retracted", got) || got == "" {
		t.Errorf("the first page of all: %s", got)
	}
	for _, x := range []struct {
		body, path string
		status     int
	}{
		{fix("9", "amend", `,"quantity":"1"`), "", http.StatusNotFound},
		{fix("1", "amend", `,"quantity":"many"`), "corrections[0].quantity", http.StatusUnprocessableEntity},
		{fix("1", "amend", ""), "corrections[0].action", http.StatusUnprocessableEntity},
		{fix("1", "amend", `,"quantity":"1","meter":"rockets"`), "corrections[0].meter", http.StatusUnprocessableEntity},
		{fix("1", "amend", `,"quantity":"1","revision":0`), "", http.StatusConflict},
		{fix("2", "amend", `,"quantity":"1"`), "", http.StatusConflict},
		{`{"corrections":[]}`, "corrections", http.StatusUnprocessableEntity},
	} {
		got := answer(t, c.keyed("/v1/usage/corrections", "", x.body), x.status)
		if x.path == "" {
			continue
		}
		if found, ok := got["errors"].([]any); !ok || found[0].(map[string]any)["path"] != x.path {
			t.Errorf("%s is answered by %v, want %s", x.body, got, x.path)
		}
	}
	answer(t, newCaller(site, access.Sales, access.UsageWrite).keyed("/v1/usage/corrections", "", fix("1", "retract", "")), http.StatusForbidden)
	answer(t, newCaller(site, access.Finance, access.UsageRead).keyed("/v1/usage/corrections", "", fix("1", "retract", "")), http.StatusForbidden)
}

func TestAStretchIsReplacedOverTheAPI(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.UsageRead, access.UsageWrite)
	answer(t, c.keyed("/v1/events", "", "["+called("1", "northwind", "5")+","+called("2", "northwind", "7")+"]"), http.StatusAccepted)
	body := func(dry bool) string {
		return fmt.Sprintf(`{"customer":"northwind","meter":"api.calls","from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z","reason":"read again","dry_run":%t,
			"events":[{"source":"gw","id":"2","occurred_at":"2026-03-01T10:00:00Z","quantity":"8"},{"source":"gw","id":"3","occurred_at":"2026-03-02T10:00:00Z","quantity":"1"}]}`, dry)
	}
	for _, dry := range []bool{true, false} {
		got := answer(t, c.keyed("/v1/usage/backfills", "", body(dry)), http.StatusOK)
		if got["added"] != 1.0 || got["amended"] != 1.0 || got["retracted"] != 1.0 || len(got["days"].([]any)) != 2 || (got["id"] == nil) != dry {
			t.Errorf("dry run %t: %v", dry, got)
		}
	}
	if got := items(t, answer(t, c.fetch(march), http.StatusOK), "id", "quantity"); got != "2 8, 3 1" {
		t.Errorf("what counts: %s", got)
	}
	got := answer(t, c.keyed("/v1/usage/backfills", "", strings.Replace(body(false), "2026-03-02T10", "2026-05-02T10", 1)), http.StatusUnprocessableEntity)
	if found, ok := got["errors"].([]any); !ok || found[0].(map[string]any)["path"] != "events[1].occurred_at" {
		t.Errorf("an event of another stretch: %v", got)
	}
}

func TestTheQuarantineAndConflictsAreReadAndReplayedOverTheAPI(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.UsageRead, access.UsageWrite)
	answer(t, c.keyed("/v1/events", "", "["+called("1", "northwind", "5")+","+called("2", "stranger", "7")+"]"), http.StatusAccepted)
	answer(t, c.keyed("/v1/events", "", called("1", "northwind", "6")), http.StatusConflict)
	if got := items(t, answer(t, c.fetch("/v1/usage/quarantine?reason=unknown+customer"), http.StatusOK), "id", "customer", "reason"); got != "2 stranger unknown customer" {
		t.Errorf("what waits: %s", got)
	}
	if got := answer(t, c.fetch("/v1/usage/conflicts?state=open"), http.StatusOK); len(got["items"].([]any)) != 1 {
		t.Errorf("open conflicts: %v", got)
	}
	if got := answer(t, c.keyed("/v1/usage/quarantine/replay", "", `{"customer":"stranger"}`), http.StatusOK); got["accepted"] != 0.0 || got["quarantined"] != 1.0 {
		t.Errorf("replayed: %v", got)
	}
	answer(t, c.fetch("/v1/usage/quarantine?reason=boredom"), http.StatusUnprocessableEntity)
}
