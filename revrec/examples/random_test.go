package examples

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// random makes a case of each kind, with amounts and days of its own, and says by the oracle what has to come out.
var random = map[string]func(*rapid.T) (inputs, expected m){
	"ratable_schedule": func(t *rapid.T) (m, m) {
		first := drawDay(t)
		last := first.AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "days"))
		total := drawCents(t, "amount")
		at, days := daysByMonth(first, last)
		amounts := stands(total, days)
		rounding := rapid.SampledFrom([]string{"cumulative_half_up", "last_absorbs"}).Draw(t, "rounding")
		if rounding == "last_absorbs" {
			rest := total
			for i := range amounts[:len(amounts)-1] {
				amounts[i] = half(part(total, days[i], sum(days)))
				rest -= amounts[i]
			}
			amounts[len(amounts)-1] = rest
		}
		return m{"amount": cents(total), "service_start": iso(first), "service_end_inclusive": iso(last), "method": "daily", "rounding": rounding},
			m{"schedule": table(at, amounts), "total": cents(total), "sum_must_be_exact": true}
	},
	"free_trial": func(t *rapid.T) (m, m) {
		start, free, paid, monthly := drawFirst(t), rapid.IntRange(1, 4).Draw(t, "free"), rapid.IntRange(1, 30).Draw(t, "paid"), drawCents(t, "monthly")
		committed := rapid.Bool().Draw(t, "committed")
		amounts := make([]int64, free+paid)
		for i := range paid {
			amounts[free+i] = monthly
		}
		assets := make([]int64, len(amounts))
		if committed {
			level, earned, billed := stands(monthly*int64(paid), ones(len(amounts))), int64(0), int64(0)
			for i := range level {
				earned, billed = earned+level[i], billed+amounts[i]
				assets[i] = max(0, earned-billed)
			}
			amounts = level
		}
		return m{"cancellable": !committed, "months_free": free, "months_paid": paid, "monthly": cents(monthly), "start": iso(start)},
			m{"schedule": table(names(start, len(amounts)), amounts), "contract_asset_month_end": table(names(start, len(assets)), assets)}
	},
	"discount_committed": func(t *rapid.T) (m, m) {
		start, n, monthly, percent := drawFirst(t), rapid.IntRange(2, 24).Draw(t, "months"), drawCents(t, "monthly"), rapid.Int64Range(1, 100).Draw(t, "percent")
		cut := rapid.IntRange(1, n).Draw(t, "cut")
		off := half(part(monthly, percent, 100))
		total := monthly*int64(n) - off*int64(cut)
		return m{"months": n, "monthly": cents(monthly), "discount_months": cut, "discount_pct": fmt.Sprint(percent), "start": iso(start)},
			m{"schedule": table(names(start, n), stands(total, ones(n))), "total": cents(total)}
	},
	"ssp_allocation": func(t *rapid.T) (m, m) {
		n := rapid.IntRange(1, 6).Draw(t, "lines")
		weights, sold, obligations, prices, carve, at := make([]int64, n), make([]int64, n), []any{}, m{}, make([]int64, n), make([]string, n)
		for i := range n {
			at[i], weights[i], sold[i] = fmt.Sprintf("line %c", 'a'+i), drawCents(t, "ssp"), drawCents(t, "sold")
			obligations, prices[at[i]] = append(obligations, m{"name": at[i], "ssp": cents(weights[i])}), cents(sold[i])
		}
		shares := remainders(sum(sold), weights)
		for i := range n {
			carve[i] = shares[i] - sold[i]
		}
		return m{"transaction_price": cents(sum(sold)), "obligations": obligations, "selling_prices": prices, "rounding": "largest_remainder"},
			m{"allocation": table(at, shares), "carve_in_out": table(at, carve), "sum_must_be_exact": true}
	},
	"ssp_allocation_residual": func(t *rapid.T) (m, m) {
		a, b, x, y, left := drawCents(t, "a"), drawCents(t, "b"), drawCents(t, "x"), drawCents(t, "y"), drawCents(t, "left")
		rest := remainders(left, []int64{x, y})
		return m{"transaction_price": cents(a + b + left), "observable": m{"A": cents(a), "B": cents(b)}, "residual_lines": m{"X": cents(x), "Y": cents(y)}},
			m{"allocation": table([]string{"A", "B", "X", "Y"}, []int64{a, b, rest[0], rest[1]}), "total": cents(a + b + left)}
	},
	"ssp_allocation_discount": func(t *rapid.T) (m, m) {
		a, b, c := drawCents(t, "a"), drawCents(t, "b")+100, drawCents(t, "c")+100
		price := rapid.Int64Range(1, b+c-1).Draw(t, "bundle")
		rest := remainders(price, []int64{b, c})
		return m{"transaction_price": cents(a + price), "obligations": []any{m{"name": "A", "ssp": cents(a)}, m{"name": "B", "ssp": cents(b)}, m{"name": "C", "ssp": cents(c)}},
				"observable_bundle": m{"items": []any{"B", "C"}, "price": cents(price)}},
			m{"allocation": table([]string{"A", "B", "C"}, []int64{a, rest[0], rest[1]})}
	},
	"variable_allocation": func(t *rapid.T) (m, m) {
		x := drawCents(t, "x")
		y := x + drawCents(t, "more")
		return m{"fixed": cents(x), "royalty_estimate": cents(y), "obligations": []any{m{"name": "P", "ssp": cents(x)}, m{"name": "Q", "ssp": cents(y)}}},
			m{"allocation": m{"P": cents(x), "Q": "royalties as sales occur"}, "entirely_to": "Q"}
	},
	"ssp_range": func(t *rapid.T) (m, m) {
		low := 2 * drawCents(t, "low")
		high := low + 2*drawCents(t, "width")
		price := rapid.Int64Range(1, high+low).Draw(t, "price")
		nearest, middle := price, price
		switch {
		case price < low:
			nearest, middle = low, (low+high)/2
		case price > high:
			nearest, middle = high, (low+high)/2
		}
		return m{"range": []any{cents(low), cents(high)}, "prices": []any{cents(price)}}, m{"nearest_bound": texts([]int64{nearest}), "midpoint": texts([]int64{middle})}
	},
	"ramp_allocation": func(t *rapid.T) (m, m) {
		n, total := rapid.IntRange(1, 5).Draw(t, "steps"), int64(0)
		by := rapid.SampledFrom([]string{"volume", "term"}).Draw(t, "averaging")
		weights, lines, at := make([]int64, n), []any{}, make([]string, n)
		for i := range n {
			sell, qty, days := drawCents(t, "sell"), rapid.Int64Range(1, 900).Draw(t, "qty"), rapid.Int64Range(1, 900).Draw(t, "days")
			if total, weights[i], at[i] = total+sell, days, fmt.Sprint(i+1); by == "volume" {
				weights[i] *= qty
			}
			lines = append(lines, m{"id": at[i], "sell": cents(sell), "ssp": cents(sell), "qty": fmt.Sprint(qty), "days": fmt.Sprint(days)})
		}
		return m{"averaging": by, "groups": m{"G": lines}}, m{"groups": m{"G": m{"total": cents(total), "lines": table(at, remainders(total, weights))}}}
	},
	"ramp_straight_line": func(t *rapid.T) (m, m) {
		prices := []int64{drawCents(t, "1"), drawCents(t, "2"), drawCents(t, "3")}
		years := []string{"2024", "2025", "2026"}
		return m{"years": years, "prices": texts(prices)}, m{"separate": table(years, prices), "ramp": table(years, stands(sum(prices), ones(3)))}
	},
	"ramp_quantity": func(t *rapid.T) (m, m) {
		seats := []int64{rapid.Int64Range(1, 500).Draw(t, "1"), rapid.Int64Range(1, 500).Draw(t, "2")}
		price := rapid.Int64Range(1, 1e7).Draw(t, "price")
		return m{"seats": []any{fmt.Sprint(seats[0]), fmt.Sprint(seats[1])}, "price_per_seat_year": cents(price), "years": []any{"2025", "2026"}},
			m{"revenue": table([]string{"2025", "2026"}, []int64{seats[0] * price, seats[1] * price}), "contract_asset_if_billed_annually_in_advance": m{"2025-12-31": "0.00", "2026-12-31": "0.00"}}
	},
	"breakage_proportional": func(t *rapid.T) (m, m) {
		paid, sofar, stood := drawCents(t, "paid"), int64(0), int64(0)
		var quarters []any
		var revenue, cumulative, liability []int64
		for i := range 4 {
			used, more := drawCents(t, "used"), rapid.Int64Range(0, 1e9).Draw(t, "more")
			sofar += used
			now := half(part(paid, sofar, sofar+more))
			if i == 3 {
				now = paid
			}
			revenue, cumulative, liability, stood = append(revenue, now-stood), append(cumulative, now), append(liability, paid-now), now
			quarters = append(quarters, m{"used": cents(used), "expected_total_use": cents(sofar + more), "expired": i == 3})
		}
		return m{"prepaid": cents(paid), "quarters": quarters}, m{"revenue_by_quarter": texts(revenue), "cumulative": texts(cumulative), "contract_liability": texts(liability)}
	},
	"contract_netting": func(t *rapid.T) (m, m) {
		a, b := rapid.Int64Range(-1e6, 1e6).Draw(t, "a"), rapid.Int64Range(-1e6, 1e6).Draw(t, "b")
		return m{"lines": []any{m{"line": "1", "account": "ContractLiability", "cr_minus_dr": cents(a)}, m{"line": "2", "account": "ContractLiability", "cr_minus_dr": cents(b)}}},
			m{"net_cr_minus_dr": cents(a + b), "contract_asset": cents(max(0, -a-b)), "contract_liability": cents(max(0, a+b))}
	},
	"long_short_term_split": func(t *rapid.T) (m, m) {
		total, start, n := drawCents(t, "amount"), drawFirst(t), rapid.IntRange(2, 60).Draw(t, "months")
		done, short := rapid.IntRange(1, n-1).Draw(t, "done"), rapid.IntRange(1, 24).Draw(t, "short")
		amounts := stands(total, ones(n))
		current := sum(amounts[done:min(n, done+short)])
		left := sum(amounts[done:])
		return m{"contract_amount": cents(total), "start": iso(start), "months": n, "as_of": monthEnd(start, done-1), "short_term_months": short},
			m{"deferred_total": cents(left), "short_term": cents(current), "long_term": cents(left - current)}
	},
	"rpo": func(t *rapid.T) (m, m) {
		total, start, n := drawCents(t, "price"), drawFirst(t), rapid.IntRange(13, 60).Draw(t, "months")
		done := rapid.IntRange(1, n-1).Draw(t, "done")
		left := stands(total, ones(n))[done:]
		one, two := sum(left[:min(12, len(left))]), int64(0)
		if len(left) > 12 {
			two = sum(left[12:min(24, len(left))])
		}
		bands := m{"0-12": cents(one), "13-24": cents(two), "25+": cents(sum(left) - one - two)}
		return m{"as_of": monthEnd(start, done-1), "use_one_year_expedient": true, "contracts": []any{
				m{"id": "long", "transaction_price": cents(total), "start": iso(start), "months": n, "method": "monthly_even"},
				m{"id": "short", "transaction_price": "1.00", "start": iso(start), "months": 12, "method": "monthly_even"}, m{"id": "usage", "type": "pay_as_you_go"}}},
			m{"by_contract": m{"long": bands}, "total": m{"0-12": bands["0-12"], "13-24": bands["13-24"], "25+": bands["25+"], "all": cents(sum(left))}}
	},
	"presentation": func(t *rapid.T) (m, m) {
		amount, due := drawCents(t, "amount"), drawDay(t)
		paid := due.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "paid after"))
		done := paid.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "done after"))
		line := func(account, debit, credit string) m { return m{"account": account, "debit": debit, "credit": credit} }
		entry := func(on, debit, credit string) m {
			return m{"date": on, "lines": []any{line(debit, cents(amount), "0.00"), line(credit, "0.00", cents(amount))}}
		}
		journal := []any{entry(iso(due), "AccountsReceivable", "ContractLiability"), entry(iso(paid), "Cash", "AccountsReceivable"), entry(iso(done), "ContractLiability", "Revenue")}
		cancellable := rapid.Bool().Draw(t, "cancellable")
		if cancellable {
			journal = []any{entry(iso(paid), "Cash", "ContractLiability"), entry(iso(done), "ContractLiability", "Revenue")}
		}
		return m{"cancellable": cancellable, "due": iso(due), "paid": iso(paid), "transferred": iso(done), "amount": cents(amount)},
			m{"journal": journal, "ending_balances": m{"Cash": cents(amount), "Revenue": cents(amount)}}
	},
	"commitment_period": func(t *rapid.T) (m, m) {
		minimum, used := drawCents(t, "minimum"), drawCents(t, "used")
		return m{"commitment": cents(minimum), "consumed": cents(used)}, m{"usage_revenue": cents(used), "true_up": cents(max(0, minimum-used)), "total_revenue": cents(max(minimum, used))}
	},
	"commitment_period_series": func(t *rapid.T) (m, m) {
		minimum, used := drawCents(t, "minimum"), []int64{drawCents(t, "1"), drawCents(t, "2"), drawCents(t, "3")}
		var trueUps, totals []int64
		for _, u := range used {
			trueUps, totals = append(trueUps, max(0, minimum-u)), append(totals, max(minimum, u))
		}
		return m{"commitment": cents(minimum), "consumed": texts(used), "period": "month"}, m{"true_up": texts(trueUps), "total_revenue": texts(totals)}
	},
	"commitment_drawdown_split": func(t *rapid.T) (m, m) {
		left, used := drawCents(t, "left"), drawCents(t, "used")
		return m{"remaining": cents(left), "usage_at_list": cents(used)}, m{"drawdown": cents(min(left, used)), "overage": cents(max(0, used-left)), "remaining": cents(max(0, left-used))}
	},
	"credits_drawdown": func(t *rapid.T) (m, m) {
		paid, one, two, rest := drawCents(t, "paid"), rapid.Int64Range(1, 1e6).Draw(t, "1"), rapid.Int64Range(1, 1e6).Draw(t, "2"), rapid.Int64Range(1, 1e6).Draw(t, "lapses")
		amounts := stands(paid, []int64{one, two, rest})
		return m{"paid": cents(paid), "credits": fmt.Sprint(one + two + rest), "usage": []any{fmt.Sprint(one), fmt.Sprint(two)}, "expired": fmt.Sprint(rest), "rounding": "cumulative_half_up"},
			m{"revenue": texts(amounts[:2]), "breakage": cents(amounts[2]), "total": cents(paid)}
	},
	"usage_tiers": func(t *rapid.T) (m, m) {
		end, low, high := rapid.Int64Range(1, 1e5).Draw(t, "up to"), rapid.Int64Range(1, 900).Draw(t, "first"), rapid.Int64Range(1, 900).Draw(t, "then")
		used, on := rapid.Int64Range(1, 2e5).Draw(t, "used"), drawDay(t)
		tenths := min(used, end)*low + max(0, used-end)*high // of a cent
		return m{"tiers": []any{[]any{fmt.Sprint(end), fmt.Sprintf("0.%03d", low)}, []any{nil, fmt.Sprintf("0.%03d", high)}}, "usage_cumulative": []any{m{"date": iso(on), "quantity": fmt.Sprint(used)}}},
			m{"revenue_to_date": m{iso(on): cents(half(part(tenths, 1, 10)))}}
	},
	"closed_period_catch_up": func(t *rapid.T) (m, m) {
		start, n, total := drawFirst(t), rapid.IntRange(3, 14).Draw(t, "months"), drawCents(t, "amount")
		shut := rapid.IntRange(1, n-1).Draw(t, "closed")
		entered := start.AddDate(0, shut, rapid.IntRange(1, 27).Draw(t, "entered"))
		amounts, at := stands(total, ones(n)), names(start, n)
		posted := table(at[shut:], amounts[shut:])
		posted[at[shut]] = cents(sum(amounts[:shut+1]))
		return m{"amount": cents(total), "service_start": iso(start), "service_end_inclusive": monthEnd(start, n-1), "method": "monthly_even", "entered": iso(entered), "closed_through": at[shut-1]},
			m{"posted": posted, "total": cents(total)}
	},
	"waterfall": func(t *rapid.T) (m, m) {
		booked, total := drawDay(t), drawCents(t, "amount")
		first := booked.AddDate(0, 0, rapid.IntRange(0, 40).Draw(t, "later"))
		last := first.AddDate(0, 0, rapid.IntRange(0, 300).Draw(t, "days"))
		at, days := daysByMonth(first, last)
		row := table(at, stands(total, days))
		row["total"] = cents(total)
		return m{"items": []any{m{"booked": iso(booked), "amount": cents(total), "service_start": iso(first), "service_end_inclusive": iso(last)}}}, m{"rows_by_booked_month": m{month(booked, 0): row}}
	},
	"event_journal": drawEvents, "portfolio_reports": drawPortfolio,
}

