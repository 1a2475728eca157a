package examples

import (
	"fmt"
	"maps"
	"math/big"
	"strings"
	"time"

	"pgregory.net/rapid"
)

func init() { maps.Copy(random, randomSteps) }

// coin is a currency of an oracle: its code, and how many decimals it has.
type coin struct {
	code string
	exp  int
}

func drawCoin(t *rapid.T) coin {
	return rapid.SampledFrom([]coin{{"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KWD", 3}}).Draw(t, "currency")
}

// of writes minor units.
func (c coin) of(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if c.exp == 0 {
		return fmt.Sprintf("%s%d", sign, n)
	}
	unit := int64(1)
	for range c.exp {
		unit *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, n/unit, c.exp, n%unit)
}

func (c coin) table(names []string, amounts []int64) m {
	out := m{}
	for i, name := range names {
		if old, ok := out[name]; ok {
			panic(fmt.Sprint("twice ", name, old))
		}
		out[name] = c.of(amounts[i])
	}
	return out
}

func (c coin) texts(amounts []int64) []any {
	var out []any
	for _, a := range amounts {
		out = append(out, c.of(a))
	}
	return out
}

func drawUnits(t *rapid.T, label string) int64 { return rapid.Int64Range(1, 1e6).Draw(t, label) }

var randomSteps = map[string]func(*rapid.T) (inputs, expected m){
	"variable_consideration_estimate": func(t *rapid.T) (m, m) {
		c, n := drawCoin(t), rapid.IntRange(1, 6).Draw(t, "outcomes")
		left, best, at := int64(1000), int64(-1), 0
		var outcomes []any
		sum := new(big.Rat)
		amounts, odds := make([]int64, n), make([]int64, n)
		for i := range n {
			amounts[i] = rapid.Int64Range(-1e7, 1e7).Draw(t, "amount")*10 + int64(i)
			odds[i] = left
			if i < n-1 {
				odds[i] = rapid.Int64Range(0, left).Draw(t, "odds")
			}
			left -= odds[i]
			if odds[i] > best {
				best, at = odds[i], i
			}
			outcomes = append(outcomes, []any{c.of(amounts[i]), fmt.Sprintf("%d.%03d", odds[i]/1000, odds[i]%1000)})
			sum.Add(sum, part(amounts[i], odds[i], 1000))
		}
		for i := range n {
			if i != at && odds[i] == best {
				t.Skip("two are as likely")
			}
		}
		method := "expected_value"
		if n <= 2 {
			method = "most_likely_amount"
		}
		return m{"currency": c.code, "outcomes": outcomes}, m{"expected_value": c.of(half(sum)), "most_likely": c.of(amounts[at]), "suggested_method": method}
	},
	"variable_consideration": func(t *rapid.T) (m, m) {
		return rapid.SampledFrom([]func(*rapid.T) (m, m){drawReturns, drawVolume, drawFirstSale, drawCredits}).Draw(t, "uncertainty")(t)
	},
	"transaction_price": func(t *rapid.T) (m, m) {
		c, stated := drawCoin(t), drawCents(t, "stated")
		penalty := rapid.Int64Range(0, stated).Draw(t, "penalty")
		return m{"currency": c.code, "stated": c.of(stated), "penalty": c.of(penalty)}, m{"fixed": c.of(stated - penalty), "variable": c.of(penalty)}
	},
	"consideration_payable_to_customer": func(t *rapid.T) (m, m) {
		c, committed := drawCoin(t), drawCents(t, "committed")
		payment, sale := rapid.Int64Range(1, committed).Draw(t, "payment"), rapid.Int64Range(1, committed).Draw(t, "sale")
		off := half(part(payment, sale, committed))
		return m{"currency": c.code, "payment": c.of(payment), "commitment": c.of(committed), "invoiced": c.of(sale)},
			m{"revenue": c.of(sale - off), "reduction": c.of(off)}
	},
	"financing_component": drawFinancing,
	"principal_agent":     drawRole,
	"modification": func(t *rapid.T) (m, m) {
		return rapid.SampledFrom([]func(*rapid.T) (m, m){drawChange, drawDailyChange, drawUnitChange, drawYearChange, drawProjectChange}).Draw(t, "change")(t)
	},
	"contract_cost": func(t *rapid.T) (m, m) {
		c, costs := drawCoin(t), m{}
		var asset, expense int64
		for _, kind := range []string{"commission", "legal", "travel", "finder_fee", "salaries"} {
			if amount := rapid.Int64Range(0, 1e8).Draw(t, kind); rapid.Bool().Draw(t, "spent") {
				costs[kind] = c.of(amount)
				if strings.ContainsAny(kind[:1], "cf") {
					asset += amount
				} else {
					expense += amount
				}
			}
		}
		inputs := m{"currency": c.code, "costs": costs}
		if rapid.Bool().Draw(t, "a bonus of its own kind") {
			inputs["incremental"] = []any{"commission", "finder_fee", "bonus for the deal"}
			costs["bonus for the deal"] = c.of(700)
			asset += 700
		}
		return inputs, m{"capitalised": c.of(asset), "expensed": c.of(expense)}
	},
	"licence": func(t *rapid.T) (m, m) {
		c, start, n, fixed := drawCoin(t), drawFirst(t), rapid.IntRange(1, 60).Draw(t, "months"), drawCents(t, "fixed")
		percent := rapid.Int64Range(0, 1000).Draw(t, "per mille")
		sold := rapid.IntRange(0, min(n, 12)-1).Draw(t, "sold in")
		sales := drawCents(t, "sales")
		at, amounts := names(start, n), stands(fixed, ones(n))
		kind := rapid.SampledFrom([]string{"right_to_access", "right_to_use"}).Draw(t, "kind")
		if kind == "right_to_use" {
			at, amounts = at[:1], []int64{fixed}
		}
		total := half(part(sales, percent, 1000))
		if sold < len(amounts) {
			total += amounts[sold]
		}
		name := strings.ToLower(time.Date(start.Year(), start.Month()+time.Month(sold), 1, 0, 0, 0, 0, time.UTC).Month().String())
		return m{"currency": c.code, "type": kind, "fixed": c.of(fixed), "start": iso(start), "months": n, "rounding": "cumulative_half_up",
				"royalty_pct": fmt.Sprintf("%d.%d", percent/10, percent%10), "sales_by_month": m{month(start, sold): c.of(sales)}},
			m{"fixed_revenue_by_month": c.table(at, amounts), "total_fixed": c.of(fixed), name + "_total": c.of(total)}
	},
	"decision_performance_obligations": func(t *rapid.T) (m, m) {
		series, consumed := rapid.Bool().Draw(t, "series"), rapid.Bool().Draw(t, "consumed")
		distinct, n := rapid.Bool().Draw(t, "distinct"), rapid.IntRange(1, 9).Draw(t, "promises")
		series = series && consumed
		timing, obligations := "point_in_time", 1
		if consumed {
			timing = "over_time"
		}
		if distinct && !series {
			obligations = n
		}
		return m{"facts": m{"series_of_distinct_services": series, "simultaneous_receipt_and_consumption": consumed, "promises": n, "capable_of_being_distinct": distinct, "separately_identifiable": distinct}},
			m{"performance_obligations": obligations, "timing": timing}
	},
	"rollforward":                   drawRollforward,
	"prior_current_balance_release": drawRelease,
	"credit_note_split": func(t *rapid.T) (m, m) {
		c, n := drawCoin(t), rapid.IntRange(1, 5).Draw(t, "lines")
		lines, weights, whole := m{}, make([]int64, n), int64(0)
		for i := range n {
			weights[i] = drawCents(t, "line")
			lines[fmt.Sprintf("L%d", i)] = c.of(weights[i])
			whole += weights[i]
		}
		rate := rapid.Int64Range(0, 2700).Draw(t, "rate")
		credit := rapid.Int64Range(1, whole).Draw(t, "credit")
		net := half(part(credit, 10000, 10000+rate))
		shares := m{}
		for i, s := range remainders(net, weights) {
			shares[fmt.Sprintf("L%d", i)] = c.of(s)
		}
		return m{"currency": c.code, "invoice": m{"lines": lines, "tax_rate": fmt.Sprintf("0.%04d", rate)}, "credit_gross": c.of(credit)},
			m{"net": c.of(net), "tax": c.of(credit - net), "lines": shares, "total": c.of(credit)}
	},
}
