package invoicing

import (
	"time"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
)

// HoldID is the key of a hold inside its account.
type HoldID int64

// Hold is the fact that bills wait until somebody has looked: those of a payer, or those of one contract. Runs leave
// them out and say so. Nothing is lost: what is due is the difference to what stands billed, so the first run after the
// hold bills all of it, once. Revenue is earned as ever, and a credit a person grants is issued as ever.
type Hold struct {
	ID       HoldID
	Account  customers.AccountID
	Payer    customers.ID // either
	Contract contracts.ID // or
	StartsOn period.Date
	EndsOn   period.Date // first day on which bills go out again by themselves; zero: when it is released
	Reason   string
	Owner    int64 // the user who looks into it
	By       int64 // who placed it
	At       time.Time

	Released *Released // nil: by nobody
}

// Released is how a hold was lifted.
type Released struct {
	On     period.Date
	Reason string
	By     int64
}

// Stands says whether a hold keeps documents of a day back.
func (h Hold) Stands(on period.Date) bool {
	return !on.Before(h.StartsOn) && (h.EndsOn.IsZero() || on.Before(h.EndsOn)) && (h.Released == nil || on.Before(h.Released.On))
}

// covers says whether a hold is for documents of a payer with lines of a contract.
func (h Hold) covers(payer customers.ID, contract contracts.ID) bool {
	return h.Contract != 0 && h.Contract == contract || h.Payer != 0 && h.Payer == payer
}

// holdOn is the hold placed first of those that keep back what a payer gets for a contract; false when none does.
func (f Facts) holdOn(payer customers.ID, contract contracts.ID, on period.Date) (Hold, bool) {
	for _, h := range f.Holds {
		if h.Stands(on) && h.covers(payer, contract) {
			return h, true
		}
	}
	return Hold{}, false
}

func (f Facts) hold(id HoldID) (Hold, bool) {
	for _, h := range f.Holds {
		if h.ID == id {
			return h, true
		}
	}
	return Hold{}, false
}

// Withheld is a document that a hold keeps back.
type Withheld struct {
	Hold  Hold
	Draft Draft
}

// Decision is what an account should get on a day, and what it should but for a hold.
type Decision struct {
	Drafts   []Draft
	Withheld []Withheld
}
