package examples

import (
	"cmp"
	"fmt"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec/subledger"
)

// fallen is the deferred revenue waterfall of items that were billed, used, and taken back again.
func fallen(f *facts) object {
	t := &told{f: f, policy: policyOf(f), rounds: f.rounding()}
	invoices := map[string]money.Amount{}
	var named []string
	items := f.list("items")
	for i, x := range items {
		fact := subledger.Fact{ID: fmt.Sprint("item ", i+1), Currency: f.currency()}
		switch kind := x.textOr("type", "invoice"); kind {
		case "invoice":
			fact.Kind, fact.On, fact.Document = subledger.Invoice, x.date("booked"), x.name(fact.ID)
			l := subledger.Line{Amount: x.amount("amount"), Tax: x.amountOr("tax", "0")}
			if x.textOr("recognition", "") == "immediate" {
				l.Earning = subledger.Immediately
			} else {
				l.Service, l.Spreading = x.service(), catalog.Spreading{Method: methodOf(x.textOr("recognition", string(catalog.Daily))), Rounding: t.rounds}
			}
			fact.Lines, invoices[fact.Document], named = []subledger.Line{l}, l.Amount, append(named, fact.Document)
		case "usage":
			fact.Kind, fact.On, fact.Amount = subledger.Usage, x.bookedOn(), x.amount("amount")
		case "void", "credit", "credit_note", "refund":
			fact.Kind, fact.On, fact.Amount = subledger.Credit, x.date("booked"), x.amount("amount").Abs()
			fact.Document = x.meant(invoices, named)
			if kind == "refund" {
				fact.Kind = subledger.Refund
			}
		default:
			refuse("items of type %s", kind)
		}
		t.facts = append(t.facts, fact)
	}
	var rows, out object
	for _, fall := range t.falls() {
		row := fallOf(fall)
		row.put("remaining", fall.Beyond.String())
		rows.put(fall.Booked.String(), row)
	}
	out.put("rows_by_booked_month", rows)
	return out
}

// name is what an item calls itself, or its invoice.
func (f *facts) name(otherwise string) string {
	return f.textOr("invoice", f.textOr("id", otherwise))
}

// bookedOn is a day, or the last of a month.
func (f *facts) bookedOn() period.Date {
	if text := f.text("booked"); len(text) == len("2006-01") {
		return f.month("booked").Last()
	}
	return f.date("booked")
}

// meant is the invoice that is taken back: as told, or the only one there is, or the only one of its amount.
func (f *facts) meant(invoices map[string]money.Amount, named []string) string {
	if f.has("of") || f.has("invoice") || f.has("id") {
		return cmp.Or(f.textOr("of", ""), f.name(""))
	}
	if len(named) == 1 {
		return named[0]
	}
	var found []string
	for _, name := range named {
		if invoices[name] == f.amount("amount").Abs() {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		refuse("%sinvoice is missing: which of %d was taken back", f.at, len(named))
	}
	return found[0]
}
