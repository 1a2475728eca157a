package web

import (
	"net/http"
	"net/url"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// loginAddress is the way in that leads back to where somebody wanted to go. A form's address is not come back to:
// opening it is another thing than sending it.
func loginAddress(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(r.URL.RequestURI())
}

// ownPath keeps a `next` on this site: a path of ours and nothing a browser reads as another host.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func (v *visit) loginForm() error {
	if v.signedIn == nil {
		return v.redirect(ownPath(v.query("next")), ui.Flash{})
	}
	return v.showLogin(http.StatusOK, "", v.query("next"), "")
}

func (v *visit) login() error {
	email, next := v.form("email"), v.form("next")
	actor, err := access.Authenticate(v.ctx, v.DB, email, v.echo.FormValue("password"), v.By.IP, v.Now())
	if fault.Kind(err) == fault.Denied {
		return v.showLogin(http.StatusUnprocessableEntity, email, next, sentence(err))
	}
	if err != nil {
		return err
	}
	if err := v.Sessions.SignIn(v.ctx, actor); err != nil {
		return err
	}
	return v.redirect(ownPath(next), ui.Flash{})
}

func (v *visit) logout() error {
	if err := v.Sessions.SignOut(v.ctx); err != nil {
		return err
	}
	return v.echo.Redirect(http.StatusSeeOther, "/login")
}

func (v *visit) showLogin(status int, email, next, problem string) error {
	props := ui.LoginProps{Action: "/login", Email: email, Next: ownPath(next), Error: problem}
	if len(v.Logins) > 0 {
		logins := make([]page.Login, len(v.Logins))
		for i, l := range v.Logins {
			logins[i] = page.Login(l)
		}
		props.Note = page.DemoLogins(logins)
	}
	return v.write(status, ui.Login(props))
}
