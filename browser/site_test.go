package browser

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/demo"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/mail/mailtest"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
	"ratable/invoicing"
	"ratable/journals"
	"ratable/partners"
	"ratable/revrec"
	"ratable/revrec/cost"
	"ratable/spend"
	"ratable/tax"
	"ratable/web"
	"ratable/web/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The story's day, and the instant at which a site is opened on it.
var (
	today = period.NewDate(2026, time.November, 21)
	now   = time.Date(2026, time.November, 21, 10, 0, 30, 0, time.UTC)
)

// company is the demo, lived once and copied for each test: its invoices are mailed into a folder, as `make run` does.
var company = &pgtest.Shared{Fill: func(ctx context.Context, db *postgres.DB) error {
	if err := db.Tx(ctx, func(tx pgx.Tx) error { return tax.InstallSeed(ctx, tx) }); err != nil {
		return err
	}
	by := access.System("demo")
	_, err := demo.Fill(ctx, db, demo.Options{Today: today, Now: now, BillingDay: func(ctx context.Context, day period.Date) error {
		if _, err := recognize(ctx, db, day.AddDays(-1), by); err != nil {
			return err
		}
		if _, err := issue(ctx, db, day, by); err != nil {
			return err
		}
		return follow(ctx, db, day, by)
	}})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ratable-mail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	_, err = mail.Deliver(ctx, db, mail.Folder(dir), renderers, now, 2000)
	return err
}}

var renderers = map[string]mail.Renderer{"invoice": invoicing.Renderer()}

func recognize(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (jobs.Summary, error) {
	r, err := revrec.Run(ctx, db, revrec.Options{AsOf: asOf}, by)
	if err == nil && len(r.Failures) > 0 {
		err = r.Failures[0].Err
	}
	return jobs.Summary{Text: fmt.Sprintf("revenue through %s: %d entries", r.Through, r.Entries)}, err
}

func issue(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (jobs.Summary, error) {
	r, err := invoicing.Run(ctx, db, invoicing.Options{AsOf: asOf}, by)
	switch {
	case err != nil:
	case r.Held != "":
		err = jobs.NoRetry(fault.New(fault.Conflict, "held before anything was issued: %s", r.Held))
	case len(r.Failures) > 0:
		err = r.Failures[0].Err
	}
	return jobs.Summary{Text: fmt.Sprintf("%d documents issued as of %s", r.Issued.Documents, asOf)}, err
}

// follow books what follows from revenue and from what people wrote, as the last steps of a billing day do.
func follow(ctx context.Context, db *postgres.DB, day period.Date, by access.Actor) error {
	if _, err := partners.Run(ctx, db, day, by); err != nil {
		return err
	}
	if _, err := cost.Run(ctx, db, day, by); err != nil {
		return err
	}
	if _, err := journals.ChargeEntities(ctx, db, day, by); err != nil {
		return err
	}
	_, err := journals.PostDue(ctx, db, day, by)
	return err
}

// schedule is the part of the program's table of jobs that a person starts by hand; cmd/ratable, which holds the whole
// table, cannot be imported.
func schedule(db *postgres.DB, via mail.Transport) []jobs.Spec {
	return []jobs.Spec{
		{Name: "revenue", Help: "Recognizes revenue of months that are over.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			return recognize(ctx, db, run.AsOf, run.By)
		}},
		{Name: "invoices", Help: "Issues the invoices due on a day.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			return issue(ctx, db, run.AsOf, run.By)
		}},
		{Name: "alerts", Help: "Tells customers what passed a threshold.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			l, err := spend.Alerts(ctx, db, run.AsOf, "", run.By)
			fired := "alerts"
			if l.Fired == 1 {
				fired = "alert"
			}
			return jobs.Summary{Text: fmt.Sprintf("%d %s fired", l.Fired, fired)}, err
		}},
		{Name: "mail", Cron: "* * * * *", CatchUp: jobs.LatestOnly, Help: "Sends what waits in the outbox.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			s, err := mail.Deliver(ctx, db, via, renderers, now, 200)
			return jobs.Summary{Text: fmt.Sprintf("%d sent, %d failed", s.Sent, s.Failed)}, err
		}},
	}
}

