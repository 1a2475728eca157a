// Package ledger holds what is booked.
//
// It owns the chart of accounts the engine posts to, entries and their postings,
// the record of what has been billed, and the state of accounting months. It
// offers Settle, the one rule that decides between deferred revenue and unbilled
// receivable, to both engines that post.
//
// It does not own why something is booked: invoicing, payments and revrec do,
// and each names its reason in Entry.Source.
//
// Months close in order and reopen in reverse, so that the books of an entity are
// closed through one month; a closing waits for bookings under way. A soft-closed
// month takes adjustments only, a closed one nothing; who reopens is another
// person than who asked and who closed.
//
// Times: BookedOn is the day an entry counts in; Posting.Month is the month a
// revenue belongs to, which stays the same when a closed month forces a later
// BookedOn; recorded_at is for audit.
//
// Invariants: every entry balances, in its currency and in its entity's; nothing is changed or deleted; a source is
// booked once per account; no entry is booked in a closed month. PostgreSQL holds
// all four as well, and that postings have their entry's day, entity, currency and
// book.
package ledger

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Entry is one booking in the book of a paying account. Seq is its place there:
// the next free one as the writer loaded it. Of two writers with the same view
// one fails with fault.Conflict, loads again, and finds what is left to do.
type Entry struct {
	Account  customers.AccountID
	Seq      int64
	Entity   entities.ID
	Source   string // natural key: "invoice:RUS-2026-000123"
	BookedOn period.Date
	Currency money.Currency
	Memo     string
	Book     Book            // empty: every book
	Rate     decimal.Decimal // in a foreign currency: units of the entity's currency for one, of the day RateOn
	RateOn   period.Date
	Postings []Posting
	Billed   []Billed

	// Adjusting says that an accountant decided to book it, and no fact that arrived: a manual journal, a catch-up of
	// recognition, a remeasurement. A soft-closed month takes nothing else.
	Adjusting bool
}

// Book is a set of accounting rules that the facts are booked by. Nearly all entries are the same in every book; where a
// policy differs, each book has entries of its own. What a book shows is what is in every book and what is in it alone.
type Book string

const (
	USGAAP Book = "us_gaap" // the primary book
	IFRS   Book = "ifrs"
)

// Posting is one side of an entry. Amount is signed: debit positive, credit
// negative. Contract and Line are set together, where the balance belongs to a
// line of a contract.
//
// Functional is the same in the currency of the entity. Append works it out (see
// Converter) unless it is given; a gain or loss on exchange has nothing else.
type Posting struct {
	Account    Account
	Amount     money.Amount
	Functional money.Amount
	Customer   customers.ID // who the balance is with: the payer
	Contract   int64
	Line       string       // lineage
	Month      period.Month // the month a revenue belongs to
	Document   string       // invoice, credit note or receipt number
	Schedule   int64        // the revenue schedule row recognized
}

// Debit and Credit write postings the way accountants say them; a negative
// amount goes to the other side.
func Debit(a Account, amount money.Amount) Posting  { return Posting{Account: a, Amount: amount} }
func Credit(a Account, amount money.Amount) Posting { return Posting{Account: a, Amount: amount.Neg()} }

// Event says what happened to a billed line.
type Event string

const (
	Issue    Event = "issue"
	Credited Event = "credit"
	Void     Event = "void"
)

// Billed records that a line was asked for, credited or voided. Kind is the
// contract's word for the piece; the ledger only compares it.
type Billed struct {
	Event        Event
	Contract     int64
	Line         string
	Kind         string
	Span         period.Span
	Amount       money.Amount // before tax; credits and voids negative
	Document     string
	DocumentLine int
	BookedOn     period.Date
	DueOn        period.Date
}

// Check refuses an entry that could not be booked: unbalanced, empty of both
// postings and billed lines, mixing currencies, or of half a contract line.
func (e Entry) Check() error {
	if e.Source == "" || e.Seq < 1 || e.BookedOn.IsZero() {
		return fmt.Errorf("entry %d of account %d lacks a source, place or day", e.Seq, e.Account)
	}
	sum := money.Zero(e.Currency)
	for _, p := range e.Postings {
		if p.Amount.Currency() != e.Currency {
			return fmt.Errorf("entry %s is in %s and posts %s %s", e.Source, e.Currency, p.Amount.Currency(), p.Amount)
		}
		if p.Amount.IsZero() && p.Functional.IsZero() {
			return fmt.Errorf("entry %s posts nothing to %s", e.Source, p.Account)
		}
		if (p.Contract == 0) != (p.Line == "") {
			return fmt.Errorf("entry %s posts to contract %d without saying the line, or the other way round", e.Source, p.Contract)
		}
		sum = sum.Add(p.Amount)
	}
	for _, b := range e.Billed {
		// Zero may come without a currency: it bills nothing in any.
		if b.Amount.Currency() != e.Currency && b.Amount != (money.Amount{}) {
			return fmt.Errorf("entry %s is in %s and bills %s %s", e.Source, e.Currency, b.Amount.Currency(), b.Amount)
		}
	}
	if !sum.IsZero() {
		return fmt.Errorf("entry %s does not balance: debits less credits are %s %s", e.Source, sum, e.Currency)
	}
	if len(e.Postings) == 0 && len(e.Billed) == 0 {
		return fmt.Errorf("entry %s books nothing", e.Source)
	}
	return nil
}
