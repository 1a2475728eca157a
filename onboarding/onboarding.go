// Package onboarding brings customers over from another billing system, cohort by cohort: customers, contracts, what that system
// invoiced and what stands open, the comparison of its invoices with ours, and the move itself, step by step and back.
//
// It owns the files people send (CSV, YAML, JSON) with what is wrong in each row, the history of the other system as it was told,
// and the steps of each customer. It does not own what it writes: customers, contracts, holds, openings and voids are made by the
// verbs of their packages, so that nothing is there which a person could not have entered.
//
// Times: a change of a customer that is here holds from starts_on, by default the day of the import; the cut-over of a move is the
// first day of a month from which on we bill; the history has days of its own and is never booked before a move.
//
// Invariants: a file says by external id what shall be, so that sending it again changes nothing; a refused row is given back as it
// came, and the corrected rows alone are enough; what was agreed is never changed by a file; until a customer has moved its contracts
// are drafts under a hold, so that only the other system bills it, and after the move what that system billed stands billed here, so
// that each day of service is billed by exactly one of the two.
package onboarding

import "ratable/internal/fault"

// Kind of file.
type Kind string

// The files of a cohort, in the order they are sent.
const (
	Customers Kind = "customers"
	Contracts Kind = "contracts"
	Invoices  Kind = "invoices"
	Balances  Kind = "balances"
)

// Kinds are all there are.
var Kinds = []Kind{Customers, Contracts, Invoices, Balances}

// Outcome is what became of a row, or would.
type Outcome string

// The outcomes.
const (
	Made      Outcome = "new"
	Changed   Outcome = "changed"
	Unchanged Outcome = "unchanged"
	Refused   Outcome = "refused"
)

// Row is what became of one row of a file.
type Row struct {
	Line    int    // of the file, from 1
	Key     string // external id, or the number of the contract or invoice
	Outcome Outcome
	Note    string        // what changed, or what else to know
	Fields  []fault.Field // why it is refused: column, value, what to do
}

// Report is what a file did, or would do.
type Report struct {
	Kind    Kind
	Cohort  string
	Format  Format
	DryRun  bool
	Written bool // something of it was taken up
	Rows    []Row
	sheet   *sheet
}

// Count is how many rows had an outcome.
func (r Report) Count(o Outcome) int {
	n := 0
	for _, row := range r.Rows {
		if row.Outcome == o {
			n++
		}
	}
	return n
}

// MaxFile bounds a file that is sent.
const MaxFile = 64 << 20
