// Package partners holds what is owed to third parties of a deal, and what they were paid.
//
// It owns the commission of referral partners (Decide: what they earned less what stands accrued), the settlement of
// commissions and of what we collected for suppliers as their agent, and the statements of a partner and of the end
// customers of a reseller.
//
// It does not own who the partner is and on which terms (contracts), what a marketplace keeps of a document (invoicing) or
// what an agent passes on as it is earned (revrec): it reads what those have booked.
//
// Times: a commission is accrued on the day of the run that found the money applied, or on the first open day after it; a
// settlement counts on its day, or on the first open day after it.
//
// Invariants: what stands accrued for a contract is its percentage of what was collected before tax, rounded once; a
// second run appends nothing; nobody is paid more than they are owed at the moment of payment.
//
// Commissions are expensed as they are incurred (ASC 340-40-25-4); where an entity's policy makes them costs to obtain a
// contract, package cost moves what is accrued here to the assets.
package partners

import (
	"fmt"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Owed says what a party is owed for.
type Owed string

const (
	Commission Owed = "commission" // of referral contracts
	Supply     Owed = "supply"     // collected as an agent
)

// Ledger is the account the balance stands in.
func (o Owed) Ledger() ledger.Account {
	if o == Supply {
		return ledger.PayableToPrincipal
	}
	return ledger.CommissionPayable
}

// OwedOf is the other way round.
func OwedOf(a ledger.Account) Owed {
	if a == ledger.PayableToPrincipal {
		return Supply
	}
	return Commission
}

// Settlement is a payment to a partner or supplier. Settle needs Party, Owed, Amount, On and Reference, and Entity where
// several of our legal entities owe them in that currency; the rest is filled in.
type Settlement struct {
	ID        int64
	Account   customers.AccountID // the party's own: its book has the entry
	Party     customers.ID
	Owed      Owed
	Entity    entities.ID // whose bank account
	Amount    money.Amount
	On        period.Date
	Reference string // of the bank transfer

	BookedOn   period.Date
	Entry      int64
	By         int64
	RecordedAt time.Time
}

// Number is how people and the ledger call it: "S-000001".
func (s Settlement) Number() string { return fmt.Sprintf("S-%06d", s.ID) }

// Book is the entry of a settlement: debit what was owed, credit cash.
func (s Settlement) Book() ledger.Entry {
	e := ledger.Entry{
		Account: s.Account, Seq: s.Entry, Entity: s.Entity, Source: "settlement:" + s.Number(), BookedOn: s.BookedOn, Currency: s.Amount.Currency(),
		Memo: fmt.Sprintf("Settlement %s: %s", s.Number(), s.Reference), Postings: []ledger.Posting{ledger.Debit(s.Owed.Ledger(), s.Amount), ledger.Credit(ledger.Cash, s.Amount)},
	}
	for i := range e.Postings {
		e.Postings[i].Customer, e.Postings[i].Document = s.Party, s.Number()
	}
	return e
}

// desks may pay partners and run the accrual.
var desks = []access.Role{access.Finance, access.Accountant}
