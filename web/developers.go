package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/web/api"
	"ratable/web/page"
	"ratable/web/ui"
)

const developersRoom = "/developers"

func developerRoutes() []route {
	return []route{
		{get, developersRoom, staff, (*visit).developers},
		{get, developersRoom + "/:operation", staff, (*visit).developerOperation},
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

// developers lists the operations of the API, from the document that the API serves.
func (v *visit) developers() error {
	all := api.TheReference()
	wanted := strings.ToLower(v.query("q"))
	view := page.Developers{Filter: v.narrowing(developersRoom, "Operation, address, key"), Verify: verifyWebhook}
	view.Head = ui.HeadProps{Title: "API reference", Sub: "Made from the document that the API serves: what stands here is what is answered.",
		Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "OpenAPI 3.1", Href: "/v1/openapi.json", Icon: "download"}), ui.Button(ui.ButtonProps{Label: "OpenAPI 3.0", Href: "/v1/openapi-3.0.json", Icon: "download"}))}
	if v.may(get, "/settings/api-keys") {
		view.Head.Action = ui.Button(ui.ButtonProps{Label: "API keys", Href: "/settings/api-keys", Look: ui.Primary})
	}
	if wanted == "" {
		for _, text := range strings.Split(all.Introduction, "\n\n") {
			view.Words = append(view.Words, strings.NewReplacer("**", "", "`", "").Replace(text))
		}
	}
	for _, g := range all.Groups {
		shown := page.DeveloperGroup{Says: g.Says, Table: ui.TableProps{Title: g.Name, Columns: []ui.Column{{Label: "Operation"}, {Label: "Address"}, {Label: "Scope", Kind: ui.Tight}}}}
		for _, o := range g.Operations {
			if found(o, wanted) {
				shown.Table.Rows = append(shown.Table.Rows, ui.Row{Href: developersRoom + "/" + o.ID, Cells: ui.Cells(ui.Text(o.Summary), ui.Mono(o.Method+" "+o.Path), scopeCell(o.Scope))})
			}
		}
		if len(shown.Table.Rows) > 0 {
			view.Groups = append(view.Groups, shown)
		}
	}
	return v.page(http.StatusOK, frame{Title: "API reference", Room: "developers"}, page.DeveloperPage(view))
}

func scopeCell(scope string) templ.Component {
	if scope == "" {
		return ui.Nothing()
	}
	return ui.Mono(scope)
}

// developerOperation is one operation: how it is called, what it takes, answers and refuses.
func (v *visit) developerOperation() error {
	for _, g := range api.TheReference().Groups {
		for _, o := range g.Operations {
			if o.ID == v.param("operation") {
				view := developerView(o)
				view.Head.Crumbs = []ui.Anchor{{Label: "API reference", Href: developersRoom}}
				return v.page(http.StatusOK, frame{Title: o.Summary, Room: "developers"}, page.DeveloperOperationPage(view))
			}
		}
	}
	return fault.New(fault.NotFound, "the API has no operation %s", v.param("operation"))
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
	out := page.DeveloperOperation{Head: ui.HeadProps{Title: o.Summary, Sub: o.Text}, Curl: o.Curl, Example: o.Example}
	out.Facts = []ui.Fact{{Term: "Address", Value: ui.Mono(o.Method + " " + o.Path)}, {Term: "Scope", Value: scopeCell(o.Scope)}, {Term: "Operation", Value: ui.Mono(o.ID)}}
	for _, x := range []struct {
		title string
		rows  []api.ReferenceField
	}{{"Parameters", o.Parameters}, {"Body", o.Body}, {"Answer", o.Answer}} {
		if len(x.rows) == 0 {
			continue
		}
		t := ui.TableProps{Title: x.title, Columns: []ui.Column{{Label: "Name"}, {Label: "Kind"}, {Label: "Needed"}, {Label: "What it says"}}}
		if x.title == "Answer" { // nobody has to send it
			t.Columns = slices.Delete(t.Columns, 2, 3)
		}
		for _, f := range x.rows {
			cells := ui.Cells(ui.Mono(f.Name), ui.Text(strings.TrimSpace(f.In+" "+f.Kind)), neededCell(f.Required), ui.Text(f.Says))
			if x.title == "Answer" {
				cells = slices.Delete(cells, 2, 3)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
		out.Tables = append(out.Tables, t)
	}
	problems := ui.TableProps{Title: "Refusals", Columns: []ui.Column{{Label: "Status", Kind: ui.Tight}, {Label: "When"}}}
	for _, p := range o.Problems {
		problems.Rows = append(problems.Rows, ui.Row{Cells: ui.Cells(ui.Text(p.Status), ui.Text(p.Says))})
	}
	out.Tables = append(out.Tables, problems)
	return out
}

func neededCell(needed bool) templ.Component {
	if needed {
		return ui.Text("yes")
	}
	return ui.Nothing()
}
