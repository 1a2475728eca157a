package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/web/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// caller is a machine with a token.
type caller struct {
	site  *webtest.Site
	token string
}

func newCaller(site *webtest.Site, role access.Role, scopes ...access.Scope) caller {
	site.T.Helper()
	admin, user := site.User("Admin", access.Admin), site.User("Robot"+string(role), role)
	c := caller{site: site}
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		c.token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: user.UserID, Name: "test", Scopes: scopes}, admin)
		return err
	})
	return c
}

func (c caller) send(method, path, body string) *webtest.Page {
	c.site.T.Helper()
	return c.site.Anonymous().Do(method, path, strings.NewReader(body), map[string]string{"Authorization": "Bearer " + c.token, "Accept": "application/json"})
}

// answer reads an answer's JSON.
func answer(t *testing.T, p *webtest.Page, status int) map[string]any {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%s answers %d, want %d: %s", p.Path, p.Status, status, p.Body)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(p.Body), &out); err != nil {
		t.Fatalf("%s answers no JSON: %v: %s", p.Path, err, p.Body)
	}
	return out
}

func TestTheServerSaysThatItIsUpAndReady(t *testing.T) {
	site := webtest.New(t)
	b := site.Anonymous()
	if got := answer(t, b.Get("/healthz"), http.StatusOK); got["status"] != "up" {
		t.Errorf("healthz: %v", got)
	}
	if got := answer(t, b.Get("/readyz"), http.StatusOK); got["status"] != "ready" {
		t.Errorf("readyz: %v", got)
	}
	if _, err := pgtest.Admin(t, site.DB).Exec(t.Context(), "alter table invoicing.runs rename to gone"); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, b.Get("/readyz"), http.StatusServiceUnavailable); got["status"] != "waiting for the database" {
		t.Errorf("readyz without a table: %v", got)
	}
	answer(t, b.Get("/healthz"), http.StatusOK)
}

func TestACallWithoutATokenOrScopeIsRefused(t *testing.T) {
	site := webtest.New(t)
	p := site.Anonymous().Do(http.MethodPost, "/v1/events", nil, nil)
	if answer(t, p, http.StatusUnauthorized); p.Header.Get("WWW-Authenticate") == "" || p.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a call without a token is answered with %v", p.Header)
	}
	answer(t, caller{site, "ratable_guess"}.send(http.MethodPost, "/v1/events", "[]"), http.StatusForbidden)
	reader := newCaller(site, access.Support, access.Read)
	got := answer(t, reader.send(http.MethodPost, "/v1/events", "[]"), http.StatusForbidden)
	if !strings.Contains(got["detail"].(string), "does not open usage:write") {
		t.Errorf("the refusal says %v", got)
	}
	answer(t, reader.send(http.MethodGet, "/v1/nothing", ""), http.StatusNotFound)
	writer := newCaller(site, access.Product, access.ContractWrite)
	answer(t, writer.send(http.MethodPost, "/v1/contracts", "contract: C-1"), http.StatusForbidden) // the scope, and not the role
}

func TestABrowsersCookieOpensNothingHere(t *testing.T) {
	b := webtest.New(t).Login(access.Finance)
	answer(t, b.Do(http.MethodPost, "/v1/contracts", strings.NewReader("contract: C-1"), nil), http.StatusUnauthorized)
}

const event = `{"specversion":"1.0","source":"/edge","id":"%ID","type":"api.calls","subject":"northwind","time":"2026-04-02T10:00:00Z","data":{"quantity":"%Q"}}`

func measured(id, quantity string) string {
	return strings.NewReplacer("%ID", id, "%Q", quantity).Replace(event)
}

func TestEventsCountOnceAndAnIdWithOtherContentIsReported(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Product, access.UsageWrite)
	batch := "[" + measured("a", "5") + "," + measured("b", "7.5") + "]"
	for _, want := range []map[string]any{{"accepted": 2.0, "repeated": 0.0}, {"accepted": 0.0, "repeated": 2.0}} {
		got := answer(t, c.send(http.MethodPost, "/v1/events", batch), http.StatusAccepted)
		if got["accepted"] != want["accepted"] || got["repeated"] != want["repeated"] {
			t.Errorf("the receipt is %v, want %v", got, want)
		}
	}
	got := answer(t, c.send(http.MethodPost, "/v1/events", measured("a", "6")), http.StatusConflict)
	if clash := got["conflicts"].([]any)[0].(map[string]any); clash["kept_quantity"] != "5" || clash["offered_quantity"] != "6" {
		t.Errorf("the conflict is %v", clash)
	}
	got = answer(t, c.send(http.MethodPost, "/v1/events", "["+measured("c", "-1")+"]"), http.StatusUnprocessableEntity)
	if at := got["errors"].([]any)[0].(map[string]any)["path"]; at != "events[0].data.quantity" {
		t.Errorf("the negative quantity is found at %v", at)
	}
}

func TestAContractGoesInAsADraftAndComesBackAsItIs(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.ContractWrite, access.Read)
	document := strings.Replace(webtest.Document, "C-2026-001", "C-2026-050", 1)
	got := answer(t, c.send(http.MethodPost, "/v1/contracts", document), http.StatusCreated)
	if got["status"] != "draft" || got["version"] != 1.0 || got["href"] != "/v1/contracts/C-2026-050" {
		t.Errorf("entered: %v", got)
	}
	back := c.send(http.MethodGet, "/v1/contracts/C-2026-050", "")
	if answer(t, back, http.StatusOK)["contract"] != "C-2026-050" {
		t.Errorf("it came back as %s", back.Body)
	}
	again := answer(t, c.send(http.MethodPost, "/v1/contracts", back.Body), http.StatusCreated)
	if again["version"] != 1.0 {
		t.Errorf("sending back what was given makes %v", again)
	}
	broken := strings.Replace(document, "quantity: 25", "quantity: -25", 1)
	got = answer(t, c.send(http.MethodPost, "/v1/contracts", broken), http.StatusUnprocessableEntity)
	if first := got["errors"].([]any)[0].(map[string]any); first["path"] != "lines[0].fixed.quantity" || first["line"] != 9.0 {
		t.Errorf("the finding is %v", first)
	}
	answer(t, c.send(http.MethodGet, "/v1/contracts/C-0", ""), http.StatusNotFound)
}
