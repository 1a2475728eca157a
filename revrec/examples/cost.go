package examples

import (
	"slices"

	"ratable/revrec"
)

// obtaining are costs of getting a contract, by kind.
func obtaining(f *facts) object {
	costs := f.under("costs")
	var all []revrec.ObtainingCost
	for _, kind := range costs.keys {
		c := revrec.ObtainingCost{Name: kind, Amount: costs.amount(kind)}
		if f.has("incremental") { // as judged, where the kind does not decide
			c.Incremental = slices.Contains(f.texts("incremental"), kind)
		} else {
			c.Incremental = solved(revrec.CostKind(kind).Incremental())
		}
		all = append(all, c)
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
