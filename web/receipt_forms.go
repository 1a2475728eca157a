package web

import (
	"fmt"
	"net/http"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
	"strings"

	"github.com/a-h/templ"
)

// receiptForms apply what is left and take back what was applied, each only where there is something to do.
func (v *visit) receiptForms(q postgres.Querier, r payments.Receipt, verb string, refused error) ([]templ.Component, error) {
	var out []templ.Component
	at := receiptAddress(r.Number())
	if r.Unapplied().Sign() > 0 {
		open, err := payments.OpenInvoices(v.ctx, q, payments.Scope{Account: r.Account, Entity: r.Entity, Currency: r.Currency()})
		if err != nil {
			return nil, err
		}
		var choices []ui.Option
		for _, o := range open {
			if o.Open.Sign() > 0 {
				choices = append(choices, ui.Option{Value: o.Number, Label: fmt.Sprintf("%s, %s open, due %s", o.Number, ui.AmountText(o.Open), ui.DayText(o.DueOn))})
			}
		}
		if len(choices) > 0 {
			out = append(out, v.moneyPanel(at+"/apply", "Apply", "Apply to an invoice", choices, r.Currency(), "As much as fits when left empty", pick(verb == "apply", refused), false))
		}
	}
	if r.Unapplied().Sign() > 0 {
		out = append(out, v.moneyPanel(at+"/refund", "Refund", "Send back to the payer", nil, r.Currency(), "All that pays no invoice when left empty", pick(verb == "refund", refused), true))
	}
	if held := appliedNow(r); len(held) > 0 {
		out = append(out, v.moneyPanel(at+"/unapply", "Take back", "Take back from an invoice", held, r.Currency(), "All of it when left empty", pick(verb == "unapply", refused), true))
	}
	return out, nil
}

func pick(mine bool, err error) error {
	if mine {
		return err
	}
	return nil
}

// appliedNow lists the invoices that the receipt pays at present.
func appliedNow(r payments.Receipt) []ui.Option {
	sums := map[string]money.Amount{}
	var order []string
	for _, a := range r.Applications {
		if _, seen := sums[a.Document]; !seen {
			order = append(order, a.Document)
		}
		sums[a.Document] = sums[a.Document].Add(a.Amount)
	}
	var out []ui.Option
	for _, document := range order {
		if sums[document].Sign() > 0 && !payments.IsRefund(document) {
			out = append(out, ui.Option{Value: document, Label: fmt.Sprintf("%s, %s applied", document, ui.AmountText(sums[document]))})
		}
	}
	return out
}

// moneyPanel is a form that moves money between the receipt and an invoice, or, with no choices, back to the payer. Fields carry the verb's prefix, so that the
// forms of the page do not share ids.
func (v *visit) moneyPanel(action, verb, title string, choices []ui.Option, c money.Currency, hint string, refused error, reason bool) templ.Component {
	prefix := strings.ToLower(strings.Fields(verb)[0]) + "_"
	errors := prefixed(prefix, refused)
	p := page.Panel{Title: title, Form: ui.FormProps{Action: action, Errors: errors}, Verb: ui.ButtonProps{Label: verb},
		Fields: []ui.FieldProps{{Name: prefix + "amount", Label: "Amount", Kind: ui.MoneyInput, Currency: string(c), Hint: hint, Value: v.form(prefix + "amount"), Errors: errors, Optional: true}}}
	if len(choices) > 0 {
		p.Fields = append([]ui.FieldProps{{Name: prefix + "document", Label: "Invoice", Kind: ui.SelectInput, Options: choices, Value: v.form(prefix + "document"), Errors: errors}}, p.Fields...)
	}
	if reason {
		p.Fields = append(p.Fields, ui.FieldProps{Name: prefix + "reason", Label: "Reason", Value: v.form(prefix + "reason"), Errors: errors, Required: true})
	} else {
		p.Verb.Look = ui.Primary
	}
	return page.PanelForm(p)
}

// prefixed names the fields of a refusal as the form does; a refusal without fields stands above the form.
func prefixed(prefix string, err error) []fault.Field {
	if err == nil {
		return nil
	}
	fields := fault.Fields(err)
	if len(fields) == 0 {
		return []fault.Field{{Message: sentence(err)}}
	}
	out := make([]fault.Field, len(fields))
	for i, f := range fields {
		f.Path = prefix + f.Path
		out[i] = f
	}
	return out
}

// refusal says whether an error is the form's to show again: what was typed, or what stands against it.
func refusal(err error) bool {
	return (fault.Kind(err) == fault.Invalid || fault.Kind(err) == fault.Conflict || fault.Kind(err) == fault.Closed) && !technical(err)
}

// typedAmount reads an amount a person typed; empty is zero where that is allowed.
func (v *visit) typedAmount(name string, c money.Currency, empty bool) (money.Amount, error) {
	text := strings.ReplaceAll(v.form(name), ",", "")
	if text == "" && empty {
		return money.Zero(c), nil
	}
	a, err := money.ParseAmount(text, c)
	if err != nil || a.Sign() <= 0 {
		return a, fault.InvalidFields(fault.Field{Path: "amount", Value: v.form(name), Message: fmt.Sprintf("is no amount in %s, such as 1250%s", c, strings.TrimPrefix(money.Zero(c).String(), "0"))})
	}
	return a, nil
}

// applyReceipt and unapplyReceipt move money between the receipt and an invoice, refundReceipt records that it was sent back.
func (v *visit) applyReceipt() error {
	return v.moveMoney("apply", func(t tx, r payments.Receipt, amount money.Amount) error {
		_, err := payments.Apply(v.ctx, t, r.ID, v.form("apply_document"), amount, v.Today(), v.By)
		return err
	})
}

func (v *visit) unapplyReceipt() error {
	return v.moveMoney("unapply", func(t tx, r payments.Receipt, amount money.Amount) error {
		_, err := payments.Unapply(v.ctx, t, r.ID, v.form("take_document"), amount, v.Today(), v.form("take_reason"), v.By)
		return err
	})
}

func (v *visit) refundReceipt() error {
	return v.moveMoney("refund", func(t tx, r payments.Receipt, amount money.Amount) error {
		_, err := payments.Refund(v.ctx, t, r.ID, amount, v.Today(), v.form("refund_reason"), v.By)
		return err
	})
}

func (v *visit) moveMoney(verb string, move func(t tx, r payments.Receipt, amount money.Amount) error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	r, err := payments.ReceiptByID(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	amount, err := v.typedAmount(map[string]string{"apply": "apply_amount", "unapply": "take_amount", "refund": "refund_amount"}[verb], r.Currency(), true)
	if err == nil {
		err = v.do(func(t tx) error { return move(t, r, amount) })
	}
	if refusal(err) {
		return v.showReceipt(http.StatusUnprocessableEntity, verb, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(receiptAddress(r.Number()), done(map[string]string{"apply": "Applied.", "unapply": "Taken back. The invoice is open again.", "refund": "Recorded as sent back."}[verb]))
}

// releaseInvoice frees what was paid too much on an invoice that was credited after it was paid.
func (v *visit) releaseInvoice() error {
	number := v.param("number")
	if _, err := invoicing.Get(v.ctx, v.DB, number); err != nil {
		return err
	}
	err := v.do(func(t tx) error {
		_, err := payments.Release(v.ctx, t, number, v.Today(), v.By)
		return err
	})
	if err != nil {
		return err
	}
	return v.redirect(invoiceAddress(number), done("The overpayment is the customer's balance again."))
}
