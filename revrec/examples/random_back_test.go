package examples

import (
	"fmt"
	"maps"
	"time"

	"pgregory.net/rapid"
)

func init() {
	maps.Copy(eventShapes, backShapes)
	for _, kind := range []string{"waterfall", "credits_drawdown", "presentation", "long_short_term_split", "closed_period_catch_up"} {
		random[kind] = either(random[kind], backKinds[kind])
	}
}

func either(a, b func(*rapid.T) (m, m)) func(*rapid.T) (m, m) {
	return func(t *rapid.T) (m, m) {
		if rapid.Bool().Draw(t, "the other shape") {
			return b(t)
		}
		return a(t)
	}
}

// plan is a line as its oracle keeps it: what is left to earn is spread anew over the days from each cut on, a day at a time.
type plan struct {
	served
	left, tax, taken int64
	cuts             []cut
}

type cut struct {
	from time.Time
	rest int64
}

func newPlan(s served) *plan {
	return &plan{served: s, left: s.total, tax: s.tax, cuts: []cut{{s.first, s.total}}}
}

// by is what was earned before a day, and by month.
func (p *plan) by(on time.Time) (sum int64, months map[string]int64) {
	months = map[string]int64{}
	for i, c := range p.cuts {
		var all, sofar, stood int64
		for d := c.from; !d.After(p.last); d = d.AddDate(0, 0, 1) {
			all++
		}
		for d := c.from; !d.After(p.last) && d.Before(on); d = d.AddDate(0, 0, 1) {
			if i+1 < len(p.cuts) && !d.Before(p.cuts[i+1].from) {
				break
			}
			sofar++
			now := half(part(c.rest, sofar, all))
			months[d.Format("2006-01")] += now - stood
			sum, stood = sum+now-stood, now
		}
	}
	return sum, months
}

