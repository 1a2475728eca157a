// Package contracts holds what was agreed with a customer and prices it.
//
// It owns the contract document and its immutable versions, the approval of a
// version by a second person, concessions (facts that lower a price), and
// Charges, the one pure function that says what an agreement lets us charge.
//
// It does not own when a charge is asked for (package invoicing), when it is
// earned (package revrec), or the tax on it (package tax).
//
// Three times meet here and are never mixed: the day a version takes effect
// (Version.EffectiveOn), the service span a charge belongs to (Piece.Span), and
// the day on which it may be billed (Piece.BillOn). When something became known
// is the database's known order and plays no part in pricing.
//
// Invariants, each with a test: the versions of a contract cover its term
// without overlap; the pieces of a fixed fee tile the days it is charged for,
// and cutting a piece in two changes no cent of the sum; drawn plus overage of a
// prepaid amount equal the list value of the usage below it.
package contracts

import (
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// ID is the key of a contract inside its paying account.
type ID int64

// Agreement is one contract as it stands: its parties, every version that has
// been approved, in order, and the concessions granted since. It is all that
// Charges needs besides usage and the catalog.
type Agreement struct {
	Account  customers.AccountID // the root of the paying family; frozen for the contract
	Contract ID
	Number   string // as people write it: "C-2026-014"
	Entity   entities.ID
	Customer customers.ID  // who uses
	Payer    customers.ID  // who is invoiced; a reseller, or the customer. See PayerOn
	Payers   []PayerChange // who is from a later day on, in the order of days
	Currency money.Currency
	Users    map[string]customers.ID // by external id: every user that a line names, the partner and suppliers

	Versions    []Version // approved ones, in the order of their numbers; never empty
	Concessions []Granted
	Deliveries  []Delivery
}

// Delivery is the fact that a milestone was reached: what a line asks for once may be billed.
type Delivery struct {
	Line string
	On   period.Date
	Note string
}

// Version is an approved state of the document. It governs from EffectiveOn
// until the next version takes effect.
type Version struct {
	Number      int
	EffectiveOn period.Date
	Document    Document
}

// Latest returns the version that was agreed last.
func (a Agreement) Latest() Version { return a.Versions[len(a.Versions)-1] }

// Term is the span from the first day of the first version to the end of the
// version agreed last: an amendment may extend or shorten it.
func (a Agreement) Term() period.Span {
	return period.NewSpan(a.Versions[0].Document.Term.From, a.Latest().Document.Term.Span().End)
}

// inForce lists the stretches of the term that each version governs. A version
// agreed later wins from the day it takes effect, even over one that had been
// agreed for a later day.
//
//	v1 |--------------------------|
//	v2              |-------------------|
//	v3       |--------------|               agreed last, effective earlier
//	   [ v1  )[     v3      )
func (a Agreement) inForce() []governed {
	var out []governed
	for i := range a.Versions {
		v := &a.Versions[i]
		kept := out[:0]
		for _, g := range out {
			g.span.End = period.MinDate(g.span.End, v.EffectiveOn)
			if !g.span.Empty() {
				kept = append(kept, g)
			}
		}
		out = kept
		if span := period.NewSpan(v.EffectiveOn, v.Document.Term.Span().End); !span.Empty() {
			out = append(out, governed{span, v})
		}
	}
	return out
}

// governed is a stretch of days and the version in force on each of them.
type governed struct {
	span    period.Span
	version *Version
}
