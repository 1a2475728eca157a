// Package invoicing decides what to ask for and when, and asks.
//
// It owns the plan (what is due less what stands billed), invoices and credit
// notes with their numbers and frozen content, billing runs, previews, voids,
// and the document's PDF and e-mail.
//
// It does not own the price of anything (contracts), the tax rules (tax), what
// is earned (revrec) or what is paid (payments).
//
// Times: AsOf is the day a run is for, and the issue date of its documents; a
// line's Span is the service it bills; TaxPoint selects the tax rate; DueOn is
// when payment is expected.
//
// Invariants: after a run, what stands billed for every due piece is what the
// contract lets us charge; a second run appends nothing; numbers of a legal
// entity and year have no gap and are never reused; an issued document never
// changes and renders to the same bytes.
package invoicing

import (
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/tax"
)

// Kind of document. A document whose total is negative is a credit note.
type Kind = entities.Document

// Draft is a document before it has a number: what a preview shows, and what an
// issue freezes.
type Draft struct {
	Account  customers.AccountID
	Entity   entities.ID
	Payer    customers.ID
	Currency money.Currency
	Kind     Kind
	IssuedOn period.Date
	TaxPoint period.Date
	DueOn    period.Date
	PONumber string

	Lines    []Line
	TaxRows  []tax.Row // Line is the number of the line, counted from 1
	Warnings []string  // for the person who issues it

	Net, Tax money.Amount
	Fee      money.Amount `json:",omitzero"` // what a marketplace keeps of what it collects for us
	Total    money.Amount // due: net and tax less the fee

	Seller Party
	Buyer  Party
	Bank   entities.Bank
	Local  *LocalTax // where the law wants the tax in the seller's own currency too
}

// Document is a draft with a number: issued, and never changed again.
type Document struct {
	Number string
	Seq    int64 // its place among the account's documents
	Draft
}

// Line is one line of a document.
type Line struct {
	Contract       contracts.ID
	ContractNumber string
	Customer       customers.ID // who used it: under a reseller, the end customer
	CustomerName   string
	Line           string         // lineage
	Kind           contracts.Kind // of the piece
	Span           period.Span
	Period         period.Span // the whole billing period Span lies in
	Service        period.Span `json:",omitzero"` // what was paid for, where it is not Span
	Product        string
	TaxCode        string
	Description    string
	Clause         string
	Version        int // of the contract, that priced it
	Detail         contracts.Detail
	Amount         money.Amount    // before tax
	Fee            money.Amount    `json:",omitzero"` // the marketplace's part of Amount
	FeePercent     decimal.Decimal `json:",omitzero"`
	FeeAccount     ledger.Account  `json:",omitzero"` // what the fee is to us: an expense, or as an agent what is passed on
	Before         money.Amount    // of an addition: what was charged for the span before
	Corrects       *Reference      // the line it corrects; its tax follows that line's
	Follows        *Reference      // the line it adds to; its tax is that of its own tax point
}

// Reference names a line of an issued document.
type Reference struct {
	Document string
	Line     int
}

// Party is a seller or buyer as printed, frozen with the document.
type Party struct {
	Name     string
	Lines    []string // address, in the order of printing
	Country  string
	TaxIDs   []string // "VAT NL123456789B01"
	Email    string
	Phone    string
	Website  string
	Register string
	External string // our customer number
}

// LocalTax states the tax in the seller's currency, as VAT law asks when an
// invoice is in another (Directive 2006/112/EC art. 230).
type LocalTax struct {
	Currency money.Currency
	Tax      money.Amount
	Quote    entities.Quote
}
