package examples

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// lived is the journal an oracle writes by hand: cents, and accounts by name. A line with nothing is left out.
type lived struct{ journal []any }

func (l *lived) on(day string, lines ...any) {
	var out []any
	for i := 0; i < len(lines); i += 2 {
		if amount := lines[i+1].(int64); amount > 0 {
			out = append(out, m{"account": lines[i], "debit": cents(amount), "credit": "0.00"})
		} else if amount < 0 {
			out = append(out, m{"account": lines[i], "debit": "0.00", "credit": cents(-amount)})
		}
	}
	if len(out) > 0 {
		l.journal = append(l.journal, m{"date": day, "lines": out})
	}
}

// earns recognizes amounts at the ends of months, out of an account.
func (l *lived) earns(months []string, amounts []int64, from string) {
	for i, name := range months {
		d, _ := time.Parse("2006-01", name)
		l.on(monthEnd(d, 0), from, amounts[i], "Revenue", -amounts[i])
	}
}

func (l lived) expected() m { return m{"journal": l.journal} }

func told1(t *rapid.T, more m, events ...any) m {
	out := m{"events": rapid.Permutation(events).Draw(t, "order"), "currency": "USD"}
	for key, value := range more {
		out[key] = value
	}
	return out
}

// served is an invoice line over some days, and where it stands before one of them.
type served struct {
	first, last time.Time
	total, tax  int64
	months      []string
	amounts     []int64
}

func drawServed(t *rapid.T) served {
	s := served{first: drawDay(t), total: drawCents(t, "amount"), tax: rapid.SampledFrom([]int64{0, 0, 777, 123456}).Draw(t, "tax")}
	s.last = s.first.AddDate(0, 0, rapid.IntRange(1, 400).Draw(t, "days"))
	var days []int64
	s.months, days = daysByMonth(s.first, s.last)
	s.amounts = stands(s.total, days)
	return s
}

func (s served) issued() m {
	return m{"date": iso(s.first), "type": "invoice_finalized", "lines": []any{m{"amount": cents(s.total), "tax": cents(s.tax), "service_start": iso(s.first), "service_end_inclusive": iso(s.last)}}}
}

// stood is what is earned before a day, month by month, and how many days of each month are left from it.
func (s served) stood(on time.Time) (before []int64, left []int64) {
	before, left = make([]int64, len(s.months)), make([]int64, len(s.months))
	var days, served, stood int64
	for d := s.first; !d.After(s.last); d = d.AddDate(0, 0, 1) {
		if days++; d.Before(on) {
			served++
		}
	}
	var sofar int64
	for i, name := range s.months { // by the day of the whole service, in the cut month as at the ends of months
		for d := s.first; !d.After(s.last); d = d.AddDate(0, 0, 1) {
			if d.Format("2006-01") != name {
				continue
			}
			if d.Before(on) {
				sofar++
			} else {
				left[i]++
			}
		}
		now := half(part(s.total, min(sofar, served), days))
		before[i], stood = now-stood, now
	}
	return before, left
}

// taken is an amount with tax split into earned, deferred and tax, and the months' revenue after it.
func (s served) taken(on time.Time, gross int64) (recognized, deferred, tax int64, amounts []int64) {
	before, left := s.stood(on)
	r, u := sum(before), s.total-sum(before)
	split := remainders(gross, []int64{s.total, s.tax})
	parts := remainders(split[0], []int64{r, u})
	amounts = make([]int64, len(before))
	copy(amounts, before)
	if sum(left) > 0 {
		for i, a := range stands(u-parts[1], left) {
			amounts[i] += a
		}
	}
	return parts[0], parts[1], split[1], amounts
}

