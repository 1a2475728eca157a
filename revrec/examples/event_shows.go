package examples

import (
	"maps"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec/subledger"
)

// creditPositive are accounts that cases show credit positive: all but assets, what lowers revenue, expenses and losses.
func creditPositive(a ledger.Account) bool {
	switch a.Info().Type {
	case ledger.Asset:
		return a == ledger.ContraAR
	case ledger.ContraRevenue, ledger.Expense, ledger.Loss:
		return false
	}
	return true
}

// shows lays a journal out as cases do, and what it comes to.
func (t *told) shows(entries []subledger.Entry) object {
	c := t.f.currency()
	b := newBooks(c)
	for _, e := range entries {
		b.begin(e.On, e.Event)
		for _, p := range e.Postings {
			b.post(e.On, p.Account.Info().Code, p.Amount)
		}
	}
	out := b.object()
	netted := subledger.Netted(entries, c)
	var sheet, unbilled object
	sheet.put("ContractAsset", netted.Asset.String())
	sheet.put("ContractLiability", netted.Liability.String())
	out.put("presentation_after_netting", sheet)
	for _, m := range subledger.Months(entries) {
		at := subledger.On(entries, ledger.UnbilledReceivable, m.Last(), c).String()
		unbilled.put(m.String(), at)
		out.put("unbilled_at_"+m.Last().Format("2006_01_02"), at)
		out.put("net_revenue_"+m.First().Format("2006_01"), subledger.Revenue(entries, m, c).String())
		out.put("monthly_summary_"+m.First().Format("2006_01"), summary(entries, m, c))
	}
	out.put("unbilled_month_end", unbilled)
	return out
}

func summary(entries []subledger.Entry, m period.Month, c money.Currency) object {
	s := subledger.Summarize(entries, m, c)
	var out object
	out.put("revenue_from_billings_this_month", s.Earned.String())
	out.put("deferred_opening", s.Opening.String())
	out.put("deferred_from_new_billings", s.Added.String())
	out.put("less_recognised", s.Recognized.String())
	out.put("deferred_closing", s.Closing.String())
	return out
}

// portfolio is the reports of some documents.
func portfolio(f *facts) object {
	t := tell(f)
	entries, c := t.journal(), f.currency()
	out := t.shows(entries)
	var waterfall, revenue, deferred, trials object
	for _, row := range t.falls() {
		waterfall.put(row.Booked.String(), fallOf(row))
	}
	for _, m := range subledger.Months(entries) {
		revenue.put(m.String(), subledger.Revenue(entries, m, c).String())
		deferred.put(m.String(), subledger.On(entries, ledger.DeferredRevenue, m.Last(), c).Neg().String())
		trials.put(m.String(), trialOf(entries, m, c))
	}
	out.put("waterfall_by_booked_month", waterfall)
	out.put("revenue_by_month", revenue)
	out.put("deferred_month_end", deferred)
	out.put("trial_balance", trials)
	return out
}

func fallOf(row subledger.Fall) object {
	var out object
	out.put("total", row.Total.String())
	for _, m := range slices.SortedFunc(maps.Keys(row.Earned), period.Month.Compare) {
		out.put(m.String(), row.Earned[m].String())
	}
	return out
}

// trialOf is the trial balance at a month's end.
func trialOf(entries []subledger.Entry, m period.Month, c money.Currency) object {
	var rows, out object
	debits, credits := money.Zero(c), money.Zero(c)
	for _, b := range subledger.Balances(entries, m.Last()) {
		var row object
		debit, credit := money.Zero(c), money.Zero(c)
		if b.Amount.Sign() > 0 {
			debit = b.Amount
		} else {
			credit = b.Amount.Neg()
		}
		row.put("debit", debit.String())
		row.put("credit", credit.String())
		rows.put(b.Account.Info().Code, row)
		debits, credits = debits.Add(debit), credits.Add(credit)
	}
	out.put("rows", rows)
	out.put("total_debit", debits.String())
	out.put("total_credit", credits.String())
	return out
}
