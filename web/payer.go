package web

import (
	"cmp"
	"fmt"
	"net/http"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// payerForm asks who of the family pays for a contract from which day on.
func (v *visit) payerForm() error { return v.showPayer(http.StatusOK, nil) }

func (v *visit) showPayer(status int, found []fault.Field) error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	members, err := customers.Members(v.ctx, v.DB, d.Account, v.Today())
	if err != nil {
		return err
	}
	options := []ui.Option{{Value: "", Label: "Choose"}}
	now := ""
	for _, m := range members {
		if m.ID == d.PayerOn(v.Today()) {
			now = m.Name
		} else if m.DuplicateOf == 0 {
			options = append(options, ui.Option{Value: m.ExternalID, Label: m.Name + ", " + place(m.Billing)})
		}
	}
	at := contractAddress(d.Number)
	view := page.Ask{
		Head: ui.HeadProps{Title: "Payer of " + d.Number, Sub: d.customer.Name, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: at}}},
		Text: []string{
			now + " pays today. Documents issued from the day below go to the new payer, with the tax of its place, whatever days they bill.",
			"What was issued stays with who was billed, and so do its credits. Only members of the same paying family can take over; for anybody else end this contract and sign a new one.",
		},
		Form: ui.FormProps{Action: at + "/payer", Errors: found}, Back: at,
		Fields: []ui.FieldProps{
			{Name: "payer", Label: "Who pays", Kind: ui.SelectInput, Options: options, Value: v.form("payer"), Errors: found},
			{Name: "from", Label: "From", Kind: ui.DateInput, Value: cmp.Or(v.form("from"), v.Today().String()), Required: true, Errors: found},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Hint: "Kept in the audit trail", Required: true, Wide: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "Change the payer", Look: ui.Primary},
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.AskPage(view))
}

func (v *visit) changePayer() error {
	number := v.param("number")
	from, found := v.dayTyped("from")
	to, missing, err := v.customerTyped("payer")
	if err != nil {
		return err
	}
	if found = append(missing, found...); len(found) == 0 {
		err = v.do(func(t tx) error {
			return contracts.ChangePayer(v.ctx, t, number, to.ID, from, v.form("reason"), v.Today(), v.By)
		})
		found = fault.Fields(err)
	}
	if len(found) > 0 {
		return v.showPayer(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(contractAddress(number), done(fmt.Sprintf("Documents issued from %s on go to %s.", ui.DayText(from), to.Name)))
}

// payerFacts say who pays for the contract, who will and who did; nothing where the customer always pays itself.
func (d dossier) payerFacts() []ui.Fact {
	if len(d.Payers) == 0 && d.Payer == d.Customer {
		return nil
	}
	out := []ui.Fact{{Term: "Paid by", Value: ui.Link(d.payer.Name, customerAddress(d.payer.ID))}}
	for _, c := range d.Payers {
		out = append(out, ui.Fact{Term: "From " + ui.DayText(c.From), Value: ui.TwoLines(d.parties[c.Payer].Name, c.Reason)})
	}
	return out
}

// contractHolds are the holds that keep the contract's next bill back.
func (v *visit) contractHolds(d dossier) ([]page.Note, error) {
	payer := d.PayerOn(v.Today())
	return v.holdNotes(v.DB, d.Account, func(h invoicing.Hold) bool { return h.Contract == d.ID || h.Payer != 0 && h.Payer == payer })
}
