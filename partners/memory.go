package partners

import (
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// Of are the facts of an account whose documents and entries are in memory (simulate), as the run loads them.
func Of(account customers.AccountID, agreements []contracts.Agreement, documents []invoicing.Issued, entries []ledger.Entry,
	next int64, firstOpen func(entities.ID, period.Month) period.Month, asOf period.Date) Facts {
	return Facts{
		Account: account, Agreements: agreements, Nets: invoicing.NetsOf(documents, asOf), Collected: ledger.CollectedOf(entries, asOf),
		Accrued: ledger.AccruedOf(entries, forever), Next: next, FirstOpen: firstOpen,
	}
}
