package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/web"
	"ratable/web/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// concrete fills an address's parts with names that exist nowhere: who may not enter learns nothing about what is there.
func concrete(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, ":") {
			part = "999999"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}

func TestEveryAddressOpensForItsRolesAndForNobodyElse(t *testing.T) {
	site := webtest.New(t)
	for _, role := range access.Roles {
		b := site.Login(role)
		for _, a := range web.Addresses() {
			if len(a.Roles) == 0 {
				continue
			}
			p := b.Do(a.Method, concrete(a.Path), nil, map[string]string{"Sec-Fetch-Site": "same-origin"})
			if denied := p.Status == http.StatusForbidden; denied == slices.Contains(a.Roles, role) {
				t.Errorf("%s %s answers %d to %s, and the table says %v:\n%s", a.Method, a.Path, p.Status, role, a.Roles, p.Text())
			}
			if p.Status >= 500 {
				t.Errorf("%s %s breaks for %s:\n%s", a.Method, a.Path, role, site.Log)
			}
		}
	}
}

func TestNobodyGetsInWithoutSigningIn(t *testing.T) {
	b := webtest.New(t).Anonymous()
	for _, a := range web.Addresses() {
		if len(a.Roles) == 0 {
			continue
		}
		p := b.Do(a.Method, concrete(a.Path), nil, map[string]string{"Sec-Fetch-Site": "same-origin"})
		if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/login") {
			t.Errorf("%s %s answers %d to nobody, want the way to the sign-in page", a.Method, a.Path, p.Status)
		}
	}
}

func TestNothingIsDoneThatAnotherSiteSent(t *testing.T) {
	site := webtest.New(t)
	b := site.Login(access.Finance)
	for _, a := range web.Addresses() {
		if a.Method == http.MethodGet {
			continue
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			p := b.Do(a.Method, concrete(a.Path), nil, map[string]string{header: value})
			if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "did not come from here") {
				t.Errorf("%s %s with %s: %s answers %d, want a refusal", a.Method, a.Path, header, value, p.Status)
			}
		}
	}
	b.Get("/").Want(http.StatusOK) // and the session outlived the forged sign-out
}

func TestEveryPageIsWellFormedAndRunsNoInlineCode(t *testing.T) {
	site := webtest.New(t)
	world := webtest.Furnish(site)
	for _, role := range access.Roles {
		b := site.Login(role)
		for _, a := range web.Addresses() {
			if a.Method != http.MethodGet {
				continue
			}
			p := b.Get(world.Address(a.Path))
			if p.Status >= 500 {
				t.Errorf("%s breaks for %s:\n%s", a.Path, role, site.Log)
			}
			if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
				p.Check()
			}
		}
	}
}

func TestEveryLinkOfTheSidebarLeadsSomewhere(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	for _, role := range access.Roles {
		b := site.Login(role)
		for _, link := range b.Get("/").Links() {
			if strings.HasPrefix(link, "/") {
				if p := b.Get(link); p.Status != http.StatusOK {
					t.Errorf("home of %s links to %s, which answers %d", role, link, p.Status)
				}
			}
		}
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	site := webtest.New(t)
	b := site.Login(access.Sales)
	for _, path := range []string{"/", "/login", "/nowhere", "/healthz", "/static/app.css"} {
		h := b.Do(http.MethodGet, path, nil, nil).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Request-Id": "",
		} {
			if !strings.Contains(h.Get(name), want) || h.Get(name) == "" {
				t.Errorf("%s answers with %s: %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
	if h := b.Get("/").Header; h.Get("Cache-Control") != "no-store" {
		t.Errorf("a page of a signed-in person may be kept: %q", h.Get("Cache-Control"))
	}
}

func TestSignInLeadsWhereOneWantedToGoAndNeverElsewhere(t *testing.T) {
	site := webtest.New(t)
	user := site.User("Maya", access.Sales)
	for next, want := range map[string]string{
		"/customers?q=north": "/customers?q=north", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/",
	} {
		p := site.Anonymous().PostForm("/login", url.Values{"email": {user.Email}, "password": {webtest.Password}, "next": {next}})
		if p.Path != want {
			t.Errorf("signing in with next=%q leads to %q, want %q", next, p.Path, want)
		}
	}
	p := site.Anonymous().PostForm("/login", url.Values{"email": {user.Email}, "password": {"wrong"}, "next": {"/customers"}})
	p.Want(http.StatusUnprocessableEntity, "The e-mail address or the password is wrong.")
	if p.Field("email") != user.Email || p.Field("next") != "/customers" {
		t.Errorf("the form came back with %q and next %q", p.Field("email"), p.Field("next"))
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	b := webtest.New(t).Login(access.Support)
	b.Get("/customers").Want(http.StatusOK)
	if p := b.PostForm("/logout", nil); p.Path != "/login" {
		t.Errorf("signing out leads to %s", p.Path)
	}
	if p := b.Get("/customers"); !strings.HasPrefix(p.Path, "/login") {
		t.Errorf("after signing out the customers still answer %d at %s", p.Status, p.Path)
	}
}
