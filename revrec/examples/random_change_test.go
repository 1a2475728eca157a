package examples

import (
	"fmt"
	"math/big"
	"time"

	"pgregory.net/rapid"
)

func drawReturns(t *rapid.T) (m, m) {
	c := drawCoin(t)
	sold := rapid.Int64Range(1, 5000).Draw(t, "units")
	kept := rapid.Int64Range(0, sold).Draw(t, "kept")
	price, cost := drawUnits(t, "price"), drawUnits(t, "cost")
	line := func(account string, debit, credit int64) m {
		return m{"account": account, "debit": c.of(debit), "credit": c.of(credit)}
	}
	return m{"currency": c.code, "units": sold, "unit_price": c.of(price), "unit_cost": c.of(cost), "expected_kept": kept, "date": rapid.SampledFrom([]any{"2031-05-05", nil}).Draw(t, "told when")}, m{
		"journal": []any{
			m{"date": "2031-05-05", "lines": []any{line("AccountsReceivable", sold*price, 0), line("Revenue", 0, kept*price), line("RefundLiability", 0, (sold-kept)*price)}},
			m{"date": "2031-05-05", "lines": []any{line("COGS", kept*cost, 0), line("RightToRecoverGoods", (sold-kept)*cost, 0), line("Inventory", 0, sold*cost)}},
		},
		"revenue": c.of(kept * price), "refund_liability": c.of((sold - kept) * price), "cost_of_sales": c.of(kept * cost), "right_to_recover": c.of((sold - kept) * cost),
	}
}

func drawVolume(t *rapid.T) (m, m) {
	c := drawCoin(t)
	price, beyond := drawUnits(t, "price"), drawUnits(t, "beyond")
	threshold := rapid.Int64Range(1, 3000).Draw(t, "threshold")
	var quarters []any
	var revenue []int64
	var bought, stood int64
	for range rapid.IntRange(1, 8).Draw(t, "quarters") {
		n, expected := rapid.Int64Range(0, 900).Draw(t, "units"), rapid.Bool().Draw(t, "expected")
		bought += n
		each := price
		if expected || bought > threshold {
			each = beyond
		}
		quarters, revenue, stood = append(quarters, m{"units": n, "threshold_expected": expected}), append(revenue, bought*each-stood), bought*each
	}
	return m{"currency": c.code, "price": c.of(price), "retrospective_price": c.of(beyond), "threshold_units": threshold, "quarters": quarters},
		m{"revenue_by_quarter": c.texts(revenue), "cumulative": c.of(stood)}
}

func drawFirstSale(t *rapid.T) (m, m) {
	c, price, n := drawCoin(t), drawUnits(t, "price"), rapid.Int64Range(1, 900).Draw(t, "units")
	expected := rapid.Int64Range(1, price).Draw(t, "expected")
	return m{"currency": c.code, "price": c.of(price), "expected_price": c.of(expected), "units": n},
		m{"ending_balances": m{"AccountsReceivable": c.of(price * n), "Revenue": c.of(expected * n), "RefundLiability": c.of((price - expected) * n)}}
}

func drawCredits(t *rapid.T) (m, m) {
	c, start, n, fixed := drawCoin(t), drawFirst(t), rapid.IntRange(2, 40).Draw(t, "months"), drawCents(t, "fixed")
	if rapid.Bool().Draw(t, "in the middle of a month") {
		start = start.AddDate(0, 0, rapid.IntRange(1, 27).Draw(t, "day"))
	}
	first, then := rapid.Int64Range(0, fixed).Draw(t, "credit"), rapid.Int64Range(0, fixed).Draw(t, "revised")
	in := rapid.IntRange(1, n-1).Draw(t, "in")
	before, after := stands(fixed-first, ones(n)), stands(fixed-then, ones(n))
	amounts := append(append([]int64{}, before[:in]...), after[in:]...)
	amounts[in] += sum(after[:in]) - sum(before[:in])
	return m{"currency": c.code, "fixed": c.of(fixed), "expected_credit": c.of(first), "revised_credit": c.of(then), "revised_in": month(start, in), "start": iso(start), "months": n},
		m{"schedule": c.table(names(start, n), amounts), "total": c.of(fixed - then)}
}

func drawFinancing(t *rapid.T) (m, m) {
	c, paid, years := drawCoin(t), drawCents(t, "paid"), rapid.IntRange(1, 12).Draw(t, "years")
	rate := rapid.Int64Range(0, 3000).Draw(t, "rate")
	stands, balances := paid, m{}
	for i := range years {
		grown := new(big.Rat).SetInt64(paid)
		for range i + 1 {
			grown.Mul(grown, big.NewRat(10000+rate, 10000))
		}
		stands = half(grown)
		balances[fmt.Sprintf("year %d", i+1)] = c.of(stands)
	}
	if rapid.Bool().Draw(t, "paid later") {
		return drawDeferred(c, paid, rate, years)
	}
	inputs := m{"currency": c.code, "advance": c.of(paid), "rate": fmt.Sprintf("0.%04d", rate), "years": years}
	return inputs, m{"revenue": c.of(stands), "interest": c.of(stands - paid), "balance_at_end": balances}
}

