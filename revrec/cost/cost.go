// Package cost holds what it cost to obtain and to fulfil contracts (ASC 340-40, IFRS 15.91 to 104).
//
// It owns the facts (a cost, a test of what can be recovered, the policy of an entity), the schedule of each cost that is
// an asset, its amortization and write-off, and the roll-forward. Which cost is an asset, over how long and what is impaired
// are rules of revrec (contractcost.go); who is a referral partner and what it earned is known to the ledger.
//
// Times: a cost counts on the day it was incurred; an amortization belongs to its month and is booked there, or in the
// first open month; a contract that ends before its cost is amortized writes off the rest in the month of its last day.
//
// Invariants: what stands booked of a cost is what its facts say, to the cent, however often and in whatever order the run
// comes by; the parts of a cost add up to it; nobody approves a cost they entered; what is impaired is not put back because
// a later month looks better (340-40-35-6).
package cost

import (
	"fmt"
	"strconv"
	"time"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// ID is the key of a fact.
type ID int64

// Purpose says what was spent for.
type Purpose string

const (
	Obtain Purpose = "obtain" // to win the contract: a commission
	Fulfil Purpose = "fulfil" // to be able to serve it: setting up
)

// commissionCost is what a seller or partner earns with the contract; the others are owed whether it is won or not.
const commissionCost revrec.CostKind = "commission"

// Natures lists what may be spent to obtain a contract, the usual first.
var Natures = []revrec.CostKind{commissionCost, "referral_fee", "legal", "travel", "proposal", "salary", "marketing"}

// By is how a cost is amortized: a method of spreading over days or months, or in proportion to what the contract earns.
type By string

const (
	Daily    By = By(catalog.Daily)
	Monthly  By = By(catalog.MonthlyEven)
	Transfer By = "transfer" // in proportion to revenue (340-40-35-1)
)

// Ways lists the methods, the default first.
var Ways = []By{Daily, Monthly, Transfer}

// Cost is what was spent on a contract, as approved: what follows from the policy of its day is kept with it.
type Cost struct {
	Contract   int64           `json:"contract"`
	Number     string          `json:"number"` // of the contract
	Purpose    Purpose         `json:"purpose"`
	Nature     revrec.CostKind `json:"nature,omitempty"` // of what was spent to obtain it
	Payee      string          `json:"payee"`
	Party      customers.ID    `json:"party,omitempty"` // where the payee is a partner of ours
	Minor      int64           `json:"amount"`
	Currency   money.Currency  `json:"currency"`
	IncurredOn period.Date     `json:"incurred_on"`
	Lost       bool            `json:"lost,omitempty"`       // not expected to come back
	Chargeable bool            `json:"chargeable,omitempty"` // to the customer, contract or not
	Past       bool            `json:"past,omitempty"`       // of what was served already
	Benefit    int             `json:"benefit,omitempty"`    // months the customer is expected to stay; 0: the term
	Alike      bool            `json:"alike,omitempty"`      // a renewal is paid a commission of the same measure
	By         By              `json:"by"`
	Expected   int64           `json:"expected,omitempty"` // revenue of the contract over the span, for Transfer
	From       period.Date     `json:"from,omitzero"`      // amortized from, to: set when it is an asset
	To         period.Date     `json:"to,omitzero"`
	Asset      bool            `json:"asset"`
	Paragraph  string          `json:"paragraph"`
	Why        string          `json:"why"`
}

// Amount is what was spent.
func (c Cost) Amount() money.Amount { return money.Of(c.Minor, c.Currency) }

// Span is what an asset is amortized over.
func (c Cost) Span() period.Span { return period.NewSpan(c.From, c.To) }

// account is where the asset stands.
func (c Cost) account() ledger.Account {
	if c.Purpose == Fulfil {
		return ledger.CapitalizedFulfilment
	}
	return ledger.CapitalizedCommission
}

// expense is where it goes as it is used up; a cost to fulfil is a cost of sales.
func (c Cost) expense() ledger.Account {
	if c.Purpose == Fulfil {
		return ledger.COGS
	}
	return ledger.CommissionExpense
}

// owed is who it was incurred with.
func (c Cost) owed() ledger.Account {
	if c.Purpose == Fulfil {
		return ledger.PayableToSupplier
	}
	return ledger.CommissionPayable
}

// Test is a look at whether an asset still comes back: what is expected of the contract, less what it will still cost, at
// the end of a month (340-40-35-3).
type Test struct {
	Cost          ID             `json:"cost"`
	Month         period.Month   `json:"month"`
	Currency      money.Currency `json:"currency"`
	Consideration int64          `json:"consideration"`
	Costs         int64          `json:"costs"`
}

// Policy is what an entity does where the standard leaves a choice, from a day on.
type Policy struct {
	StartsOn  period.Date `json:"starts_on"`
	Expedient bool        `json:"expedient"`         // a year or less is an expense at once (340-40-25-4)
	Referral  bool        `json:"referral"`          // commissions of referral partners are costs to obtain
	Benefit   int         `json:"benefit,omitempty"` // months, of those commissions; 0: the term
}

// defaults are what counts where nothing was approved: what partners earn is an expense as it is incurred.
var defaults = Policy{Expedient: true}

// Kind says what a fact is.
type Kind string

const (
	CostFact     Kind = "cost"
	TestFact     Kind = "test"
	PolicyFact   Kind = "policy"
	ReferralFact Kind = "referral" // a partner's commission, capitalized as an approved policy says
)

// Fact is a fact with what was decided about it. Cost, Test or Policy says the rest.
type Fact struct {
	ID         ID
	Kind       Kind
	Account    customers.AccountID
	Entity     entities.ID
	Cost       Cost
	Test       Test
	Policy     Policy
	Reason     string
	PreparedBy int64
	At         time.Time

	Event     string // "", approved, rejected
	DecidedBy int64
	Decision  string
}

// Counts says whether the fact is one: another person approved it, or an approved policy asks for it.
func (f Fact) Counts() bool { return f.Event == "approved" || f.Kind == ReferralFact }

// SubjectKind is the kind of subject a fact is, in approvals and in the audit trail.
const SubjectKind = "contract_cost"

func (f Fact) subject() access.Subject {
	return access.Subject{Kind: SubjectKind, Key: strconv.FormatInt(int64(f.ID), 10), Account: int64(f.Account)}
}

// Name is how people call it.
func (f Fact) Name() string {
	switch f.Kind {
	case TestFact:
		return fmt.Sprintf("Test of cost %d at the end of %s", f.Test.Cost, f.Test.Month)
	case PolicyFact:
		return fmt.Sprintf("Policy from %s", f.Policy.StartsOn)
	}
	return fmt.Sprintf("Cost %d of contract %s", f.ID, f.Cost.Number)
}

// Roles may enter costs and approve those of others.
var Roles = []access.Role{access.Finance, access.Accountant}
