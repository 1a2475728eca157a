package api_test

import (
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/web/api"
	"ratable/web/webtest"
)

func TestASecretIsSaidOnceAndKeptUnderNoKey(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Admin, access.WebhookRead, access.WebhookWrite)
	hook := `{"url":"https://example.com/hooks","description":"Data warehouse","types":[]}`
	made := answer(t, c.keyed("/v1/webhooks/endpoints", "k-1", hook), http.StatusCreated)
	turned := answer(t, c.keyed("/v1/webhooks/endpoints/1/rotate", "k-2", ""), http.StatusOK)
	for _, got := range []map[string]any{made, turned} {
		if secret, _ := got["secret"].(string); !strings.HasPrefix(secret, "whsec_") {
			t.Errorf("the first answer has no secret: %v", got)
		}
	}
	for address, key := range map[string]string{"/v1/webhooks/endpoints": "k-1", "/v1/webhooks/endpoints/1/rotate": "k-2"} {
		body := hook
		if key == "k-2" {
			body = ""
		}
		again := c.keyed(address, key, body)
		if again.Header.Get("Idempotency-Replayed") != "true" || strings.Contains(again.Body, "whsec_") || !strings.Contains(again.Body, `"id":1`) {
			t.Errorf("sent again, %s answers %v %s", address, again.Header, again.Body)
		}
	}
	for _, at := range []string{"/v1/webhooks/endpoints", "/v1/webhooks/endpoints/1"} {
		if p := c.send(http.MethodGet, at, ""); strings.Contains(p.Body, "whsec_") || strings.Contains(p.Body, "secret") {
			t.Errorf("%s says the secret: %s", at, p.Body)
		}
	}
	for _, table := range []string{"api.answers", "access.audit", "webhook.endpoints", "webhook.events", "webhook.attempts"} {
		var n int
		if err := pgtest.Admin(t, site.DB).QueryRow(t.Context(), `select count(*) from `+table+` x where to_jsonb(x)::text ~ 'whsec_' or to_jsonb(x)::text ~ '77687365635f'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			t.Errorf("%s keeps a secret in %d rows", table, n)
		}
	}
	if strings.Contains(site.Log.String(), "whsec_") || strings.Contains(site.Log.String(), c.token) {
		t.Error("the log has a secret")
	}
}

func TestABodyThatIsPackedOrOfAnotherKindIsRefusedEverywhere(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	for _, op := range operationsServed(t, site) {
		if op.kind == "" {
			continue
		}
		c := strongest(site, op)
		for name, value := range map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/html"} {
			header := map[string]string{"Authorization": "Bearer " + c.token, "Content-Type": op.kind}
			header[name] = value
			p := site.Anonymous().Do(op.method, op.at(nil), strings.NewReader("\x1f\x8b\x08\x00\x00"), header)
			if p.Status != http.StatusUnsupportedMediaType || !strings.Contains(p.Body, name) {
				t.Errorf("%s with %s: %s answers %d %.200s", op.id, name, value, p.Status, p.Body)
			}
		}
	}
}

func TestABatchOfQuestionsIsReadAsStrictlyAsEverythingElse(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.EntitlementRead)
	one := `{"customer":"northwind","feature":"seats"}`
	for _, body := range []string{`{"checks":[` + one + `]} {}`, `{"checks":[` + one + `]}]`, `{"checks":[` + one + `]} x`, "{\"checks\":[{\"customer\":\"north\xff\",\"feature\":\"seats\"}]}", `[` + one + `]`, `null`, `{"checks":null}`,
		strings.Repeat(`{"checks":[`, 20000), `{"checks":[` + strings.Repeat(one+",", 1000) + one + `]}`} {
		if p := c.send(http.MethodPost, "/v1/entitlements", body); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.80q is answered %d %.200s", body, p.Status, p.Body)
		}
	}
	p := c.send(http.MethodPost, "/v1/entitlements", `{"checks":[{"customer":"\u0000","feature":"\u0000"},{"customer":"`+strings.Repeat("x", 5000)+`","feature":"seats"},{"customer":"northwind","feature":"\u202e<script>"}]}`)
	if got := answer(t, p, http.StatusOK)["answers"].([]any); len(got) != 3 || strings.Contains(p.Body, strings.Repeat("x", 6000)) {
		t.Errorf("evil questions are answered %.500s", p.Body)
	}
}

func TestAFileOfUsageRunsNoFormula(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	w := walker{site: site, tokens: map[access.Role]caller{}}
	evil := strings.NewReplacer(`"/edge/fra1"`, `"=cmd|' /C calc'!A0"`, `"x1"`, `"@SUM(1+1)"`, `"source":"/edge"`, `"source":"=1+1"`)
	event := evil.Replace(measured("x1", "3"))
	w.token(access.Product).send(http.MethodPost, "/v1/events", event).Want(http.StatusAccepted)
	metered := w.billUsage()
	p := newCaller(site, access.Finance, access.UsageRead)
	file := site.Anonymous().Do(http.MethodGet, metered+"/usage.csv", nil, map[string]string{"Authorization": "Bearer " + p.token})
	rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d rows of %q (%v)", len(rows), file.Body, err)
	}
	guarded := 0
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "'=") || strings.HasPrefix(cell, "'@") {
				guarded++
			}
			if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins like a formula: %q", cell)
			}
		}
	}
	if guarded == 0 {
		t.Errorf("the evil event is not in the file: %s", file.Body)
	}
}

// Processes are told apart by what they keep in memory: each has a handler of its own on the same database.
func TestOneKeySentAtOnceToSeveralProcessesHasOneEffect(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite)
	before := customers(t, site.DB)
	var processes []http.Handler
	for range 4 {
		processes = append(processes, api.New(api.Config{DB: site.DB, Now: func() time.Time { return webtest.Now }, Today: func() period.Date { return webtest.Today }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}))
	}
	bodies := make([]string, 20)
	statuses := make([]int, len(bodies))
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() {
			for { // as a sender does: until it is not being answered at that moment
				r := httptest.NewRequest(http.MethodPost, "/v1/customers", strings.NewReader(acme))
				r.Header.Set("Authorization", "Bearer "+c.token)
				r.Header.Set("Idempotency-Key", "fire")
				w := httptest.NewRecorder()
				processes[i%len(processes)].ServeHTTP(w, r)
				if statuses[i], bodies[i] = w.Code, w.Body.String(); w.Code != http.StatusConflict {
					return
				}
			}
		})
	}
	all.Wait()
	for i := range bodies {
		if statuses[i] != http.StatusCreated || bodies[i] != bodies[0] {
			t.Errorf("call %d is answered %d %s, the first %s", i, statuses[i], bodies[i], bodies[0])
		}
	}
	if n := customers(t, site.DB) - before; n != 1 || kept(t, site.DB) != 1 {
		t.Errorf("%d customers and %d kept answers from %d calls", n, kept(t, site.DB), len(bodies))
	}
	// Keys in another order make another request: what counts are the bytes, as the reference says.
	other := strings.Replace(strings.Replace(acme, `"name":"Acme",`, ``, 1), `{"external_id"`, `{"name":"Acme","external_id"`, 1)
	answer(t, c.keyed("/v1/customers", "fire", other), http.StatusUnprocessableEntity)
	// The key of a person is theirs alone, and the same with each of their tokens.
	answer(t, newCaller(site, access.Sales, access.CustomerWrite).keyed("/v1/customers", "fire", acme), http.StatusCreated)
	answer(t, newCaller(site, access.Finance, access.CustomerWrite).keyed("/v1/customers", "fire", acme), http.StatusConflict)
	answer(t, newCaller(site, access.Sales, access.UsageWrite).keyed("/v1/customers", "fire", acme), http.StatusForbidden)
}
