package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// deliverForm asks which milestone of a contract was reached, and when.
func (v *visit) deliverForm() error { return v.showDeliver(http.StatusOK, nil) }

func (v *visit) showDeliver(status int, found []fault.Field) error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	at := contractAddress(d.Number)
	view := page.Ask{
		Head: ui.HeadProps{Title: "Delivery under " + d.Number, Sub: d.customer.Name, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: at}}},
		Text: []string{"What is due on delivery is billed by the next run, at the price of that day, and earned on it."},
		Form: ui.FormProps{Action: at + "/deliver", Errors: found}, Back: at,
		Verb: ui.ButtonProps{Label: "Record the delivery", Look: ui.Primary},
	}
	var options []ui.Option
	for _, l := range d.milestones() {
		options = append(options, ui.Option{Value: l.ID, Label: cmp.Or(l.Description, l.ID) + ": " + l.Once.Milestone})
	}
	if len(options) == 0 {
		view.Text = []string{"No milestone of the contract is open."}
		view.Verb, view.Back = ui.ButtonProps{Label: "Back to the contract", Href: at}, ""
	} else {
		view.Fields = []ui.FieldProps{
			{Name: "line", Label: "What was delivered", Kind: ui.SelectInput, Options: options, Value: v.form("line"), Wide: true, Errors: found},
			{Name: "on", Label: "Delivered on", Kind: ui.DateInput, Value: cmp.Or(v.form("on"), v.Today().String()), Required: true, Errors: found},
			{Name: "note", Label: "Accepted how", Value: v.form("note"), Hint: "Kept in the audit trail", Wide: true, Errors: found},
		}
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.AskPage(view))
}

func (v *visit) deliver() error {
	number := v.param("number")
	on, found := v.dayTyped("on")
	err := error(nil)
	if len(found) == 0 {
		err = v.do(func(t tx) error {
			return contracts.Deliver(v.ctx, t, number, contracts.Delivery{Line: v.form("line"), On: on, Note: v.form("note")}, v.By)
		})
		found = fault.Fields(err)
	}
	if len(found) > 0 {
		return v.showDeliver(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(contractAddress(number), done(fmt.Sprintf("Delivered on %s: the next run bills it.", ui.DayText(on))))
}

// milestones are the lines that are billed on delivery and wait for it.
func (d dossier) milestones() (open []contracts.Line) {
	for _, l := range d.Latest().Document.Lines {
		if l.Once != nil && l.Once.Milestone != "" && d.delivered(l.ID).IsZero() {
			open = append(open, l)
		}
	}
	return open
}

// delivered is the day a milestone was reached; no day while it is open.
func (d dossier) delivered(line string) (on period.Date) {
	if at := slices.IndexFunc(d.Deliveries, func(x contracts.Delivery) bool { return x.Line == line }); at >= 0 {
		on = d.Deliveries[at].On
	}
	return on
}
