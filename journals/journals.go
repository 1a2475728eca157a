// Package journals holds what people book by hand, and what one of our legal entities charges another.
//
// It owns manual journals (Written, Journal: drafted, submitted, approved by another person, posted), the templates they
// are written from, the limits of who may approve how much, and the intercompany charges that follow from revenue when one
// entity signs and another serves.
//
// It does not own the ledger: what is approved goes through ledger.Append, into the house account of the entity.
//
// Times: a journal counts on the day it names; a line's month is the month the amount belongs to. A closed month is
// refused with the first open day; what repeats by itself is booked there instead.
//
// Invariants: nobody approves what they prepared; nothing is edited, a posted journal is taken back by another, once;
// numbers of an entity and year have no gap; an account that a sub-ledger proves (Guarded) is not booked by hand, so that
// every sub-ledger keeps tying to it.
package journals

import (
	"fmt"
	"strconv"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// ID is the key of a journal; it has a number for people once it is posted.
type ID int64

// State is where a journal stands, from its last event.
type State string

const (
	Drafted   State = "draft"
	Submitted State = "waiting"
	Withdrawn State = "withdrawn"
	Posting   State = "posted"
	Rejected  State = "rejected"
	Stopped   State = "stopped" // posted, and repeats no longer
)

// States lists them in the order of a journal's life.
var States = []State{Drafted, Submitted, Posting, Stopped, Rejected, Withdrawn}

// Journal is one journal with what was decided about it and what it posted.
type Journal struct {
	ID         ID
	Entity     entities.ID
	Currency   money.Currency
	Book       ledger.Book
	On         period.Date
	Reason     string
	ReversesOn period.Date    // zero: it stays
	Every      period.Cadence // empty: it does not repeat
	Through    period.Date    // the last day on which it may repeat
	Template   string         // it was written from
	Corrects   ID             // the draft it takes the place of
	Reverses   ID             // the posted journal it takes back
	Lines      []Line

	PreparedBy int64
	At         time.Time
	Events     []Event
	Posted     []Posted
}

// Line is one side of a journal. Amount is signed: debit positive.
type Line struct {
	Account  ledger.Account
	Amount   money.Amount
	Customer customers.ID
	Contract int64
	Line     string // of the contract
	Document string
	Month    period.Month // the amount belongs to it; zero: the month it is booked in
}

// Event is a step of a journal's way.
type Event struct {
	Event  string // drafted, submitted, withdrawn, approved, rejected, stopped
	By     int64
	Reason string
	At     time.Time
}

// Part says whether a posting is the journal or takes it back.
type Part string

const (
	Whole    Part = "entry"
	Reversal Part = "reversal"
)

// Posted is an entry that a journal became.
type Posted struct {
	Account    customers.AccountID
	Journal    ID
	Occurrence int
	Part       Part
	Number     string
	On         period.Date
	Seq        int64 // place of the entry
	Reverses   ID
}

var stateOf = map[string]State{"drafted": Drafted, "submitted": Submitted, "withdrawn": Withdrawn, "approved": Posting, "rejected": Rejected, "stopped": Stopped}

// State is where the journal stands.
func (j Journal) State() State {
	if len(j.Events) == 0 {
		return Drafted
	}
	return stateOf[j.Events[len(j.Events)-1].Event]
}

// Number is how people call the journal: what it was posted under, or the draft's.
func (j Journal) Number() string {
	if len(j.Posted) > 0 {
		return j.Posted[0].Number
	}
	return fmt.Sprintf("Draft %d", j.ID)
}

// Total is what the journal moves: the sum of its debits.
func (j Journal) Total() money.Amount {
	total := money.Zero(j.Currency)
	for _, l := range j.Lines {
		if l.Amount.Sign() > 0 {
			total = total.Add(l.Amount)
		}
	}
	return total
}

// Kind is the kind of subject a journal is, in approvals and in the audit trail.
const Kind = "journal"

// Subject names the journal there.
func (j Journal) Subject() access.Subject {
	return access.Subject{Kind: Kind, Key: strconv.FormatInt(int64(j.ID), 10)}
}

// Roles may write journals and approve those of others.
var Roles = []access.Role{access.Finance, access.Accountant}
