package onboarding

import (
	"fmt"
	"time"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// State is how far a customer of a cohort is: the last step it took.
type State string

// The steps.
const (
	Planned   State = "planned"    // named in a file, and its row is refused so far
	Imported  State = "imported"   // it is here; its contracts are drafts, and the other system bills it
	Shown     State = "compared"   // its invoices were set beside ours
	Asked     State = "asked"      // somebody asked for the move, another person decides
	Declined  State = "declined"   // the move was not approved
	Moved     State = "moved"      // from the cut-over on we bill it
	TakenBack State = "taken_back" // the other system bills it again
)

// Shadow says that only the other system bills the customer.
func (s State) Shadow() bool { return s != Moved }

// Step is what happened to a customer of a cohort.
type Step struct {
	Cohort   string
	Customer string // external id
	Seq      int
	State    State
	CutOver  period.Date // of a move
	On       period.Date
	Reason   string
	Detail   Detail
	AskedBy  int64 // of a move: who asked for it
	By       int64 // 0: the program
	At       time.Time
}

// Detail is what a step found or did.
type Detail struct {
	Lines     int      `json:"lines,omitempty"`     // compared
	Differ    int      `json:"differ,omitempty"`    // of them
	Contracts []string `json:"contracts,omitempty"` // that a move approved
	Part      string   `json:"part,omitempty"`      // of the opening it was brought over by
	Voided    []string `json:"voided,omitempty"`    // documents of ours that going back took back
	Treatment string   `json:"treatment,omitempty"` // of what the other system billed or earned otherwise (see opening)
}

// maxCohort bounds a cohort's name: it stands in addresses and sources.
const maxCohort = 60

// cohortName refuses a name that cannot stand in an address.
func cohortName(name string) error {
	if name == "" || len(name) > maxCohort {
		return fault.InvalidFields(fault.Field{Path: "cohort", Value: fault.Shown(name), Message: fmt.Sprintf("is missing or too long: name the customers who move together, in at most %d letters, such as spring-2026", maxCohort)})
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return fault.InvalidFields(fault.Field{Path: "cohort", Value: fault.Shown(name), Message: "may hold small letters, digits, - and _ only: it stands in addresses"})
		}
	}
	return nil
}
