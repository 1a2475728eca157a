package examples

import (
	"fmt"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec/subledger"
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
func (f *facts) committed(consumed []string, every period.Cadence) scenario.Outcome {
	l := life{currency: f.currency()}
	l.metered(perUnit("1"), "month")
	l.commits = append(l.commits, map[string]any{"id": "minimum", "product": l.product("minimum", "as_used", nil), "lines": []any{"usage"},
		"amount": f.amount("commitment").String(), "every": fmt.Sprint(every)})
	for i, value := range consumed {
		month := lastOf(i, every)
		l.reach(period.NewSpan(someMonth.First(), month.End()))
		l.use(month.First(), f.amountOf(value).String(), period.Date{})
	}
	l.dayAfter()
	return l.play()
}

// lastOf is the last month of a period of the minimum: what is used is known in it, and so is what is missing.
func lastOf(i int, every period.Cadence) period.Month {
	return period.Recurrence{Anchor: someMonth.First(), Cadence: every}.Piece(i).Last().MonthOf()
}

func commitment(f *facts) object {
	o, c := f.committed([]string{f.text("consumed")}, period.Monthly), f.currency()
	var out object
	out.put("usage_revenue", earnedOf(o, c, someMonth, contracts.Metered).String())
	out.put("true_up", earnedOf(o, c, someMonth, contracts.TrueUp).String())
	out.put("total_revenue", earnedOf(o, c, someMonth, all).String())
	return out
}

func commitments(f *facts) object {
	every := solved(period.ParseCadence(f.only("period", "month", "quarter", "year")))
	consumed := f.texts("consumed")
	o, c := f.committed(consumed, every), f.currency()
	trueUps, totals := []any{}, []any{}
	for i := range consumed {
		month := lastOf(i, every)
		trueUps = append(trueUps, earnedOf(o, c, month, contracts.TrueUp).String())
		totals = append(totals, earnedOf(o, c, month, all).String())
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

// credits are units paid ahead, bonus among them: each use earns its part of what was paid, and what lapses is breakage. Uses
// come in months one after another, and what lapses in the month after.
func credits(f *facts) object {
	used, paid, c := f.texts("usage"), f.amount("paid"), f.currency()
	f.only("rounding", "cumulative_half_up")
	on := func(n int) period.Date { return someMonth.Add(n).Last() }
	told := []subledger.Fact{{ID: "purchase", Kind: subledger.Prepaid, On: someMonth.First(), Document: "credits", Amount: paid, Paid: true, Quantity: f.decimal("credits")}}
	for i, units := range used {
		told = append(told, subledger.Fact{ID: fmt.Sprint("use ", i+1), Kind: subledger.Draw, On: on(i), Document: "credits", Quantity: decimalOf(units)})
	}
	if f.has("expired") {
		told = append(told, subledger.Fact{ID: "lapse", Kind: subledger.Expired, On: on(len(used)), Document: "credits", Quantity: f.decimal("expired")})
	}
	entries := solved(subledger.Journal(told, subledger.Setup{Currency: c, Policy: policyOf(f)}, period.Date{}))
	revenue := []any{}
	for i := range used {
		revenue = append(revenue, subledger.Revenue(entries, someMonth.Add(i), c).String())
	}
	var out object
	out.put("revenue", revenue)
	if f.has("expired") {
		out.put("breakage", subledger.Revenue(entries, someMonth.Add(len(used)), c).String())
	}
	out.put("total", paid.String())
	out.put("contract_liability", subledger.On(entries, ledger.ContractLiability, period.Date{}, c).Neg().String())
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
