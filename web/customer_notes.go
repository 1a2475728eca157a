package web

import (
	"fmt"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// customerNotes says what holds the customer's bills back, which customer it is a duplicate of and who its duplicates
// are, with what can be done about it.
func (v *visit) customerNotes(c customers.Customer, view *page.Customer) error {
	notes, err := v.holdNotes(v.DB, c.Account, func(h invoicing.Hold) bool { return h.Payer == c.ID })
	if err != nil {
		return err
	}
	view.Notes = notes
	at := customerAddress(c.ID)
	if c.DuplicateOf != 0 {
		return v.duplicateNote(c, view)
	}
	twice, err := customers.DuplicatesOf(v.ctx, v.DB, c.ID, v.Today())
	if err != nil {
		return err
	}
	for _, d := range twice {
		view.Notes = append(view.Notes, page.Note{Title: d.Name + " was merged into this customer", Text: "What is sent under its number, " + d.ExternalID + ", counts here.",
			Link: ui.Anchor{Label: "Its own contracts and invoices", Href: customerAddress(d.ID)}})
	}
	if v.may(post, "/customers/:id/hold") {
		view.Others = append(view.Others, ui.Button(ui.ButtonProps{Label: "Hold bills", Href: at + "/hold"}))
	}
	if v.may(post, "/customers/:id/merge") {
		view.Others = append(view.Others, ui.Button(ui.ButtonProps{Label: "Mark as duplicate", Href: at + "/merge"}))
	}
	if c.Parent != 0 && v.may(post, "/customers/:id/own-invoice") {
		view.Others = append(view.Others, ownInvoiceButton(c))
	}
	return nil
}

func ownInvoiceButton(c customers.Customer) templ.Component {
	ask := ui.ConfirmProps{Label: "Own invoice", Action: customerAddress(c.ID) + "/own-invoice", Confirm: "Give it an invoice of its own", Values: []ui.Value{{Name: "own", Value: "yes"}},
		Text: "Where another member of the family pays, what it uses stands on a common invoice under a heading of its own. From today on it would come on a separate document."}
	if c.OwnInvoice {
		ask.Label, ask.Confirm, ask.Values = "Common invoice", "Put it on the payer's invoice", []ui.Value{{Name: "own", Value: "no"}}
		ask.Text = "What it uses comes on a separate document. From today on it would stand on the payer's common invoice, under a heading of its own."
	}
	return ui.Confirm(ask)
}

// duplicateNote points to the customer that stays, and lets finance take the merge back.
func (v *visit) duplicateNote(c customers.Customer, view *page.Customer) error {
	stays, err := customers.Get(v.ctx, v.DB, c.DuplicateOf, v.Today())
	if err != nil {
		return err
	}
	m, err := customers.MergeOf(v.ctx, v.DB, c.ID)
	if err != nil && fault.Kind(err) != fault.NotFound { // taken back this very moment
		return err
	}
	text := fmt.Sprintf("Since %s: %s. Its usage from that day on counts for %s", ui.DayText(m.On), m.Reason, stays.Name)
	if m.TakesUsage {
		text = fmt.Sprintf("Since %s: %s. All its usage counts for %s", ui.DayText(m.On), m.Reason, stays.Name)
	}
	view.Notes = append(view.Notes, page.Note{Title: "A duplicate of " + stays.Name, Text: text + "; what stands below is what was signed and billed under this name.", Tone: ui.Info,
		Link: ui.Anchor{Label: "Open " + stays.Name, Href: customerAddress(stays.ID)}})
	if v.may(post, "/customers/:id/unmerge") {
		view.Parts = append(view.Parts, page.PanelForm(page.Panel{Title: "They are two after all", Text: "Everything reads at once as if they had never been merged; what was billed for the other's usage is credited by the next run.",
			Form:   ui.FormProps{Action: customerAddress(c.ID) + "/unmerge"},
			Fields: []ui.FieldProps{{Name: "reason", Label: "Why", Required: true}}, Verb: ui.ButtonProps{Label: "Take the merge back"}}))
	}
	return nil
}
