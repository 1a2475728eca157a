package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/web/api"
	"ratable/web/static"
	"ratable/web/ui"
)

// maxBody bounds every form and upload; the API has its own bound.
const maxBody = contracts.MaxAttachment + 1<<20

// handler joins the parts. From the outside in: request id and log, security headers, then either files, API (bearer
// tokens, no cookie) or pages (session, cross-origin guard, role).
func (s *Server) handler() http.Handler {
	pages := s.pages()
	machine := api.New(api.Config{DB: s.DB, Now: s.Now, Today: s.Today, Log: s.Log, Entitlements: s.Entitlements, Door: s.Door, Webhooks: s.Webhooks})
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /ui", gallery)
	for _, prefix := range api.Prefixes {
		mux.Handle(prefix, machine)
	}
	mux.Handle("/", s.Sessions.Manager.LoadAndSave(s.sameOrigin(pages)))
	return s.hot(machine, s.logged(secured(mux)))
}

// gallery shows every component on one page, for those who build pages. Nothing on it is anybody's data. ?theme=dark or
// light shows it as others see it.
func gallery(w http.ResponseWriter, r *http.Request) {
	theme := r.URL.Query().Get("theme")
	if theme != "dark" && theme != "light" {
		theme = ""
	}
	templ.Handler(ui.Gallery(theme)).ServeHTTP(w, r)
}

// pages registers the route table with echo, which is used for nothing but matching addresses.
func (s *Server) pages() http.Handler {
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = echo.ExtractIPDirect() // X-Forwarded-For is anybody's to write
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.fail(s.visit(c), unmatched(err)) }
	for _, r := range s.table {
		e.Add(r.method, r.path, s.serve(r))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		e.ServeHTTP(w, r)
	})
}

// serve is what happens around every handler: who is it, may they, do it, and say it if it failed.
func (s *Server) serve(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := s.visit(c)
		if r.public() {
			s.fail(v, v.attempt(r.handle))
			return nil
		}
		if v.signedIn == nil {
			c.Response().Header().Set("Cache-Control", "no-store")
		}
		if v.signedIn != nil {
			if fault.Kind(v.signedIn) != fault.Denied {
				s.fail(v, v.signedIn)
				return nil
			}
			return c.Redirect(http.StatusSeeOther, loginAddress(c.Request()))
		}
		if err := v.By.Require(r.roles...); err != nil {
			s.fail(v, err)
			return nil
		}
		if err := parsed(c.Request()); err != nil {
			s.fail(v, err)
			return nil
		}
		s.fail(v, v.attempt(r.handle))
		return nil
	}
}

// parsed reads a form before a handler asks for its values, which would come out empty if it cannot be read.
func parsed(r *http.Request) error {
	err := r.ParseForm()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") && err == nil {
		err = r.ParseMultipartForm(maxBody)
	}
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return fault.New(fault.Invalid, "the form cannot be read: %w", err)
}

// visit reads who is signed in, once per request.
func (s *Server) visit(c echo.Context) *visit {
	ctx := c.Request().Context()
	v := &visit{echo: c, Server: s, ctx: ctx}
	v.By, v.signedIn = s.Sessions.Actor(ctx)
	v.By.RequestID, v.By.IP = requestID(ctx), c.RealIP()
	return v
}

// unmatched turns echo's own "no such route" into ours.
func unmatched(err error) error {
	if he, ok := err.(*echo.HTTPError); ok && (he.Code == http.StatusNotFound || he.Code == http.StatusMethodNotAllowed) {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	return err
}

// public says that a route needs nobody to be signed in.
func (r route) public() bool { return len(r.roles) == 0 }

// allowed says whether somebody with these roles may open the route.
func (r route) allowed(by access.Actor) bool { return r.public() || by.Require(r.roles...) == nil }