func TestEachKindGivesWhatTheOracleSaysForAnyAmountsAndDays(t *testing.T) {
	for kind := range solvers {
		draw, ok := random[kind]
		if !ok {
			t.Errorf("no random cases of the kind %s", kind)
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				inputs, expected := draw(t)
				r := Run(one(t, m{"id": "drawn", "kind": kind, "inputs": inputs, "expected": expected}))
				if r.Status != Pass {
					t.Fatalf("%v\nends as %s: %s %q", inputs, r.Status, r.Missing, r.Differences)
				}
			})
		})
	}
}

func one(t interface{ Fatal(...any) }, c m) Case {
	text, err := json.Marshal([]any{c})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return cases[0]
}

func TestAJournalGroupedInAnotherWayIsNotedAndOneOffIsNot(t *testing.T) {
	inputs := m{"cancellable": true, "due": "2026-01-01", "paid": "2026-02-01", "transferred": "2026-03-01", "amount": "30.00"}
	line := func(account, debit, credit string) m { return m{"account": account, "debit": debit, "credit": credit} }
	for _, c := range []struct {
		second string
		want   Status
	}{{"20.00", Pass}, {"20.01", Fail}} {
		journal := []any{
			m{"date": "2026-02-01", "lines": []any{line("Cash", "10.00", "0.00"), line("Cash", c.second, "0.00"), line("ContractLiability", "0.00", "30.00")}},
			m{"date": "2026-03-01", "lines": []any{line("ContractLiability", "30.00", "0.00"), line("Revenue", "0.00", "30.00")}}}
		r := Run(one(t, m{"kind": "presentation", "inputs": inputs, "expected": m{"journal": journal}}))
		if r.Status != c.want || (len(r.Notes) == 1) != (c.want == Pass) {
			t.Errorf("cash in two parts, the second %s, ends as %s with %q and %q", c.second, r.Status, r.Notes, r.Differences)
		}
	}
}

