package payments

import (
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
)

// Status is what became of a document as of a day. It is derived from what stands booked and never stored.
type Status string

// The states of a document.
const (
	Open      Status = "open"
	Partial   Status = "partial" // paid or credited in part, and not due yet
	Overdue   Status = "overdue"
	Paid      Status = "paid"
	Lost      Status = "written_off" // nobody paid it
	Credited  Status = "credited"    // a credit note
	TakenBack Status = "void"
)

// StatusOf says what became of a document of which so much is open; of what is open no more, lost says what nobody paid
// (GivenUp).
func StatusOf(r invoicing.Row, open money.Amount, lost map[string]bool, today period.Date) Status {
	switch {
	case r.Voided:
		return TakenBack
	case r.Kind == entities.CreditNote:
		return Credited
	case open.Sign() <= 0 && lost[r.Number]:
		return Lost
	case open.Sign() <= 0:
		return Paid
	case r.DueOn.Before(today):
		return Overdue
	case open.Cmp(r.Total) < 0:
		return Partial
	}
	return Open
}
