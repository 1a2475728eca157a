package api_test

import (
	"net/http"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

const signUp = `{"plan":"starter","quantity":"2","customer":{"name":"Corner Shop","email":"ap@corner.example","country":"US","region":"NY","city":"New York","postcode":"10001","lines":["1 Main St"]}}`

func (c caller) keyed(path, key, body string) *webtest.Page {
	c.site.T.Helper()
	header := map[string]string{"Authorization": "Bearer " + c.token, "Accept": "application/json"}
	if key != "" {
		header["Idempotency-Key"] = key
	}
	return c.site.Anonymous().Do(http.MethodPost, path, strings.NewReader(body), header)
}

func TestASignUpOverTheAPICountsOnceAndIsChangedThere(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	webtest.Plans(site)
	c := newCaller(site, access.Sales, access.ContractWrite)
	got := answer(t, c.keyed("/v1/subscriptions", "k1", signUp), http.StatusCreated)
	if got["contract"] != "S-000001" || got["status"] != "active" || got["customer"] != "s-000001" {
		t.Errorf("signed up: %v", got)
	}
	if again := answer(t, c.keyed("/v1/subscriptions", "k1", signUp), http.StatusOK); again["contract"] != "S-000001" {
		t.Errorf("sent again: %v", again)
	}
	answer(t, c.keyed("/v1/subscriptions", "k1", strings.Replace(signUp, `"2"`, `"3"`, 1)), http.StatusConflict)
	held := answer(t, c.keyed("/v1/subscriptions", "k2", strings.Replace(signUp, "Corner Shop", "SUEX OTC", 1)), http.StatusAccepted)
	if held["status"] != "held" || held["contract"] != nil {
		t.Errorf("a listed party: %v", held)
	}
	up := answer(t, c.keyed("/v1/subscriptions/S-000001/changes", "", `{"change":"plan","plan":"pro"}`), http.StatusCreated)
	if up["plan"] != "pro" || up["version"] != 2.0 {
		t.Errorf("upgraded: %v", up)
	}
	answer(t, c.keyed("/v1/subscriptions/S-000009/changes", "", `{"change":"pause"}`), http.StatusNotFound)
	answer(t, c.keyed("/v1/subscriptions/C-2026-001/changes", "", `{"change":"pause"}`), http.StatusConflict) // no plan
}

func TestABadSignUpIsAProblemThatNamesTheField(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	webtest.Plans(site)
	c := newCaller(site, access.Sales, access.ContractWrite)
	for _, x := range []struct{ body, path string }{
		{strings.Replace(signUp, "starter", "gold", 1), "plan"},
		{strings.Replace(signUp, `"2"`, `"-2"`, 1), "quantity"},
		{strings.Replace(signUp, `"2"`, `1e9999`, 1), "quantity"},
		{strings.Replace(signUp, `"quantity"`, `"qty"`, 1), "qty"},
		{strings.Replace(signUp, `"US"`, `"ZZ"`, 1), "customer.country"},
		{strings.Replace(signUp, `"US"`, `7`, 1), "customer.country"},
		{strings.Replace(signUp, "ap@corner.example", "Ann <ap@corner.example>", 1), "customer.email"},
		{`{"plan":"starter"}`, "customer"},
	} {
		got := answer(t, c.keyed("/v1/subscriptions", "bad", x.body), http.StatusUnprocessableEntity)
		first, ok := got["errors"].([]any)
		if !ok || first[0].(map[string]any)["path"] != x.path {
			t.Errorf("%s is answered by %v, want %s", x.body, got, x.path)
		}
	}
	for _, body := range []string{"", "[]", signUp + signUp, `{"plan":`} {
		answer(t, c.keyed("/v1/subscriptions", "bad", body), http.StatusUnprocessableEntity)
	}
	answer(t, c.keyed("/v1/subscriptions", "bad", strings.Repeat(" ", 70<<10)), http.StatusRequestEntityTooLarge)
	answer(t, c.keyed("/v1/subscriptions", "", signUp), http.StatusUnprocessableEntity)
	answer(t, newCaller(site, access.Product, access.ContractWrite).keyed("/v1/subscriptions", "k", signUp), http.StatusForbidden)
	answer(t, newCaller(site, access.Support, access.Read).keyed("/v1/subscriptions", "k", signUp), http.StatusForbidden)
}
