// Package opening brings a company over from another billing system.
//
// It owns the file that says where things stood on the eve of the cut-over, what becomes of it, the proof that it ties to the
// general ledger, and the seal a second person puts on it. It does not own what it brings: invoices become documents of
// invoicing, money that came in receipts of payments, what was earned rows of the schedule of revrec, and every balance stands in
// the ledger, against OpeningBalance.
//
// Times: the cut-over is the first day of the first month that we keep the books of; everything is booked on its eve, so that
// balances open with it; invoices keep their own days, revenue the months it belongs to. What the other system earned otherwise
// than the contract says and is corrected, is booked on the cut-over day.
//
// A company may come over in parts, each a file of its own with a name. A part that gives no control totals is its own control: the
// general ledger is proved by all parts of a day together.
//
// Invariants: a file is taken whole or refused whole; an account is brought over in one transaction, once, however often the file
// is sent; afterwards the runs find nothing to do before the cut-over; nothing that differs from what our engine computes is
// taken without a treatment that the file names; whoever seals is another person than who prepared.
package opening

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// File is where a legal entity stood in a currency on the eve of a day, by its old books. The days of spans are inclusive, as
// people write them.
type File struct {
	Entity    string                     `yaml:"entity" json:"entity"`
	Currency  string                     `yaml:"currency" json:"currency"`
	CutOver   period.Date                `yaml:"cut_over" json:"cut_over"`
	Part      string                     `yaml:"part" json:"part,omitempty"`           // a name, where the company comes over in parts
	Treatment Treatment                  `yaml:"treatment" json:"treatment,omitempty"` // of differences, where a line does not say another
	Contracts []Contract                 `yaml:"contracts" json:"contracts,omitempty"`
	Invoices  []Invoice                  `yaml:"invoices" json:"invoices,omitempty"`
	Balances  []Balance                  `yaml:"balances" json:"balances,omitempty"` // money of customers that pays no invoice
	Tax       *decimal.Decimal           `yaml:"tax_payable" json:"tax_payable,omitempty"`
	Control   map[string]decimal.Decimal `yaml:"control" json:"control,omitempty"` // the old general ledger by account type, debit positive
}

// Contract says what had been earned of the lines of a contract.
type Contract struct {
	Contract string `yaml:"contract" json:"contract"`
	Lines    []Line `yaml:"lines" json:"lines,omitempty"`
}

// Line is a line, commitment or prepaid amount of a contract. Recognized is all that was earned of it before the cut-over.
type Line struct {
	Line       string          `yaml:"line" json:"line"`
	Recognized decimal.Decimal `yaml:"recognized" json:"recognized"`
	Treatment  Treatment       `yaml:"treatment" json:"treatment,omitempty"`
	// Standalone is what all of the line sells for alone, as it was frozen at inception (606-10-32-43). Where a contract has any,
	// an assessment with them is proposed for the cut-over day; another person approves it.
	Standalone *decimal.Decimal `yaml:"standalone" json:"standalone,omitempty"`
}

// Treatment says what becomes of a figure that differs from what our engine computes.
type Treatment string

const (
	None    Treatment = ""
	Keep    Treatment = "keep"    // the old figure stands; the rest of the price is earned over the rest of the term
	Correct Treatment = "correct" // the difference is caught up in the first month of ours
)

// Invoice is an invoice of the other system, as it stood after its credits. All invoices of a contract are given, those that were
// paid too: what was billed is not billed again.
type Invoice struct {
	Document string           `yaml:"document" json:"document"`
	Customer string           `yaml:"customer" json:"customer,omitempty"` // who owes it; default who pays for its first contract
	On       period.Date      `yaml:"on" json:"on"`
	Due      period.Date      `yaml:"due" json:"due,omitzero"` // default the day it was issued
	Tax      decimal.Decimal  `yaml:"tax" json:"tax,omitzero"`
	Open     *decimal.Decimal `yaml:"open" json:"open"` // still to be paid of it, tax included
	Lines    []InvoiceLine    `yaml:"lines" json:"lines,omitempty"`
}

// InvoiceLine bills some days of a line.
type InvoiceLine struct {
	Contract string          `yaml:"contract" json:"contract"`
	Line     string          `yaml:"line" json:"line"`
	Kind     string          `yaml:"kind" json:"kind,omitempty"` // only where two charges of a line have the same days
	From     period.Date     `yaml:"from" json:"from"`
	Through  period.Date     `yaml:"through" json:"through"`
	Amount   decimal.Decimal `yaml:"amount" json:"amount"` // before tax
}

func (l InvoiceLine) span() period.Span { return period.Through(l.From, l.Through) }

// Balance is money of a customer that pays no invoice.
type Balance struct {
	Customer string          `yaml:"customer" json:"customer"`
	Amount   decimal.Decimal `yaml:"amount" json:"amount"`
}

// controlled are the account types that rows bring over, in the order of the proof.
var controlled = []ledger.Account{ledger.AccountsReceivable, ledger.UnbilledReceivable, ledger.DeferredRevenue, ledger.TaxLiability, ledger.CustomerBalance}

// eve is the last day of the other system.
func (f File) eve() period.Date { return f.CutOver.AddDays(-1) }

// lastMonth is the month of the eve.
func (f File) lastMonth() period.Month { return f.eve().MonthOf() }

func (f File) money() money.Currency { return money.Currency(f.Currency) }

func (f File) treatment(l Line) Treatment {
	if l.Treatment != None {
		return l.Treatment
	}
	return f.Treatment
}

// Difference is a figure of the file that is not what our engine computes for the same contract on the eve.
type Difference struct {
	Contract, Line string
	What           What
	Span           period.Span // of a charge
	Old, Ours      money.Amount
	Treatment      Treatment
	Refused        string // why it cannot be taken so, and the way out; empty when it can
}

// What differs.
type What string

const (
	Recognized What = "recognized"
	Billed     What = "billed"
)

// By is what the other system had more than ours.
func (d Difference) By() money.Amount { return d.Old.Sub(d.Ours) }
