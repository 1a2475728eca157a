package web

import (
	"cmp"
	"net/http"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// noticeForm records that one side said the contract shall not renew, or takes that back.
func (v *visit) noticeForm() error { return v.showNotice(http.StatusOK, nil) }

func (v *visit) showNotice(status int, found []fault.Field) error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	a, agreed := d.Agreement()
	if !agreed {
		return fault.New(fault.Conflict, "contract %s is not agreed yet", d.Number)
	}
	at := contractAddress(d.Number)
	view := page.Ask{
		Head: ui.HeadProps{Title: "Notice on " + d.Number, Sub: d.customer.Name, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: at}}},
		Form: ui.FormProps{Action: at + "/notice", Errors: found}, Back: at,
	}
	last, renews := a.Latest().Document.LastNotice()
	switch standing, given := d.Notice(); {
	case given:
		view.Text = []string{"Notice was given on " + ui.DayText(standing.On) + ": the contract ends on " + ui.DayText(a.Term().Last()) + "."}
		view.Form.Values = []ui.Value{{Name: "step", Value: "withdraw"}}
		view.Fields = []ui.FieldProps{{Name: "reason", Label: "Why it is taken back", Value: v.form("reason"), Required: true, Wide: true, Errors: found}}
		view.Verb = ui.ButtonProps{Label: "Withdraw the notice", Look: ui.Primary}
	case !renews:
		view.Text = []string{"The contract does not renew by itself: it ends on " + ui.DayText(a.Term().Last()) + " without notice."}
		view.Verb, view.Back = ui.ButtonProps{Label: "Back to the contract", Href: at}, ""
	default:
		view.Text = []string{"The contract renews by itself on " + ui.DayText(a.Term().End) + " unless either side gives notice by " + ui.DayText(last) + "."}
		view.Fields = []ui.FieldProps{
			{Name: "party", Label: "Who gives notice", Kind: ui.SelectInput, Value: v.form("party"), Options: []ui.Option{{Value: "customer", Label: "The customer"}, {Value: "us", Label: "We do"}}, Errors: found},
			{Name: "on", Label: "It reached the other side on", Kind: ui.DateInput, Value: cmp.Or(v.form("on"), v.Today().String()), Required: true, Errors: found},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Wide: true, Errors: found},
		}
		view.Verb = ui.ButtonProps{Label: "Record the notice", Look: ui.Primary}
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.AskPage(view))
}

func (v *visit) giveNotice() error {
	number := v.param("number")
	var on period.Date
	var found []fault.Field
	withdrawing := v.form("step") == "withdraw"
	if !withdrawing {
		on, found = v.dayTyped("on")
	}
	err := error(nil)
	if len(found) == 0 {
		err = v.do(func(t tx) error {
			if withdrawing {
				return contracts.WithdrawNotice(v.ctx, t, number, v.form("reason"), v.Today(), v.By)
			}
			return contracts.GiveNotice(v.ctx, t, number, contracts.Party(v.form("party")), on, v.form("reason"), v.Today(), v.By)
		})
		found = fault.Fields(err)
	}
	switch {
	case len(found) > 0:
		return v.showNotice(http.StatusUnprocessableEntity, found)
	case err != nil:
		return err
	case withdrawing:
		return v.redirect(contractAddress(number), done("The notice is withdrawn: the contract renews as agreed"))
	}
	return v.redirect(contractAddress(number), done("The notice is recorded: the contract does not renew"))
}