// eventShapes are kinds of journals, each with an oracle of its own.
var eventShapes = map[string]func(*rapid.T) (inputs, expected m){
	"taken back": func(t *rapid.T) (m, m) {
		s := drawServed(t)
		on := s.first.AddDate(0, 0, rapid.IntRange(1, 420).Draw(t, "after"))
		gross := s.total + s.tax
		amount := rapid.Int64Range(1, gross).Draw(t, "taken")
		var l lived
		l.on(iso(s.first), "AccountsReceivable", gross, "DeferredRevenue", -s.total, "TaxLiability", -s.tax)
		events := []any{s.issued()}
		pays := func() {
			events = append(events, m{"date": iso(s.first), "type": "invoice_paid", "amount": cents(gross), "fee": "0.01"})
			l.on(iso(s.first), "Cash", gross-1, "Fees", int64(1), "AccountsReceivable", -gross)
		}
		event, shows, other := m{"date": iso(on), "amount": cents(amount)}, "", "Cash"
		switch event["type"] = rapid.SampledFrom([]string{"credit_note", "credit_note to balance", "refund", "invoice_voided", "marked_uncollectible", "dispute"}).Draw(t, "type"); event["type"] {
		case "credit_note":
			shows, other = "CreditNotes", "AccountsReceivable"
		case "credit_note to balance":
			pays()
			event["type"], event["application"], shows, other = "credit_note", "customer_balance", "CreditNotes", "CustomerBalance"
		case "refund":
			pays()
			shows = "Refunds"
		case "dispute":
			pays()
			shows = "Disputes"
		case "invoice_voided":
			amount, shows, other = gross, "Voids", "AccountsReceivable"
			delete(event, "amount")
		case "marked_uncollectible":
			amount, shows, other = gross, "BadDebt", "AccountsReceivable"
			delete(event, "amount")
		}
		events = append(events, event)
		r, u, tax, amounts := s.taken(on, amount)
		l.on(iso(on), shows, r, "DeferredRevenue", u, "TaxLiability", tax, other, -amount)
		l.earns(s.months, amounts, "DeferredRevenue")
		if event["type"] == "marked_uncollectible" {
			late := on.AddDate(0, 0, 9)
			events = append(events, m{"date": iso(late), "type": "invoice_paid", "amount": cents(gross)})
			l.on(iso(late), "Cash", gross, "BadDebt", -r, "Recoverables", -u, "TaxLiability", -tax)
		}
		return told1(t, nil, events...), l.expected()
	},
	"at once": func(t *rapid.T) (m, m) {
		on, amount, tax := drawDay(t), drawCents(t, "amount")+1, drawCents(t, "tax")
		first := rapid.Int64Range(1, amount-1).Draw(t, "first")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		events := []any{m{"date": day(0), "type": "invoice_finalized", "lines": []any{m{"amount": cents(amount), "tax": cents(tax), "recognition": "immediate"}}},
			m{"date": day(3), "type": "paid_out_of_band", "amount": cents(first)}, m{"date": day(5), "type": "customer_balance_applied", "amount": cents(amount - first)}}
		var l lived
		var more m
		var passed int64
		if rapid.Bool().Draw(t, "given up") {
			more = m{"bad_debt_presentation": "expense", "bad_debt_tax_relief": false}
			events = append(events, m{"date": day(9), "type": "written_off"})
			l.on(day(9), "BadDebtExpense", tax, "AccountsReceivable", -tax)
		} else {
			percent := rapid.Int64Range(1, 99).Draw(t, "passed")
			more, passed = m{"rule": m{"passthrough_pct": fmt.Sprint(percent)}}, half(part(amount, percent, 100))
		}
		l.on(day(0), "AccountsReceivable", amount+tax, "Revenue", passed-amount, "PassthroughFees", -passed, "TaxLiability", -tax)
		l.on(day(3), "ExternalAsset", first, "AccountsReceivable", -first)
		l.on(day(5), "CustomerBalance", amount-first, "AccountsReceivable", first-amount)
		return told1(t, more, events...), l.expected()
	},
	"caught up": func(t *rapid.T) (m, m) {
		s := drawServed(t)
		late := rapid.IntRange(0, len(s.months)-1).Draw(t, "months late")
		booked, _ := time.Parse("2006-01", s.months[late])
		booked = booked.AddDate(0, 0, rapid.IntRange(0, 27).Draw(t, "day"))
		if booked.Before(s.first) {
			booked = s.first
		}
		event := s.issued()
		event["date"] = iso(booked)
		var l lived
		up := rapid.Bool().Draw(t, "in the month of the invoice")
		before := sum(s.amounts[:late])
		if up {
			l.on(iso(booked), "AccountsReceivable", s.total+s.tax, "DeferredRevenue", -s.total, "TaxLiability", -s.tax)
			l.on(iso(booked), "DeferredRevenue", before, "Revenue", -before)
		} else {
			l.on(iso(booked), "AccountsReceivable", s.total+s.tax, "UnbilledReceivable", -before, "DeferredRevenue", before-s.total, "TaxLiability", -s.tax)
			l.earns(s.months[:late], s.amounts[:late], "UnbilledReceivable")
		}
		l.earns(s.months[late:], s.amounts[late:], "DeferredRevenue")
		return told1(t, m{"catch_up": up}, event), l.expected()
	},
	"metered": func(t *rapid.T) (m, m) {
		start := drawDay(t)
		end := start.AddDate(0, 1, -1)
		price := rapid.Int64Range(1, 500).Draw(t, "price") // cents
		how := rapid.SampledFrom([]string{"sum", "max"}).Draw(t, "aggregation")
		var l lived
		var records []any
		months := map[string]int64{}
		var order []string
		var total, high int64
		for d := start; !d.After(end); d = d.AddDate(0, 0, rapid.IntRange(1, 9).Draw(t, "gap")) {
			q := rapid.Int64Range(1, 1e6).Draw(t, "quantity")
			records = append(records, m{"date": iso(d), "quantity": fmt.Sprint(q)})
			more := q
			if how == "max" {
				more = max(0, q-high)
			}
			high, total = max(high, q), total+more
			name := iso(end)
			if e := monthEnd(d, 0); e < name {
				name = e
			}
			if months[name] == 0 && more != 0 {
				order = append(order, name)
			}
			months[name] += more * price
		}
		for _, day := range order {
			l.on(day, "UnbilledReceivable", months[day], "Revenue", -months[day])
		}
		l.on(iso(end), "AccountsReceivable", total*price+100, "UnbilledReceivable", -total*price, "DeferredRevenue", int64(-100))
		return told1(t, m{"usage": rapid.Permutation(records).Draw(t, "records"), "unit_price": cents(price), "aggregate_usage": how, "period_start": iso(start), "period_end_inclusive": iso(end)},
			m{"date": iso(end), "type": "invoice_finalized", "amount": cents(total*price + 100)}), l.expected()
	},
	"corrected usage": func(t *rapid.T) (m, m) {
		on, used, taken := drawDay(t), drawCents(t, "used"), drawCents(t, "taken")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		net := used - taken
		balances := m{"Revenue": cents(net), "AccountsReceivable": cents(used), "ContraAR": cents(max(0, taken))}
		if net == 0 {
			delete(balances, "Revenue")
		}
		return told1(t, nil, m{"date": day(0), "type": "usage", "amount": cents(used)}, m{"date": day(1), "type": "usage_invoice", "amount": cents(used)},
			m{"date": day(2), "type": "usage", "amount": cents(-taken)}), m{"ending_balances": balances}
	},
	"drawn down": func(t *rapid.T) (m, m) {
		on, paid, one := drawDay(t), drawCents(t, "paid"), drawCents(t, "one")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		used := min(paid, one)
		var l lived
		l.on(day(0), "AccountsReceivable", paid, "ContractLiability", -paid)
		l.on(day(5), "ContractLiability", used, "Revenue", -used, "UnbilledReceivable", one-used, "OverageRevenue", used-one)
		l.on(day(90), "ContractLiability", paid-used, "BreakageRevenue", used-paid)
		return told1(t, m{"breakage_policy": "remote_until_expiry"}, m{"date": day(0), "type": "commitment_invoiced", "amount": cents(paid), "expires": day(90)},
			m{"date": day(5), "type": "drawdown", "amount": cents(one)}), l.expected()
	},
	"ordered": func(t *rapid.T) (m, m) {
		on, sell, billed := drawDay(t), drawCents(t, "sell"), drawCents(t, "billed")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		cut := rapid.Int64Range(1, sell).Draw(t, "cut")
		left := sell - cut
		balances := m{"AccountsReceivable": cents(billed)}
		contra := max(0, billed-left)
		for account, amount := range map[string]int64{"Revenue": left, "ContraAR": contra, "ContractLiability": billed - left - contra} {
			if amount != 0 {
				balances[account] = cents(amount)
			}
		}
		return told1(t, m{"release_event": "upon_booking"}, m{"date": day(0), "type": "order_line", "amount": cents(sell)}, m{"date": day(3), "type": "invoice", "amount": cents(billed)},
			m{"date": day(6), "type": "reduction_order", "amount": cents(-cut)}), m{"ending_balances": balances}
	},
	"in euro": func(t *rapid.T) (m, m) {
		on, amount := drawDay(t), drawCents(t, "amount")
		rates := []int64{rapid.Int64Range(50, 200).Draw(t, "1"), rapid.Int64Range(50, 200).Draw(t, "2"), rapid.Int64Range(50, 200).Draw(t, "3")}
		worth := func(i int) int64 { return half(part(amount, rates[i], 100)) }
		end := monthEnd(on, 0)
		paid := on.AddDate(0, 1, 0)
		if paid.Format("2006-01") != month(on, 1) {
			paid = on.AddDate(0, 1, -5)
		}
		var l lived
		l.on(iso(on), "AccountsReceivable", worth(0), "Revenue", -worth(0))
		fx := func(day, other string, gain int64) {
			l.on(day, other, gain, "FxGain", -max(0, gain), "FxLoss", max(0, -gain))
		}
		at := map[string]any{iso(on): cents(rates[0]), iso(paid): cents(rates[2])}
		if end == iso(on) { // two rates of one day make no sense
			rates[1] = rates[0]
		}
		at[end] = cents(rates[1])
		fx(end, "AccountsReceivable", worth(1)-worth(0))
		gain := worth(2) - worth(1)
		l.on(iso(paid), "Cash", worth(2), "AccountsReceivable", -worth(1), "FxGain", -max(0, gain), "FxLoss", max(0, -gain))
		return told1(t, m{"functional_currency": "USD", "rates": m{"EUR/USD": at}}, m{"date": iso(on), "type": "invoice_finalized", "currency": "EUR", "lines": []any{m{"amount": cents(amount), "recognition": "immediate"}}},
			m{"date": iso(paid), "type": "invoice_paid", "currency": "EUR", "amount": cents(amount)}), l.expected()
	},
	"ended": func(t *rapid.T) (m, m) {
		start, monthly, n, fee := drawFirst(t), drawCents(t, "monthly"), rapid.IntRange(1, 12).Draw(t, "served"), drawCents(t, "fee")
		var l lived
		for i := range n {
			l.on(iso(start.AddDate(0, i, 0)), "AccountsReceivable", monthly, "DeferredRevenue", -monthly)
			l.on(monthEnd(start, i), "DeferredRevenue", monthly, "Revenue", -monthly)
		}
		l.on(monthEnd(start, n-1), "AccountsReceivable", fee, "TerminationRevenue", -fee)
		return told1(t, nil, m{"date": iso(start), "type": "contract", "months": n + 3, "monthly": cents(monthly), "billing": "monthly_in_advance"},
			m{"date": monthEnd(start, n-1), "type": "terminate", "effective": monthEnd(start, n-1), "fee": cents(fee)}), l.expected()
	},
	"canceled": func(t *rapid.T) (m, m) {
		start, total, n := drawFirst(t), drawCents(t, "price")+1000, rapid.IntRange(2, 24).Draw(t, "months")
		done := rapid.IntRange(1, n-1).Draw(t, "served")
		amounts, at := stands(total, ones(n)), names(start, n)
		rest := sum(amounts[done:])
		back := rapid.Int64Range(1, rest).Draw(t, "back")
		on := iso(start.AddDate(0, done, 0))
		line := m{"amount": cents(total), "service_start": iso(start), "service_end_inclusive": monthEnd(start, n-1), "recognition": "monthly_even"}
		var l lived
		event := m{"date": on, "type": "cancel", "refund": cents(back)}
		l.earns(at[:done], amounts[:done], "DeferredRevenue")
		if rapid.Bool().Draw(t, "downgrade") {
			event = m{"date": on, "type": "downgrade", "credit": cents(back), "new_annual": "1.00", "credit_to": "customer_balance"}
			l.on(on, "DeferredRevenue", back, "CustomerBalance", -back)
			l.earns(at[done:], stands(rest-back, ones(n-done)), "DeferredRevenue")
		} else {
			l.on(on, "DeferredRevenue", back, "Cash", -back)
			l.on(on, "DeferredRevenue", rest-back, "Revenue", back-rest)
		}
		l.on(iso(start), "Cash", total-1, "Fees", int64(1), "DeferredRevenue", -total)
		return told1(t, nil, m{"date": iso(start), "type": "invoice_finalized_and_paid", "processor_fee": "0.01", "lines": []any{line}}, event), l.expected()
	},
	"commission": func(t *rapid.T) (m, m) {
		start, total, n := drawFirst(t), drawCents(t, "commission"), rapid.IntRange(2, 60).Draw(t, "months")
		stayed := rapid.IntRange(1, n).Draw(t, "stayed")
		amounts := stands(total, ones(n))
		var l lived
		l.on(iso(start), "CapitalizedCommission", total, "CommissionPayable", -total)
		for i := range stayed {
			l.on(monthEnd(start, i), "CommissionExpense", amounts[i], "CapitalizedCommission", -amounts[i])
		}
		rest := sum(amounts[stayed:])
		l.on(monthEnd(start, stayed-1), "CommissionImpairment", rest, "CapitalizedCommission", -rest)
		return told1(t, nil, m{"date": iso(start), "type": "commission", "amount": cents(total), "months": n}, m{"date": monthEnd(start, stayed-1), "type": "customer_lost"}), l.expected()
	},
	"sold for another": func(t *rapid.T) (m, m) {
		on, price, cost := iso(drawDay(t)), drawCents(t, "price"), drawCents(t, "cost")
		agent := rapid.Bool().Draw(t, "agent")
		var l lived
		role := "principal"
		if agent {
			role, cost = "agent", min(cost, price)
			l.on(on, "AccountsReceivable", price, "Revenue", cost-price, "PayableToPrincipal", -cost)
		} else {
			l.on(on, "AccountsReceivable", price, "Revenue", -price)
			l.on(on, "COGS", cost, "PayableToSupplier", -cost)
		}
		return told1(t, m{"role": role}, m{"date": on, "type": "sale", "amount": cents(price), "supplier_cost": cents(cost)}), l.expected()
	},
	"parked": func(t *rapid.T) (m, m) {
		on, amount, fee := drawDay(t), drawCents(t, "amount"), drawCents(t, "fee")
		day := func(n int) string { return iso(on.AddDate(0, 0, n)) }
		won := rapid.Bool().Draw(t, "won")
		var l lived
		l.on(day(0), "Cash", amount, "Revenue", -amount)
		l.on(day(9), "DisputesReceivable", amount, "DisputeExpense", fee, "Cash", -amount-fee)
		how := "dispute_lost"
		if won {
			how = "dispute_won"
			l.on(day(40), "Cash", amount, "DisputesReceivable", -amount)
		} else {
			l.on(day(40), "DisputeExpense", amount, "DisputesReceivable", -amount)
		}
		return told1(t, m{"dispute_policy": "park_as_receivable"}, m{"date": day(0), "type": "payment", "amount": cents(amount), "recognition": "immediate"},
			m{"date": day(9), "type": "dispute_funds_withdrawn", "amount": cents(amount), "dispute_fee": cents(fee)}, m{"date": day(40), "type": how}), l.expected()
	},
}

