package examples

import (
	"github.com/shopspring/decimal"

	"ratable/revrec"
)

// rolled rolls contracts that are paid ahead forward from one balance sheet to the next.
func rolled(f *facts) object {
	var all []revrec.Rolled
	for _, c := range f.list("contracts") {
		parts, _ := c.monthsOf("amount")
		r := revrec.Rolled{ID: c.text("id"), Parts: parts}
		if c.has("billings") { // in installments
			for _, b := range c.list("billings") {
				r.Billed = append(r.Billed, revrec.Billed{On: b.date("date"), Amount: b.amount("amount")})
			}
		} else {
			r.Billed = []revrec.Billed{{On: c.date("billed"), Amount: c.amount("amount")}}
		}
		all = append(all, r)
	}
	_, sum := revrec.RollForwardAll(all, f.days("from", "to"), f.currency())
	var out object
	out.put("opening", sum.Opening.String())
	out.put("billings", sum.Billings.String())
	out.put("recognised_from_opening", sum.FromOpening.Neg().String())
	out.put("recognised_from_new_billings", sum.FromNew.Neg().String())
	out.put("closing", sum.Closing.String())
	out.put("revenue_recognised_that_was_in_opening_liability", sum.FromOpening.String())
	out.put("contract_asset_opening", sum.AssetOpening.String())
	out.put("contract_asset_accrued", sum.Accrued.String())
	out.put("contract_asset_transferred", sum.Transferred.Neg().String())
	out.put("contract_asset_closing", sum.AssetClosing.String())
	return out
}

// released splits what was released of a contract's balance by where it came from.
func released(f *facts) object {
	r := revrec.SplitRelease(f.amount("beginning"), f.amount("additions"), f.amount("release"))
	var out object
	out.put("prior_cl", r.PriorLiability.String())
	out.put("prior_ca", r.PriorAsset.String())
	out.put("current_cl", r.CurrentLiability.String())
	out.put("current_ca", r.CurrentAsset.String())
	return out
}

// creditSplit takes a credit with tax in it apart.
func creditSplit(f *facts) object {
	invoice := f.under("invoice")
	lines := invoice.under("lines")
	f.only("rounding", "largest_remainder")
	rate := invoice.decimal("tax_rate")
	if rate.Sign() < 0 || rate.Cmp(decimal.NewFromInt(1)) > 0 {
		refuse("invoice.tax_rate: %s is no share of 1", rate)
	}
	var all []revrec.CreditLine
	for _, name := range lines.keys {
		all = append(all, revrec.CreditLine{Name: name, Net: lines.amount(name), Tax: rate})
	}
	split := solved(revrec.SplitGrossCredit(f.amount("credit_gross"), all))
	var out, shares object
	for _, s := range split.Shares {
		shares.put(s.Name, s.Net.String())
	}
	out.put("net", split.Net.String())
	out.put("tax", split.Tax.String())
	out.put("lines", shares)
	out.put("total", f.amount("credit_gross").String())
	return out
}
