// Package payments holds what was paid and which invoices it pays.
//
// It owns receipts (bank transfers that came in), their applications to
// invoices, the import of bank statements, and the ageing of what is open.
//
// It does not own what is owed on an invoice: that is the ledger's receivable by
// document, which issuing, crediting and voiding change as well. It never sees a
// card number: digits that look like one are masked before anything is stored.
//
// Times: ReceivedOn is the day on the bank statement; BookedOn is the day the
// ledger counts it, later when the month is closed or, for an application, the
// invoice was issued later; recorded_at is for audit.
//
// Invariants: a movement of the bank account is recorded once, however often its
// statement is imported; the applications of a receipt add up to between zero
// and its amount; no application exceeds what its invoice had open; what is not
// applied stands as customer balance, receipt by receipt.
package payments

import (
	"fmt"
	"strings"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Receipt is money that came in. Record needs Entity (or none: the payer's
// seller), Payer, Amount, ReceivedOn and Reference; see Record for Transaction,
// Nth, Wishes and Unmatched. The rest is filled in.
type Receipt struct {
	ID          int64
	Account     customers.AccountID
	Entity      entities.ID // whose bank account
	Payer       customers.ID
	Amount      money.Amount // positive
	ReceivedOn  period.Date
	Reference   string // what the payer wrote
	Transaction string // what the bank calls the movement, where it says
	Nth         int    // of movements alike in everything else, from 1; 0 means 1

	Wishes    []Part // what to apply it to; none: Match decides
	Unmatched bool   // apply it to nothing, whatever the reference says

	BookedOn     period.Date
	Entry        int64        // place of its entry in the account's book
	Applied      money.Amount // in all, at present
	Applications []Application
	By           int64
	RecordedAt   time.Time
	Repeated     bool // Record found it recorded already and changed nothing
}

// Number is how people and the ledger call a receipt: "R-000123".
func (r Receipt) Number() string { return number(r.ID) }

func number(id int64) string { return fmt.Sprintf("R-%06d", id) }

// IsReceipt says whether a document's number is that of a receipt. Invoices of an entity called R have a year besides.
func IsReceipt(document string) bool {
	return strings.HasPrefix(document, "R-") && strings.Count(document, "-") == 1
}

// Currency of the receipt.
func (r Receipt) Currency() money.Currency { return r.Amount.Currency() }

// Unapplied is what stands as customer balance.
func (r Receipt) Unapplied() money.Amount { return r.Amount.Sub(r.Applied) }

// Part is an amount for a document.
type Part struct {
	Document string
	Amount   money.Amount // positive; zero means as much as fits
}

// Application says that a receipt pays a document, or, with a negative amount,
// that it does so no longer; or that money of it was sent back (Refund).
type Application struct {
	Receipt    int64
	N          int // its place among the receipt's applications, from 1
	Document   string
	Payer      customers.ID // who owes the document; not stored, the ledger has it
	Amount     money.Amount
	BookedOn   period.Date
	Entry      int64 // place of its entry in the account's book
	Reason     string
	By         int64
	RecordedAt time.Time
}

// ReceiptNumber is the number of the receipt applied.
func (a Application) ReceiptNumber() string { return number(a.Receipt) }

// OpenInvoice is a document with something to pay. Open is negative when it was
// credited after it was paid: Release frees what was paid too much.
type OpenInvoice struct {
	Number   string
	Account  customers.AccountID
	Entity   entities.ID
	Payer    customers.ID
	IssuedOn period.Date
	DueOn    period.Date
	Total    money.Amount
	Open     money.Amount
}

// Scope narrows open invoices and ageing. Zero fields do not narrow.
type Scope struct {
	Account  customers.AccountID
	Payer    customers.ID
	Entity   entities.ID
	Currency money.Currency
}

func (s Scope) covers(account customers.AccountID, payer customers.ID, entity entities.ID, c money.Currency) bool {
	return (s.Account == 0 || s.Account == account) && (s.Payer == 0 || s.Payer == payer) &&
		(s.Entity == 0 || s.Entity == entity) && (s.Currency == "" || s.Currency == c)
}

// desks may record and apply money.
var desks = []access.Role{access.Finance, access.Accountant}
