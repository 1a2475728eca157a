package api_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/web/api"
	"ratable/web/webtest"
)

func TestWhatIsWrongWithARequestIsSaidAtItsPlace(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.Scopes...)
	for _, x := range []struct {
		what, method, path, body string
		header                   map[string]string
		status                   int
		at, says                 string
	}{
		{"an address that is not there", "GET", "/v1/invoice", "", nil, 404, "", "nothing at this address"},
		{"a method that is not answered", "DELETE", "/v1/customers", "", nil, 405, "", "header Allow"},
		{"an answer nobody here writes", "GET", "/v1/customers", "", map[string]string{"Accept": "text/html"}, 406, "Accept", "application/json"},
		{"a form", "POST", "/v1/customers", "name=Acme", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415, "Content-Type", "send application/json"},
		{"too much", "POST", "/v1/customers", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "", "at most 1 MB"},
		{"a filter spelled wrong", "GET", "/v1/invoices?custmer=x", "", nil, 422, "custmer", "there are currency, cursor, customer"},
		{"a filter given twice", "GET", "/v1/invoices?customer=a&customer=b", "", nil, 422, "customer", "more than once"},
		{"nothing", "POST", "/v1/customers", "", nil, 422, "body", "is missing"},
		{"no object", "POST", "/v1/customers", "[]", nil, 422, "body", "one JSON object"},
		{"broken JSON", "POST", "/v1/customers", "{\n\"name\": \n", nil, 422, "body", "one JSON object"},
		{"broken UTF-8", "POST", "/v1/customers", "{\"name\":\"acm\xe9\"}", nil, 422, "body", "UTF-8"},
		{"a key twice", "POST", "/v1/customers", strings.Replace(acme, `"currency"`, `"name":"Acme2","currency"`, 1), nil, 422, "name", "is given twice"},
		{"an unknown key far inside", "POST", "/v1/customers", strings.Replace(acme, `"city"`, `"town"`, 1), nil, 422, "billing.town", "is not a key known here"},
		{"a missing key in a list", "POST", "/v1/customers", strings.Replace(acme, `,"email":"ap@acme.example"`, ``, 1), nil, 422, "contacts[0].email", "is missing"},
		{"a word that is none of ours", "POST", "/v1/customers", strings.Replace(acme, `"payable"`, `"boss"`, 1), nil, 422, "contacts[0].role", `must be one of "payable, procurement, technical"`},
		{"what only the verb knows", "POST", "/v1/customers", strings.Replace(acme, `"region":"NY"`, `"region":""`, 1), nil, 422, "billing.region", ""},
		{"a day that is none", "GET", "/v1/invoices?from=2026-02-30", "", nil, 422, "from", "day"},
	} {
		header := map[string]string{"Authorization": "Bearer " + c.token}
		for name, value := range x.header {
			header[name] = value
		}
		p := site.Anonymous().Do(x.method, x.path, strings.NewReader(x.body), header)
		got := answer(t, p, x.status)
		if p.Header.Get("Content-Type") != "application/problem+json" || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: answered with %v", x.what, p.Header)
		}
		var at, says string
		if list, ok := got["errors"].([]any); ok {
			at, _ = list[0].(map[string]any)["path"].(string)
			says, _ = list[0].(map[string]any)["message"].(string)
		} else {
			says, _ = got["detail"].(string)
		}
		if at != x.at || !strings.Contains(says, x.says) {
			t.Errorf("%s: refused at %q: %q, want %q: %q", x.what, at, says, x.at, x.says)
		}
	}
	p := site.Anonymous().Do(http.MethodDelete, "/v1/customers", nil, map[string]string{"Authorization": "Bearer " + c.token})
	if allow := p.Header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("the methods of /v1/customers are said to be %q", allow)
	}
}

func TestFindingsCarryTheLineAndComeInItsOrder(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite)
	body := "{\n  \"external_id\": \"acme\",\n  \"name\": 7,\n  \"entity\": \"rus\",\n  \"curency\": \"USD\",\n  \"billing\": {\n    \"country\": \"USA\"\n  }\n}"
	got := answer(t, c.send(http.MethodPost, "/v1/customers", body), http.StatusUnprocessableEntity)
	var lines []float64
	var paths []string
	for _, e := range got["errors"].([]any) {
		f := e.(map[string]any)
		line, _ := f["line"].(float64)
		lines, paths = append(lines, line), append(paths, f["path"].(string))
	}
	want := map[string]float64{"name": 3, "curency": 5, "billing.country": 7}
	for i, path := range paths {
		if line, named := want[path]; named && lines[i] != line {
			t.Errorf("%s is found on line %v, want %v", path, lines[i], line)
		}
		delete(want, path)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v; found were %v", want, paths)
	}
}

