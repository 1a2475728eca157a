package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/web/webtest"
)

// desksOf says whose tokens open each operation: written down apart from the code, after what the same person may open in the
// browser (web/routes.go). An operation that is new stands here before it is served.
var desksOf = func() map[string][]access.Role {
	const sales, finance, accountant, support, product, admin, auditor = access.Sales, access.Finance, access.Accountant, access.Support, access.Product, access.Admin, access.Auditor
	readers := []access.Role{sales, finance, accountant, support, product, admin, auditor}
	out := map[string][]access.Role{}
	for _, g := range []struct {
		roles []access.Role
		ops   string
	}{
		{readers, `list-quarantine list-usage-conflicts list-usage-events get-running-bill get-forecast list-customer-alerts list-fired-alerts list-customers get-customer
			get-usage get-usage-days list-invoices get-invoice get-invoice-pdf list-invoice-line-usage download-invoice-line-usage get-balance list-products list-plans list-meters
			list-contracts get-contract get-contract-summary list-contract-versions get-contract-version`},
		{append([]access.Role{access.Customer}, readers...), `get-entitlements get-entitlement check-entitlements`},
		{[]access.Role{finance, product, support}, `send-events correct-usage backfill-usage replay-quarantine`},
		{[]access.Role{sales, finance, support}, `set-alert replace-alert remove-alert create-customer amend-customer sign-up change-subscription`},
		{[]access.Role{support, finance}, `request-credit`},
		{[]access.Role{finance, accountant, support, auditor}, `list-payments get-payment`},
		{[]access.Role{finance, accountant}, `record-payment approve-contract reject-contract`},
		{[]access.Role{finance, accountant, auditor}, `get-ageing list-journal-entries get-trial-balance get-revenue-schedule list-periods`},
		{[]access.Role{product, finance}, `propose-catalog-change`},
		{[]access.Role{sales, finance}, `enter-contract submit-contract preview-contract`},
		{[]access.Role{sales, finance, accountant}, `get-cohort compare-cohort`},
		{[]access.Role{sales, finance}, `import-file`}, // of customers; an accountant brings the history, which the kind in the address says
		{[]access.Role{admin}, `list-webhook-endpoints add-webhook-endpoint get-webhook-endpoint change-webhook-endpoint remove-webhook-endpoint set-webhook-status rotate-webhook-secret
			test-webhook-endpoint replay-webhook-endpoint list-webhook-deliveries get-webhook-delivery replay-webhook-delivery list-webhook-events`},
	} {
		for _, op := range strings.Fields(g.ops) {
			out[op] = g.roles
		}
	}
	return out
}()

// served is an operation as the document has it.
type served struct {
	id, method, path, scope string
	roles                   []string
	kind                    string // media type of its body
	params                  []parameter
}

type parameter struct {
	Ref, Name, In string
	Required      bool
	Schema        struct {
		Type     any
		Enum     []any
		Examples []any
	}
	Example any
}

func (p parameter) example() string {
	all := slices.Concat([]any{p.Example}, p.Schema.Examples, p.Schema.Enum)
	if i := slices.IndexFunc(all, func(v any) bool { return v != nil }); i >= 0 {
		text, _ := json.Marshal(all[i])
		return strings.Trim(string(text), `"`)
	}
	return "1"
}

// operationsServed reads the served document, so that what is tested is what callers see.
func operationsServed(t *testing.T, site *webtest.Site) (out []served) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []parameter
			RequestBody struct{ Content map[string]any }
			Scope       string   `json:"x-scope"`
			Roles       []string `json:"x-roles"`
		}
	}
	if err := json.Unmarshal([]byte(site.Anonymous().Get("/v1/openapi.json").Body), &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			s := served{id: op.OperationID, method: strings.ToUpper(method), path: path, scope: op.Scope, roles: op.Roles, params: op.Parameters}
			for kind := range op.RequestBody.Content {
				if s.kind == "" || kind == jsonKind {
					s.kind = kind
				}
			}
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b served) int { return strings.Compare(a.id, b.id) })
	if len(out) < 60 {
		t.Fatalf("the document has %d operations", len(out))
	}
	return out
}

// at is an address of the operation with every parameter that it must have; given overrides by name.
func (s served) at(given map[string]string) string {
	path, query := s.path, []string{}
	for _, p := range s.params {
		value, ok := given[p.Name]
		if !ok && p.In != "path" && !p.Required {
			continue
		}
		if !ok {
			value = escapeAll(p.example())
		}
		switch p.In {
		case "path":
			path = strings.Replace(path, "{"+p.Name+"}", value, 1)
		case "query":
			query = append(query, p.Name+"="+value)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return path
}

// escapeAll writes a text so that it means itself in a path and in a query.
func escapeAll(s string) string {
	var out strings.Builder
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' {
			out.WriteByte(c)
			continue
		}
		out.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
	}
	return out.String()
}

// call sends the operation with an empty object, which no operation takes for granted to be right.
func (s served) call(c caller, address, body string) *webtest.Page {
	header := map[string]string{}
	if c.token != "" {
		header["Authorization"] = "Bearer " + c.token
	}
	if s.kind != "" {
		header["Content-Type"] = s.kind
	}
	return c.site.Anonymous().Do(s.method, address, strings.NewReader(body), header)
}

