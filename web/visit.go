package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/ui"
)

// visit is one request: who asks, what for, and the ways to answer. Handlers see nothing of echo.
type visit struct {
	*Server
	echo     echo.Context
	ctx      context.Context
	By       access.Actor
	signedIn error // nil: somebody is
}

// handler answers a visit. What it returns becomes an error page.
type handler func(v *visit) error

// query, param and form read what was sent, trimmed.
func (v *visit) query(name string) string { return strings.TrimSpace(v.echo.QueryParam(name)) }
func (v *visit) form(name string) string  { return strings.TrimSpace(v.echo.FormValue(name)) }

// param is a part of the address; what cannot be unescaped names nothing.
func (v *visit) param(name string) string {
	text, err := url.PathUnescape(v.echo.Param(name))
	if err != nil {
		return ""
	}
	return text
}

// number reads a key from the address; what is no number is no page.
func (v *visit) number(name string) (int64, error) {
	n, err := strconv.ParseInt(v.param(name), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "there is no page at this address")
	}
	return n, nil
}

// queryNumber reads a key from the query; 0 when it is not there or is none.
func (v *visit) queryNumber(name string) int64 {
	n, err := strconv.ParseInt(v.query(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// queryDate reads a day from the query; no day when it is not there or is none.
func (v *visit) queryDate(name string) period.Date {
	d, err := period.ParseDate(v.query(name))
	if err != nil {
		return period.Date{}
	}
	return d
}

// with is the present address with some of its query changed; an empty value removes a name. A new filter starts the
// list from its beginning.
func (v *visit) with(pairs ...string) string {
	query := v.echo.QueryParams()
	changed := url.Values{}
	for name, values := range query {
		if name != "after" && name != "format" && len(values) > 0 && values[0] != "" {
			changed[name] = values[:1]
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		changed.Del(pairs[i])
		if pairs[i+1] != "" {
			changed.Set(pairs[i], pairs[i+1])
		}
	}
	if len(changed) == 0 {
		return v.echo.Request().URL.Path
	}
	return v.echo.Request().URL.Path + "?" + changed.Encode()
}

// frame says what stands around a page's content.
type frame struct {
	Title string
	Room  string // key of the sidebar's room
	Query string // in the global search box

	Refresh int // seconds until the page looks again by itself; 0: never
}

// page renders content inside the frame.
func (v *visit) page(status int, f frame, content templ.Component) error {
	nav, err := v.nav()
	if err != nil {
		return err
	}
	props := ui.PageProps{
		Title: f.Title, Nav: nav, Current: f.Room, Query: f.Query, Refresh: f.Refresh, Environment: v.Environment,
		User:    ui.User{Name: v.By.Name, Email: v.By.Email, Role: roleNames(v.By.Roles)},
		Flashes: v.flashes(),
	}
	framed := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Page(props).Render(templ.WithChildren(ctx, content), w)
	})
	return v.write(status, framed)
}

// write renders whole before the first byte goes out, so that a page is never half an error.
func (v *visit) write(status int, content templ.Component) error {
	var body bytes.Buffer
	if err := content.Render(ui.WithDoors(v.ctx, v.opens), &body); err != nil {
		return err
	}
	return v.echo.HTMLBlob(status, body.Bytes())
}

// nav is the sidebar: the rooms that exist and whose door this person may open, with the work that waits.
func (v *visit) nav() ([]ui.NavGroup, error) {
	if v.visiting() {
		return myRooms, nil
	}
	var keys []string
	for _, group := range ui.Nav([]string{string(access.Admin)}) {
		for _, item := range group.Items {
			if r, ok := v.find(http.MethodGet, item.Href); ok && r.allowed(v.By) {
				keys = append(keys, item.Key)
			}
		}
	}
	if len(keys) == 0 { // to ui.Nav no keys mean all
		return nil, nil
	}
	groups := ui.Nav([]string{string(access.Admin)}, keys...)
	waiting, err := v.decidable()
	if err != nil {
		return nil, err
	}
	return ui.WithCount(groups, "approvals", len(waiting), true), nil
}

func (v *visit) find(method, path string) (route, bool) {
	for _, r := range v.table {
		if r.method == method && r.path == path {
			return r, true
		}
	}
	return route{}, false
}

// redirect answers a form that did its work (post, redirect, get) with a message for the next page.
func (v *visit) redirect(to string, flash ui.Flash) error {
	if flash.Text != "" {
		text, err := json.Marshal(flash)
		if err != nil {
			return err
		}
		v.Sessions.Manager.Put(v.ctx, "flash", string(text))
	}
	return v.echo.Redirect(http.StatusSeeOther, to)
}

func (v *visit) flashes() []ui.Flash {
	text := v.Sessions.Manager.PopString(v.ctx, "flash")
	if text == "" {
		return nil
	}
	var flash ui.Flash
	if json.Unmarshal([]byte(text), &flash) != nil {
		return nil
	}
	return []ui.Flash{flash}
}

// done is the message after something went well.
func done(text string) ui.Flash { return ui.Flash{Text: text, Tone: ui.Good} }

// roleNames writes roles for people: "Finance, Accountant".
func roleNames(roles []access.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = capital(string(r))
	}
	return strings.Join(names, ", ")
}

// capital writes the first letter large, as a status pill or a sentence wants it.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// opens says whether an address is a page this person may open; a part of the present page and another site always are.
func (v *visit) opens(address string) bool {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "/v1/openapi") { // the API's document is for everybody
		return true
	}
	path, _, _ := strings.Cut(address, "#")
	path, _, _ = strings.Cut(path, "?")
	for _, r := range v.table {
		if r.method == http.MethodGet && matches(r.path, path) {
			return r.allowed(v.By)
		}
	}
	return false
}

// matches compares a path with a route's pattern, part by part.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !(strings.HasPrefix(want[i], ":") && got[i] != "") {
			return false
		}
	}
	return true
}
