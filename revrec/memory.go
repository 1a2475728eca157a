package revrec

import (
	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// What the reports and the closing of a month compute, for callers that hold the
// facts in memory (simulate): the same functions, without the queries.

// Exceptions lists what stands in the way of closing a month of a legal entity,
// as far as this account goes.
func (f Facts) Exceptions(c *catalog.Catalog, entity entities.ID, month period.Month) []Exception {
	return f.of(entity).exceptions(c, month, nil)
}

// LayOut is the revenue schedule of one contract, from its scheduled revenue.
func LayOut(scheduled []Scheduled, currency money.Currency) ScheduleTable {
	return table(scheduled, currency)
}

// Balances is where each contract line stands at the end of a month.
func Balances(scheduled []Scheduled, billed []ledger.BilledSum, asOf period.Month, currency money.Currency) []LineBalance {
	return balances(scheduled, billed, asOf, currency)
}

// DrawUp is the waterfall of one legal entity and currency, with so many columns
// from first on.
func DrawUp(scheduled []Scheduled, billed []ledger.BilledSum, first period.Month, columns int, currency money.Currency) WaterfallTable {
	var shares []share
	for _, c := range cuts(scheduled, billed, period.Month{}) {
		shares = append(shares, allot(c.billed, c.earned)...)
	}
	return waterfall(shares, first, columns, currency)
}
