package web

import (
	"net/http"
	"strings"

	"ratable/web/api"
	"ratable/web/page"
	"ratable/web/ui"
)

func developerRoutes() []route {
	return []route{
		{get, "/developers", staff, (*visit).developers},
		{get, "/settings/api-keys", admins, (*visit).apiKeys},
		{post, "/settings/api-keys", admins, (*visit).issueKey},
		{post, "/settings/api-keys/:id/revoke", admins, (*visit).revokeKey},
	}
}

// verifyWebhook is how a receiver checks a delivery, in the words of the library that everybody can have.
const verifyWebhook = `// go get github.com/standard-webhooks/standard-webhooks/libraries
wh, err := standardwebhooks.NewWebhook(secret) // whsec_..., shown once when the endpoint was made
if err != nil {
	return err
}
body, err := io.ReadAll(r.Body)
if err != nil {
	return err
}
if err := wh.Verify(body, r.Header); err != nil { // also refuses what is older than five minutes
	http.Error(w, "not from us", http.StatusUnauthorized)
	return nil
}`

// developers is the reference of the API, made from the document that the API serves.
func (v *visit) developers() error {
	all := api.TheReference()
	wanted := strings.ToLower(v.query("q"))
	view := page.Developers{Filter: v.narrowing("/developers", "Operation, address, key"), Verify: verifyWebhook}
	view.Filter.Props.Query = v.query("q")
	view.Head = ui.HeadProps{Title: "API reference", Sub: "Made from the document that the API serves: what stands here is what is answered.",
		Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "OpenAPI 3.1", Href: "/v1/openapi.json"}), ui.Button(ui.ButtonProps{Label: "OpenAPI 3.0", Href: "/v1/openapi-3.0.json"}))}
	if v.may(get, "/settings/api-keys") {
		view.Head.Action = ui.Button(ui.ButtonProps{Label: "API keys", Href: "/settings/api-keys", Look: ui.Primary})
	}
	for _, text := range strings.Split(all.Introduction, "\n\n") {
		view.Words = append(view.Words, strings.NewReplacer("**", "", "`", "").Replace(text))
	}
	for _, g := range all.Groups {
		shown := page.DeveloperGroup{Name: g.Name, Says: g.Says}
		for _, o := range g.Operations {
			if found(o, wanted) {
				shown.Operations = append(shown.Operations, developerView(o))
			}
		}
		if len(shown.Operations) > 0 {
			view.Groups = append(view.Groups, shown)
		}
	}
	return v.page(http.StatusOK, frame{Title: "API reference"}, page.DeveloperPage(view))
}

// found says whether an operation, or a key of it, is what somebody looks for.
func found(o api.ReferenceOperation, wanted string) bool {
	has := func(texts ...string) bool {
		for _, text := range texts {
			if strings.Contains(strings.ToLower(text), wanted) {
				return true
			}
		}
		return false
	}
	if wanted == "" || has(o.ID, o.Path, o.Summary, o.Text, o.Scope) {
		return true
	}
	for _, list := range [][]api.ReferenceField{o.Parameters, o.Body, o.Answer} {
		for _, f := range list {
			if has(f.Name, f.Says) {
				return true
			}
		}
	}
	return false
}

func developerView(o api.ReferenceOperation) page.DeveloperOperation {
	out := page.DeveloperOperation{ID: o.ID, Title: o.Summary, Address: o.Method + " " + o.Path, Text: o.Text, Scope: o.Scope, Curl: o.Curl, Example: o.Example}
	for _, x := range []struct {
		title string
		rows  []api.ReferenceField
	}{{"Parameters of " + o.ID, o.Parameters}, {"Body of " + o.ID, o.Body}, {"Answer of " + o.ID, o.Answer}} {
		if len(x.rows) == 0 {
			continue
		}
		t := ui.TableProps{Caption: x.title, Columns: []ui.Column{{Label: "Name"}, {Label: "Kind"}, {Label: "What it says"}}}
		for _, f := range x.rows {
			name := f.Name
			if f.Required {
				name += " *"
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Mono(name), ui.Text(strings.TrimSpace(f.In+" "+f.Kind)), ui.Text(f.Says))})
		}
		out.Tables = append(out.Tables, t)
	}
	problems := ui.TableProps{Caption: "Refusals of " + o.ID, Columns: []ui.Column{{Label: "Status", Kind: ui.Tight}, {Label: "When"}}}
	for _, p := range o.Problems {
		problems.Rows = append(problems.Rows, ui.Row{Cells: ui.Cells(ui.Text(p.Status), ui.Text(p.Says))})
	}
	out.Tables = append(out.Tables, problems)
	return out
}
