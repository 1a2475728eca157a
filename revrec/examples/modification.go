package examples

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/ledger"
	"ratable/revrec"
)

// treatment is the stated one, or what the facts of the change come to. What is added is distinct, or not, and with it what is
// left, where that is not said apart.
func (f *facts) treatment(change *facts, at bool) revrec.Treatment {
	distinct := !change.has("distinct") || change.yes("distinct")
	c := revrec.Change{
		Unapproved: change.has("approved") && !change.yes("approved"),
		Adds:       change.has("added_price"), Distinct: distinct, AtStandalone: at, Left: revrec.LeftDistinct,
	}
	if change.has("remaining_distinct") {
		distinct = change.yes("remaining_distinct")
	}
	if !distinct {
		c.Left = revrec.LeftNotDistinct
	}
	if f.has("treatment") {
		return revrec.Treatment(f.only("treatment", string(revrec.Prospective), string(revrec.CumulativeCatchUp), string(revrec.SeparateContract), string(revrec.NoChange)))
	}
	if !change.has("distinct") && !change.has("remaining_distinct") {
		refuse("change.distinct or treatment is missing")
	}
	return solved(revrec.Classify(c)).Treatment
}

// modified is a contract that changes under way: over a time, over units, or over years at a price each.
func modified(f *facts) object {
	switch original := f.under("original"); {
	case original.has("amount"):
		return f.changedService(original, f.under("change"))
	case original.has("units"):
		return f.changedUnits(original, f.under("change"))
	case original.has("years"):
		return f.changedYears(original, f.under("change"))
	case original.has("expected_costs"):
		return f.changedProject(original, f.under("change"))
	}
	refuse("original: neither an amount over a time, nor units, nor years, nor a project by its costs")
	return object{}
}

func (f *facts) changedService(original, change *facts) object {
	by := original.spreading(string(catalog.MonthlyEven))
	by.Rounding = f.rounding()
	m := revrec.Modified{Price: original.amount("amount"), On: change.date("date")}
	if original.has("recognised_through") {
		m.On = original.date("recognised_through").AddDays(1)
	}
	through := m.On.AddDays(-1)
	m.Terms = revrec.Terms{Spreading: by, Service: revrec.Service{Days: original.days("start", "end_inclusive")}}
	if on := change.date("date"); on != m.On && (by.Method != catalog.MonthlyEven || on.MonthOf() != m.On.MonthOf() || m.On.Day() != 1) {
		refuse("change.date: not the day after what is recognized, nor, of months that count whole, in that month")
	}
	m.Credit = change.amountOr("credit_for_delivered", "0")
	if change.has("end_inclusive") {
		m.Ends = change.date("end_inclusive").AddDays(1)
	}
	at := false
	if change.has("new_total") {
		m.Added = change.amount("new_total").Sub(m.Price)
	} else {
		m.Added = change.amount("added_price")
		at = change.has("added_ssp") && revrec.AtStandalone(m.Added, change.decimal("added_ssp"), change.tolerance())
	}
	if change.has("remaining_ssp_of_original") {
		m.Left = []revrec.Promise{{Name: "original", Standalone: change.decimal("remaining_ssp_of_original")}, {Name: "added", Standalone: change.decimal("added_ssp")}}
	}
	treatment := f.treatment(change, at)
	if treatment == revrec.SeparateContract {
		m.Left = nil
	}
	plan := solved(m.Plan(treatment))
	if original.has("recognised") && plan.Recognized != original.amount("recognised") {
		refuse("original.recognised: the schedule gives %s", plan.Recognized)
	}
	var out object
	out.put("treatment", string(treatment))
	out.put("schedule", scheduleOf(solved(plan.Schedule(m))))
	out.put("total", plan.Price.String())
	out.put("catch_up", plan.Adjustment.String())
	out.put("remaining_consideration", plan.Remaining.String())
	out.put("recognised_should_be_through_"+lower(through.Month().String()), plan.Recognized.Add(plan.Adjustment).String())
	if plan.Lines != nil {
		out.put("line_allocation_remaining", shared(plan.Lines))
	}
	return out
}

func (f *facts) tolerance() decimal.Decimal {
	if !f.has("standalone_tolerance_pct") {
		return decimal.Zero
	}
	return f.percent("standalone_tolerance_pct")
}

