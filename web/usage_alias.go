package web

import (
	"net/http"

	"ratable/internal/fault"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

const aliasRoom = "/usage/aliases"

// aliases is what names mean that senders use for customers and meters of ours.
func (v *visit) aliases() error { return v.showAliases(http.StatusOK, nil) }

func (v *visit) showAliases(status int, found []fault.Field) error {
	list, err := usage.Aliases(v.ctx, v.DB)
	if err != nil {
		return err
	}
	table := ui.TableProps{Caption: "Names", Columns: []ui.Column{{Label: "Of a", Kind: ui.Tight}, {Label: "Senders write"}, {Label: "It means"}, {Label: "Why"}},
		Empty: ui.EmptyProps{Title: "No name means another one", Text: "Where a sender calls a customer or meter otherwise than we do, say whom it means: its events count from then on."}}
	for _, a := range list {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(capital(string(a.Kind))), ui.Mono(a.Alias), ui.Mono(a.Means), ui.Text(a.Reason))})
	}
	head := ui.HeadProps{Title: "Names that senders use", Sub: "Events keep the name they came with; only where they count is decided here.", Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Quarantine", Href: quarantineRoom}}}
	shown := page.List{Head: head, Tables: []ui.TableProps{table}}
	if v.may(post, aliasRoom) {
		shown.Parts = ui.Cells(page.PanelForm(page.Panel{Title: "Say whom a name means", Text: "Then replay what waits for it.", Form: ui.FormProps{Action: aliasRoom, Errors: found},
			Fields: []ui.FieldProps{
				{Name: "kind", Label: "It is the name of a", Kind: ui.SelectInput, Value: v.form("kind"), Options: []ui.Option{{Value: "customer", Label: "Customer"}, {Value: "meter", Label: "Meter"}}, Errors: found},
				{Name: "alias", Label: "Senders write", Value: v.form("alias"), Required: true, Errors: found},
				{Name: "means", Label: "It means", Value: v.form("means"), Hint: "External id of the customer, or code of the meter. Empty takes the name back", Errors: found},
				{Name: "reason", Label: "Why", Value: v.form("reason"), Required: true, Errors: found}},
			Verb: ui.ButtonProps{Label: "Save", Look: ui.Primary}}))
	}
	return v.page(status, frame{Title: head.Title, Room: "usage"}, page.ListPage(shown))
}

func (v *visit) setAlias() error {
	a := usage.Alias{Kind: usage.NameKind(v.form("kind")), Alias: v.form("alias"), Means: v.form("means"), Reason: v.form("reason")}
	err := v.do(func(t tx) error { return usage.SetAlias(v.ctx, t, a, v.By) })
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showAliases(http.StatusUnprocessableEntity, fault.Fields(err))
	case err != nil:
		return err
	}
	if a.Means == "" {
		return v.redirect(aliasRoom, done(a.Alias+" means nobody any more."))
	}
	return v.redirect(aliasRoom, ui.Flash{Text: a.Alias + " means " + a.Means + ".", Tone: ui.Good, Link: ui.Anchor{Label: "Replay what waits", Href: quarantineRoom}})
}
