package web

import (
	"net/http"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

var lossNames = map[payments.LossKind]string{
	payments.WrittenOff: "Written off", payments.Reinstated: "Reinstated", payments.Fee: "Processor's fee",
	payments.Disputed: "Dispute", payments.DisputeWon: "Dispute won", payments.DisputeLost: "Dispute lost",
}

// lossTable is what was lost of an invoice or a receipt, and came back.
func lossTable(losses []payments.Loss) ui.TableProps {
	t := ui.TableProps{Title: "Lost and recovered", Columns: []ui.Column{{Label: "What"}, {Label: "Booked on", Kind: ui.Tight}, {Label: "Entry"}, {Label: "Amount", Kind: ui.Figures}, {Label: "Fee", Kind: ui.Figures}}}
	for _, l := range losses {
		entry := ui.Soft("booked before")
		if l.Entry != 0 {
			entry = ui.Link("Open", entryAddress(ledger.Entry{Account: l.Account, Seq: l.Entry}))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(lossNames[l.Kind], l.Reason), ui.Day(l.BookedOn), entry, ui.Money(l.Amount), ui.Money(l.Fee))})
	}
	return t
}

// givenUpOf is what of an invoice stands written off.
func givenUpOf(losses []payments.Loss, c money.Currency) money.Amount {
	sum := money.Zero(c)
	for _, l := range losses {
		switch l.Kind {
		case payments.WrittenOff:
			sum = sum.Add(l.Amount)
		case payments.Reinstated:
			sum = sum.Sub(l.Amount)
		}
	}
	return sum
}

// lossActions offers to give an invoice up, or to take that back.
func (v *visit) lossActions(p paper) []templ.Component {
	var out []templ.Component
	if p.Kind != entities.Invoice || p.Voided != nil || !v.may(get, "/invoices/:number/write-off") {
		return nil
	}
	at := invoiceAddress(p.Number)
	if p.open.Sign() > 0 {
		out = append(out, ui.Button(ui.ButtonProps{Label: "Write off", Href: at + "/write-off"}))
	}
	if givenUpOf(p.losses, p.Currency).Sign() > 0 {
		out = append(out, ui.Button(ui.ButtonProps{Label: "Reinstate", Href: at + "/reinstate"}))
	}
	return out
}

// giving is one of the two forms: give an invoice up, or take that back.
type giving struct {
	path, title, verb, done string
	text                    string
	look                    ui.Look
	do                      func(v *visit, t tx, number string, amount money.Amount) (money.Amount, error)
}

var writeOff = giving{path: "/write-off", title: "Write off ", verb: "Write it off", done: " was written off.", look: ui.Danger,
	text: "Nobody is expected to pay it. By the entity's policy that is a credit loss, or a price that was never expected whole (606-10-32-7). The contract is not changed: what is served is earned on.",
	do: func(v *visit, t tx, number string, amount money.Amount) (money.Amount, error) {
		return payments.WriteOff(v.ctx, t, number, amount, v.Today(), v.form("reason"), v.By)
	}}

var reinstate = giving{path: "/reinstate", title: "Reinstate ", verb: "Reinstate it", done: " is open again.", look: ui.Primary,
	text: "The invoice is open again, by the policy it was given up by, and what comes in pays it.",
	do: func(v *visit, t tx, number string, amount money.Amount) (money.Amount, error) {
		return payments.Reinstate(v.ctx, t, number, amount, v.Today(), v.form("reason"), v.By)
	}}

func (v *visit) writeOffForm() error     { return v.showGiving(http.StatusOK, writeOff, nil) }
func (v *visit) writeOffInvoice() error  { return v.give(writeOff) }
func (v *visit) reinstateForm() error    { return v.showGiving(http.StatusOK, reinstate, nil) }
func (v *visit) reinstateInvoice() error { return v.give(reinstate) }

func (v *visit) showGiving(status int, g giving, refused error) error {
	d, err := invoicing.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	open, err := ledger.OpenOf(v.ctx, v.DB, d.Account, d.Number)
	if err != nil {
		return err
	}
	losses, err := payments.LossesOf(v.ctx, v.DB, d.Account, d.Number)
	if err != nil {
		return err
	}
	errors := complaints(refused)
	view := page.Ask{
		Head: ui.HeadProps{Title: g.title + d.Number, Sub: ui.AmountText(open) + " open, " + ui.AmountText(givenUpOf(losses, d.Currency)) + " written off", Crumbs: []ui.Anchor{{Label: "Invoices", Href: "/invoices"}, {Label: d.Number, Href: invoiceAddress(d.Number)}}},
		Text: []string{g.text}, Form: ui.FormProps{Action: invoiceAddress(d.Number) + g.path, Errors: errors},
		Fields: []ui.FieldProps{{Name: "amount", Label: "Amount", Kind: ui.MoneyInput, Currency: string(d.Currency), Hint: "All of it when left empty", Value: v.form("amount"), Errors: errors, Optional: true},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Hint: "Kept in the audit trail", Required: true, Errors: errors, Wide: true}},
		Verb: ui.ButtonProps{Label: g.verb, Look: g.look}, Back: invoiceAddress(d.Number),
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "invoices"}, page.AskPage(view))
}

