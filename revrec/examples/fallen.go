package examples

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/period"
)

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

// fallen is the deferred revenue waterfall of items that were billed, and credited again.
func fallen(f *facts) object {
	l := life{currency: f.currency()}
	var last string
	items := f.list("items")
	for _, x := range items {
		if x.textOr("type", "invoice") == "usage" {
			return usedUp(f, items)
		}
	}
	for i, x := range items {
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
			refuse("items of type %s", kind)
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