// takes takes an amount before tax off by a split.
func (p *plan) takes(on time.Time, net, tax int64, split string) (recognized, deferred int64) {
	earned, _ := p.by(on)
	r := earned - p.taken
	u := p.left - r
	switch {
	case split == "deferred_first":
		deferred = min(u, net)
	case split == "recognized_first":
		deferred = net - min(r, net)
	case net == p.left:
		deferred = u
	case r+u > 0:
		deferred = remainders(net, []int64{r, u})[1]
	}
	recognized = net - deferred
	p.left, p.tax, p.taken = p.left-net, p.tax-tax, p.taken+recognized
	if !on.After(p.last) {
		p.cuts = append(p.cuts, cut{later(on, p.first), u - deferred})
	}
	return recognized, deferred
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func forever(p *plan) map[string]int64 {
	_, months := p.by(p.last.AddDate(0, 0, 1))
	return months
}

// split is largest remainder that gives the whole back exactly, and nothing of nothing.
func splitOver(amount int64, over []int64) []int64 {
	if sum(over) == amount {
		return append([]int64{}, over...)
	}
	if sum(over) == 0 {
		return make([]int64, len(over))
	}
	return remainders(amount, over)
}

var backShapes = map[string]func(*rapid.T) (m, m){
	"credited again and again, of several lines": func(t *rapid.T) (m, m) {
		first := drawServed(t)
		plans, lines := []*plan{newPlan(first)}, []any{first.issued()["lines"].([]any)[0]}
		for range rapid.IntRange(0, 2).Draw(t, "more lines") {
			s := drawServed(t)
			span := s.last.Sub(s.first)
			s.first = first.first.AddDate(0, 0, rapid.IntRange(0, 30).Draw(t, "starts later"))
			s.last = s.first.Add(span)
			plans, lines = append(plans, newPlan(s)), append(lines, s.issued()["lines"].([]any)[0])
		}
		var gross, nets, taxes int64
		for _, p := range plans {
			nets, taxes = nets+p.left, taxes+p.tax
		}
		gross = nets + taxes
		var l lived
		l.on(iso(first.first), "AccountsReceivable", gross, "DeferredRevenue", -nets, "TaxLiability", -taxes)
		split := rapid.SampledFrom([]string{"proportional", "deferred_first", "recognized_first"}).Draw(t, "split")
		events := []any{m{"date": iso(first.first), "type": "invoice_finalized", "lines": lines}}
		on := first.first
		for i := range rapid.IntRange(1, 3).Draw(t, "credits") {
			on = on.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "days"))
			if gross == 0 {
				break
			}
			amount := rapid.Int64Range(1, gross).Draw(t, "amount")
			nets, taxes := make([]int64, len(plans)), make([]int64, len(plans))
			for k, p := range plans {
				nets[k], taxes[k] = p.left, p.tax
			}
			parts := splitOver(amount, []int64{sum(nets), sum(taxes)})
			nets, taxes = splitOver(parts[0], nets), splitOver(parts[1], taxes)
			var recognized, deferred int64
			for k, p := range plans {
				r, u := p.takes(on, nets[k], taxes[k], split)
				recognized, deferred = recognized+r, deferred+u
			}
			gross -= amount
			l.on(iso(on), "CreditNotes", recognized, "DeferredRevenue", deferred, "TaxLiability", parts[1], "AccountsReceivable", -amount)
			events = append(events, m{"date": iso(on), "type": "credit_note", "amount": cents(amount), "treatment": split, "reason": fmt.Sprint(i)})
		}
		for _, p := range plans {
			for name, amount := range forever(p) {
				l.earns([]string{name}, []int64{amount}, "DeferredRevenue")
			}
		}
		return told1(t, nil, events...), l.expected()
	},
	"a balance with a bonus": func(t *rapid.T) (m, m) {
		on, paid, bonus := drawDay(t), drawCents(t, "paid"), drawCents(t, "bonus")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		used := rapid.Int64Range(0, paid+bonus).Draw(t, "used")
		earned := half(part(paid, used, paid+bonus))
		var l lived
		l.on(day(0), "Cash", paid, "ContractLiability", -paid)
		l.on(day(7), "ContractLiability", earned, "Revenue", -earned)
		l.on(day(60), "ContractLiability", paid-earned, "BreakageRevenue", earned-paid)
		return told1(t, nil, m{"date": day(0), "type": "prepaid_purchase", "amount": cents(paid), "bonus": cents(bonus)},
			m{"date": day(7), "type": "prepaid_consumption", "amount": cents(used)}, m{"date": day(60), "type": "prepaid_expired"}), l.expected()
	},
	"notice": func(t *rapid.T) (m, m) {
		start, monthly, fee := drawFirst(t), drawCents(t, "monthly"), drawCents(t, "fee")
		n, notice := rapid.IntRange(1, 9).Draw(t, "served"), rapid.IntRange(1, 6).Draw(t, "notice")
		var l lived
		for i := range n + notice {
			l.on(iso(start.AddDate(0, i, 0)), "AccountsReceivable", monthly, "DeferredRevenue", -monthly)
			l.on(monthEnd(start, i), "DeferredRevenue", monthly, "Revenue", -monthly)
		}
		l.on(monthEnd(start, n-1), "AccountsReceivable", fee, "DeferredRevenue", -fee)
		for i, amount := range stands(fee, ones(notice)) {
			l.on(monthEnd(start, n+i), "DeferredRevenue", amount, "TerminationRevenue", -amount)
		}
		return told1(t, nil, m{"date": iso(start), "type": "contract", "months": n + notice + 2, "monthly": cents(monthly), "billing": "monthly_in_advance"},
			m{"date": monthEnd(start, n-1), "type": "terminate", "effective": monthEnd(start, n+notice-1), "fee": cents(fee)}), l.expected()
	},
	"released as billed": func(t *rapid.T) (m, m) {
		on, sell, one, two := drawDay(t), drawCents(t, "sell"), drawCents(t, "one"), drawCents(t, "two")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		released := min(sell, one+two)
		balances := m{"AccountsReceivable": cents(one + two), "Revenue": cents(released)}
		if ahead := one + two - released; ahead > 0 {
			balances["ContraAR"] = cents(ahead)
		}
		return told1(t, m{"release_event": "upon_billing"}, m{"date": day(0), "type": "order_line", "amount": cents(sell)}, m{"date": day(3), "type": "invoice", "amount": cents(one)},
			m{"date": day(5), "type": "invoice", "amount": cents(two)}), m{"ending_balances": balances}
	},
	"used in euro": func(t *rapid.T) (m, m) {
		first, used := drawFirst(t), rapid.Int64Range(100, 1e9).Draw(t, "used")
		rate := func(label string) int64 { return rapid.Int64Range(50, 200).Draw(t, label) }
		rates := []int64{rate("used"), rate("month end"), rate("billed"), rate("month end after"), rate("paid")}
		worth := func(i int) int64 { return half(part(used, rates[i], 100)) }
		days := []string{iso(first.AddDate(0, 0, 9)), monthEnd(first, 0), iso(first.AddDate(0, 1, 9)), monthEnd(first, 1), iso(first.AddDate(0, 2, 9))}
		at := m{}
		for i, day := range days {
			at[day] = cents(rates[i])
		}
		var l lived
		fx := func(gain int64) []any { return []any{"FxGain", -max(0, gain), "FxLoss", max(0, -gain)} }
		l.on(days[0], "UnbilledReceivable", worth(0), "Revenue", -worth(0))
		l.on(days[1], append(fx(worth(1)-worth(0)), "UnbilledReceivable", worth(1)-worth(0))...)
		l.on(days[2], append(fx(worth(2)-worth(1)), "AccountsReceivable", worth(2), "UnbilledReceivable", -worth(1))...)
		l.on(days[3], append(fx(worth(3)-worth(2)), "AccountsReceivable", worth(3)-worth(2))...)
		l.on(days[4], append(fx(worth(4)-worth(3)), "Cash", worth(4), "AccountsReceivable", -worth(3))...)
		event := func(day int, kind string) m {
			return m{"date": days[day], "type": kind, "currency": "EUR", "amount": cents(used)}
		}
		return told1(t, m{"functional_currency": "USD", "rates": m{"EUR/USD": at}}, event(0, "usage"), event(2, "usage_invoice"), event(4, "invoice_paid")), l.expected()
	},
	"voided before it was billed": func(t *rapid.T) (m, m) {
		on, used, gone := drawDay(t), drawCents(t, "used"), drawCents(t, "excluded")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		void := rapid.Int64Range(1, used).Draw(t, "voided")
		var l lived
		l.on(day(0), "UnbilledReceivable", used, "Revenue", -used)
		l.on(day(1), "UnbilledVoids", void, "UnbilledReceivable", -void)
		l.on(day(2), "ContractImpairment", used-void, "UnbilledReceivable", void-used)
		l.on(day(3), "Revenue", gone, "Exclusion", -gone)
		return told1(t, nil, m{"date": day(0), "type": "usage", "amount": cents(used)}, m{"date": day(1), "type": "unbilled_voided", "amount": cents(void)},
			m{"date": day(2), "type": "impairment", "amount": cents(used - void)}, m{"date": day(3), "type": "exclusion", "amount": cents(gone)}), l.expected()
	},
}