// changedUnits are more units of what is partly delivered.
func (f *facts) changedUnits(original, change *facts) object {
	each := change.decimal("added_price")
	u := revrec.UnitChange{
		Units: original.decimal("units"), Delivered: f.decimal("delivered_before"), UnitPrice: original.decimal("unit_price"),
		AddedUnits: change.decimal("added_units"), AddedPrice: each.Mul(change.decimal("added_units")), Currency: f.currency(),
		Credit: change.amountOr("credit_for_delivered", "0"),
	}
	treatment := f.treatment(change, change.yes("at_standalone_price"))
	plan := solved(u.Plan(treatment))
	var out, cumulative object
	out.put("treatment", string(treatment))
	out.put("price_per_original_unit", f.spelled(u.UnitPrice))
	out.put("price_per_added_unit", f.spelled(each))
	out.put("total_revenue", plan.Price.String())
	out.put("revenue_reduction_at_modification", u.Credit.String())
	out.put("catch_up", plan.Adjustment.String())
	out.put("remaining_consideration", plan.Remaining.String())
	out.put("remaining_units", json.Number(plan.Units.String()))
	out.put("blended_unit_price", plan.Blended.String())
	cumulative.put(u.Delivered.String(), plan.Recognized.String())
	if !u.Credit.IsZero() {
		cumulative.put(u.Delivered.String()+"_after_credit", plan.Recognized.Add(plan.Adjustment).String())
	}
	cumulative.put(u.Delivered.Add(plan.Units).String(), plan.Price.String())
	out.put("cumulative_revenue_after_units", cumulative)
	return out
}

// changedYears is a service by years at a price each, whose last is changed and followed by more.
func (f *facts) changedYears(original, change *facts) object {
	all, done, added := original.count("years"), f.count("recognised_years"), 0
	more := money.Zero(f.currency())
	if change.has("added_years") {
		added, more = change.count("added_years"), change.amount("added_price")
	}
	rest := change.decimal("remaining_year_price")
	if all <= done {
		refuse("change.remaining_year_price: of no year that is left")
	}
	u := revrec.UnitChange{
		Units: decimal.NewFromInt(int64(all)), Delivered: decimal.NewFromInt(int64(done)), UnitPrice: original.decimal("per_year"),
		LeftPrice: &rest, AddedUnits: decimal.NewFromInt(int64(added)), AddedPrice: more.Decimal(), Currency: f.currency(),
	}
	treatment := f.treatment(change, change.yes("at_standalone_price"))
	plan := solved(u.Plan(treatment))
	var per []decimal.Decimal // a unit of each year
	var each []int64
	var bills []money.Amount
	for i := done; i < all; i++ {
		per, bills = append(per, decimal.NewFromInt(1)), append(bills, change.amount("remaining_year_price"))
	}
	for range added {
		per, each = append(per, decimal.NewFromInt(1)), append(each, 1)
	}
	if added > 0 {
		bills = append(bills, money.Spread(more, each)...)
	}
	var out, byYear, liability object
	for i := range done {
		byYear.put(fmt.Sprint(i+1), original.amount("per_year").String())
	}
	position := ledger.Position{}
	earned := revrec.ByUnits(plan.Remaining, plan.Units, per...)
	earned[0] = earned[0].Add(plan.Adjustment)
	for i, e := range earned {
		byYear.put(fmt.Sprint(done+i+1), e.String())
		position = position.After(bills[i], e)
		liability.put(year(done+i+1), position.Deferred.String())
	}
	out.put("treatment", string(treatment))
	out.put("revenue_by_year", byYear)
	out.put("total", plan.Price.String())
	if last := len(bills) - 1; added > 0 {
		out.put(fmt.Sprintf("contract_liability_at_end_if_billed_%s_then_%d_x_%s_annually", figure(bills[0]), added, figure(bills[last-added+1])), liability)
	}
	return out
}

// changedProject is one promise that is earned cost to cost.
func (f *facts) changedProject(original, change *facts) object {
	incurred, expected := f.amount("costs_incurred").Exact(), original.amount("expected_costs").Exact()
	before, remains, err := revrec.CatchUpTo(money.Zero(f.currency()), original.amount("price"), incurred, expected)
	solved(remains, err)
	price := solved(revrec.TransactionPrice(original.amount("price"), change.amountOr("price_reduction", "0"), revrec.Certain("change", change.amount("added_price"))))
	treatment := f.treatment(change, false)
	if treatment != revrec.CumulativeCatchUp {
		refuse("a project by its costs that is not one promise")
	}
	catchUp, remaining, err := revrec.CatchUpTo(before, price.Total, incurred, expected.Add(change.amountOr("added_costs", "0").Exact()))
	solved(remaining, err)
	var out object
	out.put("treatment", string(treatment))
	out.put("recognised_before", before.String())
	out.put("catch_up", catchUp.String())
	out.put("recognised_after", before.Add(catchUp).String())
	out.put("remaining_consideration", remaining.String())
	out.put("total", price.Total.String())
	return out
}

// figure writes an amount as part of a name.
func figure(a money.Amount) string {
	return strings.ReplaceAll(a.Decimal().String(), ".", "_")
}

func year(n int) string { return fmt.Sprintf("year %d", n) }