func drawRole(t *rapid.T) (m, m) {
	c, price := drawCoin(t), drawCents(t, "price")
	percent := rapid.Int64Range(0, 100).Draw(t, "percent")
	share := half(part(price, percent, 100))
	supplier := rapid.Int64Range(0, price).Draw(t, "supplier")
	inputs := m{"currency": c.code, "gross": c.of(price)}
	switch rapid.IntRange(0, 4).Draw(t, "sale") {
	case 0:
		inputs["commission_pct"], inputs["controls_before_transfer"] = fmt.Sprint(percent), false
		return inputs, m{"role": "agent", "revenue": c.of(share), "payable_to_principal": c.of(price - share)}
	case 1:
		inputs["supplier_cost"], inputs["controls_before_transfer"] = c.of(supplier), false
		return inputs, m{"role": "agent", "revenue": c.of(price - supplier), "payable_to_principal": c.of(supplier)}
	case 2:
		inputs["supplier_cost"], inputs["inventory_risk"] = c.of(supplier), true
		return inputs, m{"role": "principal", "revenue": c.of(price), "cost": c.of(supplier)}
	case 3:
		inputs["platform_fee_pct"], inputs["end_user_is_customer"] = fmt.Sprint(percent), true
		return inputs, m{"role": "principal", "revenue": c.of(price), "expense": c.of(share), "cash": c.of(price - share)}
	}
	return m{"currency": c.code, "list": c.of(price), "reseller_discount_pct": fmt.Sprint(percent), "customer": "reseller"},
		m{"role": "principal to reseller", "revenue": c.of(half(part(price, 100-percent, 100))), "expense": c.of(0)}
}

// drawChange is a price that changes after some months of a service that counts whole months.
func drawChange(t *rapid.T) (m, m) {
	c, start, n, price := drawCoin(t), drawFirst(t), rapid.IntRange(2, 36).Draw(t, "months"), drawCents(t, "price")
	if rapid.Bool().Draw(t, "in the middle of a month") {
		start = start.AddDate(0, 0, rapid.IntRange(1, 27).Draw(t, "day"))
	}
	done := rapid.IntRange(1, n-1).Draw(t, "done")
	old := stands(price, ones(n))
	recognized := sum(old[:done])
	on := time.Date(start.Year(), start.Month()+time.Month(done), 1, 0, 0, 0, 0, time.UTC)
	if rapid.Bool().Draw(t, "when a month of the term begins") {
		on = start.AddDate(0, done, 0)
	}
	original := m{"amount": c.of(price), "start": iso(start), "end_inclusive": iso(start.AddDate(0, n, -1)), "method": "monthly_even", "recognised_through": iso(on.AddDate(0, 0, -1)), "recognised": c.of(recognized)}
	change := m{"date": iso(on), "distinct": true}
	inputs := m{"currency": c.code, "original": original, "change": change, "rounding": "cumulative_half_up"}
	amounts := append([]int64{}, old[:done]...)
	expected := m{}
	switch rapid.IntRange(0, 2).Draw(t, "treatment") {
	case 0:
		total := rapid.Int64Range(recognized, 2e9).Draw(t, "new total")
		change["new_total"], inputs["treatment"] = c.of(total), "prospective"
		amounts = append(amounts, stands(total-recognized, ones(n-done))...)
		expected["total"] = c.of(total)
	case 1:
		total := drawCents(t, "new total")
		change["new_total"], change["distinct"] = c.of(total), false
		level := stands(total, ones(n))
		amounts = append(amounts, level[done:]...)
		up := sum(level[:done]) - recognized
		amounts[done] += up
		expected["total"], expected["catch_up"], expected["treatment"] = c.of(total), c.of(up), "cumulative_catch_up"
	case 2:
		added, alone, rest := drawCents(t, "added"), drawCents(t, "stand-alone"), drawCents(t, "rest")
		change["added_price"], change["added_ssp"], change["remaining_ssp_of_original"] = c.of(added), c.of(alone), c.of(rest)
		if added == alone {
			t.Skip("a separate contract")
		}
		left := price - recognized + added
		amounts = append(amounts, stands(left, ones(n-done))...)
		shares := remainders(left, []int64{rest, alone})
		expected["treatment"], expected["total"] = "prospective", c.of(price+added)
		expected["line_allocation_remaining"] = m{"original": c.of(shares[0]), "added": c.of(shares[1])}
	}
	expected["schedule"] = c.table(names(start, n), amounts)
	return inputs, expected
}

