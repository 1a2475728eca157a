package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ratable/internal/access"
	"ratable/web"
	"ratable/web/webtest"
)

// poison are texts that some part behind the door may choke on: PostgreSQL takes no NUL and no broken UTF-8, decimals of a huge
// exponent fill the memory when they are written out, numbers beyond 64 bits wrap.
var poison = []string{
	"\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", "\u202eevil\u202c", "nоrthwind", "＝１+１", "'\";--", "%", "%00", "../../etc/passwd", "\r\nX-Evil: 1",
	"1e9999", "1e999999999", "-1e-999999999", "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999", "NaN", "Infinity", "0x10", "-1", "0",
	"0000-00-00", "9999-12-31", "2026-02-30", "99999-01-01", "-0001-01-01", "2026-13", strings.Repeat("9", 500), strings.Repeat("a", 5000), "{}", "[]", "null", "\ufeff",
}

// of ours is a token of the desk that may most; a customer's has no other rooms.
func strongest(site *webtest.Site, op served) caller {
	desks := desksOf[op.id]
	if len(desks) == 0 {
		return caller{site: site}
	}
	for _, role := range []access.Role{access.Finance, access.Admin} {
		if slices.Contains(desks, role) {
			return newCaller(site, role, access.Scopes...)
		}
	}
	return newCaller(site, desks[0], access.Scopes...)
}

func TestNoParameterIsAFailureOfOurs(t *testing.T) {
	site := webtest.New(t, generous)
	webtest.Furnish(site)
	sane := map[string]string{"customer": "northwind", "number": "C-2026-001"}
	for _, op := range operationsServed(t, site) {
		c := strongest(site, op)
		for _, p := range op.params {
			if p.In == "" || p.In == "header" {
				continue
			}
			for _, evil := range poison {
				given := map[string]string{}
				if p.Name != "customer" && strings.Contains(op.path, "{customer}") {
					given["customer"] = sane["customer"]
				}
				if p.Name != "number" && strings.Contains(op.path, "/contracts/{number}") {
					given["number"] = sane["number"]
				}
				given[p.Name] = escapeAll(evil)
				if p.Name == "through" {
					given["from"] = "9999-12-01" // the stretch is short: the end alone is evil
				}
				if p.In == "path" && (evil == "" || len(evil) > 1000) {
					continue
				}
				address := op.at(given)
				if got := op.call(c, address, `{}`); got.Status >= 500 || got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden {
					t.Errorf("%s with %s = %.40q answers %d: %.300s", op.id, p.Name, evil, got.Status, got.Body)
				}
			}
		}
	}
	noFailure(t, site)
}

// forged is a cursor with a right checksum, which anybody can compute: it opens nothing, and must break nothing.
func forged(op served, address string, place string) string {
	path, query, _ := strings.Cut(address, "?")
	sum := sha256.Sum256([]byte("cursor 1\n" + op.id + "\n" + path + "\n" + query + "\n" + place))
	return base64.RawURLEncoding.EncodeToString(append(sum[:12], place...))
}

