package examples

import (
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// monthsOf reads a price over so many months.
func (f *facts) monthsOf(amount string) ([]revrec.Portion, period.Span) {
	service := revrec.MonthsFrom(f.date("start"), f.count("months"))
	terms := revrec.Terms{Spreading: f.spreading(string(catalog.MonthlyEven)), Service: service}
	return solved(terms.Spread(f.amount(amount))), service.Days
}

// breakage earns what was paid ahead in proportion of its use, by estimates that change.
func breakage(f *facts) object {
	var uses []revrec.Use
	for _, q := range f.list("quarters") {
		uses = append(uses, revrec.Use{Used: q.amount("used").Exact(), Expected: q.amount("expected_total_use").Exact(), Lapsed: q.yes("expired")})
	}
	revenue, cumulative, liability := []any{}, []any{}, []any{}
	for _, d := range revrec.DrawDown(f.amount("prepaid"), uses) {
		revenue, cumulative, liability = append(revenue, d.Earned.String()), append(cumulative, d.Cumulative.String()), append(liability, d.Liability.String())
	}
	var out object
	out.put("revenue_by_quarter", revenue)
	out.put("cumulative", cumulative)
	out.put("contract_liability", liability)
	return out
}

func netting(f *facts) object {
	var lines []revrec.LineNet
	for _, l := range f.list("lines") {
		l.tells("account") // all are accounts of the contract's liability
		lines = append(lines, revrec.LineNet{Line: l.text("line"), Amount: l.amount("cr_minus_dr")})
	}
	const asset, liability = ledger.UnbilledReceivable, ledger.DeferredRevenue // stand for the two sides
	name := map[ledger.Account]string{asset: "ContractAsset", liability: "ContractLiability"}
	n := revrec.NetContract(lines, asset, liability)
	position := "contract_liability"
	switch {
	case n.Net.IsZero():
		position = "none"
	case !n.Asset.IsZero():
		position = "contract_asset"
	}
	entries := []any{}
	for _, e := range n.Entries {
		var x object
		x.put("line", e.Line)
		x.put("debit", name[e.Debit])
		x.put("credit", name[e.Credit])
		x.put("amount", e.Amount.String())
		entries = append(entries, x)
	}
	var out object
	out.put("net_cr_minus_dr", n.Net.String())
	out.put("position", position)
	out.put("contract_asset", n.Asset.String())
	out.put("contract_liability", n.Liability.String())
	out.put("entries", entries)
	out.put("next_period", revrec.NettingNextPeriod)
	return out
}

func maturity(f *facts) object {
	asOf, n := f.date("as_of"), f.count("short_term_months")
	var out object
	for _, x := range []struct{ input, total, short, long string }{
		{"contract_amount", "deferred_total", "short_term", "long_term"},
		{"adjustment", "adjustment_total", "adjustment_short_term", "adjustment_long_term"},
	} {
		if x.input == "adjustment" && !f.has(x.input) {
			continue
		}
		parts, _ := f.monthsOf(x.input)
		short, long := revrec.Maturity(parts, asOf, n)
		out.put(x.total, revrec.LeftAfter(parts, asOf).String())
		out.put(x.short, short.String())
		out.put(x.long, long.String())
	}
	return out
}

// remaining is the note on remaining performance obligations of a portfolio.
func remaining(f *facts) object {
	var all []revrec.Committed
	for _, c := range f.list("contracts") {
		x := revrec.Committed{ID: c.text("id")}
		if c.has("type") {
			c.only("type", "pay_as_you_go", "usage")
			x.Invoice = true
		} else {
			x.Parts, x.Term = c.monthsOf("transaction_price")
		}
		all = append(all, x)
	}
	var by, excluded, out object
	rows, sum := revrec.RemainingNote(all, f.date("as_of"), f.yes("use_one_year_expedient"), f.currency())
	for _, b := range rows {
		switch b.LeftOut {
		case "":
			by.put(b.ID, bands(b))
		case revrec.OneYearExpedient:
			excluded.put(b.ID, b.LeftOut+" ("+b.Besides.Display()+" if not elected)")
		default:
			excluded.put(b.ID, b.LeftOut)
		}
	}
	total := bands(sum)
	total.put("all", sum.Total().String())
	out.put("by_contract", by)
	out.put("excluded", excluded)
	out.put("total", total)
	return out
}

func bands(b revrec.Bands) object {
	var out object
	out.put("0-12", b.Year1.String())
	out.put("13-24", b.Year2.String())
	out.put("25+", b.Later.String())
	return out
}

func presented(f *facts) object {
	if !f.has("balances") {
		return rights(f)
	}
	b := f.under("balances")
	s := revrec.Present(b.amountOr("DeferredRevenue", "0"), b.amountOr("AccountsReceivable", "0"), b.amountOr("UnbilledReceivable", "0"), f.yes("unbilled_is_unconditional"))
	var out object
	out.put("receivables", s.Receivables.String())
	out.put("contract_assets", s.ContractAssets.String())
	out.put("contract_liabilities", s.ContractLiabilities.String())
	return out
}

// named are the promises of "after A, B and C"; nil is "after all".
func (f *facts) named(said string) []string {
	names, after := strings.CutPrefix(said, "after ")
	if !after {
		refuse("right_to_bill: %s", said)
	}
	if names == "all" {
		return nil
	}
	return strings.FieldsFunc(strings.ReplaceAll(names, " and ", ","), func(r rune) bool { return r == ',' || r == ' ' })
}

// rights is a contract by when the right to payment becomes unconditional: of one that may be canceled without loss, only
// with the transfer; otherwise when the payment is due, or when everything that was to come before is done.
func rights(f *facts) object {
	var steps []revrec.Step
	if f.has("obligations") {
		together := f.named(f.textOr("right_to_bill", "after all"))
		var all []revrec.Performed
		for _, o := range f.list("obligations") {
			name := o.text("name")
			all = append(all, revrec.Performed{Name: name, On: o.date("transferred"), Amount: o.amount("allocated"), Waits: together == nil || slices.Contains(together, name)})
			together = slices.DeleteFunc(together, func(x string) bool { return x == name })
		}
		if len(together) > 0 {
			refuse("right_to_bill: %s is no obligation", together[0])
		}
		steps = revrec.BilledTogether(all)
	} else {
		price := f.amount("amount")
		due := f.date("due")
		if !f.yes("cancellable") {
			steps = append(steps, revrec.Step{On: due, Kind: revrec.Entitled, Amount: price})
		}
		if f.has("paid") {
			steps = append(steps, revrec.Step{On: f.date("paid"), Kind: revrec.Paid, Amount: price})
		}
		steps = append(steps, revrec.Step{On: f.date("transferred"), Kind: revrec.Transferred, Amount: price})
	}
	b := newBooks(f.currency())
	for _, m := range revrec.PresentSteps(steps) {
		b.post(m.On, string(m.Side), m.Amount)
	}
	return b.object()
}
