// Package webtest is the site under test: the real handler over HTTP on a real PostgreSQL, browsers with cookies, and
// questions about the pages they get.
//
// It owns no business data: a test makes its own with the public verbs. The clock stands still at Now, so that pages
// do not change from one day to the next.
package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/web"
)

// Password is every test user's.
const Password = "correct horse battery staple"

// Now is the instant of every request, and Today its day.
var (
	Now   = time.Date(2026, time.April, 15, 10, 0, 0, 0, time.UTC)
	Today = period.NewDate(2026, time.April, 15)
)

// Site is a running server with a database of its own.
type Site struct {
	T      testing.TB
	DB     *postgres.DB
	Server *httptest.Server
	Log    *Log

	mu    sync.Mutex
	users map[string]access.Actor
}

// New starts a site that ends with the test. Options change the configuration before the handler is made.
func New(t testing.TB, options ...func(*web.Config)) *Site {
	t.Helper()
	s := &Site{T: t, DB: pgtest.New(t), Log: &Log{}, users: map[string]access.Actor{}}
	c := web.Config{
		DB: s.DB, Sessions: access.NewSessions(s.DB, false), Environment: "Test",
		Now: func() time.Time { return Now }, Today: func() period.Date { return Today },
		Log: slog.New(slog.NewTextHandler(s.Log, nil)),
	}
	for _, option := range options {
		option(&c)
	}
	s.Server = httptest.NewServer(web.New(c))
	t.Cleanup(s.Server.Close)
	return s
}

// WithScheduler gives the site jobs to start by hand.
func WithScheduler(s *jobs.Scheduler) func(*web.Config) {
	return func(c *web.Config) { c.Scheduler = s }
}

// Log keeps what the server logged.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// String is all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Tx runs a verb on the site's database; it must succeed.
func (s *Site) Tx(verb func(ctx context.Context, tx pgx.Tx) error) {
	s.T.Helper()
	ctx := s.T.Context()
	if err := s.DB.Tx(ctx, func(tx pgx.Tx) error { return verb(ctx, tx) }); err != nil {
		s.T.Fatal(err)
	}
}

// User is a person with these roles, made at the first call: the name is made of the roles, or given as "Maya".
func (s *Site) User(name string, roles ...access.Role) access.Actor {
	s.T.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.users[name]; ok {
		return a
	}
	n := access.NewUser{Email: strings.ToLower(name) + "@ratable.test", Name: name, Password: Password, Roles: roles}
	if len(roles) == 1 && roles[0] == access.Customer {
		n.CustomerID = 1
	}
	var u access.User
	s.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		u, err = access.CreateUser(ctx, tx, n, access.System("test"))
		return err
	})
	a := access.Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: u.Roles, CustomerID: u.CustomerID}
	s.users[name] = a
	return a
}

// Anonymous is a browser that nobody signed in with.
func (s *Site) Anonymous() *Browser {
	s.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	return &Browser{site: s, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Login is a browser signed in as somebody of a role.
func (s *Site) Login(role access.Role) *Browser {
	s.T.Helper()
	name := strings.ToUpper(string(role[:1])) + string(role[1:])
	return s.LoginAs(s.User(name, role))
}

// LoginAs is a browser signed in as a user that User made.
func (s *Site) LoginAs(a access.Actor) *Browser {
	s.T.Helper()
	b := s.Anonymous()
	b.Actor = a
	p := b.PostForm("/login", url.Values{"email": {a.Email}, "password": {Password}})
	if p.Path == "/login" {
		s.T.Fatalf("%s cannot sign in: %d %s", a.Name, p.Status, p.Text())
	}
	return b
}

// Browser keeps cookies and follows redirects, as a person sees it.
type Browser struct {
	Actor  access.Actor
	Asked  int // how many requests it sent so far
	site   *Site
	client *http.Client
}

// Get opens an address and follows where it leads.
func (b *Browser) Get(path string) *Page {
	b.site.T.Helper()
	return b.follow(b.Do(http.MethodGet, path, nil, nil))
}

// PostForm sends a form the way a browser on our own page does, and follows where it leads.
func (b *Browser) PostForm(path string, form url.Values) *Page {
	b.site.T.Helper()
	return b.follow(b.Do(http.MethodPost, path, strings.NewReader(form.Encode()), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
	}))
}

// Open asks for an address and leaves the answer to be read: one that breaks off is no failure of the test.
func (b *Browser) Open(path string) (*http.Response, error) {
	b.site.T.Helper()
	return b.client.Do(b.request(http.MethodGet, path, nil))
}

func (b *Browser) request(method, path string, body io.Reader) *http.Request {
	b.site.T.Helper()
	r, err := http.NewRequestWithContext(b.site.T.Context(), method, b.site.Server.URL+path, body)
	if err != nil {
		b.site.T.Fatal(err)
	}
	b.Asked++
	return r
}

// Do sends one request and follows nothing.
func (b *Browser) Do(method, path string, body io.Reader, header map[string]string) *Page {
	b.site.T.Helper()
	r := b.request(method, path, body)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.site.T.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.site.T.Fatal(err)
	}
	return &Page{T: b.site.T, Status: answer.StatusCode, Path: r.URL.RequestURI(), Header: answer.Header, Body: string(text)}
}

func (b *Browser) follow(p *Page) *Page {
	b.site.T.Helper()
	for range 5 {
		if p.Status < 300 || p.Status > 399 {
			return p
		}
		p = b.Do(http.MethodGet, p.Header.Get("Location"), nil, nil)
	}
	b.site.T.Fatalf("%s leads in circles", p.Path)
	return nil
}