func TestACursorThatSomebodyMadeUpBreaksNothing(t *testing.T) {
	site := webtest.New(t, generous)
	webtest.Furnish(site)
	w := walker{site: site, tokens: map[access.Role]caller{}}
	metered, lists := w.billUsage(), 0
	for _, op := range operationsServed(t, site) {
		if !slices.ContainsFunc(op.params, func(p parameter) bool { return p.Name == "cursor" }) {
			continue
		}
		lists++
		c := strongest(site, op)
		address := op.at(map[string]string{"customer": "northwind"})
		if !strings.Contains(op.path, "{customer}") {
			address = op.at(nil)
		}
		if strings.Contains(op.path, "{line}") {
			address = metered + "/usage"
		}
		understood := 0
		for _, place := range []string{`null`, `0`, `-1`, `9223372036854775807`, `9223372036854775808`, `1e3`, `""`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"2026-13-45"`, `"9999-12-31"`, `"99999999999999999999"`, `{}`, `[]`, `true`,
			`{"at":"\u0000","id":-1,"At":"0001-01-01T00:00:00Z","Key":"\u0000","key":"\u0000","Day":"0000-00-00","Account":-1,"Seq":-1,"Source":"\u0000","ID":"\u0000"}`,
			`{"At":"9999-12-31T23:59:59Z","ID":9223372036854775807,"On":"9999-12-31"}`, `{"At":"294277-01-01T00:00:00Z"}`, strings.Repeat("[", 200) + strings.Repeat("]", 200)} {
			sep := "?"
			if strings.Contains(address, "?") {
				sep = "&"
			}
			got := op.call(c, address+sep+"cursor="+forged(op, address, place), "")
			if got.Status >= 500 {
				t.Errorf("%s with the place %s answers %d: %.300s", op.id, place, got.Status, got.Body)
			}
			if got.Status == http.StatusOK {
				understood++
			}
		}
		if understood == 0 {
			t.Errorf("%s takes no cursor that was made up, so that nothing was tried: %s", op.id, address)
		}
	}
	if lists < 8 {
		t.Errorf("only %d lists were tried", lists)
	}
	noFailure(t, site)
}

// exampleBodies are the examples that the document shows for each body, which are of the right shape.
func exampleBodies(t *testing.T, site *webtest.Site) map[string]any {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			RequestBody struct {
				Content map[string]struct{ Example any }
			}
		}
	}
	if err := json.Unmarshal([]byte(site.Anonymous().Get("/v1/openapi.json").Body), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for _, item := range doc.Paths {
		for _, op := range item {
			for _, media := range op.RequestBody.Content {
				if media.Example != nil {
					out[op.OperationID] = media.Example
				}
			}
		}
	}
	return out
}

// leaves calls visit with a setter for every value inside.
func leaves(v any, at string, set func(any), visit func(at string, was any, set func(any))) {
	switch x := v.(type) {
	case map[string]any:
		for k, inner := range x {
			leaves(inner, at+"."+k, func(to any) { x[k] = to }, visit)
			x[k] = inner
		}
	case []any:
		for i, inner := range x {
			leaves(inner, fmt.Sprintf("%s[%d]", at, i), func(to any) { x[i] = to }, visit)
			x[i] = inner
		}
	}
	visit(at, v, set)
}

func TestNoValueInABodyIsAFailureOfOurs(t *testing.T) {
	site := webtest.New(t, generous)
	webtest.Furnish(site)
	bodies := exampleBodies(t, site)
	if len(bodies) < 20 {
		t.Fatalf("the document shows only %d bodies", len(bodies))
	}
	for _, op := range operationsServed(t, site) {
		example, ok := bodies[op.id]
		if !ok {
			continue
		}
		c := strongest(site, op)
		given := map[string]string{}
		if strings.Contains(op.path, "{customer}") {
			given["customer"] = "northwind"
		}
		address := op.at(given)
		send := func(at string, body []byte) {
			if got := op.call(c, address, string(body)); got.Status >= 500 {
				t.Errorf("%s with %s: %.120s answers %d: %.300s", op.id, at, body, got.Status, got.Body)
			}
		}
		text, isText := example.(string)
		if isText {
			for _, evil := range poison {
				send("the document", []byte(evil))
				send("the document", []byte(strings.Replace(text, "\n", evil+"\n", 1)))
			}
			continue
		}
		root := any(map[string]any{"": example})
		leaves(root, "", nil, func(at string, was any, set func(any)) {
			if set == nil {
				return
			}
			for _, evil := range []any{"\x00", "a\x00b", "\u202e", "=1+1", "1e999999999", "9223372036854775808", "99999999999999999999999999999999999999.5", "9999-12-31", "0001-01-01", "-1", "",
				strings.Repeat("x", 3000), json.Number("1e9999"), json.Number("1e400"), json.Number("-9223372036854775809"), json.Number("9223372036854775807"), json.Number("0.1"), nil, true, []any{}, map[string]any{}, []any{nil}, []any{[]any{}}} {
				set(evil)
				body, err := json.Marshal(root.(map[string]any)[""])
				if err != nil {
					t.Fatal(err)
				}
				send(at, body)
			}
		})
	}
	noFailure(t, site)
}

// generous is a clock that goes on with every look, so that no token calls too often.
func generous(c *web.Config) {
	var looks atomic.Int64
	c.Now = func() time.Time { return webtest.Now.Add(time.Duration(looks.Add(1)) * 5 * time.Millisecond) }
}

// noFailure wants no line of the log about a failure of ours.
func noFailure(t *testing.T, site *webtest.Site) {
	t.Helper()
	for line := range strings.Lines(site.Log.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			t.Errorf("the log has a failure of ours: %.700s", line)
		}
	}
}
