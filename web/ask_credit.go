package web

import (
	"github.com/a-h/templ"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// creditAddress is where a credit that was asked for is looked at and granted; empty for another subject.
func creditAddress(s access.Subject) string {
	invoice, line, amount, ok := invoicing.AskedCredit(s)
	if !ok {
		return ""
	}
	return narrowed(invoiceAddress(invoice)+"/credit", "line", line, "amount", amount, "asked", s.Key)
}

// askedCredit fills the form with what somebody asked for, and offers to decline it.
func (v *visit) askedCredit(t tx, d invoicing.Issued, view *page.Ask) error {
	history, err := access.History(v.ctx, t, access.Subject{Kind: "concession", Key: v.form("asked"), Account: int64(d.Account)})
	if err != nil {
		return err
	}
	if len(history) == 0 || history[len(history)-1].Fact != access.Requested {
		return fault.New(fault.Conflict, "this credit no longer waits for a decision")
	}
	asked := history[len(history)-1]
	if view.Fields[2].Value == "" {
		view.Fields[2].Value = asked.Reason
	}
	view.Text = append(view.Text, asked.RequestedBy.Name+" asks for this credit. Preview it, then issue it; or decline it below.")
	if err := asked.MayDecide(v.By); err != nil {
		view.Text[len(view.Text)-1] = sentence(err)
		return nil
	}
	view.After = []templ.Component{page.PanelForm(page.Panel{Title: "Decline it", Form: ui.FormProps{Action: invoiceAddress(d.Number) + "/credit/decline", Values: []ui.Value{{Name: "asked", Value: v.form("asked")}}},
		Fields: []ui.FieldProps{{Name: "why", Label: "Why not", Required: true}}, Verb: ui.ButtonProps{Label: "Decline", Look: ui.Danger}})}
	return nil
}

// declineCredit says no to a credit that was asked for.
func (v *visit) declineCredit() error {
	d, err := invoicing.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	asked := access.Subject{Kind: "concession", Key: v.form("asked"), Account: int64(d.Account)}
	if invoice, _, _, ok := invoicing.AskedCredit(asked); !ok || invoice != d.Number {
		return fault.New(fault.NotFound, "nobody asked for this credit")
	}
	if err := v.do(func(t tx) error { return access.Decide(v.ctx, t, asked, access.Reject, v.form("why"), v.By) }); err != nil {
		return err
	}
	return v.redirect("/approvals", done("Declined. Whoever asked sees why in the audit trail."))
}