// drawDailyChange is a change on any day of a service by days: a separate contract, or the rest at another price.
func drawDailyChange(t *rapid.T) (m, m) {
	c, first, n, price := drawCoin(t), drawDay(t), rapid.IntRange(2, 700).Draw(t, "days"), drawCents(t, "price")
	last := first.AddDate(0, 0, n-1)
	on := first.AddDate(0, 0, rapid.IntRange(1, n-1).Draw(t, "on"))
	at, days := daysByMonth(first, last)
	old := stands(price, days)
	before, served := daysByMonth(first, on.AddDate(0, 0, -1))
	recognized := half(part(price, sum(served), int64(n)))
	_, left := daysByMonth(on, last)
	skip := len(at) - len(left) // months that are over when the change comes
	original := m{"amount": c.of(price), "start": iso(first), "end_inclusive": iso(last), "method": "daily", "recognised_through": iso(on.AddDate(0, 0, -1)), "recognised": c.of(recognized)}
	change := m{"date": iso(on), "distinct": true}
	added := drawCents(t, "added")
	change["added_price"], change["added_ssp"] = c.of(added), c.of(added)
	amounts := append([]int64{}, old...)
	treatment := "separate_contract"
	if rapid.Bool().Draw(t, "below what it sells for alone") {
		treatment = "prospective"
		change["added_ssp"] = c.of(added + 1)
		rest := stands(price-recognized+added, left)
		for i, b := range before {
			if b != at[i] {
				t.Fatal("the oracle has lost a month")
			}
			amounts[i] = half(part(price, sum(served[:i+1]), int64(n))) - half(part(price, sum(served[:i]), int64(n)))
		}
		for i := range rest {
			if k := skip + i; k < len(before) {
				amounts[k] += rest[i]
			} else {
				amounts[k] = rest[i]
			}
		}
	} else {
		for i, a := range stands(added, left) {
			amounts[skip+i] += a
		}
	}
	return m{"currency": c.code, "original": original, "change": change}, m{"treatment": treatment, "schedule": c.table(at, amounts), "total": c.of(price + added)}
}

func drawUnitChange(t *rapid.T) (m, m) {
	c := drawCoin(t)
	all, price := rapid.Int64Range(1, 5000).Draw(t, "units"), drawUnits(t, "price")
	done, more, each := rapid.Int64Range(0, all).Draw(t, "delivered"), rapid.Int64Range(1, 900).Draw(t, "added"), drawUnits(t, "added price")
	change := m{"added_units": more, "added_price": c.of(each), "distinct": true, "at_standalone_price": rapid.Bool().Draw(t, "alone")}
	before, rest := done*price, (all-done)*price+more*each
	var credit int64
	cumulative := m{fmt.Sprint(done): c.of(before)}
	if rapid.Bool().Draw(t, "credit") && before > 0 {
		credit = rapid.Int64Range(1, before).Draw(t, "credited")
		change["credit_for_delivered"] = c.of(credit)
		cumulative[fmt.Sprintf("%d_after_credit", done)] = c.of(before - credit)
	}
	cumulative[fmt.Sprint(all+more)] = c.of(before + rest - credit)
	inputs := m{"currency": c.code, "original": m{"units": all, "unit_price": c.of(price)}, "delivered_before": done, "change": change}
	if change["at_standalone_price"].(bool) {
		return inputs, m{"treatment": "separate_contract", "price_per_original_unit": c.of(price), "price_per_added_unit": c.of(each), "total_revenue": c.of(before + rest - credit)}
	}
	return inputs, m{"treatment": "prospective", "revenue_reduction_at_modification": c.of(credit), "remaining_consideration": c.of(rest), "remaining_units": all - done + more,
		"blended_unit_price": c.of(half(part(rest, 1, all-done+more))), "cumulative_revenue_after_units": cumulative}
}

func drawYearChange(t *rapid.T) (m, m) {
	c, years, per := drawCoin(t), rapid.IntRange(1, 6).Draw(t, "years"), drawCents(t, "per year")
	added, rest, more := rapid.IntRange(1, 6).Draw(t, "added"), drawCents(t, "rest"), drawCents(t, "more")
	byYear, position := m{}, m{}
	for i := range years - 1 {
		byYear[fmt.Sprint(i+1)] = c.of(per)
	}
	ahead, bills := int64(0), append([]int64{rest}, stands(more, ones(added))...)
	earned := stands(rest+more, ones(added+1))
	for i, e := range earned {
		byYear[fmt.Sprint(years+i)] = c.of(e)
		ahead += bills[i] - e
		position[fmt.Sprintf("year %d", years+i)] = c.of(max(0, ahead))
	}
	return m{"currency": c.code, "original": m{"years": years, "per_year": c.of(per)}, "recognised_years": years - 1,
			"change": m{"remaining_year_price": c.of(rest), "added_years": added, "added_price": c.of(more), "distinct": true, "at_standalone_price": false}},
		m{"treatment": "prospective", "revenue_by_year": byYear, "total": c.of(per*int64(years-1) + rest + more)}
}

