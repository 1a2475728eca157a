package examples

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
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
		m = m.PricedAt(change.amount("new_total"))
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
	out.put("recognised_should_be_through_"+lower(through.Month().String()), plan.Stands().String())
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
		AddedUnits: change.decimal("added_units"), Currency: f.currency(),
		Credit: change.amountOr("credit_for_delivered", "0"),
	}.AddedAt(each)
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
		cumulative.put(u.Delivered.String()+"_after_credit", plan.Stands().String())
	}
	cumulative.put(u.All().String(), plan.Price.String())
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
	years := solved(u.ByYear(plan))
	var out, byYear, liability object
	for i := range done {
		byYear.put(fmt.Sprint(i+1), original.amount("per_year").String())
	}
	for i, y := range years {
		byYear.put(fmt.Sprint(done+i+1), y.Earned.String())
		liability.put(year(done+i+1), y.Liability.String())
	}
	out.put("treatment", string(treatment))
	out.put("revenue_by_year", byYear)
	out.put("total", plan.Price.String())
	if added > 0 {
		out.put(fmt.Sprintf("contract_liability_at_end_if_billed_%s_then_%d_x_%s_annually", figure(years[0].Billed), added, figure(years[all-done].Billed)), liability)
	}
	return out
}

// changedProject is one promise that is earned cost to cost.
func (f *facts) changedProject(original, change *facts) object {
	project := revrec.Project{Price: original.amount("price"), Incurred: f.amount("costs_incurred").Exact(), Expected: original.amount("expected_costs").Exact()}
	price := solved(revrec.TransactionPrice(project.Price, change.amountOr("price_reduction", "0"), revrec.Certain("change", change.amount("added_price"))))
	treatment := f.treatment(change, false)
	if treatment != revrec.CumulativeCatchUp {
		refuse("a project by its costs that is not one promise")
	}
	rebuilt := solved(project.Change(price.Total, change.amountOr("added_costs", "0").Exact()))
	var out object
	out.put("treatment", string(treatment))
	out.put("recognised_before", rebuilt.Before.String())
	out.put("catch_up", rebuilt.CatchUp.String())
	out.put("recognised_after", rebuilt.After.String())
	out.put("remaining_consideration", rebuilt.Remaining.String())
	out.put("total", price.Total.String())
	return out
}

// figure writes an amount as part of a name.
func figure(a money.Amount) string {
	return strings.ReplaceAll(a.Decimal().String(), ".", "_")
}

func year(n int) string { return fmt.Sprintf("year %d", n) }
