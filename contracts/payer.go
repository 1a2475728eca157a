package contracts

import (
	"ratable/customers"
	"ratable/internal/period"
)

// PayerChange is the fact that from a day on another member of the paying family is invoiced for a contract. The day of
// the document decides, not the days it bills: who pays is asked on the day somebody is asked. A credit follows the line
// it lowers, to whoever was billed.
type PayerChange struct {
	From   period.Date // documents issued on this day and later
	Payer  customers.ID
	Reason string
	By     int64
}

// PayerOn is who is invoiced on a day: of the changes that have begun the latest counts, of one day's the one known last.
func (a Agreement) PayerOn(day period.Date) customers.ID { return payerOn(a.Payer, a.Payers, day) }

// PayerOn is who is invoiced on a day.
func (c Contract) PayerOn(day period.Date) customers.ID { return payerOn(c.Payer, c.Payers, day) }

func payerOn(first customers.ID, changes []PayerChange, day period.Date) customers.ID {
	payer := first
	for _, c := range changes {
		if !day.Before(c.From) {
			payer = c.Payer
		}
	}
	return payer
}

// Parties are all who have to do with the agreement: who uses, and everybody who pays or paid.
func (a Agreement) Parties() []customers.ID {
	out := []customers.ID{a.Customer, a.Payer}
	for _, c := range a.Payers {
		out = append(out, c.Payer)
	}
	return out
}
