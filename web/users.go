package web

import (
	"fmt"
	"net/http"
	"slices"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// users lists who can sign in and with which roles, and holds the form for one more.
func (v *visit) users() error { return v.showUsers(http.StatusOK, page.UserForm{}) }

func (v *visit) showUsers(status int, form page.UserForm) error {
	all, err := access.ListUsers(v.ctx, v.DB)
	if err != nil {
		return err
	}
	view := page.Users{Form: form}
	for _, u := range all {
		row := page.User{Name: u.Name, Email: u.Email, Roles: roleNames(u.Roles), Status: "Active", Since: u.CreatedAt}
		at := fmt.Sprintf("/users/%d", u.ID)
		if row.Toggle = at + "/disable"; u.DisabledAt != nil {
			row.Status, row.Toggle = "Blocked", at+"/enable"
		}
		if u.ID == v.By.UserID {
			row.Toggle = "" // nobody changes their own rights
		}
		view.Rows = append(view.Rows, row)
	}
	for _, r := range access.Roles {
		if r != access.Customer { // made from a customer's own page
			view.Roles = append(view.Roles, page.Choice{Value: string(r), Label: capital(string(r)), On: slices.Contains(form.Roles, string(r))})
		}
	}
	return v.page(status, frame{Title: "Users", Room: "users"}, page.UserList(view))
}

func (v *visit) addUser() error {
	form := page.UserForm{Name: v.form("name"), Email: v.form("email")}
	n := access.NewUser{Email: form.Email, Name: form.Name, Password: v.echo.FormValue("password")}
	for _, r := range access.Roles {
		if v.form("role."+string(r)) != "" {
			n.Roles, form.Roles = append(n.Roles, r), append(form.Roles, string(r))
		}
	}
	err := v.do(func(t tx) error { _, err := access.CreateUser(v.ctx, t, n, v.By); return err })
	switch {
	case fault.Kind(err) == fault.Conflict:
		form.Errors = []fault.Field{{Path: "email", Message: "belongs to a user already"}}
	case len(fault.Fields(err)) > 0:
		form.Errors = fault.Fields(err)
	case err != nil:
		return err
	default:
		return v.redirect("/users", done(n.Name+" can sign in"))
	}
	return v.showUsers(http.StatusUnprocessableEntity, form)
}

func (v *visit) disableUser() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return access.DisableUser(v.ctx, t, id, v.form("reason"), v.By) }); err != nil {
		return err
	}
	return v.redirect("/users", ui.Flash{Text: "The user is barred and signed out everywhere", Tone: ui.Good})
}

func (v *visit) enableUser() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return access.EnableUser(v.ctx, t, id, v.form("reason"), v.By) }); err != nil {
		return err
	}
	return v.redirect("/users", done("The user can sign in again"))
}