func (v *visit) give(g giving) error {
	number := v.param("number")
	d, err := invoicing.Get(v.ctx, v.DB, number)
	if err != nil {
		return err
	}
	amount, err := v.typedAmount("amount", d.Currency, true)
	if err == nil {
		err = v.do(func(t tx) (err error) { amount, err = g.do(v, t, number, amount); return err })
	}
	if refusal(err) {
		return v.showGiving(http.StatusUnprocessableEntity, g, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(invoiceAddress(number), done(ui.AmountText(amount)+" of "+number+g.done))
}

// lossForms record what a processor kept of a receipt and what a card network withdrew of it.
func (v *visit) lossForms(q postgres.Querier, r payments.Receipt, verb string, refused error) ([]templ.Component, error) {
	losses, err := payments.LossesOf(v.ctx, q, r.Account, r.Number())
	if err != nil {
		return nil, err
	}
	var out []templ.Component
	if len(losses) > 0 {
		out = append(out, page.TableOf(lossTable(losses)))
	}
	if !v.may(post, "/payments/:id/fee") {
		return out, nil
	}
	at := receiptAddress(r.Number())
	wrong := prefixed("fee_", pick(verb == "fee", refused))
	out = append(out, page.PanelForm(page.Panel{Title: "Record what the processor kept", Form: ui.FormProps{Action: at + "/fee", Errors: wrong}, Verb: ui.ButtonProps{Label: "Record fee"},
		Fields: []ui.FieldProps{{Name: "fee_amount", Label: "Fee", Kind: ui.MoneyInput, Currency: string(r.Currency()), Hint: "An expense, and not less revenue", Value: v.form("fee_amount"), Errors: wrong, Required: true},
			{Name: "fee_reason", Label: "Reason", Value: v.form("fee_reason"), Required: true, Errors: wrong}}}))
	pending := pendingOf(losses)
	panel := page.Panel{Title: "Record a dispute", Form: ui.FormProps{Action: at + "/dispute", Errors: prefixed("dispute_", pick(verb == "dispute", refused))}, Verb: ui.ButtonProps{Label: "Open dispute"}}
	if pending {
		panel.Title, panel.Verb.Label, panel.Form.Action = "The dispute is decided", "Record the decision", at+"/dispute/decide"
		panel.Fields = []ui.FieldProps{{Name: "dispute_won", Label: "Outcome", Kind: ui.SelectInput, Value: v.form("dispute_won"), Errors: panel.Form.Errors,
			Options: []ui.Option{{Value: "", Label: "Lost: the money stays with the payer"}, {Value: "yes", Label: "Won: the money came back"}}}}
	} else {
		for _, f := range []struct{ name, label, hint string }{{"dispute_amount", "Withdrawn", "All that was received when left empty"}, {"dispute_fee", "Its fee", "Nothing when left empty"}} {
			panel.Fields = append(panel.Fields, ui.FieldProps{Name: f.name, Label: f.label, Kind: ui.MoneyInput, Currency: string(r.Currency()), Hint: f.hint, Value: v.form(f.name), Errors: panel.Form.Errors, Optional: true})
		}
	}
	panel.Fields = append(panel.Fields, ui.FieldProps{Name: "dispute_reason", Label: "Reason", Value: v.form("dispute_reason"), Required: true, Errors: panel.Form.Errors})
	return append(out, page.PanelForm(panel)), nil
}

// pendingOf says whether a dispute waits for its decision.
func pendingOf(losses []payments.Loss) bool {
	pending := false
	for _, l := range losses {
		switch l.Kind {
		case payments.Disputed:
			pending = true
		case payments.DisputeWon, payments.DisputeLost:
			pending = false
		}
	}
	return pending
}

func (v *visit) feeReceipt() error {
	return v.lose("fee", "The fee was recorded", func(t tx, r payments.Receipt) error {
		fee, err := v.typedAmount("fee_amount", r.Currency(), false)
		if err != nil {
			return err
		}
		return asAmount(payments.RecordFee(v.ctx, t, r.ID, fee, v.Today(), v.form("fee_reason"), v.By))
	})
}

// asAmount names the field as the form does.
func asAmount(err error) error {
	fields := fault.Fields(err)
	for i := range fields {
		if fields[i].Path == "fee" {
			fields[i].Path = "amount"
		}
	}
	if len(fields) == 0 {
		return err
	}
	return fault.InvalidFields(fields...)
}

func (v *visit) disputeReceipt() error {
	return v.lose("dispute", "The dispute was recorded", func(t tx, r payments.Receipt) error {
		amount, err := v.typedAmount("dispute_amount", r.Currency(), true)
		if err != nil {
			return err
		}
		fee, err := v.typedAmount("dispute_fee", r.Currency(), true)
		if err != nil {
			return err
		}
		if amount.IsZero() {
			amount = r.Amount
		}
		return payments.OpenDispute(v.ctx, t, r.ID, amount, fee, v.Today(), v.form("dispute_reason"), v.By)
	})
}

func (v *visit) decideDispute() error {
	return v.lose("dispute", "The decision was recorded", func(t tx, r payments.Receipt) error {
		return payments.DecideDispute(v.ctx, t, r.ID, v.form("dispute_won") == "yes", v.Today(), v.form("dispute_reason"), v.By)
	})
}

// lose runs a verb about a receipt and comes back to its page, beside the form where it was refused.
func (v *visit) lose(verb, word string, do func(tx, payments.Receipt) error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	var r payments.Receipt
	err = v.do(func(t tx) (err error) {
		if r, err = payments.ReceiptByID(v.ctx, t, id); err != nil {
			return err
		}
		return do(t, r)
	})
	if refusal(err) {
		return v.showReceipt(http.StatusUnprocessableEntity, verb, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(receiptAddress(r.Number()), done(word))
}
