package examples

import (
	"ratable/internal/money"
	"ratable/revrec"
)

func (f *facts) fact(keys ...string) *bool {
	for _, key := range keys {
		if f.has(key) {
			yes := f.yes(key)
			return &yes
		}
	}
	return nil
}

// role is a sale with others in it: who controls what is sold, and what is revenue then.
func role(f *facts) object {
	control := revrec.ControlFacts{
		Controls: f.fact("controls_before_transfer"), Primarily: f.fact("primarily_responsible", "primary_responsibility"),
		InventoryRisk: f.fact("inventory_risk"), PriceSetting: f.fact("price_discretion", "sets_price"),
	}
	if f.has("customer") {
		control.ToReseller = f.only("customer", "end_user", "reseller") == "reseller"
	}
	if f.has("end_user_is_customer") { // else the platform is, and sells on
		yes := f.yes("end_user_is_customer")
		control.ToReseller = !yes
		if yes && control.Controls == nil {
			control.Controls = &yes
		}
	}
	sale := revrec.Sale{Supplier: money.Zero(f.currency())}
	if f.has("list") {
		sale.Price = f.amount("list")
	} else {
		sale.Price = f.amount("gross")
	}
	if f.has("commission_pct") {
		percent := f.percent("commission_pct")
		sale.Commission = &percent
	}
	if f.has("supplier_cost") {
		sale.Supplier = f.amount("supplier_cost")
	}
	if f.has("platform_fee_pct") {
		sale.Fee = f.percent("platform_fee_pct")
	}
	if f.has("reseller_discount_pct") {
		sale.Margin = f.percent("reseller_discount_pct")
	}
	memo := solved(revrec.JudgeRole(control))
	figures := sale.Figures(memo.Role)
	var out object
	out.put("role", string(memo.Role))
	out.put("revenue", figures.Revenue.String())
	out.put("cost", figures.Cost.String())
	out.put("payable_to_principal", figures.Payable.String())
	out.put("expense", figures.Expense.String())
	out.put("cash", figures.Cash.String())
	return out
}
