package api_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/invoicing/invoicingtest"
	"ratable/web/webtest"
)

const comingOver = "external_id;name;entity;currency;country;region;postcode\r\n" +
	"over-1;Over One;rtus;USD;US;TX;78701\r\n" +
	"over-2;=SUM(A1);rtus;US$;US;TX;78701\r\n" +
	"over-3;Over Three;rtus;USD;US;;78701\r\n"

func TestAFileIsTriedTakenUpInPartAndItsOwnErrorFileDoesTheRest(t *testing.T) {
	site := webtest.New(t)
	invoicingtest.New(t, site.DB)
	c := newCaller(site, access.Sales, access.ImportWrite, access.ImportRead)
	at := "/v1/imports/customers?cohort=spring"
	got := answer(t, c.sendAs("POST", at+"&dry_run=true", "text/csv", "", comingOver), http.StatusOK)
	if got["new"] != 1.0 || got["refused"] != 2.0 || got["written"] != false || !strings.Contains(c.sendAs("POST", at, "text/csv", "", comingOver).Body, "ISO 4217") {
		t.Fatalf("tried: %v", got)
	}
	if got = answer(t, c.sendAs("POST", at+"&partial=true", "text/csv", "", comingOver), http.StatusOK); got["new"] != 1.0 || got["written"] != true {
		t.Fatalf("taken up in part: %v", got)
	}
	errors := c.sendAs("POST", at+"&dry_run=true", "text/csv", "text/csv", comingOver)
	if !strings.HasPrefix(errors.Header.Get("Content-Type"), "text/csv") || strings.Contains(errors.Body, "over-1") {
		t.Fatalf("the error file: %s", errors.Body)
	}
	fixed := strings.NewReplacer("'=SUM(A1)", "Over Two", "US$;", "USD;", ";US;;", ";US;OR;").Replace(errors.Body)
	if got = answer(t, c.sendAs("POST", at, "text/csv", "", fixed), http.StatusOK); got["new"] != 2.0 || got["refused"] != 0.0 {
		t.Fatalf("its own error file, corrected: %v", got)
	}
	if got = answer(t, c.sendAs("POST", at, "text/csv", "", fixed), http.StatusOK); got["unchanged"] != 2.0 {
		t.Fatalf("sent again: %v", got)
	}
	if got = answer(t, c.send("GET", "/v1/imports/cohorts/spring", ""), http.StatusOK); len(got["members"].([]any)) != 3 {
		t.Errorf("the cohort: %v", got)
	}
	answer(t, c.send("GET", "/v1/imports/cohorts/spring/comparison?all=true", ""), http.StatusOK)
	answer(t, c.send("GET", "/v1/imports/cohorts/nobody", ""), http.StatusNotFound)
	answer(t, c.sendAs("POST", "/v1/imports/invoices?cohort=spring", "text/csv", "", "invoice\nx\n"), http.StatusForbidden)
}

// sendAs sends a body of a kind and asks for one; none: JSON.
func (c caller) sendAs(method, path, kind, accept, body string) *webtest.Page {
	c.site.T.Helper()
	return c.site.Anonymous().Do(method, path, strings.NewReader(body), map[string]string{"Authorization": "Bearer " + c.token, "Accept": cmp.Or(accept, "application/json"), "Content-Type": kind})
}