func TestACustomersNumberMayHoldASlashAndAPercentSign(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite, access.CustomerRead)
	p := c.send(http.MethodPost, "/v1/customers", strings.Replace(acme, `"acme"`, `"a/b%2Fc d"`, 1)).Want(http.StatusCreated)
	at := p.Header.Get("Location")
	if got := answer(t, c.send(http.MethodGet, at, ""), http.StatusOK); got["external_id"] != "a/b%2Fc d" {
		t.Errorf("%s is %v", at, got["external_id"])
	}
}

func TestATokenThatCallsTooOftenIsSlowedDownAndNobodyElse(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	busy, other := newCaller(site, access.Finance, access.Read, access.UsageWrite), newCaller(site, access.Support, access.Read)
	now := webtest.Now
	h := api.New(api.Config{DB: site.DB, Now: func() time.Time { return now }, Today: func() period.Date { return webtest.Today },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rate: api.Rate{PerSecond: 1, Burst: 3}})
	call := func(c caller, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+c.token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for i, want := range []int{200, 200, 200, 429} {
		if got := call(busy, "GET", "/v1/customers", "").Code; got != want {
			t.Errorf("call %d is answered %d, want %d", i+1, got, want)
		}
	}
	if w := call(busy, "GET", "/v1/customers", ""); w.Header().Get("Retry-After") == "" || !json.Valid(w.Body.Bytes()) {
		t.Errorf("the refusal is %v %s", w.Header(), w.Body)
	}
	if got := call(other, "GET", "/v1/customers", "").Code; got != 200 {
		t.Errorf("another token is answered %d", got)
	}
	if got := call(busy, "POST", "/v1/events", measured("x", "1")).Code; got != http.StatusAccepted {
		t.Errorf("usage of the same token is answered %d: a hot route is bound by the machine alone", got)
	}
	now = now.Add(time.Second)
	if got := call(busy, "GET", "/v1/customers", "").Code; got != 200 {
		t.Errorf("a second later the call is answered %d", got)
	}
}

func TestAListIsTheSameInSmallPagesAndInOne(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Finance, access.Read, access.CustomerWrite)
	whole := answer(t, c.send(http.MethodGet, "/v1/invoices?limit=200&currency=USD", ""), http.StatusOK)
	if whole["next_cursor"] != nil {
		t.Errorf("the only page leads on to %v", whole["next_cursor"])
	}
	var numbers []string
	at, cursor := "/v1/invoices?limit=1&currency=USD", ""
	for at != "" {
		p := c.send(http.MethodGet, at, "")
		got := answer(t, p, http.StatusOK)
		for _, item := range got["items"].([]any) {
			numbers = append(numbers, item.(map[string]any)["number"].(string))
		}
		at, _, _ = strings.Cut(strings.TrimPrefix(p.Header.Get("Link"), "<"), ">")
		if next, ok := got["next_cursor"].(string); ok {
			cursor = next
		}
	}
	if all := whole["items"].([]any); len(all) < 4 || len(numbers) != len(all) {
		t.Fatalf("in pages there are %v, in one %d", numbers, len(all))
	}
	for i, item := range whole["items"].([]any) {
		if item.(map[string]any)["number"] != numbers[i] {
			t.Errorf("place %d holds %s in pages and %v in one", i, numbers[i], item.(map[string]any)["number"])
		}
	}
	for what, at := range map[string]string{
		"with other filters": "/v1/invoices?currency=EUR&cursor=" + cursor, "of another list": "/v1/payments?currency=USD&cursor=" + cursor,
		"that was cut": "/v1/invoices?currency=USD&cursor=" + cursor[:len(cursor)-4], "that was changed": "/v1/invoices?currency=USD&cursor=B" + cursor[1:],
	} {
		got := answer(t, c.send(http.MethodGet, at, ""), http.StatusUnprocessableEntity)
		if path := got["errors"].([]any)[0].(map[string]any)["path"]; path != "cursor" {
			t.Errorf("a cursor %s is refused at %v", what, path)
		}
	}
}
