package web

import (
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web/ui"
)

// measures are the figures by which a deal is judged.
func measures(p proposed, a contracts.Agreement, ahead outlook, from period.Date) []ui.StatProps {
	peak, month := deferredPeak(ahead, deferred(a, ahead, p.billed), from)
	most := ui.StatProps{Label: "Deferred at most", Value: ui.Money(money.Zero(a.Currency).Add(peak)), Note: "never asked for ahead of its service"}
	if peak.Sign() > 0 {
		most.Note = "end of " + ui.MonthText(month)
	}
	value := ui.StatProps{Label: "Total contract value", Value: ui.Money(ahead.Earned), Note: "net, " + howMany(len(ahead.Months), "month")}
	if was, ok := p.contract.Agreement(); ok {
		if pieces, err := contracts.Charges(was, p.world.Catalog, p.facts.Usage, was.Term().End); err == nil {
			_, earned := earnings(was, pieces, was.Term().End)
			value.Note = "net; " + ui.AmountText(earned) + " as agreed so far"
		}
	}
	return []ui.StatProps{
		value,
		{Label: "Annual value", Value: ui.Money(annual(ahead.Earned, a.Term()))},
		{Label: "To be billed, gross", Value: ui.Money(ahead.Net.Add(ahead.Tax)), Note: howMany(len(ahead.Invoices), "invoice")},
		most,
	}
}

// annual is the part of a value that falls on twelve months; a shorter contract is worth what it is.
func annual(value money.Amount, term period.Span) money.Amount {
	months := int64(len(period.Recurrence{Anchor: term.Start, Cadence: period.Monthly}.Within(term)))
	if term.Start.AddMonths(int(months)) != term.End { // no whole number of months
		return money.SpreadTo(value, min(365, int64(term.Days())), int64(term.Days()))
	}
	return money.SpreadTo(value, min(12, months), months)
}

// billedSoFar is what stands billed under the contract, net.
func billedSoFar(f invoicing.Facts, a contracts.Agreement) money.Amount {
	sum := money.Zero(a.Currency)
	if a.Contract == 0 || f.Standing == nil {
		return sum
	}
	for _, s := range f.Standing.Of(int64(a.Contract)) {
		sum = sum.Add(s.Amount)
	}
	return sum
}

// deferred is what stands billed and not earned at the end of each month of the term; less than nothing where more is
// earned than billed.
func deferred(a contracts.Agreement, ahead outlook, billed money.Amount) []money.Amount {
	earned, next := money.Zero(a.Currency), 0
	out := make([]money.Amount, len(ahead.Months))
	for i, m := range ahead.Months {
		earned = earned.Add(m.Sure).Add(m.Usage)
		for next < len(ahead.Invoices) && ahead.Invoices[next].IssuedOn.Before(m.Month.End()) {
			billed = billed.Add(ahead.Invoices[next].Net)
			next++
		}
		out[i] = billed.Sub(earned)
	}
	return out
}

// deferredPeak is the most of it at the end of a month from now on, and of which month.
func deferredPeak(ahead outlook, deferred []money.Amount, from period.Date) (peak money.Amount, month period.Month) {
	for i, m := range ahead.Months {
		if m.Month.End().After(from) && (peak.IsZero() || deferred[i].Cmp(peak) > 0) && deferred[i].Sign() > 0 {
			peak, month = deferred[i], m.Month
		}
	}
	return peak, month
}
