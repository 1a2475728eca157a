// Package reconcile compares what must agree: two sides of one figure, each from a source of its own, item by item.
//
// It owns the reconciliations (14 of a month, and the rules that reports keep among each other), the files that another
// program's side comes from (bookings of a CRM, payouts of a bank or payment processor) and the closing balances it was
// told to keep. Everything else it reads through the packages that own it.
//
// It does not put anything right, and posts nothing: a difference is explained, with the items that make it.
//
// Times: a result is about one month of a legal entity in one currency, as booked through its last day. Where a side knows
// more than was known when the month closed (usage that came late), what the book took in later for the month is added to
// the other side and said.
//
// Invariants: the two sides never come from one function or table; a source that was not loaded is NotLoaded, never 0.00;
// a result is OK only when no item differs, however the differences add up.
package reconcile

import (
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Roles may load files to compare with.
var Roles = []access.Role{access.Finance, access.Accountant}

// Scope is what a result is about.
type Scope struct {
	Entity   entities.ID
	Currency money.Currency
	Month    period.Month
}

// State says what a comparison came to.
type State string

const (
	OK         State = "ok"
	Difference State = "difference"
	NotLoaded  State = "not_loaded" // a side has no source: nothing was compared
)

// Result is one comparison.
type Result struct {
	Scope
	Spec
	State    State
	Left     money.Amount // zero when not loaded
	Right    money.Amount
	Parts    []Part // what the sides are made of
	Items    []Item // those that differ, the largest first
	Compared int    // how many items were compared
	Notes    []string
}

// Variance is left less right. It may be zero while items differ: then they make up for each other.
func (r Result) Variance() money.Amount { return r.Left.Sub(r.Right) }

// Gross is how much of either side the other does not have, the larger of the two: what a variance of 0.00 may hide.
func (r Result) Gross() money.Amount {
	over, under := money.Zero(r.Currency), money.Zero(r.Currency)
	for _, i := range r.Items {
		if v := i.Variance(); v.Sign() > 0 {
			over = over.Add(v)
		} else {
			under = under.Sub(v)
		}
	}
	if over.Cmp(under) < 0 {
		return under
	}
	return over
}

// Part is a share of a side.
type Part struct {
	Right  bool
	Name   string
	Amount money.Amount
}

// Kind says what an item is.
type Kind string

const (
	Document Kind = "document"
	Line     Kind = "line"
	Contract Kind = "contract"
	Receipt  Kind = "receipt"
	Customer Kind = "customer"
	Entry    Kind = "entry"
	Batch    Kind = "batch"
	Account  Kind = "account"
	Booking  Kind = "booking"
	Movement Kind = "movement" // a row of a payout file, or cash booked without a receipt
	Month    Kind = "month"
)

// Ref names an item: what both sides call the same thing. Name is what people call it; the rest lets a page link to it.
type Ref struct {
	Kind     Kind
	Name     string
	Contract int64
	Line     string
	Document string
	Customer customers.ID
	Ledger   ledger.Account
	Seq      int64 // of an entry or batch
	Book     customers.AccountID
}

// Item is one thing with both of its sides.
type Item struct {
	Ref
	Left, Right money.Amount
	OnlyLeft    bool // the other side does not know it
	OnlyRight   bool
	Why         string // what likely makes the difference
	Unequal     bool   // they differ in something else than the amount: Why says it
}

// Variance is left less right.
func (i Item) Variance() money.Amount { return i.Left.Sub(i.Right) }

// Differs says whether the item makes a difference.
func (i Item) Differs() bool { return i.Unequal || !i.Variance().IsZero() }
