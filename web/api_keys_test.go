package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/api"
	"ratable/web/webtest"
)

func TestAnAdminIssuesAKeyThatIsSeenOnceAndRevokesIt(t *testing.T) {
	site := webtest.New(t)
	robot := site.User("Robot", access.Support)
	b := site.Login(access.Admin)
	b.PostForm("/settings/api-keys", url.Values{"name": {"feed"}, "user": {"999"}}).Want(http.StatusUnprocessableEntity, "cannot hold a key", "must name at least one").Check()
	form := url.Values{"name": {"feed"}, "user": {strconv.FormatInt(robot.UserID, 10)}, "scope.usage:read": {"on"}, "scope.customers:read": {"on"}, "expires": {"2026-01-01"}}
	b.PostForm("/settings/api-keys", form).Want(http.StatusUnprocessableEntity, "must be a day after today")
	form.Set("expires", "2027-01-01")
	p := b.PostForm("/settings/api-keys", form).Want(http.StatusOK, "Copy it now", "feed", "usage:read, customers:read")
	p.Check()
	_, secret, _ := strings.Cut(p.Body, "<code>ratable_")
	secret, _, _ = strings.Cut(secret, "<")
	call := func() int {
		return site.Anonymous().Do(http.MethodGet, "/v1/customers", nil, map[string]string{"Authorization": "Bearer ratable_" + secret}).Status
	}
	if status := call(); status != http.StatusOK {
		t.Fatalf("the new key is answered %d", status)
	}
	page := b.Get("/settings/api-keys").Want(http.StatusOK, "feed", "Active").Lacks("Copy it now")
	if strings.Contains(page.Body, secret) {
		t.Error("the secret is shown again")
	}
	b.PostForm("/settings/api-keys/1/revoke", url.Values{"reason": {""}}).Want(http.StatusUnprocessableEntity)
	b.PostForm("/settings/api-keys/1/revoke", url.Values{"reason": {"leaked"}}).Want(http.StatusOK, "Revoked")
	if status := call(); status != http.StatusForbidden {
		t.Errorf("the revoked key is answered %d", status)
	}
}

func TestTheReferenceShowsEveryOperationAndIsSearched(t *testing.T) {
	b := webtest.New(t).Login(access.Support)
	p := b.Get("/developers").Want(http.StatusOK, "GET /v1/invoices/{number}", "POST /v1/events", "Checking a webhook", "Idempotency-Key", "/v1/openapi.json")
	p.Check()
	b.Get("/developers?q=po_required").Want(http.StatusOK, "POST /v1/customers").Lacks("POST /v1/events")
	b.Get("/developers?q=nothing+is+called+so").Want(http.StatusOK, "No operation is like it").Check()
	for _, g := range api.TheReference().Groups {
		for _, o := range g.Operations {
			b.Get("/developers/"+o.ID).Want(http.StatusOK, o.Method+" "+o.Path, "Refusals", "curl").Check()
		}
	}
	b.Get("/developers/get-nothing").Want(http.StatusNotFound)
}