func TestNoOperationOpensWithoutItsScopeOrForAnotherDesk(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	all := map[access.Role]caller{}
	for _, role := range access.Roles {
		all[role] = newCaller(site, role, access.Scopes...)
	}
	only, without := map[access.Role]map[access.Scope]caller{}, map[access.Role]map[access.Scope]caller{}
	narrow := func(m map[access.Role]map[access.Scope]caller, role access.Role, key access.Scope, scopes ...access.Scope) caller {
		if m[role] == nil {
			m[role] = map[access.Scope]caller{}
		}
		if _, ok := m[role][key]; !ok {
			m[role][key] = newCaller(site, role, scopes...)
		}
		return m[role][key]
	}
	for _, op := range operationsServed(t, site) {
		if op.scope == "" {
			continue
		}
		desks, known := desksOf[op.id]
		if !known {
			t.Errorf("%s is in no desk's list here: say who may open it, and look whether they may in the browser", op.id)
			continue
		}
		address := op.at(nil)
		if got := op.call(caller{site: site}, address, `{}`); got.Status != http.StatusUnauthorized {
			t.Errorf("%s answers %d without a token", op.id, got.Status)
		}
		for _, role := range access.Roles {
			got := op.call(all[role], address, `{}`)
			if may := slices.Contains(desks, role); may == (got.Status == http.StatusForbidden) || got.Status >= 500 || got.Status == http.StatusUnauthorized {
				t.Errorf("%s answers a token of %s with %d (may they? %v): %.200s", op.id, role, got.Status, may, got.Body)
			}
		}
		scope, desk := access.Scope(op.scope), desks[len(desks)-1]
		rest := slices.DeleteFunc(slices.Clone(access.Scopes), func(s access.Scope) bool {
			return s == scope || s == access.Read && strings.HasSuffix(op.scope, ":read")
		})
		for what, x := range map[string]struct {
			c      caller
			denied bool
		}{"every scope but " + op.scope: {narrow(without, desk, scope, rest...), true}, op.scope + " alone": {narrow(only, desk, scope, scope), false}} {
			if got := op.call(x.c, address, `{}`); (got.Status == http.StatusForbidden) != x.denied {
				t.Errorf("%s answers a token of %s with %s: %d %.200s", op.id, desk, what, got.Status, got.Body)
			}
		}
	}
}

func TestATokenThatEndedOpensNothing(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	admin := site.User("Admin", access.Admin)
	revoked, disabled := newCaller(site, access.Finance, access.Scopes...), newCaller(site, access.Support, access.Scopes...)
	boss, late := newCaller(site, access.Admin, access.Scopes...), caller{site: site}
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		late.token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: admin.UserID, Name: "late", Scopes: access.Scopes, ExpiresAt: webtest.Now}, admin)
		return err
	})
	answer(t, disabled.send(http.MethodGet, "/v1/entitlements/northwind", ""), http.StatusOK) // what is remembered ends too
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		all, err := access.ListTokens(ctx, tx)
		if err != nil {
			return err
		}
		for _, token := range all {
			if token.User == site.User("Robotfinance", access.Finance).UserID {
				err = errors.Join(err, access.RevokeToken(ctx, tx, token.ID, "gone", admin))
			}
		}
		return errors.Join(err, access.DisableUser(ctx, tx, site.User("Robotsupport", access.Support).UserID, "left", admin))
	})
	for _, op := range operationsServed(t, site) {
		if op.scope == "" {
			continue
		}
		for what, c := range map[string]caller{"revoked": revoked, "of a user who was disabled": disabled, "expired": late, "made up": {site, "ratable_made_up"}, "cut": {site, boss.token[:len(boss.token)-1]},
			"with something behind it": {site, boss.token + " x"}, "of another kind": {site, "whsec_" + boss.token}} {
			if got := op.call(c, op.at(nil), `{}`); got.Status != http.StatusForbidden {
				t.Errorf("%s answers a token that is %s with %d %.200s", op.id, what, got.Status, got.Body)
			}
		}
	}
}

func TestNobodyApprovesWhatTheyPreparedByAnyOfTheirTokens(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	one, two := newCaller(site, access.Finance, access.ContractWrite), newCaller(site, access.Finance, access.Scopes...)
	if one.token == two.token {
		t.Fatal("it takes two tokens of one person")
	}
	deal := strings.Replace(webtest.Document, "C-2026-001", "C-2026-070", 1)
	yaml := map[string]string{"Authorization": "Bearer " + one.token, "Content-Type": yamlKind}
	site.Anonymous().Do(http.MethodPost, "/v1/contracts", strings.NewReader(deal), yaml).Want(http.StatusCreated)
	one.send(http.MethodPost, "/v1/contracts/C-2026-070/submit", `{}`).Want(http.StatusOK)
	for _, c := range []caller{one, two} {
		answer(t, c.send(http.MethodPost, "/v1/contracts/C-2026-070/approve", `{"reason":"by myself"}`), http.StatusForbidden)
	}
	// Nor in the browser what was prepared by a token, nor by a token what was prepared in the browser.
	site.LoginAs(site.User("Robotfinance", access.Finance)).PostForm("/contracts/C-2026-070/approve", url.Values{"reason": {"by myself"}}).Want(http.StatusForbidden)
	answer(t, newCaller(site, access.Sales, access.ContractWrite).send(http.MethodPost, "/v1/contracts/C-2026-070/approve", `{}`), http.StatusForbidden)
	other := site.User("Second", access.Finance)
	var second caller
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		second.site = site
		second.token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: other.UserID, Name: "second", Scopes: []access.Scope{access.ContractWrite}}, site.User("Admin", access.Admin))
		return err
	})
	if got := answer(t, second.send(http.MethodPost, "/v1/contracts/C-2026-070/approve", `{"reason":"checked"}`), http.StatusOK); got["waiting"] == true {
		t.Errorf("another person's token does not approve: %v", got)
	}
}
