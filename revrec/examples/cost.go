package examples

import "ratable/revrec"

// obtaining are costs of getting a contract, by kind.
func obtaining(f *facts) object {
	costs := f.under("costs")
	var all []revrec.ObtainingCost
	for _, kind := range costs.keys {
		all = append(all, revrec.ObtainingCost{Name: kind, Amount: costs.amount(kind), Incremental: solved(revrec.CostKind(kind).Incremental())})
	}
	months := 0
	if f.has("amortization_months") {
		months = f.count("amortization_months")
	}
	c := revrec.CapitalizeObtaining(all, months, f.yes("use_one_year_expedient"), f.currency())
	var out object
	out.put("capitalised", c.Capitalized.String())
	out.put("expensed", c.Expensed.String())
	return out
}
