package examples

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/period"
	"ratable/scenario"
)

// lacking says which policy an event needs that the engine does not have.
var lacking = map[string]string{
	"invoice_voided": "void_presentation: a contra-revenue account for voids", "refund": "refunds against contra revenue and deferred revenue",
	"marked_uncollectible": "bad debt", "written_off": "bad debt", "dispute": "disputes", "dispute_won": "disputes", "dispute_funds_withdrawn": "disputes",
	"credit_note": "a contra-revenue account for credit notes", "credit_memo": "credit memos on the single contract account", "commission": "capitalized contract costs",
	"order_line": "release upon booking on the single contract account", "customer_balance_applied": "an opening customer balance", "paid_out_of_band": "payments outside the system",
	"sale": "cost of sales and supplier payables", "downgrade": "a credit kept as customer balance at a downgrade", "cancel": "refunds at a cancellation",
	"usage": "usage accrued on its own day and billed on the last day of its period", "usage_invoice": "usage billed on the last day of its period", "accrual": "an accrual by hand",
	"prepaid_purchase": "prepaid amounts as contract liability", "commitment_invoiced": "prepaid amounts as contract liability", "fulfilment": "earning by fulfilment that is told by value",
	"unbilled_items_created": "proration of items that are not invoiced yet", "contract": "a termination fee", "terminate": "a termination fee",
	"release": "release of a right to bill", "invoice": "invoices without lines", "payment": "payments without an invoice", "invoice_finalized_and_paid": "processor fees",
}

// events is a journal of invoices with a service and their payments, lived through as contract lines that are asked for once.
func events(f *facts) object {
	l := life{currency: f.currency()}
	method := f.textOr("recognition", string(catalog.Daily))
	asked := map[string]period.Date{} // when an invoice was issued
	for i, e := range f.list("events") {
		on := e.date("date")
		l.through = period.MaxDate(l.through, on)
		switch kind := e.text("type"); {
		case kind == "invoice_finalized" && e.has("lines"):
			e.tells("invoice")
			for k, line := range e.list("lines") {
				l.billedLine(line, fmt.Sprintf("line-%d-%d", i, k), on, method)
			}
			asked[l.invoice(on)] = on
		case kind == "invoice_paid":
			if len(asked) != 1 || e.has("invoice") {
				refuse("payments of several invoices")
			}
			for number, issued := range asked {
				if issued == on {
					refuse("a payment on the day of its invoice: here a day's payments come before its invoices")
				}
				l.happens("pay", map[string]any{"on": on.String(), "customer": "customer", "amount": e.amount("amount").String(), "reference": number})
			}
		case lacking[kind] != "":
			refuse("%s", lacking[kind])
		default:
			refuse("events of type %s", kind)
		}
	}
	if f.has("as_of") {
		l.through = f.date("as_of")
	}
	f.tells("catch_up")
	return journalOf(l.play(), &l)
}

// billedLine is a contract line that is asked for once, on the day of its invoice, and earned over its service.
func (l *life) billedLine(f *facts, id string, on period.Date, method string) {
	if f.has("tax") && !f.amount("tax").IsZero() {
		refuse("tax as stated on an invoice: tax is determined here")
	}
	f.tells("type")
	if said := f.textOr("recognition", method); said != "ratable" {
		method = said
	}
	if method == "immediate" || method == "on_fulfilment" {
		refuse("recognition: %s: revenue is booked at the end of its month", method)
	}
	service := f.service()
	if service.Days.Start.Before(on) {
		refuse("a service before its invoice that was not known when it began (catch-up on the day of the invoice)")
	}
	l.reach(service.Days)
	l.reach(period.NewSpan(on, on.AddDays(1)))
	by := map[string]any{"method": method}
	l.lines = append(l.lines, map[string]any{"id": id, "product": l.product("service", "ratable", by), "from": service.Days.Start.String(), "through": service.Days.Last().String(),
		"once": map[string]any{"unit_price": f.amount("amount").String(), "on": on.String()}})
}

// journalOf is what a life booked, day by day.
func journalOf(o scenario.Outcome, l *life) object {
	b := newBooks(l.currency)
	for _, e := range o.Entries {
		b.begin(e.BookedOn, e.Memo)
		for _, p := range e.Postings {
			b.post(e.BookedOn, p.Account.Info().Code, p.Amount)
		}
	}
	return b.object()
}

// fallen is the deferred revenue waterfall of items that were billed, and credited again.
func fallen(f *facts) object {
	l := life{currency: f.currency()}
	var last string
	for i, x := range f.list("items") {
		switch kind := x.textOr("type", "invoice"); kind {
		case "invoice":
			on := x.date("booked")
			l.billedLine(x, fmt.Sprintf("line-%d", i), on, string(catalog.Daily))
			last = l.invoice(on)
		case "void", "credit":
			on := x.date("booked")
			for m := l.term.Start.MonthOf(); m.Before(on.MonthOf()); m = m.Next() {
				l.closes(m, period.MaxDate(m.End(), on.MonthOf().First()))
			}
			l.happens("credit", map[string]any{"on": on.String(), "invoice": last, "line": 1, "amount": x.amount("amount").Neg().String(), "reason": "taken back"})
			l.through = period.MaxDate(l.through, on.MonthOf().Last())
		default:
			refuse("a waterfall by the month of usage: its rows are months of billing")
		}
	}
	var rows object
	for _, book := range l.play().Books {
		for _, r := range book.Waterfall.Rows {
			var row object
			row.put("total", r.Total.String())
			for i, m := range book.Waterfall.Months {
				if !r.Cells[i].IsZero() {
					row.put(m.String(), r.Cells[i].String())
				}
			}
			row.put("remaining", r.Beyond.String())
			rows.put(r.Billed.String(), row)
		}
	}
	var out object
	out.put("rows_by_booked_month", rows)
	return out
}
