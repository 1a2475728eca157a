package examples

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/period"
	"ratable/scenario"
)

// attributed is revenue by the month it is booked in, and in it by the month it belongs to.
func attributed(o scenario.Outcome) (posted, within object) {
	for _, a := range o.Attributed() {
		months, _ := within.values[a.Booked.String()].(object)
		months.put(a.Month.String(), a.Amount.String())
		within.put(a.Booked.String(), months)
	}
	return earnedBy(o), within
}

// closed is a contract or usage that is learned of when its months are closed.
func closed(f *facts) object {
	l := life{currency: f.currency()}
	last := f.month("closed_through")
	if f.has("usage") {
		l.metered(perUnit("1"), "month")
		for _, u := range f.list("usage") {
			l.reach(u.date("date").MonthOf().Span())
			l.reach(u.date("received").MonthOf().Span())
			l.use(u.date("date"), u.amount("amount").String(), u.date("received"))
		}
		if l.term.Empty() {
			refuse("usage: none")
		}
		// The books of a month close before what is late arrives.
		for month := l.term.Start.MonthOf(); !month.After(last); month = month.Next() {
			l.closes(month, last.End())
		}
		l.dayAfter()
		posted, within := attributed(l.play())
		var out object
		out.put("posted", posted)
		out.put("attribution", within)
		return out
	}
	return lateContract(f, &l, last)
}

// lateContract is entered when its first months are closed: until then nothing was agreed but a line that costs nothing.
func lateContract(f *facts, l *life, last period.Month) object {
	service, price, entered := f.service(), f.amount("amount"), f.date("entered")
	if entered.Before(last.End()) {
		refuse("entered: before its months were closed")
	}
	by := f.spreading(string(catalog.MonthlyEven))
	policy := map[string]any{"method": string(by.Method), "rounding": string(by.Rounding)}
	l.reach(service.Days)
	l.reach(period.NewSpan(entered, entered.AddDays(1)))
	l.lines = append(l.lines, map[string]any{"id": "none", "product": l.product("none", "point_in_time", nil), "once": map[string]any{"unit_price": "0", "on": service.Days.Start.String()}})
	for month := service.Days.Start.MonthOf(); !month.After(last); month = month.Next() {
		l.closes(month, period.MaxDate(month.End(), last.End()))
	}
	l.dayAfter()
	line := map[string]any{"id": "service", "product": l.product("service", "ratable", policy), "from": service.Days.Start.String(), "through": service.Days.Last().String(),
		"once": map[string]any{"unit_price": price.String(), "on": entered.String()}}
	l.happens("amend", map[string]any{"on": entered.String(), "document": l.amended(line)})
	posted, within := attributed(l.play())
	var out object
	out.put("posted", posted)
	out.put("total", price.String())
	out.put("attribution", within)
	for _, month := range within.keys {
		m := solved(period.ParseMonth(month))
		if key := fmt.Sprintf("%s_attribution", lower(m.Month().String())); out.values[key] == nil { // of the first month of that name
			out.put(key, within.values[month])
		}
	}
	return out
}

func lower(month string) string { return string(month[0]|0x20) + month[1:] }

// amended is the contract with one more line.
func (l *life) amended(line map[string]any) map[string]any {
	return map[string]any{
		"contract": "C-1", "entity": "us", "customer": "customer", "currency": string(l.currency), "reason": "what was agreed is entered late",
		"effective": l.term.Start.String(),
		"term":      map[string]any{"from": l.term.Start.String(), "through": l.term.Last().String()},
		"billing":   map[string]any{"net_days": 30}, "lines": append(l.lines[:len(l.lines):len(l.lines)], line),
	}
}
