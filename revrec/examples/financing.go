package examples

import (
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// anyDay is where a case begins that says for how many years and not from when: whole years are as long from any day.
var anyDay = period.NewDate(2001, 1, 1)

// financed is a price that is paid years before the transfer (advance), or after it (receivable).
func financed(f *facts) object {
	x := revrec.Financing{Rate: f.decimal("rate"), From: anyDay}
	dated := f.has("start")
	if dated {
		x.From = f.date("start")
	}
	years := f.count("years")
	if years == 0 || years > 100 {
		refuse("years: from 1 to 100")
	}
	every, steps := 12, years
	if f.only("interest_every", "year", "month") == "month" {
		if !dated {
			refuse("interest_every: month, and start is missing: months are not all as long")
		}
		every, steps = 1, 12*years
	}
	var days []period.Date
	for i := range steps {
		days = append(days, x.From.AddMonths(every*(i+1)))
	}
	x.To = days[len(days)-1]
	entries := effects{currency: f.currency()}
	interest := money.Zero(f.currency())
	var out, balances object
	enter := func(booked []revrec.FinancedEntry, list []revrec.Interest) {
		for _, e := range booked {
			if !dated {
				e.On = period.Date{}
			}
			entries.enter(e.On, e.Event, e.Postings)
		}
		interest = revrec.TotalInterest(list, interest)
		for i, l := range list {
			if every == 12 {
				balances.put(year(i+1), l.Balance.String())
			}
		}
	}
	if f.has("advance") {
		paid := f.amount("advance")
		list := solved(x.Accrete(paid, days...))
		enter(solved(x.BookAdvance(paid, days...)), list)
		out.put("revenue", list[len(list)-1].Balance.String())
	} else {
		price := f.amount("receivable")
		out.put("revenue", solved(x.Discount(price)).String())
		enter(solved(x.BookDeferred(price, days...)), solved(x.Unwind(price, days...)))
	}
	entries.put(&out)
	out.put("interest", interest.String())
	out.put("balance_at_end", balances)
	out.put("expedient_available", revrec.FinancingMayBeIgnored(x.From, x.To))
	return out
}
