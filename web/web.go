// Package web is the back office in the browser: the server, its routes and a handler file per noun.
//
// It owns sessions of the browser as requests see them, who may open which address (routes.go, on one screen), the
// security headers, error pages and the filling of view models. It does not own how a page looks (web/page, web/ui),
// the API for machines (web/api), or any rule of the business: a handler parses, checks the role, calls one verb,
// builds a view and renders it.
//
// Times: Config.Now is the instant of a request, for sign-in and trails; Config.Today is the day pages are as of.
//
// Invariants, each with a test that walks the route table: an address is open to the roles its line names and to
// nobody else; a customer opens papers of their own and of nobody else; what changes something is refused when another
// site sent it; a page is well formed and runs no inline code; a failure of ours shows a reference and never its insides.
package web

import (
	"log/slog"
	"net/http"
	"time"

	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// Config is what the server stands on. DB, Sessions, Now and Today are required.
type Config struct {
	DB           *postgres.DB
	Sessions     *access.Sessions
	Now          func() time.Time
	Today        func() period.Date  // the day pages are as of
	Environment  string              // a badge: "Demo", "Test"; empty in production
	Scheduler    *jobs.Scheduler     // nil: jobs cannot be started from here
	Log          *slog.Logger        // nil: slog's default
	Entitlements *entitlements.Cache // nil: nothing is kept in memory; the same for Door
	Door         *access.Door
	Webhooks     webhook.Guard // which addresses endpoints may have; zero: the public Internet, over https
	Logins       []DemoLogin   // shown below the sign-in form; empty in production
}

// DemoLogin is an account that the sign-in page of a demo names.
type DemoLogin struct{ Role, Email, Password string }

// Server answers requests. It holds no state of its own besides its configuration.
type Server struct {
	Config
	table []route
}

// New returns the whole site: pages, files and API.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Entitlements == nil {
		c.Entitlements = entitlements.New(entitlements.Config{DB: c.DB, Now: c.Now, Log: c.Log})
	}
	s := &Server{Config: c}
	s.table = s.routes()
	return s.handler()
}

// HTTPServer is a server with the limits that keep a slow or endless client from holding it. Streams (a CSV of a
// year) get five minutes; everything else ends by its own deadline long before.
func HTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
