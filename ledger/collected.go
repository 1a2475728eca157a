package ledger

import (
	"strings"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Collected is what a document asks for and what receipts pay of it.
type Collected struct {
	Account  customers.AccountID
	Document string
	Asked    money.Amount // with tax, credits and voids taken off
	Paid     money.Amount // refunds taken off
}

// isPayment tells a receivable that money changed from one that billing did.
func isPayment(source string) bool {
	return strings.HasPrefix(source, "receipt:") || strings.HasPrefix(source, "application:")
}

// CollectedOf is what entries in memory say of each document at the end of a day, as CollectedOn does of those in the
// database.
func CollectedOf(entries []Entry, through period.Date) []Collected {
	at := map[string]int{}
	var out []Collected
	for _, e := range entries {
		if e.BookedOn.After(through) || !Primary.Shows(e.Book) {
			continue
		}
		for _, p := range e.Postings {
			if p.Account != AccountsReceivable {
				continue
			}
			i, seen := at[p.Document]
			if !seen {
				i = len(out)
				at[p.Document], out = i, append(out, Collected{e.Account, p.Document, money.Zero(e.Currency), money.Zero(e.Currency)})
			}
			if isPayment(e.Source) {
				out[i].Paid = out[i].Paid.Sub(p.Amount)
			} else {
				out[i].Asked = out[i].Asked.Add(p.Amount)
			}
		}
	}
	return out
}

// commissionLine is what postings of a partner's commission carry as line; what else is an expense of a contract, such as
// the amortization of a capitalized cost, is not accrued to a partner.
const commissionLine = "commission"

// Accrued is what stands booked in an account as a contract's commission to a partner.
type Accrued struct {
	Account  customers.AccountID
	Contract int64
	Partner  customers.ID
	Amount   money.Amount
	Entries  int
	Last     period.Date // the latest day one is booked on
}

// AccruedOf is what entries in memory have booked as commission at the end of a day.
func AccruedOf(entries []Entry, through period.Date) []Accrued {
	var out []Accrued
	for _, e := range entries {
		for _, p := range e.Postings {
			if p.Account != CommissionExpense || p.Line != commissionLine || e.BookedOn.After(through) || !Primary.Shows(e.Book) {
				continue
			}
			i := 0
			for i < len(out) && (out[i].Account != e.Account || out[i].Contract != p.Contract || out[i].Partner != p.Customer) {
				i++
			}
			if i == len(out) {
				out = append(out, Accrued{e.Account, p.Contract, p.Customer, money.Zero(e.Currency), 0, e.BookedOn})
			}
			out[i].Amount, out[i].Entries, out[i].Last = out[i].Amount.Add(p.Amount), out[i].Entries+1, period.MaxDate(out[i].Last, e.BookedOn)
		}
	}
	return out
}
