package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/spend"
	"ratable/web/webtest"
)

func TestTheRunningBillForecastAndAlertsAreThereOverTheAPI(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	c := newCaller(site, access.Support, access.UsageRead, access.UsageWrite)
	bill := answer(t, c.send(http.MethodGet, "/v1/customers/northwind/running-bill", ""), http.StatusOK)
	if bill["customer"] != "northwind" || bill["lines"] == nil || bill["totals"] == nil {
		t.Errorf("the running bill is %v", bill)
	}
	forecast := answer(t, c.send(http.MethodGet, "/v1/customers/northwind/forecast", ""), http.StatusOK)
	if all, ok := forecast["contracts"].([]any); !ok || len(all) != 1 || all[0].(map[string]any)["contract"] != w.Contract {
		t.Errorf("the forecast is %v", forecast)
	}
	const alert = `{"kind":"units","meter":"api.calls","thresholds":["80000.5","1000"],"roles":["technical"]}`
	set := answer(t, c.send(http.MethodPost, "/v1/customers/northwind/alerts", alert), http.StatusCreated)
	if set["id"] != 1.0 || set["version"] != 1.0 || set["set_by"] != "staff" {
		t.Errorf("the alert is set as %v", set)
	}
	changed := answer(t, c.send(http.MethodPut, "/v1/customers/northwind/alerts/1", strings.Replace(alert, "80000.5", "90000", 1)), http.StatusOK)
	if changed["version"] != 2.0 {
		t.Errorf("the alert is replaced as %v", changed)
	}
	list := answer(t, c.send(http.MethodGet, "/v1/customers/northwind/alerts", ""), http.StatusOK)
	if all := list["alerts"].([]any); len(all) != 1 {
		t.Errorf("the alerts are %v", list)
	}
	if p := c.send(http.MethodDelete, "/v1/customers/northwind/alerts/1", ""); p.Status != http.StatusNoContent {
		t.Errorf("removing it answers %d: %s", p.Status, p.Body)
	}
	answer(t, c.send(http.MethodDelete, "/v1/customers/northwind/alerts/1", ""), http.StatusNotFound)
	answer(t, c.send(http.MethodGet, "/v1/usage/alerts/rule:1", ""), http.StatusOK) // it fired nothing
	answer(t, c.send(http.MethodGet, "/v1/usage/alerts/rule:7", ""), http.StatusNotFound)
	answer(t, c.send(http.MethodGet, "/v1/customers/nobody/running-bill", ""), http.StatusNotFound)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		left, err := spend.Rules(ctx, tx, w.Customer.Account)
		if err == nil && len(left) != 0 {
			t.Errorf("left are %+v", left)
		}
		return err
	})
}

func TestABadAlertIsAProblemThatNamesTheField(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Support, access.UsageRead, access.UsageWrite)
	const good = `{"kind":"units","meter":"api.calls","thresholds":["80"]}`
	for _, x := range []struct{ body, path string }{
		{strings.Replace(good, "api.calls", "api.cals", 1), "meter"},
		{strings.Replace(good, `"80"`, `"1e999999999"`, 1), "thresholds[0]"},
		{strings.Replace(good, `"80"`, `"-1"`, 1), "thresholds[0]"},
		{strings.Replace(good, `"units"`, `"often"`, 1), "kind"},
		{strings.Replace(good, `"meter"`, `"contract":"C-9","meter"`, 1), "contract"},
		{strings.Replace(good, `"thresholds"`, `"addresses":["Ops <ops@x.example>"],"thresholds"`, 1), "addresses[0]"},
	} {
		p := c.send(http.MethodPost, "/v1/customers/northwind/alerts", x.body)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, `"`+x.path+`"`) {
			t.Errorf("%s answers %d, want 422 naming %s: %s", x.body, p.Status, x.path, p.Body)
		}
	}
}