func drawEvents(t *rapid.T) (m, m) {
	return eventShapes[rapid.SampledFrom(slices.Sorted(maps.Keys(eventShapes))).Draw(t, "shape")](t)
}

func TestEveryShapeOfAJournalIsWhatItsOracleWrites(t *testing.T) {
	for shape, draw := range eventShapes {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				inputs, expected := draw(t)
				r := Run(one(t, m{"id": "drawn", "kind": "event_journal", "inputs": inputs, "expected": expected}))
				if r.Status != Pass {
					t.Fatalf("%v\nends as %s: %s %q", inputs, r.Status, r.Missing, r.Differences)
				}
			})
		})
	}
}

// drawPortfolio is two invoices and what the reports of them say.
func drawPortfolio(t *rapid.T) (m, m) {
	a, b := drawServed(t), drawServed(t)
	revenue, cohorts := map[string]int64{}, map[string]map[string]int64{}
	for _, s := range []served{a, b} {
		row := s.first.Format("2006-01")
		if cohorts[row] == nil {
			cohorts[row] = map[string]int64{}
		}
		for i, name := range s.months {
			revenue[name] += s.amounts[i]
			cohorts[row][name] += s.amounts[i]
			cohorts[row]["total"] += s.amounts[i]
		}
	}
	tell := func(s served, name string) m {
		e := s.issued()
		e["invoice"] = name
		return e
	}
	rows := m{}
	for row, cells := range cohorts {
		rows[row] = inCents(cells)
	}
	return told1(t, nil, tell(a, "A"), tell(b, "B")), m{"revenue_by_month": inCents(revenue), "waterfall_by_booked_month": rows}
}

func inCents(amounts map[string]int64) m {
	out := m{}
	for key, a := range amounts {
		out[key] = cents(a)
	}
	return out
}
