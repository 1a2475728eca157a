package examples

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// outcomes reads pairs of an amount and its probability.
func (f *facts) outcomes(key string) []revrec.Outcome {
	var out []revrec.Outcome
	for i, item := range f.items(key) {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			refuse("%s%s[%d] is no pair of an amount and a probability", f.at, key, i)
		}
		out = append(out, revrec.Outcome{Amount: f.amountOf(fmt.Sprint(pair[0])), Probability: decimalOf(fmt.Sprint(pair[1]))})
	}
	if len(out) == 0 {
		refuse("%s%s is empty", f.at, key)
	}
	return out
}

// estimated estimates an uncertain amount both ways, and holds it to what will not be reversed where a threshold is given.
func estimated(f *facts) object {
	outcomes := f.outcomes("outcomes")
	var out object
	for _, by := range []struct {
		key    string
		method revrec.EstimateMethod
	}{{"expected_value", revrec.ExpectedValue}, {"most_likely", revrec.MostLikelyAmount}} {
		amount, err := revrec.Estimate{Method: by.method, Outcomes: outcomes}.Amount()
		if by.method == revrec.ExpectedValue {
			solved(amount, err)
		}
		if err == nil { // of several that are as likely, none is the most likely
			out.put(by.key, amount.String())
		}
	}
	out.put("suggested_method", string(revrec.SuggestMethod(outcomes)))
	if !f.has("constraint") {
		return out
	}
	u := revrec.Uncertainty{Estimate: revrec.Estimate{Outcomes: outcomes}}
	if f.has("method") {
		u.Method = revrec.EstimateMethod(f.only("method", string(revrec.ExpectedValue), string(revrec.MostLikelyAmount)))
	}
	u.Threshold = revrec.Threshold(f.only("constraint", string(revrec.Probable), string(revrec.HighlyProbable)))
	if f.has("constraint_level") {
		u.Level = f.decimal("constraint_level")
	}
	price := solved(revrec.TransactionPrice(f.amountOr("fixed", "0"), money.Zero(f.currency()), u))
	out.put("estimate", price.Variable[0].Estimated.String())
	out.put("included", price.Variable[0].Included.String())
	out.put("transaction_price", price.Total.String())
	return out
}

// threatened is a stated price of which a penalty may be taken off.
func threatened(f *facts) object {
	fixed, variable, err := revrec.Threatened(f.amount("stated"), f.amount("penalty"))
	solved(fixed, err)
	var out, methods object
	for _, shape := range revrec.Shapes {
		methods.put(string(shape), string(shape.Method()))
	}
	out.put("fixed", fixed.String())
	out.put("variable", variable.String())
	out.put("methods", methods)
	return out
}

// uncertain is a price of which a part depends on what customers do: bring back, buy more, get credits.
func uncertain(f *facts) object {
	switch {
	case f.has("expected_kept"):
		return returned(f)
	case f.has("quarters"):
		return volume(f)
	case f.has("expected_price"):
		return firstSale(f)
	case f.has("expected_credit"):
		return expectedCredits(f)
	}
	refuse("an uncertainty other than returns, a price by volume and expected credits")
	return object{}
}

func returned(f *facts) object {
	sale := revrec.ReturnableSale{Units: f.decimal("units"), Kept: f.decimal("expected_kept"), UnitPrice: f.decimal("unit_price"), UnitCost: decimal.Zero, Currency: f.currency()}
	if f.has("unit_cost") {
		sale.UnitCost = f.decimal("unit_cost")
	}
	if f.has("recovery_cost_per_unit") {
		sale.RecoveryCost = f.decimal("recovery_cost_per_unit")
	}
	figures := solved(sale.Expect())
	entries := effects{currency: f.currency()}
	entries.enter(f.dateOr("date"), "sale", figures.Sold())
	if goods := figures.Left(); len(goods) > 0 {
		entries.enter(f.dateOr("date"), "cost", goods)
	}
	var out object
	entries.put(&out)
	out.put("revenue", figures.Revenue.String())
	out.put("refund_liability", figures.Refund.String())
	out.put("cost_of_sales", figures.Cost.String())
	out.put("right_to_recover", figures.ToRecover.String())
	return out
}

// volume is a price that falls for all units once enough were bought.
func volume(f *facts) object {
	price := revrec.VolumePrice{Price: f.decimal("price"), Beyond: f.decimal("retrospective_price"), Threshold: f.decimal("threshold_units"), Currency: f.currency()}
	var uses []revrec.VolumeUse
	for _, q := range f.list("quarters") {
		uses = append(uses, revrec.VolumeUse{Units: q.decimal("units"), Expected: q.yes("threshold_expected")})
	}
	revenue, refunds := []any{}, []any{}
	var out object
	for _, e := range price.Earn(uses) {
		revenue, refunds = append(revenue, e.Revenue.String()), append(refunds, e.Refund.String())
		out.put("cumulative", e.Cumulative.String())
	}
	out.put("revenue_by_quarter", revenue)
	out.put("refund_liability_by_quarter", refunds)
	return out
}

// firstSale are units sold below the threshold, at a price that is expected to fall for them too.
func firstSale(f *facts) object {
	price := revrec.VolumePrice{Price: f.decimal("price"), Beyond: f.decimal("expected_price"), Currency: f.currency()}
	earned := price.Earn([]revrec.VolumeUse{{Units: f.decimal("units"), Expected: true}})
	entries := effects{currency: f.currency()}
	entries.enter(f.dateOr("date"), "shipment", earned[0].Postings())
	var out object
	entries.put(&out)
	out.put("revenue", earned[0].Revenue.String())
	out.put("refund_liability", earned[0].Refund.String())
	return out
}

// expectedCredits come from a service that is paid for at a fixed price, and estimated again.
func expectedCredits(f *facts) object {
	terms := revrec.Terms{Spreading: f.spreading(string(catalog.MonthlyEven)), Service: revrec.MonthsFrom(f.date("start"), f.count("months"))}
	version := func(key string, from period.Date) revrec.Version {
		price := solved(revrec.TransactionPrice(f.amount("fixed"), money.Zero(f.currency()), revrec.Certain(key, f.amount(key).Neg())))
		return revrec.Version{From: from, Price: price.Total, Terms: terms}
	}
	versions := []revrec.Version{version("expected_credit", period.Date{})}
	if f.has("revised_credit") {
		versions = append(versions, version("revised_credit", f.month("revised_in").First()))
	}
	parts := solved(revrec.Reestimate(versions...))
	var out object
	out.put("schedule", scheduleOf(parts))
	out.put("total", money.Sum(amounts(parts)...).String())
	return out
}

// payable is what is paid to a customer that commits to buy.
func payable(f *facts) object {
	payment, committed := f.amount("payment"), f.amount("commitment")
	if committed.IsZero() {
		refuse("commitment: of nothing")
	}
	var sales []money.Amount
	_, several := f.value("invoiced").([]any)
	if several {
		for _, text := range f.texts("invoiced") {
			sales = append(sales, f.amountOf(text))
		}
	} else {
		sales = append(sales, f.amount("invoiced"))
	}
	var out object
	revenue, reductions := []any{}, []any{}
	for _, r := range revrec.ReducedSales(payment, committed, sales...) {
		revenue, reductions = append(revenue, r.Revenue.String()), append(reductions, r.Reduction.String())
	}
	if several {
		out.put("revenue", revenue)
		out.put("reduction", reductions)
	} else {
		out.put("revenue", revenue[0])
		out.put("reduction", reductions[0])
	}
	out.put("reduction_pct", revrec.ShareInPercent(payment, committed).String())
	return out
}