func TestACaseThatSaysMoreThanIsKnownIsUnsupportedByName(t *testing.T) {
	inputs := m{"amount": "31.00", "service_start": "2026-01-15", "service_end_inclusive": "2026-02-14", "method": "daily", "constraint": "probable"}
	if r := Run(one(t, m{"kind": "ratable_schedule", "inputs": inputs})); r.Status != Unsupported || r.Missing != `constraint: "probable"` {
		t.Errorf("an unknown policy ends as %s, %s", r.Status, r.Missing)
	}
	delete(inputs, "constraint")
	if r := Run(one(t, m{"kind": "ratable_schedule", "inputs": inputs})); r.Status != Given || len(r.Gives.keys) == 0 {
		t.Errorf("a case without expectation ends as %s and gives %v", r.Status, r.Gives)
	}
	expected := m{"schedule": m{"2026-01": "17.00", "2026-02": "14.01"}}
	if r := Run(one(t, m{"kind": "ratable_schedule", "inputs": inputs, "expected": expected})); r.Status != Fail || len(r.Differences) != 1 {
		t.Errorf("a cent too much is %s: %q", r.Status, r.Differences)
	}
	if r := Run(one(t, m{"kind": "ratable_schedule", "inputs": inputs, "expected": m{"mood": "good"}})); r.Status != Unsupported {
		t.Errorf("a figure nobody gives is %s", r.Status)
	}
	if r := Run(one(t, m{"kind": "horoscope", "inputs": m{"sign": "virgo"}})); r.Status != Unsupported {
		t.Errorf("an unknown kind is %s", r.Status)
	}
}
