package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web/webtest"
)

// walk is a call of an operation and what it must come to. Files of other nouns append theirs to walks; they are made in
// the order of the files' names, each on what Furnish and Plans put up and what those before left behind.
type walk struct {
	op      string // its operationId
	role    access.Role
	address string // with what the path and the query are to be
	body    string
	header  map[string]string
	status  int
	path    string // of the first finding, where it is a problem that names one
	unsaid  bool   // a bad request that the document does not rule out: only our own rules do
}

var walks = map[string][]walk{} // by noun

const yamlKind, jsonKind = "application/yaml", "application/json"

func TestEveryOperationDoesWhatTheDocumentSays(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	webtest.Plans(site)
	promise(site)
	w := walker{site: site, tokens: map[access.Role]caller{}}
	w.metered = w.billUsage()
	for _, path := range []string{"/v1/openapi.json", "/v1/openapi-3.0.json"} {
		w.documents = append(w.documents, documentAt(t, site, path))
		router, err := legacy.NewRouter(w.documents[len(w.documents)-1])
		if err != nil {
			t.Fatal(err)
		}
		w.routers = append(w.routers, router)
	}
	for _, kind := range []string{"application/cloudevents+json", "application/cloudevents-batch+json", "application/openapi+json"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.JSONBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder("application/openapi+yaml", openapi3filter.YamlBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/pdf", openapi3filter.FileBodyDecoder)
	good, bad := map[string]bool{}, map[string]bool{}
	for _, noun := range []string{"customers", "catalog", "contracts", "subscriptions", "usage", "entitlements", "invoices", "payments", "books", "state", "more"} {
		for _, step := range walks[noun] {
			w.take(t, step)
			if step.status < 300 {
				good[step.op] = true
			} else {
				bad[step.op] = true
			}
		}
	}
	for path, item := range w.documents[0].Paths.Map() {
		for method, op := range item.Operations() {
			if !good[op.OperationID] {
				t.Errorf("no walk calls %s (%s %s) and is answered", op.OperationID, method, path)
			}
			if !bad[op.OperationID] && op.Extensions["x-scope"] != nil {
				t.Errorf("no walk calls %s (%s %s) and is refused", op.OperationID, method, path)
			}
		}
	}
}

type walker struct {
	site      *webtest.Site
	tokens    map[access.Role]caller
	metered   string // the address of an invoice line that counts usage
	documents []*openapi3.T
	routers   []routers.Router
}

// token is a caller of a role with every scope there is: what a role may not do is then the role's own limit.
func (w *walker) token(role access.Role) caller {
	c, ok := w.tokens[role]
	if !ok {
		c = newCaller(w.site, role, access.Scopes...)
		w.tokens[role] = c
	}
	return c
}

func (w *walker) take(t *testing.T, step walk) {
	t.Helper()
	method := w.methodOf(t, step.op)
	r := w.request(t, method, step)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != step.status {
		t.Errorf("%s: %s %s answers %d, want %d: %s", step.op, method, step.address, answer.StatusCode, step.status, body)
		return
	}
	if at := pathOf(body); step.path != "" && at != step.path {
		t.Errorf("%s: the first finding is %q, want %q: %s", step.op, at, step.path, body)
	}
	for i, router := range w.routers {
		w.hold(t, w.documents[i].OpenAPI, router, step, method, answer, body)
	}
}

// hold validates request and answer against the document, with a library that wrote neither.
func (w *walker) hold(t *testing.T, version string, router routers.Router, step walk, method string, answer *http.Response, body []byte) {
	t.Helper()
	r := w.request(t, method, step)
	r.URL.Host, r.URL.Scheme, r.Host = "", "", ""
	route, params, err := router.FindRoute(r)
	if err != nil {
		t.Errorf("%s: OpenAPI %s has no %s %s: %v", step.op, version, method, step.address, err)
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true,
		// YAML reads 2026-01-01 as an instant; what a document says is held against its own reader.
		ExcludeRequestBody: strings.Contains(r.Header.Get("Content-Type"), "yaml")}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	err = openapi3filter.ValidateRequest(context.Background(), in)
	if step.status < 300 && err != nil {
		t.Errorf("%s: OpenAPI %s refuses the request that was answered: %v", step.op, version, err)
	}
	if step.status == http.StatusUnprocessableEntity && err == nil && !step.unsaid {
		t.Errorf("%s: OpenAPI %s accepts the request that was refused: %s %s", step.op, version, step.address, step.body)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(body)), Options: options}
	if strings.Contains(answer.Header.Get("Content-Type"), "yaml") {
		out.Options.ExcludeResponseBody = true
	}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s: OpenAPI %s does not allow the answer %d: %v\n%s", step.op, version, answer.StatusCode, err, body)
	}
}

func (w *walker) methodOf(t *testing.T, id string) string {
	t.Helper()
	for _, item := range w.documents[0].Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == id {
				return method
			}
		}
	}
	t.Fatalf("the document has no operation %s", id)
	return ""
}

func (w *walker) request(t *testing.T, method string, step walk) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, w.site.Server.URL+strings.Replace(step.address, "{metered}", w.metered, 1), strings.NewReader(step.body))
	if err != nil {
		t.Fatal(err)
	}
	if step.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	if step.role != "" {
		r.Header.Set("Authorization", "Bearer "+w.token(step.role).token)
	}
	if step.body != "" {
		r.Header.Set("Content-Type", jsonKind)
	}
	for name, value := range step.header {
		r.Header.Set(name, value)
	}
	return r
}

// pathOf is where the first finding of a problem lies.
func pathOf(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `"errors":[{"path":"`)
	at, _, _ := strings.Cut(rest, `"`)
	return at
}

// billUsage sends usage and bills it.
func (w *walker) billUsage() string {
	w.site.T.Helper()
	w.token(access.Product).send(http.MethodPost, "/v1/events", measured("w0", "20000")).Want(http.StatusAccepted)
	webtest.Bill(w.site, period.NewDate(2026, time.May, 1))
	rows, err := invoicing.List(w.site.T.Context(), w.site.DB, invoicing.Filter{})
	if err != nil {
		w.site.T.Fatal(err)
	}
	for _, r := range rows {
		d, err := invoicing.Get(w.site.T.Context(), w.site.DB, r.Number)
		if err != nil {
			w.site.T.Fatal(err)
		}
		for i, l := range d.Lines {
			if l.Kind == contracts.Metered {
				return fmt.Sprintf("/v1/invoices/%s/lines/%d", r.Number, i+1)
			}
		}
	}
	w.site.T.Fatal("no line counts usage")
	return ""
}
