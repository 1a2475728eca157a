package examples

import (
	"gopkg.in/yaml.v3"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/scenario"
)

// life is a contract's life as `ratable simulate` plays it: what was agreed and what happened.
type life struct {
	currency money.Currency
	term     period.Span
	products []map[string]any
	lines    []map[string]any
	prepaid  []map[string]any
	off      []map[string]any
	commits  []map[string]any
	facts    []map[string]any
	through  period.Date
}

// reach widens the term.
func (l *life) reach(days period.Span) {
	if l.term.Empty() {
		l.term = days
	}
	l.term = period.NewSpan(period.MinDate(l.term.Start, days.Start), period.MaxDate(l.term.End, days.End))
	l.through = period.MaxDate(l.through, l.term.Last().MonthOf().Last())
}

// dayAfter lets a life go on for a day, on which what ended is settled.
func (l *life) dayAfter() {
	if l.through.IsZero() {
		refuse("nothing happens in it")
	}
	l.through = l.through.AddDays(1)
}

func (l *life) product(code, recognition string, more map[string]any) string {
	p := map[string]any{"code": code, "tax_code": "saas_b2b", "recognition": recognition}
	for key, value := range more {
		p[key] = value
	}
	for _, known := range l.products {
		if known["code"] == code {
			return code
		}
	}
	l.products = append(l.products, p)
	return code
}

// metered is a usage line and what was used on days.
func (l *life) metered(price map[string]any, every string) {
	l.lines = append(l.lines, map[string]any{"id": "usage", "product": l.product("usage", "as_used", nil),
		"usage": map[string]any{"meter": "units", "every": every, "price": price}})
}

func perUnit(amount string) map[string]any {
	return map[string]any{"model": "per_unit", "amount": amount}
}

func (l *life) use(on period.Date, quantity string, known period.Date) {
	use := map[string]any{"on": on.String(), "customer": "customer", "meter": "units", "quantity": quantity}
	if !known.IsZero() {
		use["known"] = known.String()
	}
	l.happens("use", use)
}

func (l *life) happens(what string, fact map[string]any) {
	l.facts = append(l.facts, map[string]any{what: fact})
}

// closes closes a month on a day, before anything else of the day is known.
func (l *life) closes(month period.Month, on period.Date) {
	l.happens("close", map[string]any{"on": on.String(), "month": month.String(), "first": true})
}

// play lives through it.
func (l *life) play() scenario.Outcome {
	contract := map[string]any{
		"contract": "C-1", "entity": "us", "customer": "customer", "currency": string(l.currency),
		"term":    map[string]any{"from": l.term.Start.String(), "through": l.term.Last().String()},
		"billing": map[string]any{"net_days": 30}, "lines": l.lines,
	}
	for key, list := range map[string][]map[string]any{"prepaid": l.prepaid, "commitments": l.commits, "discounts": l.off} {
		if len(list) > 0 {
			contract[key] = list
		}
	}
	goods := map[string]any{"products": l.products}
	for _, line := range l.lines {
		if line["usage"] != nil {
			goods["meters"] = []any{map[string]any{"code": "units", "unit": "units"}}
		}
	}
	document := map[string]any{
		"title":     "A worked case",
		"entity":    map[string]any{"code": "us", "name": "Seller", "country": "US", "region": "DE", "city": "Dover", "currency": string(l.currency), "time_zone": "UTC"},
		"customers": []any{map[string]any{"id": "customer", "name": "Customer", "country": "US", "region": "OR", "city": "Portland", "currency": string(l.currency)}},
		"catalog":   goods, "contracts": []any{contract}, "through": l.through.String(),
	}
	if len(l.facts) > 0 {
		document["facts"] = l.facts
	}
	text := solved(yaml.Marshal(document))
	return solved(scenario.Play(solved(scenario.Parse(text))))
}

// earnedBy is the revenue of a life by the month it is booked in.
func earnedBy(o scenario.Outcome) object {
	var out object
	for _, b := range o.Books {
		for _, m := range b.Months {
			if !m.Revenue.IsZero() {
				out.put(m.Month.String(), m.Revenue.String())
			}
		}
	}
	return out
}
