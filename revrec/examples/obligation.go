package examples

import (
	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// obligation decides what is one performance obligation, and when it is satisfied.
func obligation(f *facts) object {
	x := f.under("facts")
	p := revrec.PromiseFacts{
		Series: x.yes("series_of_distinct_services"), Consumed: x.yes("simultaneous_receipt_and_consumption"), Enhances: x.yes("customer_controls_asset"),
		NoOtherUse: x.yes("no_alternative_use"), PaidToDate: x.yes("right_to_payment_for_performance"), StandsReady: x.yes("stand_ready"),
		Capable: x.yes("capable_of_being_distinct"), Separate: x.yes("separately_identifiable"),
	}
	if x.has("promises") {
		p.Count = x.count("promises")
	}
	f.currency()
	memo := solved(revrec.JudgeObligation(p))
	var out object
	out.put("performance_obligations", memo.Obligations)
	out.put("timing", string(memo.Timing))
	return out
}

// license is a license with a fixed fee and royalties on sales.
func license(f *facts) object {
	l := revrec.License{Kind: revrec.LicenseKind(f.text("type")), Fixed: f.amount("fixed")}
	l.Terms = revrec.Terms{Spreading: f.spreading(string(catalog.MonthlyEven)), Service: revrec.MonthsFrom(f.date("start"), f.count("months"))}
	if f.has("royalty_pct") {
		l.Royalty = f.percent("royalty_pct")
	}
	var sales []revrec.Sold
	if f.has("sales_by_month") {
		sold := f.under("sales_by_month")
		for _, key := range sold.keys {
			sales = append(sales, revrec.Sold{Month: solved(period.ParseMonth(key)), Amount: sold.amount(key)})
		}
	}
	parts := solved(l.Earn())
	var out, royalties object
	out.put("fixed_revenue_by_month", scheduleOf(parts))
	out.put("total_fixed", money.Sum(amounts(parts)...).String())
	for _, r := range l.Royalties(sales...) {
		royalties.put(r.Month.String(), r.Amount.String())
		whole := r.Amount
		if p, ok := revrec.ByName(parts, r.Month.String()); ok {
			whole = whole.Add(p.Amount)
		}
		if key := lower(r.Month.First().Month().String()) + "_total"; out.values[key] == nil {
			out.put(key, whole.String())
		}
	}
	out.put("royalty_by_month", royalties)
	return out
}