// localNetworks are where endpoints of these tests stand.
const localNetworks = "127.0.0.0/8"

// site is the running back office on a copy of the demo, with its scheduler and a mail server that takes what it sends.
type site struct {
	t    testing.TB
	db   *postgres.DB
	url  string
	mail *mailtest.Server
	log  *webtest.Log
}

func open(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, db: company.Clone(t), mail: mailtest.New(t), log: &webtest.Log{}}
	via, err := mail.SMTP(s.mail.URL())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	scheduler, err := jobs.New(s.db, schedule(s.db, via))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	clock := func() time.Time { return now.Add(time.Since(began)) }
	scheduler.Clock, scheduler.Poll, scheduler.Log = clock, 100*time.Millisecond, log
	scheduler.Start(t.Context())
	t.Cleanup(scheduler.Stop)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scheduler.RunNow(t.Context(), "mail", today, access.System("demo")); err != nil { // so that the Runs page has one
		t.Fatal(err)
	}
	c := web.Config{
		DB: s.db, Sessions: access.NewSessions(s.db, false), Environment: "Demo", Scheduler: scheduler, Log: log,
		Now: clock, Today: func() period.Date { return today },
	}
	if c.Webhooks, err = webhook.ParseGuard(localNetworks); err != nil {
		t.Fatal(err)
	}
	for _, l := range demo.Logins {
		c.Logins = append(c.Logins, web.DemoLogin{Role: string(l.Role), Email: l.Email, Password: l.Password})
	}
	server := web.HTTPServer(web.New(c))
	go func() { _ = server.Serve(listener) }() // ends with an error when it is closed
	t.Cleanup(func() { _ = server.Close() })
	t.Cleanup(func() {
		if t.Failed() && s.log.String() != "" {
			t.Logf("the server said:\n%s", s.log)
		}
	})
	s.url = "http://" + listener.Addr().String()
	return s
}

// person finds who signs in at a desk: the first of the demo, or by first name ("tomas").
func person(t testing.TB, name string) demo.Login {
	t.Helper()
	for _, l := range demo.Logins {
		if string(l.Role) == name || len(l.Email) > len(name) && l.Email[:len(name)+1] == name+"@" {
			return l
		}
	}
	t.Fatalf("nobody of the demo is %s", name)
	return demo.Login{}
}

// answer is what the server said to a request without a browser.
type answer struct {
	status int
	kind   string // media type
	body   string
	at     string // where it was found in the end
	took   time.Duration
}

// client is somebody's cookies; it follows redirects.
type client struct {
	site *site
	http *http.Client
}

// signIn makes a client for a person; nobody when l is empty.
func (s *site) signIn(l demo.Login) client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c := client{s, &http.Client{Jar: jar}}
	if l.Email != "" {
		r, err := c.http.PostForm(s.url+"/login", url.Values{"email": {l.Email}, "password": {l.Password}})
		if err != nil {
			s.t.Fatal(err)
		}
		_ = r.Body.Close()
	}
	return c
}

// get measures from the request to the last byte of the answer, on the loopback.
func (c client) get(path string) answer {
	c.site.t.Helper()
	r, err := http.NewRequestWithContext(c.site.t.Context(), http.MethodGet, c.site.url+path, nil)
	if err != nil {
		c.site.t.Fatalf("%s: %v", path, err)
	}
	began := time.Now()
	got, err := c.http.Do(r)
	if err != nil {
		c.site.t.Fatalf("%s: %v", path, err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		c.site.t.Fatalf("%s: %v", path, err)
	}
	return answer{got.StatusCode, got.Header.Get("Content-Type"), string(body), got.Request.URL.RequestURI(), time.Since(began)}
}
