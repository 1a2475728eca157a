package examples

import (
	"fmt"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/scenario"
)

// someMonth is where facts without days are put: a case that names no month holds in each.
var someMonth = solvedMonth("2025-01")

func solvedMonth(text string) period.Month {
	m, err := period.ParseMonth(text)
	if err != nil {
		panic(err)
	}
	return m
}

// all is the kind of the sum of a contract.
const all contracts.Kind = ""

// earnedOf is what the line of a kind of charge, or without a kind the contract, earned in a month.
func earnedOf(o scenario.Outcome, c money.Currency, month period.Month, kind contracts.Kind) money.Amount {
	for _, b := range o.Books {
		for _, s := range b.Contracts {
			for _, l := range append(s.Lines[:len(s.Lines):len(s.Lines)], s.Sum) {
				for i, m := range s.Months {
					if m == month && l.Kind == kind {
						return l.Cells[i].Scheduled
					}
				}
			}
		}
	}
	return money.Zero(c)
}

// committed plays months with a minimum: usage at a price of one, so that a quantity is its value.
func (f *facts) committed(consumed []string) scenario.Outcome {
	l := life{currency: f.currency()}
	l.metered(perUnit("1"), "month")
	l.commits = append(l.commits, map[string]any{"id": "minimum", "product": l.product("minimum", "as_used", nil), "lines": []any{"usage"},
		"amount": f.amount("commitment").String(), "every": "month"})
	for i, value := range consumed {
		month := someMonth.Add(i)
		l.reach(month.Span())
		l.use(month.First(), f.amountOf(value).String(), period.Date{})
	}
	l.dayAfter()
	return l.play()
}

func commitment(f *facts) object {
	o, c := f.committed([]string{f.text("consumed")}), f.currency()
	var out object
	out.put("usage_revenue", earnedOf(o, c, someMonth, contracts.Metered).String())
	out.put("true_up", earnedOf(o, c, someMonth, contracts.TrueUp).String())
	out.put("total_revenue", earnedOf(o, c, someMonth, all).String())
	return out
}

func commitments(f *facts) object {
	f.only("period", "month")
	consumed := f.texts("consumed")
	o, c := f.committed(consumed), f.currency()
	trueUps, totals := []any{}, []any{}
	for i := range consumed {
		trueUps = append(trueUps, earnedOf(o, c, someMonth.Add(i), contracts.TrueUp).String())
		totals = append(totals, earnedOf(o, c, someMonth.Add(i), all).String())
	}
	var out object
	out.put("true_up", trueUps)
	out.put("total_revenue", totals)
	return out
}

// straddled is usage that meets the end of a prepaid balance.
func straddled(f *facts) object {
	l := life{currency: f.currency()}
	l.metered(perUnit("1"), "month")
	l.prepaid = append(l.prepaid, map[string]any{"id": "balance", "product": l.product("balance", "as_used", nil), "lines": []any{"usage"},
		"amount": f.amount("remaining").String(), "every": "term"})
	l.reach(period.NewSpan(someMonth.First(), someMonth.Next().End()))
	l.use(someMonth.First(), f.amount("usage_at_list").String(), period.Date{})
	l.dayAfter()
	o := l.play()
	var out object // what is drawn earns what was paid for it; what is left lapses in the month after
	out.put("drawdown", earnedOf(o, f.currency(), someMonth, contracts.Prepayment).String())
	out.put("overage", earnedOf(o, f.currency(), someMonth, contracts.OverCap).String())
	out.put("remaining", earnedOf(o, f.currency(), someMonth.Next(), contracts.Prepayment).String())
	return out
}

// credits are units paid ahead, bonus among them: each use earns its part of what was paid, and what is never used lapses.
func credits(f *facts) object {
	used := f.texts("usage")
	l := life{currency: f.currency()}
	l.metered(perUnit("1"), "month")
	f.only("rounding", "cumulative_half_up")
	l.prepaid = append(l.prepaid, map[string]any{"id": "credits", "product": l.product("credits", "as_used", nil), "lines": []any{"usage"},
		"units": f.decimal("credits").String(), "price": f.amount("paid").String(), "every": "term"})
	for i, units := range used {
		l.reach(someMonth.Add(i).Span())
		l.use(someMonth.Add(i).First(), decimalOf(units).String(), period.Date{})
	}
	lapses := someMonth.Add(len(used)) // a month later
	expired := f.has("expired")
	if expired {
		f.decimal("expired")
	}
	l.reach(lapses.Span())
	l.dayAfter()
	o := l.play()
	revenue := []any{}
	for i := range used {
		revenue = append(revenue, earnedOf(o, f.currency(), someMonth.Add(i), all).String())
	}
	var out object
	out.put("revenue", revenue)
	if expired {
		out.put("breakage", earnedOf(o, f.currency(), lapses, all).String())
	}
	out.put("total", f.amount("paid").String())
	return out
}

// tiered values usage to date at a price in tiers.
func tiered(f *facts) object {
	tiers := []any{}
	for _, item := range f.items("tiers") {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			refuse("tiers: a tier is an upper end and a price")
		}
		tier := map[string]any{"unit": decimalOf(fmt.Sprint(pair[1])).String()}
		if pair[0] != nil {
			tier["up_to"] = decimalOf(fmt.Sprint(pair[0])).String()
		}
		tiers = append(tiers, tier)
	}
	model := f.only("model", "graduated", "volume")
	var out object
	for _, u := range f.list("usage_cumulative") { // each day on its own: what has come about by then
		l := life{currency: f.currency()}
		l.metered(map[string]any{"model": model, "tiers": tiers}, "month")
		on := u.date("date")
		l.reach(on.MonthOf().Span())
		l.use(on, u.decimal("quantity").String(), period.Date{})
		l.dayAfter()
		out.put(on.String(), earnedOf(l.play(), f.currency(), on.MonthOf(), all).String())
	}
	var dated object
	dated.put("revenue_to_date", out)
	return dated
}