func drawRollforward(t *rapid.T) (m, m) {
	c, from := drawCoin(t), drawFirst(t)
	span := rapid.IntRange(1, 12).Draw(t, "months")
	var contracts []any
	var opening, billings, fromOpening, fromNew, closing int64
	for i := range rapid.IntRange(1, 5).Draw(t, "contracts") {
		start, n, price := drawFirst(t), rapid.IntRange(1, 24).Draw(t, "term"), drawCents(t, "price")
		contracts = append(contracts, m{"id": fmt.Sprint("C", i), "amount": c.of(price), "start": iso(start), "months": n, "billed": iso(start)})
		amounts := stands(price, ones(n))
		end := from.AddDate(0, span, 0)
		var before, within int64
		for k, a := range amounts {
			switch at := start.AddDate(0, k, 0); {
			case at.Before(from):
				before += a
			case at.Before(end):
				within += a
			}
		}
		switch {
		case start.Before(from):
			opening, fromOpening, closing = opening+price-before, fromOpening+within, closing+price-before-within
		case start.Before(end):
			billings, fromNew, closing = billings+price, fromNew+within, closing+price-within
		}
	}
	return m{"currency": c.code, "from": iso(from), "to": iso(from.AddDate(0, span, -1)), "contracts": contracts}, m{
		"opening": c.of(opening), "billings": c.of(billings), "recognised_from_opening": c.of(-fromOpening), "recognised_from_new_billings": c.of(-fromNew),
		"closing": c.of(closing), "revenue_recognised_that_was_in_opening_liability": c.of(fromOpening)}
}

// drawRelease is the oracle of the published split: four buckets filled unit by unit would take too long, so by cases.
func drawRelease(t *rapid.T) (m, m) {
	c := drawCoin(t)
	opening, release := rapid.Int64Range(-1e6, 1e6).Draw(t, "opening"), rapid.Int64Range(-2e6, 2e6).Draw(t, "release")
	additions := rapid.SampledFrom([]int64{0, rapid.Int64Range(0, 1e6).Draw(t, "additions")}).Draw(t, "or none")
	var priorCL, priorCA, currentCL, currentCA int64
	if release > 0 {
		priorCL = max(0, min(release, opening))
		currentCL = release - priorCL
		if additions > 0 && currentCL > additions {
			currentCL, currentCA = additions, currentCL-additions
		}
	} else {
		priorCA = min(0, max(release, opening))
		currentCA = release - priorCA
	}
	return m{"currency": c.code, "beginning": c.of(opening), "additions": c.of(additions), "release": c.of(release)},
		m{"prior_cl": c.of(priorCL), "prior_ca": c.of(priorCA), "current_cl": c.of(currentCL), "current_ca": c.of(currentCA)}
}

// drawDeferred is a price due years after the transfer: what it is worth is what grows to it.
func drawDeferred(c coin, due, rate int64, years int) (m, m) {
	worth := func(left int) int64 {
		r := new(big.Rat).SetInt64(due)
		for range left {
			r.Mul(r, big.NewRat(10000, 10000+rate))
		}
		return half(r)
	}
	balances := m{}
	for i := range years {
		balances[fmt.Sprintf("year %d", i+1)] = c.of(worth(years - i - 1))
	}
	return m{"currency": c.code, "receivable": c.of(due), "rate": fmt.Sprintf("0.%04d", rate), "years": years},
		m{"revenue": c.of(worth(years)), "interest": c.of(due - worth(years)), "balance_at_end": balances}
}

// drawProjectChange is one promise earned cost to cost, with more to do for more money.
func drawProjectChange(t *rapid.T) (m, m) {
	c, price, more := drawCoin(t), drawCents(t, "price"), drawCents(t, "more")
	costs, incurred, added := drawCents(t, "costs"), rapid.Int64Range(0, 1e9).Draw(t, "incurred"), rapid.Int64Range(0, 1e9).Draw(t, "added costs")
	before, after := half(part(price, min(incurred, costs), costs)), half(part(price+more, min(incurred, costs+added), costs+added))
	return m{"currency": c.code, "original": m{"price": c.of(price), "expected_costs": c.of(costs)}, "costs_incurred": c.of(incurred),
			"change": m{"added_price": c.of(more), "added_costs": c.of(added), "distinct": false}},
		m{"treatment": "cumulative_catch_up", "recognised_before": c.of(before), "catch_up": c.of(after - before), "recognised_after": c.of(after), "total": c.of(price + more),
			"remaining_consideration": c.of(price + more - after)}
}
