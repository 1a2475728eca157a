package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// apiKeys lists the tokens that programs call with, and holds the form for one more.
func (v *visit) apiKeys() error { return v.showKeys(http.StatusOK, page.APIKeys{}, nil) }

func (v *visit) showKeys(status int, view page.APIKeys, ticked []access.Scope) error {
	tokens, err := access.ListTokens(v.ctx, v.DB)
	if err != nil {
		return err
	}
	users, err := access.ListUsers(v.ctx, v.DB)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, u := range users {
		names[u.ID] = u.Name
		if u.DisabledAt == nil && u.CustomerID == 0 {
			view.Users = append(view.Users, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name + " (" + roleNames(u.Roles) + ")"})
		}
	}
	for _, t := range tokens {
		view.Rows = append(view.Rows, v.keyRow(t, names[t.User]))
	}
	for _, s := range access.Scopes {
		view.Scopes = append(view.Scopes, page.Choice{Value: string(s), Label: s.Says(), On: slices.Contains(ticked, s)})
	}
	if view.Secret != "" {
		v.echo.Response().Header().Set("Cache-Control", "no-store")
	}
	return v.page(status, frame{Title: "API keys", Room: "users"}, page.APIKeyList(view))
}

func (v *visit) keyRow(t access.Token, user string) page.APIKey {
	row := page.APIKey{Name: t.Name, Hint: t.Hint, User: user, Status: "Active", Issued: &t.CreatedAt, Used: t.UsedAt, Expires: t.ExpiresAt}
	for i, s := range t.Scopes {
		if i > 0 {
			row.Scopes += ", "
		}
		row.Scopes += string(s)
	}
	switch {
	case t.RevokedAt != nil:
		row.Status = "Revoked"
	case t.ExpiresAt != nil && !t.ExpiresAt.After(v.Now()):
		row.Status = "Expired"
	default:
		row.Revoke = fmt.Sprintf("/settings/api-keys/%d/revoke", t.ID)
	}
	return row
}

// issueKey makes a token and shows its secret, the only time it is seen: the answer is the page itself and no redirect,
// because a secret has no place in an address or a session.
func (v *visit) issueKey() error {
	form := page.APIKeyForm{Name: v.form("name"), User: v.form("user"), Expires: v.form("expires")}
	n := access.NewToken{Name: form.Name}
	var wrong []fault.Field
	var err error
	if n.User, err = strconv.ParseInt(form.User, 10, 64); err != nil || n.User < 1 {
		wrong = append(wrong, fault.Field{Path: "user", Message: "choose who the key acts as"})
	} else if u, err := access.GetUser(v.ctx, v.DB, n.User); fault.Kind(err) == fault.NotFound || err == nil && (u.DisabledAt != nil || u.CustomerID != 0) {
		wrong = append(wrong, fault.Field{Path: "user", Message: "cannot hold a key: choose a user of ours who is not barred"})
	} else if err != nil {
		return err
	}
	if form.Expires != "" {
		on, err := period.ParseDate(form.Expires)
		if err != nil || !on.After(v.Today()) {
			wrong = append(wrong, fault.Field{Path: "expires", Value: form.Expires, Message: "must be a day after today, or nothing"})
		} else {
			n.ExpiresAt = on.Time(v.Now().Location())
		}
	}
	for _, s := range access.Scopes {
		if v.form("scope."+string(s)) != "" {
			n.Scopes = append(n.Scopes, s)
		}
	}
	var secret string
	if len(wrong) == 0 {
		err = v.do(func(t tx) (err error) {
			secret, _, err = access.IssueToken(v.ctx, t, n, v.By)
			return err
		})
		if wrong = fault.Fields(err); err != nil && len(wrong) == 0 {
			return err
		}
	} else if len(n.Scopes) == 0 {
		wrong = append(wrong, fault.Field{Path: "scopes", Message: "must name at least one"})
	}
	if form.Errors = wrong; len(wrong) > 0 {
		return v.showKeys(http.StatusUnprocessableEntity, page.APIKeys{Form: form}, n.Scopes)
	}
	return v.showKeys(http.StatusOK, page.APIKeys{Secret: secret}, nil)
}

func (v *visit) revokeKey() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(v.form("reason"))
	if reason == "" {
		return fault.InvalidFields(fault.Field{Path: "reason", Message: "say why the key is revoked"})
	}
	if err := v.do(func(t tx) error { return access.RevokeToken(v.ctx, t, id, reason, v.By) }); err != nil {
		return err
	}
	return v.redirect("/settings/api-keys", done("The key opens nothing any more"))
}