var backKinds = map[string]func(*rapid.T) (m, m){
	// Voids and credits are rows of their own month; the row of the invoice stays.
	"waterfall": func(t *rapid.T) (m, m) {
		s := drawServed(t)
		s.tax = 0
		p, rows := newPlan(s), map[string]map[string]int64{}
		row := func(name string) map[string]int64 {
			if rows[name] == nil {
				rows[name] = map[string]int64{}
			}
			return rows[name]
		}
		before := forever(p)
		for name, amount := range before {
			row(month(s.first, 0))[name] += amount
			row(month(s.first, 0))["total"] += amount
		}
		items := []any{m{"booked": iso(s.first), "amount": cents(s.total), "service_start": iso(s.first), "service_end_inclusive": iso(s.last)}}
		on := s.first
		for p.left > 0 && len(items) < 4 {
			on = on.AddDate(0, 0, rapid.IntRange(1, 150).Draw(t, "later"))
			amount := rapid.SampledFrom([]int64{p.left, rapid.Int64Range(1, p.left).Draw(t, "part")}).Draw(t, "amount")
			r, _ := p.takes(on, amount, 0, "proportional")
			after, booked := forever(p), row(month(on, 0))
			booked[month(on, 0)] -= r
			for name := range before {
				booked[name] += after[name] - before[name]
			}
			booked["total"] -= amount
			before = after
			items = append(items, m{"booked": iso(on), "type": rapid.SampledFrom([]string{"void", "credit"}).Draw(t, "type"), "amount": cents(-amount)})
		}
		out := m{}
		for name, cells := range rows {
			out[name] = inCents(cells)
		}
		return m{"currency": "USD", "items": items}, m{"rows_by_booked_month": out}
	},
	"credits_drawdown": func(t *rapid.T) (m, m) {
		c, paid, used, lapse, rest := drawCoin(t), drawCents(t, "paid"), rapid.Int64Range(1, 1e6).Draw(t, "used"), rapid.Int64Range(1, 1e6).Draw(t, "lapses"), rapid.Int64Range(0, 1e6).Draw(t, "stays")
		amounts := stands(paid, []int64{used, lapse, rest})
		return m{"currency": c.code, "paid": c.of(paid), "credits": fmt.Sprint(used + lapse + rest), "usage": []any{fmt.Sprint(used)}, "expired": fmt.Sprint(lapse)},
			m{"revenue": []any{c.of(amounts[0])}, "breakage": c.of(amounts[1]), "contract_liability": c.of(amounts[2])}
	},
	// Two of three wait for each other; the third is paid for as it is kept.
	"presentation": func(t *rapid.T) (m, m) {
		on, a, b, c := drawDay(t), drawCents(t, "a"), drawCents(t, "b"), drawCents(t, "c")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		var l lived
		l.on(day(0), "ContractAsset", a, "Revenue", -a)
		l.on(day(9), "AccountsReceivable", b, "Revenue", -b)
		l.on(day(20), "AccountsReceivable", a+c, "ContractAsset", -a, "Revenue", -c)
		promise := func(name string, amount int64, n int) m {
			return m{"name": name, "allocated": cents(amount), "transferred": day(n)}
		}
		return m{"right_to_bill": "after P and R", "obligations": []any{promise("P", a, 0), promise("Q", b, 9), promise("R", c, 20)}}, l.expected()
	},
	"long_short_term_split": func(t *rapid.T) (m, m) { // a carve below zero
		c, start, n, carve := drawCoin(t), drawFirst(t), rapid.IntRange(2, 60).Draw(t, "months"), drawCents(t, "carve")
		done := rapid.IntRange(1, n-1).Draw(t, "done")
		left := stands(-carve, ones(n))[done:]
		short := sum(left[:min(12, len(left))])
		return m{"currency": c.code, "contract_amount": c.of(carve), "adjustment": c.of(-carve), "start": iso(start), "months": n, "as_of": monthEnd(start, done-1), "short_term_months": 12},
			m{"deferred_total": c.of(-sum(left)), "short_term": c.of(-short), "long_term": c.of(short - sum(left)),
				"adjustment_total": c.of(sum(left)), "adjustment_short_term": c.of(short), "adjustment_long_term": c.of(sum(left) - short)}
	},
	"closed_period_catch_up": func(t *rapid.T) (m, m) { // usage of closed months that comes in from the first day after
		c, last := drawCoin(t), drawFirst(t)
		open := last.AddDate(0, 1, 0)
		var usage []any
		belongs, total := map[string]int64{}, int64(0)
		for range rapid.IntRange(1, 5).Draw(t, "records") {
			on := last.AddDate(0, -rapid.IntRange(0, 2).Draw(t, "months back"), rapid.IntRange(0, 27).Draw(t, "day"))
			amount := drawCents(t, "amount")
			belongs[month(on, 0)], total = belongs[month(on, 0)]+amount, total+amount
			usage = append(usage, m{"date": iso(on), "amount": c.of(amount), "received": iso(open.AddDate(0, 0, rapid.IntRange(0, 27).Draw(t, "received")))})
		}
		within := m{}
		for name, amount := range belongs {
			within[name] = c.of(amount)
		}
		return m{"currency": c.code, "usage": usage, "closed_through": month(last, 0)}, m{"posted": m{month(open, 0): c.of(total)}, "attribution": m{month(open, 0): within}}
	},
}
