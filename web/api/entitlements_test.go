package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/usage"
	"ratable/web"
	"ratable/web/webtest"
)

// entitled is a furnished site whose answers come from memory, and a machine that may ask.
type entitled struct {
	caller
	cache *entitlements.Cache
	door  *access.Door
}

func newEntitled(t *testing.T) entitled {
	var e entitled
	site := webtest.New(t, func(c *web.Config) {
		e.cache = entitlements.New(entitlements.Config{DB: c.DB, Now: c.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		e.door = access.NewDoor(c.DB, c.Now)
		c.Entitlements, c.Door = e.cache, e.door
	})
	webtest.Furnish(site)
	promise(site)
	e.caller = newCaller(site, access.Support, access.EntitlementRead)
	e.cache.Start(t.Context())
	e.door.Start(t.Context())
	t.Cleanup(e.cache.Stop)
	t.Cleanup(e.door.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := e.cache.Confirm(ctx); err != nil {
		t.Fatal(err)
	}
	return e
}

// promise says what the products of the furnished site let their buyers use.
func promise(site *webtest.Site) {
	one := decimal.NewFromInt(1)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		sold, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		for code, features := range map[string]map[string]catalog.Feature{
			"platform": {"sso": {On: true}, "seats": {PerUnit: &one, Unit: "seat"}}, "api": {"api": {Meter: "api.calls"}},
		} {
			p, _ := sold.Product(code, webtest.Today)
			p.Features = features
			if _, err := catalog.AddProductVersion(ctx, tx, p, access.System("test")); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e entitled) use(quantity int64) {
	e.site.T.Helper()
	_, err := usage.Ingest(e.site.T.Context(), e.site.DB, []usage.Event{{Source: "test", ID: fmt.Sprint(quantity, time.Now().UnixNano()), Customer: "northwind",
		Meter: "api.calls", OccurredAt: webtest.Now.Add(-time.Hour), Quantity: decimal.NewFromInt(quantity)}}, webtest.Now, access.System("test"))
	if err != nil {
		e.site.T.Fatal(err)
	}
}

func (e entitled) ask(path string, header ...string) *webtest.Page {
	e.site.T.Helper()
	h := map[string]string{"Authorization": "Bearer " + e.token, "Accept": "application/json"}
	for i := 0; i < len(header); i += 2 {
		h[header[i]] = header[i+1]
	}
	return e.site.Anonymous().Do(http.MethodGet, path, nil, h)
}

// until asks, with patience, until the answer is as it should be.
func (e entitled) until(what string, ask func() *webtest.Page, is func(*webtest.Page) bool) *webtest.Page {
	e.site.T.Helper()
	deadline := time.After(20 * time.Second)
	for {
		p := ask()
		if is(p) {
			return p
		}
		select {
		case <-deadline:
			e.site.T.Fatalf("it never came about that %s: %d %s", what, p.Status, p.Body)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func TestAProgramAsksWhatACustomerMayUse(t *testing.T) {
	e := newEntitled(t)
	all := answer(t, e.ask("/v1/entitlements/northwind"), http.StatusOK)
	if features := all["features"].([]any); all["customer"] != "northwind" || len(features) != 3 || all["stale"] != nil {
		t.Errorf("northwind may use %v", all)
	}
	seats := answer(t, e.ask("/v1/entitlements/northwind/seats"), http.StatusOK)
	if seats["allowed"] != true || seats["limit"] != "25" || seats["unit"] != "seat" {
		t.Errorf("25 seats were sold, and it says %v", seats)
	}
	answer(t, e.ask("/v1/entitlements/nobody"), http.StatusNotFound)
	answer(t, e.ask("/v1/entitlements/northwind/flying"), http.StatusNotFound)
	answer(t, e.ask("/v1/entitlements/northwind?color=red"), http.StatusUnprocessableEntity)
	answer(t, e.ask("/v1/entitlements/northwind?wait=2h"), http.StatusUnprocessableEntity)
	answer(t, e.site.Anonymous().Do(http.MethodGet, "/v1/entitlements/northwind", nil, nil), http.StatusUnauthorized)
	writer := newCaller(e.site, access.Product, access.UsageWrite)
	answer(t, writer.send(http.MethodGet, "/v1/entitlements/northwind", ""), http.StatusForbidden)
	reader := newCaller(e.site, access.Finance, access.Read)
	answer(t, reader.send(http.MethodGet, "/v1/entitlements/northwind", ""), http.StatusOK)
}

func TestAnAnswerThatStandsIsNotSentAgainAndAnotherOneIsWaitedFor(t *testing.T) {
	e := newEntitled(t)
	p := e.ask("/v1/entitlements/northwind/api")
	etag := p.Header.Get("ETag")
	if etag == "" || p.Header.Get("X-Entitlements-Version") != strings.Trim(etag, `"`) || p.Header.Get("Age") != "0" {
		t.Fatalf("the headers are %v", p.Header)
	}
	if again := e.ask("/v1/entitlements/northwind/api", "If-None-Match", etag); again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("what stands is answered with %d %s", again.Status, again.Body)
	}
	if again := e.ask("/v1/entitlements/northwind/api?wait=50ms", "If-None-Match", etag); again.Status != http.StatusNotModified {
		t.Errorf("when nothing came the wait ends with %d %s", again.Status, again.Body)
	}
	woken := make(chan *webtest.Page)
	go func() { woken <- e.ask("/v1/entitlements/northwind/api?wait=40s", "If-None-Match", etag) }()
	e.use(7)
	select {
	case p := <-woken:
		if got := answer(t, p, http.StatusOK); got["used"] != "7" || p.Header.Get("ETag") == etag {
			t.Errorf("after 7 calls who waits is told %v", got)
		}
	case <-time.After(20 * time.Second):
		t.Error("who waits was never told")
	}
}

func TestAThousandQuestionsAreOneCall(t *testing.T) {
	e := newEntitled(t)
	type check struct {
		Customer string `json:"customer"`
		Feature  string `json:"feature"`
	}
	ask := func(checks []check) *webtest.Page {
		body, err := json.Marshal(map[string]any{"checks": checks})
		if err != nil {
			t.Fatal(err)
		}
		return e.send(http.MethodPost, "/v1/entitlements", string(body))
	}
	checks := []check{{"northwind", "sso"}, {"nobody", "sso"}, {"northwind", "flying"}, {"northwind", "api"}}
	answers := answer(t, ask(checks), http.StatusOK)["answers"].([]any)
	for i, want := range []string{"allowed:true", "error:there is no customer nobody", "error:no product", "allowed:true"} {
		if got := fmt.Sprint(answers[i]); !strings.Contains(got, want) {
			t.Errorf("answer %d is %s, should have %s", i, got, want)
		}
	}
	for len(checks) < 1000 {
		checks = append(checks, checks[0])
	}
	if answers := answer(t, ask(checks), http.StatusOK)["answers"].([]any); len(answers) != 1000 {
		t.Errorf("a thousand questions have %d answers", len(answers))
	}
	answer(t, ask(append(checks, checks[0])), http.StatusUnprocessableEntity)
	answer(t, ask(nil), http.StatusUnprocessableEntity)
	answer(t, e.send(http.MethodPost, "/v1/entitlements", `{"cheques": []}`), http.StatusUnprocessableEntity)
}

func TestACustomersTokenAsksAboutItselfOnly(t *testing.T) {
	e := newEntitled(t)
	own := newCaller(e.site, access.Customer, access.EntitlementRead) // of customer 1, northwind
	answer(t, own.send(http.MethodGet, "/v1/entitlements/northwind/sso", ""), http.StatusOK)
	answer(t, own.send(http.MethodGet, "/v1/entitlements/nobody", ""), http.StatusNotFound)
}

func TestARevokedTokenStopsAtOnceAlthoughItIsRemembered(t *testing.T) {
	e := newEntitled(t)
	ask := func() *webtest.Page { return e.ask("/v1/entitlements/northwind/sso") }
	for range 3 {
		answer(t, ask(), http.StatusOK)
	}
	admin := e.site.User("Admin", access.Admin)
	tokens, err := access.ListTokens(t.Context(), e.site.DB)
	if err != nil {
		t.Fatal(err)
	}
	e.site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return access.RevokeToken(ctx, tx, tokens[0].ID, "lost", admin)
	})
	e.until("a revoked token is refused", ask, func(p *webtest.Page) bool { return p.Status == http.StatusForbidden })

	other := newCaller(e.site, access.Finance, access.EntitlementRead)
	ask = func() *webtest.Page { return other.send(http.MethodGet, "/v1/entitlements/northwind/sso", "") }
	answer(t, ask(), http.StatusOK)
	user := e.site.User("Robot"+string(access.Finance), access.Finance)
	e.site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return access.DisableUser(ctx, tx, user.UserID, "left", admin)
	})
	e.until("the token of somebody who left is refused", ask, func(p *webtest.Page) bool { return p.Status == http.StatusForbidden })
}
